//! The memory that a batch needs beside its rows, as the model reports it: every part is counted.

mod common;
#[path = "common/random.rs"]
mod random;

use burn::tensor::DType;
use burn_flex::Flex;
use random::Recipe;
use tangent_lora::adapter::Projection;
use tangent_lora::{Activation, Architecture, Classifier, Sequence};
use tangent_ntk_core::Model;

/// Returns the number of entries that a batch of 3 and 5 tokens needs with adapters of rank 2 on these maps of these
/// layers; the model has three layers.
fn entries(layers: &[usize], projections: &[Projection], directions: usize) -> usize {
    entries_of(&recipe(layers, projections), directions)
}

fn recipe(layers: &[usize], projections: &[Projection]) -> Recipe {
    Recipe {
        architecture: Architecture::Roberta,
        activation: Activation::Gelu,
        layers: 3,
        heads: 2,
        head_width: 4,
        classes: 3,
        adapted_layers: layers.into(),
        projections: projections.into(),
        pooler: false,
        rank: 2,
        alpha: 2.0,
        zero_b: true,
        head_block: false,
        lengths: vec![3, 5],
        seed: 0,
    }
}

fn entries_of(recipe: &Recipe, directions: usize) -> usize {
    let parts = recipe.parts();
    let model: Classifier<Flex> = parts.model(DType::F64);
    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    model.working_set(&references, directions) / size_of::<f64>()
}

const TOKENS: usize = 8;
const WIDTH: usize = 8;
const FEED_FORWARD: usize = 17;

#[test]
fn layers_below_the_lowest_adapted_one_keep_nothing() {
    let [one, two, three] = [2, 1, 0].map(|lowest| entries(&[lowest], &[Projection::Query], 1));
    let probabilities = 2 * (3 * 3 + 5 * 5);
    let layer = TOKENS * (8 * WIDTH + FEED_FORWARD) + probabilities;
    // The adapter's own low-rank input moves to the other layer with it.
    assert_eq!((two - one, three - two), (layer, layer));
}

#[test]
fn an_adapted_last_map_keeps_its_wide_input() {
    let query = entries(&[0, 2], &[Projection::Query], 1);
    let both = entries(&[0, 2], &[Projection::Query, Projection::Output], 1);
    // The name `output.dense` also selects the map after attention, whose input is kept anyway.
    assert_eq!(both - query, 2 * TOKENS * (FEED_FORWARD + 2 + 2));
}

#[test]
fn rows_of_several_directions_are_put_together_block_by_block() {
    let projections = [Projection::Query, Projection::Output];
    let [one, three] = [1, 3].map(|directions| entries(&[0, 1], &projections, directions));
    let largest_block = 2 * (FEED_FORWARD + WIDTH);
    assert_eq!(three - one, 2 * 3 * largest_block);
}

#[test]
fn an_adapted_pooler_keeps_its_input_and_the_low_rank_one() {
    let [without, with] = [false, true].map(|pooler| {
        let recipe = Recipe {
            architecture: Architecture::Bert,
            pooler,
            ..recipe(&[1], &[Projection::Query])
        };
        entries_of(&recipe, 1)
    });
    assert_eq!(with - without, 2 * (WIDTH + 2));
}
