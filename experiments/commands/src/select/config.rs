use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::Split;
use tangent_spectral::selection::Score;

use super::settings::Args;
use tangent_base::Result;
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{AdapterConfig, DataConfig, MachineConfig, ModelConfig, refused};

/// The settings of `tangent select`, checked as far as is possible before any file is read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model, with an adapter on every layer and matrix that may be chosen.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// The number of layers to choose; `None` for 3, or all if there are fewer.
    pub choose: Option<usize>,
    /// Which matrices are adapted in a chosen layer.
    pub matrices: Matrices,
    /// The sets of layers to compare, instead of all sets of one size.
    pub candidates: Option<Vec<Vec<usize>>>,
    /// The score that orders the choices.
    pub score: Score,
    /// The ridge σ.
    pub sigma: f64,
    /// The number of subsamples.
    pub subsamples: usize,
    /// The number of choices to show.
    #[serde(skip)]
    pub top: usize,
    /// The folder for the adapter configuration of the best choice.
    #[serde(skip)]
    pub write_adapter: Option<PathBuf>,
    /// The task and its data.
    #[serde(flatten)]
    pub data: DataConfig,
    /// The number of examples; `None` for 256, or all if there are fewer.
    pub n: Option<Count>,
    /// The split that the examples are drawn from.
    #[serde(skip_serializing_if = "is_train")]
    pub split: Split,
    /// What the program may use of the machine.
    #[serde(flatten)]
    pub machine: MachineConfig,
    /// The folder of the results.
    #[serde(skip)]
    pub output: PathBuf,
}

/// Which matrices are adapted in a chosen layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matrices {
    /// All matrices that may be chosen.
    All,
    /// Each set of these matrices except the empty one.
    EverySet,
    /// Each set of as many of these matrices.
    SetsOf(usize),
}

impl Config {
    /// Merges the flags with the file that `--config` names, and fills in the defaults. Flags override the file.
    ///
    /// # Errors
    /// The file is not readable; a value is invalid; settings contradict each other.
    pub fn new(flags: &Args) -> Result<Self> {
        let args: Args = overlay(flags, flags.config.as_deref())?;
        let candidates = args.candidates.as_deref().map(candidates).transpose()?;
        if candidates.is_some() && args.choose.is_some() {
            let problem = "--candidates names the sets already; omit one of the two";
            return Err(refused("choose", problem));
        }
        let config = Self {
            model: args.model.config()?,
            choose: args.choose,
            matrices: match args.choose_targets {
                None => Matrices::All,
                Some(0) => Matrices::EverySet,
                Some(k) => Matrices::SetsOf(k),
            },
            candidates,
            score: args.score.unwrap_or(Score::RidgeRisk),
            sigma: args.sigma.unwrap_or(crate::RIDGE),
            subsamples: args.subsamples.unwrap_or(20),
            top: args.top.unwrap_or(10),
            write_adapter: args.write_adapter.map(PathBuf::from),
            data: args.data.config()?,
            n: args.n,
            split: args.split.unwrap_or(Split::Train),
            machine: args.machine.config()?,
            output: args
                .output
                .map_or_else(|| "out/select".into(), PathBuf::from),
        };
        if matches!(config.model.adapter, AdapterConfig::Folder(_)) {
            let problem =
                "its modules are chosen already; name what may be chosen by --layers and --targets";
            return Err(refused("adapter", problem));
        }
        for (name, value) in [("choose", config.choose), ("top", Some(config.top))] {
            if value == Some(0) {
                return Err(refused(name, "must be at least 1"));
            }
        }
        if config.n.is_some_and(Count::is_none) {
            return Err(refused("n", "must be at least 1"));
        }
        if !(config.sigma.is_finite() && config.sigma >= 0.0) {
            let problem = format!(
                "σ = {}: the ridge must be finite and not negative",
                config.sigma
            );
            return Err(refused("sigma", problem));
        }
        Ok(config)
    }
}

/// Returns whether the split is the default, which result files omit.
fn is_train(split: &Split) -> bool {
    *split == Split::Train
}

/// Parses sets of layers, such as `0,1:0,5`.
fn candidates(text: &str) -> Result<Vec<Vec<usize>>> {
    let set = |set: &str| {
        let mut layers = set
            .split(',')
            .map(|layer| layer.trim().parse::<usize>())
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|_| {
                refused(
                    "candidates",
                    format!("`{set}` is not a set of layers; write sets as 0,1:0,5"),
                )
            })?;
        layers.sort_unstable();
        layers.dedup();
        Ok(layers)
    };
    if text.trim().is_empty() {
        return Err(refused(
            "candidates",
            "names none; omit it to compare all sets of --choose layers",
        ));
    }
    let sets: Vec<Vec<usize>> = text.split(':').map(set).collect::<Result<_>>()?;
    for (place, set) in sets.iter().enumerate() {
        if sets[..place].contains(set) {
            let problem = format!("names the layers {set:?} twice");
            return Err(refused("candidates", problem));
        }
    }
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_sets_of_layers() {
        assert_eq!(candidates("5,0:1").unwrap(), [vec![0, 5], vec![1]]);
        for (text, message) in [
            ("", "names none"),
            ("0,x", "`0,x` is not a set"),
            ("0:", "`` is not a set"),
            ("0,5:1:5,0", "names the layers [0, 5] twice"),
        ] {
            let error = candidates(text).unwrap_err().to_string();
            assert!(
                error.starts_with("--candidates: ") && error.contains(message),
                "{error}"
            );
        }
    }
}
