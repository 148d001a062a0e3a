//! The checkpoint of an unfinished run: its state between two steps, on the disk.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tangent_files::Error::NotAFile;
use tangent_linearize::Error as Dynamics;
use tangent_linearize::train::Checkpoint;

use tangent_base::{Error, Result};
use tangent_linearize::train::{Regularised, States};

/// The file's name in the folder of the unfinished run.
pub const FILE: &str = "checkpoint.safetensors";

/// What a checkpoint keeps of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) states: States,
    /// The hash of the trajectory so far.
    pub(super) trajectory: String,
}

/// Writes the checkpoint of the run whose hash is `run` into a folder, whole or not at all.
///
/// # Errors
/// The folder cannot be written to.
pub(super) fn write(dir: &Path, run: &str, kept: Kept) -> Result<()> {
    let file = kept.checkpoint(run).to_bytes()?;
    let path = dir.join(FILE);
    let written = tangent_files::write(&path, &file);
    written
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(|source| Error::Output {
            path: path.clone(),
            source,
        })
}

/// Reads the checkpoint of the run whose hash is `run`; returns `None` if there is no checkpoint.
///
/// # Errors
/// The file is not a regular file, is damaged, or belongs to another version of the program or to another run.
pub(super) fn read(dir: &Path, run: &str) -> Result<Option<Kept>> {
    let path = dir.join(FILE);
    let file = match tangent_files::read(&path) {
        Ok(file) => file,
        Err(error) if error.is_absent() => return Ok(None),
        Err(NotAFile { .. }) => {
            return Err(refused(path, "it is not a regular file"));
        }
        Err(error) => {
            let source = error.into();
            return Err(Error::Output { path, source });
        }
    };
    let damaged = |path| refused(path, "it is damaged");
    let checkpoint = match Checkpoint::from_bytes(&file) {
        Ok(checkpoint) => checkpoint,
        Err(Dynamics::CheckpointFormat { .. }) => {
            return Err(refused(
                path,
                "it was written by another version of the program",
            ));
        }
        Err(_) => return Err(damaged(path)),
    };
    if checkpoint.run != run {
        let reason = "it belongs to another configuration, model or data";
        return Err(refused(path, reason));
    }
    match Kept::of(checkpoint) {
        Some(kept) => Ok(Some(kept)),
        None => Err(damaged(path)),
    }
}

/// Removes a checkpoint that the run is not to resume from.
pub(super) fn remove(dir: &Path) {
    // A checkpoint that cannot be removed will be overwritten.
    let _ = fs::remove_file(dir.join(FILE));
}

fn refused(path: PathBuf, reason: &'static str) -> Error {
    Error::Checkpoint { path, reason }
}

/// The prefixes of the names of the two models' facts, in the order of their states.
const MODELS: [&str; 2] = ["full", "linearized"];

impl Kept {
    fn checkpoint(self, run: &str) -> Checkpoint {
        let Self { states, trajectory } = self;
        let exact = |number: f64| number.to_bits().to_string();
        let mut facts = BTreeMap::from([
            ("trajectory".to_owned(), trajectory),
            ("farthest".to_owned(), exact(states.farthest)),
        ]);
        if let Some([train, eval]) = states.rows_kept {
            facts.insert("rows_kept.train".to_owned(), train.to_string());
            facts.insert("rows_kept.eval".to_owned(), eval.to_string());
        }
        for (name, regularised) in MODELS.into_iter().zip(states.regularised) {
            let Regularised { steps, shares } = regularised;
            facts.insert(format!("{name}.regularised.steps"), steps.to_string());
            facts.insert(format!("{name}.regularised.shares"), exact(shares));
        }
        Checkpoint {
            run: run.to_owned(),
            states: std::iter::once(states.full)
                .chain(states.linearized)
                .collect(),
            facts,
        }
    }

    /// Returns what a checkpoint holds; `None` if a part that this program writes is missing.
    fn of(checkpoint: Checkpoint) -> Option<Self> {
        let Checkpoint { states, facts, .. } = checkpoint;
        let fact = |name: &str| facts.get(name);
        let exact = |name: &str| Some(f64::from_bits(fact(name)?.parse().ok()?));
        let kept = |name: &str| fact(&format!("rows_kept.{name}"))?.parse::<bool>().ok();
        let regularised = |name: &str| {
            Some(Regularised {
                steps: fact(&format!("{name}.regularised.steps"))?.parse().ok()?,
                shares: exact(&format!("{name}.regularised.shares"))?,
            })
        };
        let [full, linearized] = MODELS;
        let regularised = [regularised(full)?, regularised(linearized)?];
        let (farthest, rows_kept) = (exact("farthest")?, kept("train").zip(kept("eval")));
        let trajectory = fact("trajectory")?.clone();
        let mut states = states.into_iter();
        let states = States {
            full: states.next()?,
            linearized: states.next(),
            rows_kept: rows_kept.map(<[bool; 2]>::from),
            farthest,
            regularised,
        };
        Some(Self { states, trajectory })
    }
}

#[cfg(test)]
mod tests {
    use tangent_linearize::optimiser::Memory;
    use tangent_linearize::train::State;

    use super::*;

    fn kept() -> Kept {
        let state = |step| State {
            step,
            theta: vec![0.1, -2.0],
            optimiser: Memory {
                steps: step,
                moments: vec![vec![1e-300, 3.0], vec![0.0, 1.0 / 3.0]],
            },
        };
        let states = States {
            full: state(3),
            linearized: Some(state(3)),
            rows_kept: Some([true, false]),
            farthest: 0.1 + 0.2,
            regularised: [0.1 + 0.2, 0.0].map(|shares| Regularised { steps: 2, shares }),
        };
        Kept {
            states,
            trajectory: "hash".into(),
        }
    }

    fn message(dir: &Path, run: &str) -> String {
        read(dir, run).unwrap_err().to_string()
    }

    #[test]
    fn what_was_written_is_read_bit_for_bit() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path(), "a").unwrap(), None);
        let alone = States {
            linearized: None,
            rows_kept: None,
            ..kept().states
        };
        for states in [kept().states, alone] {
            let kept = Kept { states, ..kept() };
            write(dir.path(), "a", kept.clone()).unwrap();
            assert_eq!(read(dir.path(), "a").unwrap(), Some(kept));
        }
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn another_runs_and_damaged_ones_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "a", kept()).unwrap();
        let other = message(dir.path(), "b");
        assert!(other.contains("another configuration"), "{other}");
        let path = dir.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for length in [0, 7, 100, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let damaged = message(dir.path(), "a");
            assert!(damaged.contains("it is damaged"), "{length}: {damaged}");
        }
        for place in (0..whole.len()).step_by(11) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x7f;
            fs::write(&path, bytes).unwrap();
            let damaged = message(dir.path(), "a");
            let wanted = damaged.contains("it is damaged") && damaged.contains("--restart");
            assert!(wanted, "{place}: {damaged}");
        }
    }

    #[test]
    fn whole_checkpoints_without_what_this_program_keeps_are_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let whole = kept().checkpoint("a");
        for name in whole
            .facts
            .keys()
            .filter(|name| !name.starts_with("rows_kept"))
        {
            for fact in [None, Some("-")] {
                let mut facts = whole.facts.clone();
                facts.remove(name);
                facts.extend(fact.map(|fact| (name.clone(), fact.to_owned())));
                let checkpoint = Checkpoint {
                    facts,
                    ..whole.clone()
                };
                fs::write(&path, checkpoint.to_bytes().unwrap()).unwrap();
                let any_text = name == "trajectory" && fact.is_some();
                assert_eq!(read(dir.path(), "a").is_ok(), any_text, "{name}");
            }
        }
        let states = Vec::new();
        let checkpoint = Checkpoint { states, ..whole };
        fs::write(&path, checkpoint.to_bytes().unwrap()).unwrap();
        assert!(message(dir.path(), "a").contains("it is damaged"));
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert!(message(dir.path(), "a").contains("it is not a regular file"));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(message(dir.path(), "a").contains("it is not a regular file"));
    }
}
