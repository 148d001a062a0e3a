//! The embedded encoder is what `tangent pretrain` makes.

use tangent_embedded as embedded;
use tangent_embedded::{Error, Record, corpus_sha256, held_out_loss, pretrain};

#[test]
fn the_first_steps_repeat_on_the_recorded_text() {
    let recorded = embedded::record();
    let steps = recorded.first_losses.len();
    assert_eq!(steps, 20);
    assert_eq!(
        corpus_sha256(&recorded.recipe).unwrap(),
        recorded.corpus_sha256
    );
    // The recipe is that of the whole run, so that the learning rates agree; only the first steps are made.
    let mut losses = Vec::new();
    let stopped = pretrain(&recorded.recipe, &mut |_, loss| {
        losses.push(loss);
        losses.len() < steps
    });
    assert!(matches!(stopped, Err(Error::Interrupted)));
    for (step, (found, recorded)) in losses.iter().zip(&recorded.first_losses).enumerate() {
        assert!(
            (found - recorded).abs() < 1e-4,
            "step {step}: {found}, recorded {recorded}"
        );
    }
}

#[test]
fn the_shipped_weights_have_the_recorded_held_out_loss() {
    let recorded = embedded::record();
    let loss = held_out_loss(&recorded.recipe, &embedded::load().unwrap().weights).unwrap();
    assert!(
        (loss - recorded.held_out_loss).abs() < 1e-4,
        "{loss}, recorded {}",
        recorded.held_out_loss
    );
    // The uniform distribution over the vocabulary has the loss 6.8.
    assert!(loss < 3.5, "{loss}");
}

#[test]
fn a_short_run_repeats_bit_for_bit_and_a_difference_is_told() {
    let mut recipe = embedded::record().recipe;
    (
        recipe.passages,
        recipe.held_out,
        recipe.steps,
        recipe.warm_up,
    ) = (200, 20, 6, 2);
    let run = || Record::of(&recipe, &pretrain(&recipe, &mut |_, _| true).unwrap());
    let (first, again) = (run(), run());
    assert_eq!(first, again);
    assert!(first.compare(&again).is_ok());

    let mut other = first.clone();
    other.first_losses[3] += 2e-4;
    let error = first.compare(&other).unwrap_err();
    assert!(
        error.to_string().starts_with("the loss of step 3 is "),
        "{error}"
    );
    other = first.clone();
    other.final_loss *= 1.02;
    assert!(matches!(first.compare(&other), Err(Error::Differs { .. })));
    other = first.clone();
    other.corpus_sha256 = "0".into();
    assert!(matches!(first.compare(&other), Err(Error::Corpus { .. })));
}
