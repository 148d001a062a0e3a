//! The choices that are compared.

use tangent_spectral::selection::combinations;

use super::config::{Config, Matrices};
use crate::Result;
use crate::blocks::places;
use crate::settings::refused;

/// A choice: layers, and matrices that are adapted in each of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) layers: Vec<usize>,
    pub(super) targets: Vec<String>,
    /// Places of its blocks.
    pub(super) blocks: Vec<usize>,
}

/// `{0,5}`, or `{0,5} query,value` where the matrices are chosen too.
pub(super) fn name(layers: &[usize], targets: &[String], matrices: Matrices) -> String {
    let layers: Vec<String> = layers.iter().map(usize::to_string).collect();
    let layers = format!("{{{}}}", layers.join(","));
    if matrices == Matrices::All {
        return layers;
    }
    let short = |target: &String| match target.as_str() {
        "attention.output.dense" => "attention output".to_owned(),
        "intermediate.dense" => "intermediate".to_owned(),
        "output.dense" => "output".to_owned(),
        other => other.rsplit('.').next().unwrap_or(other).to_owned(),
    };
    let targets: Vec<String> = targets.iter().map(short).collect();
    format!("{layers} {}", targets.join(","))
}

/// All choices that a configuration asks for, of a model with blocks of these names.
///
/// # Errors
/// More layers or matrices than may be chosen from; a candidate of a layer that is none of them.
pub(super) fn choices(
    config: &Config,
    targets: &[String],
    names: &[String],
) -> Result<Vec<Choice>> {
    let layers = layers(names);
    let sets = match &config.candidates {
        Some(sets) => {
            for layer in sets.iter().flatten() {
                if !layers.contains(layer) {
                    let problem =
                        format!("layer {layer} is none of those that may be chosen: {layers:?}");
                    return Err(refused("candidates", problem));
                }
            }
            sets.clone()
        }
        None => {
            let k = config.choose.unwrap_or(3.min(layers.len()));
            if k > layers.len() {
                let problem = format!(
                    "{k} layers are more than the {} that may be chosen",
                    layers.len()
                );
                return Err(refused("choose", problem));
            }
            combinations(layers.len(), k)?
                .map(|places| places.into_iter().map(|place| layers[place]).collect())
                .collect()
        }
    };
    let sizes = match config.matrices {
        Matrices::All => targets.len()..=targets.len(),
        Matrices::EverySet => 1..=targets.len(),
        Matrices::SetsOf(k) if k <= targets.len() => k..=k,
        Matrices::SetsOf(k) => {
            let problem = format!(
                "{k} matrices are more than the {} of --targets",
                targets.len()
            );
            return Err(refused("choose-targets", problem));
        }
    };
    let mut target_sets: Vec<Vec<String>> = Vec::new();
    for size in sizes {
        let places = combinations(targets.len(), size)?;
        target_sets.extend(places.map(|set| set.into_iter().map(|p| targets[p].clone()).collect()));
    }
    let choice = |layers: &Vec<usize>, chosen: &Vec<String>| Choice {
        blocks: places(names, layers, chosen, targets),
        layers: layers.clone(),
        targets: chosen.clone(),
    };
    let of_layers = |layers| {
        target_sets
            .iter()
            .map(move |targets| choice(layers, targets))
    };
    Ok(sets.iter().flat_map(of_layers).collect())
}

/// The layers of the blocks, ascending.
fn layers(names: &[String]) -> Vec<usize> {
    let layer = |name: &String| name.split('.').nth(1)?.parse().ok();
    let mut layers: Vec<usize> = names.iter().filter_map(layer).collect();
    layers.sort_unstable();
    layers.dedup();
    layers
}
