//! A run between two steps, on the disk.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use tangent_linearize::optimiser::Memory;
use tangent_linearize::train::State;

use super::Regularised;
use super::stage::States;
use crate::{Error, Result};

/// The file's name in the folder of the unfinished run.
pub const FILE: &str = "checkpoint.safetensors";

const FORMAT: &str = "tangent checkpoint 2";

/// What the names of a model's numbers begin with.
const MODELS: [&str; 2] = ["full", "linearized"];

/// Writes the states of the run that `run` names into a folder, whole or not at all.
///
/// # Errors
/// The folder cannot be written to.
pub(super) fn write(dir: &Path, run: &str, states: &States) -> Result<()> {
    let mut vectors: Vec<(String, Vec<u8>)> = Vec::new();
    let exact = |number: f64| number.to_bits().to_string();
    let mut facts = HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("run".to_owned(), run.to_owned()),
        ("farthest".to_owned(), exact(states.farthest)),
    ]);
    if let Some([train, eval]) = states.rows_kept {
        facts.insert("rows_kept.train".to_owned(), train.to_string());
        facts.insert("rows_kept.eval".to_owned(), eval.to_string());
    }
    for (name, regularised) in MODELS.into_iter().zip(states.regularised) {
        let steps = regularised.steps.to_string();
        facts.insert(format!("{name}.regularised.steps"), steps);
        let shares = exact(regularised.shares);
        facts.insert(format!("{name}.regularised.shares"), shares);
    }
    let both = [Some(&states.full), states.linearized.as_ref()];
    for (name, state) in MODELS.into_iter().zip(both) {
        let Some(state) = state else { continue };
        facts.insert(format!("{name}.step"), state.step.to_string());
        facts.insert(format!("{name}.steps"), state.optimiser.steps.to_string());
        vectors.push((format!("{name}.theta"), bytes(&state.theta)));
        for (index, moment) in state.optimiser.moments.iter().enumerate() {
            vectors.push((format!("{name}.moment.{index}"), bytes(moment)));
        }
    }
    let views = vectors.iter().map(|(name, bytes)| {
        let view = TensorView::new(Dtype::F64, vec![bytes.len() / 8], bytes);
        (name, view.expect("eight bytes to a number"))
    });
    let (path, staged) = (dir.join(FILE), dir.join(format!(".{FILE}.partial")));
    let written = || {
        let whole = safetensors::serialize(views, Some(facts)).map_err(io::Error::other)?;
        fs::write(&staged, whole)?;
        File::options().write(true).open(&staged)?.sync_all()?;
        fs::rename(&staged, &path)?;
        File::open(dir)?.sync_all()
    };
    written().map_err(|source| Error::Output {
        path: path.clone(),
        source,
    })
}

/// Reads the states of the run that `run` names; `None` where there is no checkpoint.
///
/// # Errors
/// The file is not whole, or of another run.
pub(super) fn read(dir: &Path, run: &str) -> Result<Option<States>> {
    let path = dir.join(FILE);
    let file = match fs::read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Output { path, source }),
    };
    match parse(&file) {
        Some((of, states)) if of == run => Ok(Some(states)),
        Some(_) => Err(refused(
            path,
            "it belongs to another configuration, model or data",
        )),
        None => Err(refused(path, "it is damaged")),
    }
}

/// Removes a checkpoint that is not to be gone on from.
pub(super) fn remove(dir: &Path) {
    // What cannot be removed will be written over.
    let _ = fs::remove_file(dir.join(FILE));
}

fn refused(path: PathBuf, reason: &'static str) -> Error {
    Error::Checkpoint { path, reason }
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// The run that the file belongs to, and its states.
fn parse(file: &[u8]) -> Option<(String, States)> {
    let (_, header) = SafeTensors::read_metadata(file).ok()?;
    let facts = header.metadata().as_ref()?;
    if facts.get("format")? != FORMAT {
        return None;
    }
    let tensors = SafeTensors::deserialize(file).ok()?;
    let vector = |name: &str| {
        let view = tensors.tensor(name).ok()?;
        let (numbers, rest) = view.data().as_chunks::<8>();
        let whole = view.dtype() == Dtype::F64 && rest.is_empty();
        whole.then(|| {
            numbers
                .iter()
                .map(|b| f64::from_le_bytes(*b))
                .collect::<Vec<_>>()
        })
    };
    let state = |name: &str| {
        let moments = (0..).map_while(|index| vector(&format!("{name}.moment.{index}")));
        Some(State {
            step: facts.get(&format!("{name}.step"))?.parse().ok()?,
            theta: vector(&format!("{name}.theta"))?,
            optimiser: Memory {
                steps: facts.get(&format!("{name}.steps"))?.parse().ok()?,
                moments: moments.collect(),
            },
        })
    };
    let kept = |name: &str| {
        facts
            .get(&format!("rows_kept.{name}"))?
            .parse::<bool>()
            .ok()
    };
    let exact = |name: &str| Some(f64::from_bits(facts.get(name)?.parse().ok()?));
    let regularised = |name: &str| {
        Some(Regularised {
            steps: facts
                .get(&format!("{name}.regularised.steps"))?
                .parse()
                .ok()?,
            shares: exact(&format!("{name}.regularised.shares"))?,
        })
    };
    let [full, linearized] = MODELS;
    let states = States {
        full: state(full)?,
        rows_kept: kept("train")
            .zip(kept("eval"))
            .map(|(train, eval)| [train, eval]),
        linearized: state(linearized),
        farthest: exact("farthest")?,
        regularised: [regularised(full)?, regularised(linearized)?],
    };
    Some((facts.get("run")?.clone(), states))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states() -> States {
        let state = |step| State {
            step,
            theta: vec![0.1, -2.0],
            optimiser: Memory {
                steps: step,
                moments: vec![vec![1e-300, 3.0], vec![0.0, 1.0 / 3.0]],
            },
        };
        States {
            full: state(3),
            linearized: Some(state(3)),
            rows_kept: Some([true, false]),
            farthest: 0.1 + 0.2,
            regularised: [0.1 + 0.2, 0.0].map(|shares| Regularised { steps: 2, shares }),
        }
    }

    #[test]
    fn what_was_written_is_read_bit_for_bit() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path(), "a").unwrap(), None);
        for states in [
            states(),
            States {
                linearized: None,
                ..states()
            },
        ] {
            write(dir.path(), "a", &states).unwrap();
            assert_eq!(read(dir.path(), "a").unwrap(), Some(states));
        }
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn another_runs_and_damaged_ones_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "a", &states()).unwrap();
        let other = read(dir.path(), "b").unwrap_err().to_string();
        assert!(other.contains("another configuration"), "{other}");
        let path = dir.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for length in [0, 7, 100, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let damaged = read(dir.path(), "a").unwrap_err().to_string();
            assert!(damaged.contains("it is damaged"), "{length}: {damaged}");
        }
    }
}
