use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::NamedTensors;
use super::names::canonical;
use super::shard::{EXPECTED, Shard};
use crate::error::Error;
use crate::text::read_json;

/// A checkpoint's tensors, read from disk one at a time, under the names of an encoder without a prefix:
/// `embeddings.word_embeddings.weight`, `encoder.layer.3.attention.self.query.weight`, `classifier.bias`.
#[derive(Debug)]
pub struct Weights {
    path: PathBuf,
    shards: Vec<Shard>,
    locations: BTreeMap<String, Location>,
    sha256: String,
}

/// Where a tensor is stored.
#[derive(Debug)]
struct Location {
    shard: usize,
    stored: String,
}

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const PICKLE: &str = "pytorch_model.bin";

/// The contents of [`INDEX`].
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Weights {
    /// Opens `dir/model.safetensors`, or the shards that `dir/model.safetensors.index.json` names.
    ///
    /// # Errors
    /// A file is missing, truncated or not a safetensors file, or only a pickle exists; the index names a file outside
    /// of the folder; a shard lacks a tensor that the index places in it; two tensors share a name.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let (single, index, pickle) = (dir.join(SINGLE), dir.join(INDEX), dir.join(PICKLE));
        if !single.exists() && index.exists() {
            return Self::open_sharded(dir, &index);
        }
        if !single.exists() && pickle.exists() {
            return Err(Error::Pickle {
                path: pickle,
                name: PICKLE,
                wanted: SINGLE,
            });
        }
        Self::open_expecting(&single, EXPECTED)
    }

    /// Opens one safetensors file of any name.
    ///
    /// # Errors
    /// As [`Weights::open`].
    pub fn open_file(path: &Path) -> Result<Self, Error> {
        Self::open_expecting(path, "a safetensors file is wanted")
    }

    /// Returns the tensors of a safetensors file that is in memory; `name` replaces its path in messages.
    ///
    /// # Errors
    /// The bytes are not a complete safetensors file, or two tensors share a name.
    pub fn from_bytes(name: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, Error> {
        let path = Path::new(name);
        Self::from_shards(path.into(), vec![Shard::from_bytes(path, bytes.into())?])
    }

    /// Opens one file; `expected` says what should be there if the file does not exist.
    pub(crate) fn open_expecting(path: &Path, expected: &'static str) -> Result<Self, Error> {
        Self::from_shards(path.into(), vec![Shard::open(path, expected)?])
    }

    fn open_sharded(dir: &Path, index: &Path) -> Result<Self, Error> {
        let Index { weight_map } = read_json(index, EXPECTED)?;
        let mut tensors_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (stored, file) in &weight_map {
            tensors_of.entry(file).or_default().push(stored);
        }
        let mut shards = Vec::new();
        for (file, tensors) in tensors_of {
            if Path::new(file).file_name() != Some(file.as_ref()) {
                return Err(Error::ShardName {
                    path: index.into(),
                    file: file.into(),
                });
            }
            let shard = Shard::open(&dir.join(file), "model.safetensors.index.json names it")?;
            if let Some(missing) = tensors.iter().find(|stored| shard.info(stored).is_none()) {
                let hint = ", where model.safetensors.index.json places it".into();
                return Err(Error::MissingTensor {
                    path: shard.path.clone(),
                    name: missing.to_string(),
                    hint,
                });
            }
            shards.push(shard);
        }
        Self::from_shards(dir.into(), shards)
    }

    fn from_shards(path: PathBuf, shards: Vec<Shard>) -> Result<Self, Error> {
        let mut locations: BTreeMap<String, Location> = BTreeMap::new();
        let mut hash = Sha256::new();
        for (index, shard) in shards.iter().enumerate() {
            shard.hash(&mut hash)?;
            for stored in shard.names() {
                let name = canonical(&stored);
                if let Some(Location { stored: first, .. }) = locations.remove(&name) {
                    return Err(Error::SameTensor {
                        path: shard.path.clone(),
                        name,
                        first,
                        second: stored,
                    });
                }
                locations.insert(
                    name,
                    Location {
                        shard: index,
                        stored,
                    },
                );
            }
        }
        let sha256 = hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Ok(Self {
            path,
            shards,
            locations,
            sha256,
        })
    }

    /// Returns the path of the file, or of the folder of the shards.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.locations.contains_key(name)
    }

    /// Returns all names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.locations.keys().map(String::as_str)
    }

    /// Returns the shape and the element type of a tensor, as they are stored.
    pub fn info(&self, name: &str) -> Option<(&[usize], Dtype)> {
        let (_, _, info) = self.find(name)?;
        Some((&info.shape, info.dtype))
    }

    fn find(&self, name: &str) -> Option<(&Shard, &str, &TensorInfo)> {
        let Location { shard, stored } = self.locations.get(name)?;
        let shard = self.shards.get(*shard)?;
        Some((shard, stored, shard.info(stored)?))
    }

    /// Returns the entries of a tensor, row-major, as `f32`; half, bfloat and double precision are converted.
    ///
    /// # Errors
    /// There is no such tensor, its shape differs, it does not hold floating-point numbers, or one of them is not
    /// finite as `f32`.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        self.expect(name, shape)?;
        self.read(name).map(|(_, values)| values)
    }

    /// Checks a tensor's shape without reading its entries.
    pub(crate) fn expect(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        let (shard, _, info) = self.find(name).ok_or_else(|| self.missing(name))?;
        match info.shape == shape {
            true => Ok(()),
            false => Err(Error::Shape {
                path: shard.path.clone(),
                name: name.into(),
                expected: shape.into(),
                found: info.shape.clone(),
            }),
        }
    }

    /// Returns the shape and the entries of a tensor, whatever its shape.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn read(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Error> {
        let (shard, stored, info) = self.find(name).ok_or_else(|| self.missing(name))?;
        Ok((info.shape.clone(), shard.read(stored, info)?))
    }

    /// Returns every tensor; this is for small files.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn read_all(&self) -> Result<NamedTensors, Error> {
        self.names()
            .map(|name| Ok((name.into(), self.read(name)?)))
            .collect()
    }

    /// Returns the SHA-256 of the file, or of the shards one after the other, in the order of their names.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    fn missing(&self, name: &str) -> Error {
        // The usual reason is another architecture, so the hint names the tensor of the file that is most alike.
        let last = name.rsplit('.').take(2).collect::<Vec<_>>();
        let alike = |other: &&str| other.rsplit('.').take(2).eq(last.iter().copied());
        let hint = match (self.names().find(alike), self.names().next()) {
            (Some(other), _) => format!(" (the closest it has is `{other}`)"),
            (None, Some(first)) => format!(
                " (none of its {} is similar, the first is `{first}`; is it a model of the architecture that \
                 config.json names?)",
                self.locations.len()
            ),
            (None, None) => " (it has none at all)".into(),
        };
        Error::MissingTensor {
            path: self.path.clone(),
            name: name.into(),
            hint,
        }
    }
}
