//! Tests that a checkpoint is read bit for bit as it was written, and that all other bytes are rejected.

mod common;

use std::collections::{BTreeMap, HashMap};

use common::Affine;
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView};
use sha2::{Digest, Sha256};
use tangent_linearize::optimiser::Memory;
use tangent_linearize::train::{Checkpoint, Recipe, State, Stepping, Trainer};
use tangent_linearize::{Error, Targets};

fn state(step: usize, moments: usize) -> State {
    let numbers = vec![0.1 + 0.2, -0.0, 1e-300, f64::MAX];
    State {
        step,
        theta: numbers.clone(),
        optimiser: Memory {
            steps: step,
            moments: vec![numbers; moments],
        },
    }
}

fn checkpoint(states: Vec<State>) -> Checkpoint {
    let facts = [("farthest", "0x1p-3"), ("λ", ""), ("a.b", "\"\n")];
    Checkpoint {
        run: "run \\ \"é\"".into(),
        states,
        facts: facts.map(|(name, fact)| (name.into(), fact.into())).into(),
    }
}

fn damaged(bytes: &[u8]) -> bool {
    Checkpoint::from_bytes(bytes) == Err(Error::CheckpointDamaged)
}

#[test]
fn what_was_written_is_read_bit_for_bit() {
    for states in [
        vec![state(3, 2)],
        vec![state(3, 1), state(4, 0)],
        (0..12).map(|step| state(step, 0)).collect(),
        Vec::new(),
    ] {
        let written = checkpoint(states);
        let read = Checkpoint::from_bytes(&written.to_bytes().unwrap()).unwrap();
        assert_eq!(read, written);
        let bits = |checkpoint: &Checkpoint| -> Vec<u64> {
            let thetas = checkpoint.states.iter().flat_map(|state| &state.theta);
            thetas.map(|x| x.to_bits()).collect()
        };
        assert_eq!(bits(&read), bits(&written));
    }
}

#[test]
fn any_byte_that_was_changed_is_found() {
    let whole = checkpoint(vec![state(3, 2), state(3, 2)])
        .to_bytes()
        .unwrap();
    for place in 0..whole.len() {
        for change in [1, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= change;
            assert!(damaged(&bytes), "byte {place} changed by {change:#x}");
        }
    }
}

#[test]
fn a_file_that_is_cut_or_has_more_behind_it_is_damaged() {
    let whole = checkpoint(vec![state(3, 2)]).to_bytes().unwrap();
    for length in 0..whole.len() {
        assert!(damaged(&whole[..length]), "{length} bytes");
    }
    assert!(damaged(&[&whole[..], &[0]].concat()));
    assert!(damaged(&[&whole[..], &whole[..]].concat()));
}

/// Returns a file with the given metadata and one tensor, and with the right hash at its end if `hashed`.
fn file(metadata: &[(&str, &str)], (name, values): (&str, &[f64]), hashed: bool) -> Vec<u8> {
    let facts: HashMap<String, String> = metadata
        .iter()
        .map(|&(name, fact)| (name.into(), fact.into()))
        .collect();
    let data: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut tensors = vec![(
        name,
        TensorView::new(Dtype::F64, vec![values.len()], &data).unwrap(),
    )];
    if hashed {
        tensors.push((
            "sha256",
            TensorView::new(Dtype::U8, vec![32], &[0; 32]).unwrap(),
        ));
    }
    let mut bytes = safetensors::serialize(tensors, Some(facts)).unwrap();
    if hashed {
        let end = bytes.len() - 32;
        let (content, hash) = bytes.split_at_mut(end);
        hash.copy_from_slice(&Sha256::digest(content));
    }
    bytes
}

#[test]
fn another_version_is_told_from_damage() {
    let theta = ("full.theta", &[1.0][..]);
    let earlier = file(
        &[("format", "tangent checkpoint 2"), ("run", "a")],
        theta,
        false,
    );
    let later = file(&[("format", "tangent checkpoint 4")], theta, true);
    for (bytes, format) in [
        (earlier, "tangent checkpoint 2"),
        (later, "tangent checkpoint 4"),
    ] {
        let error = Checkpoint::from_bytes(&bytes).unwrap_err();
        assert!(
            matches!(&error, Error::CheckpointFormat { found, .. } if found == format),
            "{error}"
        );
    }
    // This changes one digit of the version itself.
    let whole = checkpoint(vec![state(3, 0)]).to_bytes().unwrap();
    let version = b"tangent checkpoint 3";
    let place = whole
        .windows(version.len())
        .position(|w| w == version)
        .unwrap();
    let mut bytes = whole;
    bytes[place + version.len() - 1] = b'2';
    assert!(damaged(&bytes));
}

#[test]
fn a_file_whose_hash_is_right_and_whose_content_is_not_is_damaged() {
    let format = ("format", "tangent checkpoint 3");
    let step = ("0.step", "1");
    for (metadata, tensor) in [
        (vec![format], "0.theta"),
        (vec![format, ("run", "a"), step], "0.theta"),
        (
            vec![format, ("run", "a"), step, ("0.optimiser.steps", "-1")],
            "0.theta",
        ),
        (
            vec![format, ("run", "a"), step, ("0.optimiser.steps", "1")],
            "theta",
        ),
        (
            vec![
                format,
                ("run", "a"),
                ("0.step", "1e3"),
                ("0.optimiser.steps", "1"),
            ],
            "0.theta",
        ),
        (vec![("run", "a")], "0.theta"),
    ] {
        assert!(
            damaged(&file(&metadata, (tensor, &[1.0]), true)),
            "{metadata:?}"
        );
    }
}

#[test]
fn states_of_another_optimiser_are_refused() {
    let model = Affine::random(6, 1, 4, 1);
    let targets = Targets::Scores(vec![1.0; 6]);
    for (optimiser, right) in [
        (Stepping::AdamW { weight_decay: 0.0 }, 2),
        (Stepping::Sgd { momentum: 0.9 }, 1),
        (Stepping::Sgd { momentum: 0.0 }, 0),
        (Stepping::GradientDescent, 0),
    ] {
        let recipe = Recipe {
            objective: tangent_linearize::Objective::Squared,
            optimiser,
            ..Recipe::default()
        };
        for moments in 0..4 {
            for steps in [0, 1] {
                let mut trainer = Trainer::new(&model, &targets, recipe).unwrap();
                let restored = trainer.restore(State {
                    step: steps,
                    theta: vec![0.0; 4],
                    optimiser: Memory {
                        steps,
                        moments: vec![vec![0.0; 4]; moments],
                    },
                });
                let expected = if steps == 0 { 0 } else { right };
                assert_eq!(
                    restored.is_ok(),
                    moments == expected,
                    "{optimiser:?}, {moments}, {steps}"
                );
                let beyond = State {
                    step: 1,
                    theta: vec![0.0; 4],
                    optimiser: Memory {
                        steps: usize::MAX,
                        moments: vec![vec![0.0; 4]; right],
                    },
                };
                assert!(trainer.restore(beyond).is_err());
                // The run continues after every rejected state.
                trainer.step().unwrap().unwrap();
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(damaged(&bytes));
    }

    #[test]
    fn no_change_makes_it_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let whole = checkpoint(vec![state(3, 2)]).to_bytes().unwrap();
        let mut bytes = whole.clone();
        for (place, byte) in edits {
            *place.get_mut(&mut bytes) = byte;
        }
        prop_assert!(bytes == whole || Checkpoint::from_bytes(&bytes).is_err());
    }

    #[test]
    fn no_facts_get_lost(facts in any::<BTreeMap<String, String>>(), run in any::<String>()) {
        let written = Checkpoint { run, states: vec![state(1, 1)], facts };
        prop_assert_eq!(Checkpoint::from_bytes(&written.to_bytes().unwrap()), Ok(written));
    }
}
