//! The generated tasks are neither trivial nor hopeless for the embedded encoder: a linear probe on its frozen
//! features lies clearly between chance and certainty, and below what fine-tuning reaches.

mod examples;
mod frozen;
mod tuned;

use examples::Examples;
use tangent_datasets::Split::{Dev, Train};

const DEV: usize = 1000;

/// Each task with the lower and upper limit of the probe's accuracy, and the least amount by which fine-tuning exceeds
/// it.
///
/// Chance is 0.5, with a standard error of 0.016.
const TASKS: [(&str, f64, f64, f64); 4] = [
    ("acceptability", 0.57, 0.80, 0.05),
    ("sentiment", 0.60, 0.92, 0.05),
    ("reviews", 0.57, 0.85, 0.05),
    ("paraphrase", 0.55, 0.80, 0.05),
];

fn probe(task: &str) -> f64 {
    frozen::accuracy(
        &Examples::load(task, Train, 2000),
        &Examples::load(task, Dev, DEV),
    )
}

#[test]
fn a_linear_probe_is_between_chance_and_certainty() {
    let found = TASKS.map(|(task, low, high, _)| (task, low, high, probe(task)));
    for (task, _, _, accuracy) in found {
        println!("{task}: {accuracy:.3}");
    }
    for (task, low, high, accuracy) in found {
        assert!((low..high).contains(&accuracy), "{task}: {accuracy}");
    }
}

/// Takes minutes; runs only with `--ignored`.
#[test]
#[ignore = "trains for minutes"]
fn fine_tuning_reaches_more_than_the_probe() {
    let found = TASKS.map(|(task, _, _, gain)| {
        let (train, dev) = (
            Examples::load(task, Train, 4000),
            Examples::load(task, Dev, DEV),
        );
        let (frozen, tuned) = (
            frozen::accuracy(&train, &dev),
            tuned::accuracy(&train, &dev),
        );
        println!("{task}: probe {frozen:.3}, fine-tuned {tuned:.3}");
        (task, gain, frozen, tuned)
    });
    for (task, gain, frozen, tuned) in found {
        assert!(tuned > frozen + gain, "{task}: {tuned}, probe {frozen}");
    }
}
