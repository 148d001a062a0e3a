//! Training runs between two steps, as the bytes of a file.

use std::collections::{BTreeMap, HashMap};

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use sha2::{Digest, Sha256};
use tangent_files::tensors::{self, Tensor};

use super::trainer::State;
use crate::optimiser::Memory;
use crate::{Error, Result};

/// The state of a run between two steps, of one trainer or of several side by side, from which the run continues bit
/// for bit.
///
/// Its bytes are a safetensors file: $\theta$ and the moments of every state are f64 tensors, and everything else is
/// metadata. The last 32 bytes, the tensor `sha256`, are the SHA-256 of all bytes before them, so that a change to any
/// byte is detected.
///
/// # Example
/// ```
/// use tangent_linearize::Error;
/// use tangent_linearize::optimiser::Memory;
/// use tangent_linearize::train::{Checkpoint, State};
///
/// let state = State { step: 3, theta: vec![0.1, -2.0], optimiser: Memory::default() };
/// let checkpoint = Checkpoint { run: "a".into(), states: vec![state], facts: Default::default() };
/// let mut bytes = checkpoint.to_bytes()?;
/// assert_eq!(Checkpoint::from_bytes(&bytes)?, checkpoint);
/// bytes[40] ^= 1;
/// assert_eq!(Checkpoint::from_bytes(&bytes), Err(Error::CheckpointDamaged));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The identity of the run, such as a hash of everything that decides its numbers.
    pub run: String,
    /// The state of every trainer, in the order that the owner of the run chooses.
    pub states: Vec<State>,
    /// Further facts that the owner of the run stores with the states, by name.
    pub facts: BTreeMap<String, String>,
}

const FORMAT: &str = "tangent checkpoint 3";

/// The last format that had no hash.
const UNHASHED: &str = "tangent checkpoint 2";

/// The name of the tensor that holds the hash. It comes last because safetensors puts tensors of wider elements first,
/// and all others are f64.
const HASH: &str = "sha256";

/// The number of bytes of the hash.
const HASH_SIZE: usize = 32;

/// The prefix of the names of the owner's facts in the metadata.
const FACT: &str = "fact.";

impl Checkpoint {
    /// Returns the bytes of the checkpoint's file.
    ///
    /// # Errors
    /// [`Error::CheckpointFacts`] if the facts exceed the 100 MB that safetensors allows for a header.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut metadata = HashMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("run".to_owned(), self.run.clone()),
        ]);
        let facts = self.facts.iter();
        metadata.extend(facts.map(|(name, fact)| (format!("{FACT}{name}"), fact.clone())));
        let mut tensors: Vec<(String, Tensor)> = Vec::new();
        let list = |values| Tensor::f64(vec![<[f64]>::len(values)], values);
        for (place, state) in self.states.iter().enumerate() {
            let Memory { steps, moments } = &state.optimiser;
            metadata.insert(format!("{place}.step"), state.step.to_string());
            metadata.insert(format!("{place}.optimiser.steps"), steps.to_string());
            let named = moments.iter().enumerate();
            let named = named.map(|(index, moment)| (format!("{place}.moment.{index}"), moment));
            let all = [(format!("{place}.theta"), &state.theta)]
                .into_iter()
                .chain(named);
            tensors.extend(all.filter_map(|(name, values)| Some((name, list(values)?))));
        }
        tensors.push((HASH.to_owned(), Tensor::bytes(&[0; HASH_SIZE])));
        let mut file =
            tensors::to_bytes(tensors, metadata).map_err(|error| Error::CheckpointFacts {
                reason: error.to_string(),
            })?;
        let end = file.len() - HASH_SIZE;
        let (content, hash) = file.split_at_mut(end);
        hash.copy_from_slice(&Sha256::digest(content));
        Ok(file)
    }

    /// Reads a checkpoint from the bytes of a file.
    ///
    /// Whatever the bytes are, this never panics, and its memory is at most a multiple of their number.
    ///
    /// # Errors
    /// [`Error::CheckpointFormat`] for a file that another version of this crate wrote; [`Error::CheckpointDamaged`]
    /// for all other bytes that [`to_bytes`](Self::to_bytes) did not write.
    pub fn from_bytes(file: &[u8]) -> Result<Self> {
        let whole = file
            .split_last_chunk::<HASH_SIZE>()
            .is_some_and(|(content, hash)| Sha256::digest(content)[..] == hash[..]);
        let parsed = Parsed::of(file).ok_or(Error::CheckpointDamaged)?;
        let format = parsed.metadata.get("format").map(String::as_str);
        match format {
            Some(FORMAT) if whole => parsed.checkpoint().ok_or(Error::CheckpointDamaged),
            Some(other) if whole || (other == UNHASHED && !parsed.is_hashed()) => {
                Err(Error::CheckpointFormat {
                    found: other.to_owned(),
                    read: FORMAT,
                })
            }
            _ => Err(Error::CheckpointDamaged),
        }
    }
}

/// A safetensors file with any content.
struct Parsed<'a> {
    metadata: HashMap<String, String>,
    tensors: SafeTensors<'a>,
}

impl<'a> Parsed<'a> {
    fn of(file: &'a [u8]) -> Option<Self> {
        let (_, header) = SafeTensors::read_metadata(file).ok()?;
        Some(Self {
            metadata: header.metadata().clone()?,
            tensors: SafeTensors::deserialize(file).ok()?,
        })
    }

    fn is_hashed(&self) -> bool {
        self.tensors.tensor(HASH).is_ok()
    }

    fn checkpoint(&self) -> Option<Checkpoint> {
        let facts = self.metadata.iter().filter_map(|(name, fact)| {
            let name = name.strip_prefix(FACT)?;
            Some((name.to_owned(), fact.clone()))
        });
        let states = (0..).take_while(|place| self.metadata.contains_key(&format!("{place}.step")));
        Some(Checkpoint {
            run: self.metadata.get("run")?.clone(),
            states: states
                .map(|place| self.state(place))
                .collect::<Option<_>>()?,
            facts: facts.collect(),
        })
    }

    fn state(&self, place: usize) -> Option<State> {
        let number = |name: &str| self.metadata.get(&format!("{place}.{name}"))?.parse().ok();
        let moments = (0..).map_while(|index| self.vector(&format!("{place}.moment.{index}")));
        Some(State {
            step: number("step")?,
            theta: self.vector(&format!("{place}.theta"))?,
            optimiser: Memory {
                steps: number("optimiser.steps")?,
                moments: moments.collect(),
            },
        })
    }

    fn vector(&self, name: &str) -> Option<Vec<f64>> {
        let view = self.tensors.tensor(name).ok()?;
        let (numbers, rest) = view.data().as_chunks::<8>();
        let whole = view.dtype() == Dtype::F64 && rest.is_empty();
        whole.then(|| numbers.iter().map(|b| f64::from_le_bytes(*b)).collect())
    }
}
