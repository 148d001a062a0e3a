//! The choices of layers and matrices that may be compared.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use tangent_ntk_core::Block;
use tangent_spectral::selection::{binomial, combinations};

use super::config::{Config, Matrices};
use crate::blocks::places;
use tangent_base::Result;
use tangent_base::settings::refused;

/// A choice: layers, and the matrices that are adapted in each of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) layers: Vec<usize>,
    pub(super) targets: Vec<String>,
    /// The indices of its blocks.
    pub(super) blocks: Vec<usize>,
}

/// Returns the name of a choice: `{0,5}`, or `{0,5} query,value` if the matrices are chosen too.
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

/// The choices that a configuration allows, for a model with these blocks. They may be too many to list.
pub(super) struct Space<'a> {
    blocks: &'a [Block],
    pub(super) layers: LayerSets,
    /// The matrices that may be chosen.
    pub(super) targets: &'a [String],
    /// How many matrices a choice may have.
    pub(super) sizes: RangeInclusive<usize>,
}

/// The sets of layers that may be chosen.
pub(super) enum LayerSets {
    /// The sets that the user named.
    Given(Vec<Vec<usize>>),
    /// Every set of `k` of these layers.
    Every { of: Vec<usize>, k: usize },
}

impl<'a> Space<'a> {
    /// Returns the choices that a configuration allows.
    ///
    /// # Errors
    /// The configuration asks for more layers or matrices than may be chosen; a candidate names a layer that may not be
    /// chosen.
    pub(super) fn new(config: &Config, targets: &'a [String], blocks: &'a [Block]) -> Result<Self> {
        let there = layers(blocks);
        let layers = match &config.candidates {
            Some(sets) => {
                if let Some(layer) = sets.iter().flatten().find(|layer| !there.contains(layer)) {
                    let problem =
                        format!("layer {layer} is not one of those that may be chosen: {there:?}");
                    return Err(refused("candidates", problem));
                }
                LayerSets::Given(sets.clone())
            }
            None => {
                let (k, most) = (config.choose.unwrap_or(3.min(there.len())), there.len());
                if k > most {
                    let problem = format!("{k} layers are more than the {most} that may be chosen");
                    return Err(refused("choose", problem));
                }
                LayerSets::Every { of: there, k }
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
        Ok(Self {
            blocks,
            layers,
            targets,
            sizes,
        })
    }

    /// Returns the number of choices; `None` if it does not fit into a `usize`.
    pub(super) fn count(&self) -> Option<usize> {
        self.layers.count()?.checked_mul(self.count_of_targets()?)
    }

    /// Returns the number of sets of matrices; `None` if it does not fit into a `usize`.
    pub(super) fn count_of_targets(&self) -> Option<usize> {
        let counts = self
            .sizes
            .clone()
            .map(|size| binomial(self.targets.len(), size));
        counts
            .reduce(|sum, count| sum?.checked_add(count?))
            .flatten()
    }

    /// Returns every set of matrices, smaller sets first.
    pub(super) fn target_sets(&self) -> Result<Vec<Vec<String>>> {
        let mut sets = Vec::new();
        for size in self.sizes.clone() {
            let places = combinations(self.targets.len(), size)?;
            let set = |set: Vec<usize>| set.into_iter().map(|p| self.targets[p].clone()).collect();
            sets.extend(places.map(set));
        }
        Ok(sets)
    }

    /// Returns every combination of a set of layers with one of these sets of matrices.
    pub(super) fn with(&self, target_sets: &[Vec<String>]) -> Result<Vec<Choice>> {
        let sets = self.layers.list()?;
        let choices = sets.iter().flat_map(|layers| {
            let choice = move |targets: &Vec<String>| self.choice(layers, targets);
            target_sets.iter().map(choice)
        });
        Ok(choices.collect())
    }

    /// Returns the choice of these layers and matrices.
    pub(super) fn choice(&self, layers: &[usize], targets: &[String]) -> Choice {
        Choice {
            blocks: places(self.blocks, layers, targets, self.targets),
            layers: layers.to_vec(),
            targets: targets.to_vec(),
        }
    }
}

impl LayerSets {
    /// Returns the number of sets; `None` if it does not fit into a `usize`.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Self::Given(sets) => Some(sets.len()),
            Self::Every { of, k } => binomial(of.len(), *k),
        }
    }

    /// Returns every layer that is in one of the sets, in ascending order.
    pub(super) fn all(&self) -> Vec<usize> {
        match self {
            Self::Given(sets) => BTreeSet::from_iter(sets.iter().flatten().copied())
                .into_iter()
                .collect(),
            Self::Every { of, .. } => of.clone(),
        }
    }

    /// Returns the first set.
    pub(super) fn first(&self) -> &[usize] {
        match self {
            Self::Given(sets) => sets.first().map_or(&[], Vec::as_slice),
            Self::Every { of, k } => &of[..*k],
        }
    }

    fn list(&self) -> Result<Vec<Vec<usize>>> {
        Ok(match self {
            Self::Given(sets) => sets.clone(),
            Self::Every { of, k } => combinations(of.len(), *k)?
                .map(|places| places.into_iter().map(|place| of[place]).collect())
                .collect(),
        })
    }
}

/// Returns the layers of the blocks, in ascending order.
fn layers(blocks: &[Block]) -> Vec<usize> {
    let layers: BTreeSet<usize> = blocks.iter().filter_map(|block| block.layer).collect();
    layers.into_iter().collect()
}
