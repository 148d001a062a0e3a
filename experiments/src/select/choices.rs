//! The choices that are compared.

use tangent_spectral::selection::combinations;

use super::Config;
use crate::Result;
use crate::settings::refused;

/// A choice: layers, and matrices that are adapted in each of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) layers: Vec<usize>,
    pub(super) targets: Vec<String>,
    /// Places of its blocks.
    pub(super) blocks: Vec<usize>,
}

impl Choice {
    /// `{0,5} query,value`, the matrices where they are chosen too.
    pub(super) fn name(&self, with_targets: bool) -> String {
        let layers: Vec<String> = self.layers.iter().map(usize::to_string).collect();
        let layers = format!("{{{}}}", layers.join(","));
        match with_targets {
            true => {
                let short =
                    |target: &String| target.split('.').next_back().unwrap_or(target).to_owned();
                let short = |target: &String| match target.as_str() {
                    "attention.output.dense" => "attention output".to_owned(),
                    "intermediate.dense" => "intermediate".to_owned(),
                    "output.dense" => "output".to_owned(),
                    _ => short(target),
                };
                let targets: Vec<String> = self.targets.iter().map(short).collect();
                format!("{layers} {}", targets.join(","))
            }
            false => layers,
        }
    }
}

/// All choices that a configuration asks for, of a model with blocks of these names.
///
/// # Errors
/// More layers than may be chosen from; a candidate of a layer that is none of them.
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
    let target_sets: Vec<Vec<String>> = match config.choose_targets {
        true => {
            let mut sets = Vec::new();
            for k in 1..=targets.len() {
                let of_size = combinations(targets.len(), k)?;
                sets.extend(
                    of_size.map(|places| places.into_iter().map(|p| targets[p].clone()).collect()),
                );
            }
            sets
        }
        false => vec![targets.to_vec()],
    };
    let choice = |layers: &Vec<usize>, targets: &Vec<String>| Choice {
        blocks: blocks(names, layers, targets),
        layers: layers.clone(),
        targets: targets.clone(),
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

fn blocks(names: &[String], layers: &[usize], targets: &[String]) -> Vec<usize> {
    let chosen = |name: &String| {
        let in_layer = layers
            .iter()
            .any(|layer| name.starts_with(&format!("layer.{layer}.")));
        in_layer
            && targets
                .iter()
                .any(|target| name.ends_with(&format!(".{target}")))
    };
    let places = names.iter().enumerate();
    places
        .filter(|(_, name)| chosen(name))
        .map(|(place, _)| place)
        .collect()
}
