//! Grows a deep encoder out of a shallow one: progressive stacking (Gong et al., 2019, *Efficient Training of BERT by
//! Progressively Stacking*). Twelve narrow layers, trained from the start, learn only the frequencies of neighbouring
//! words for a long time. Three layers learn what to attend to in a quarter of the time, and their copies continue from
//! there.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tangent_lora::weights::NamedTensors;

use super::Error;

/// A stage of training with a shallower encoder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// The number of layers of the encoder.
    pub layers: usize,
    /// The share of all steps that the stage takes.
    pub share: f64,
}

/// A range of steps with the same number of layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) layers: usize,
    pub(super) steps: Range<usize>,
}

/// Returns the stages of a run that ends with `layers` layers.
pub(super) fn stages(growth: &[Growth], layers: usize, steps: usize) -> Result<Vec<Stage>, Error> {
    let refused = |problem| Error::Recipe {
        key: "growth",
        problem,
    };
    let mut stages: Vec<Stage> = Vec::new();
    let (mut share, mut start) = (0.0, 0);
    let taken: f64 = growth.iter().map(|stage| stage.share).sum();
    if !(0.0..1.0).contains(&taken) || growth.iter().any(|stage| stage.share < 0.0) {
        return Err(refused(format!(
            "shares that sum to {taken}; each must be at least 0, and something must be left for all the layers"
        )));
    }
    let last = Growth {
        layers,
        share: 1.0 - taken,
    };
    for stage in growth.iter().chain([&last]) {
        if let Some(before) = stages.last()
            && (before.layers == 0 || !stage.layers.is_multiple_of(before.layers))
        {
            return Err(refused(format!(
                "from {} to {} layers; they are copied whole times, so each number must divide the next",
                before.layers, stage.layers
            )));
        }
        share += stage.share;
        let end = ((share * steps as f64).round() as usize).clamp(start, steps);
        stages.push(Stage {
            layers: stage.layers,
            steps: start..end,
        });
        start = end;
    }
    Ok(stages)
}

/// Turns the tensors of an encoder of `from` layers into those of an encoder of `to` layers, by stacking copies of the
/// layers.
pub(super) fn stack(tensors: NamedTensors, from: usize, to: usize) -> NamedTensors {
    const LAYER: &str = "encoder.layer.";
    let mut stacked = NamedTensors::new();
    for (name, tensor) in tensors {
        let layer = name.strip_prefix(LAYER).and_then(|rest| {
            let (index, rest) = rest.split_once('.')?;
            Some((index.parse::<usize>().ok()?, rest))
        });
        match layer {
            Some((index, rest)) => stacked.extend(
                (index..to)
                    .step_by(from)
                    .map(|copy| (format!("{LAYER}{copy}.{rest}"), tensor.clone())),
            ),
            None => {
                stacked.insert(name, tensor);
            }
        }
    }
    stacked
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE_SIX: [Growth; 2] = [
        Growth {
            layers: 3,
            share: 0.5,
        },
        Growth {
            layers: 6,
            share: 0.25,
        },
    ];

    #[test]
    fn stages_share_the_steps() {
        let stages = |steps| {
            let stages = stages(&THREE_SIX, 12, steps).unwrap();
            stages.into_iter().map(|s| (s.layers, s.steps)).collect()
        };
        let of_eight: Vec<_> = stages(8);
        assert_eq!(of_eight, [(3, 0..4), (6, 4..6), (12, 6..8)]);
        // The shares are rounded, but no step is left out or made twice.
        let of_one: Vec<_> = stages(1);
        assert_eq!(of_one, [(3, 0..1), (6, 1..1), (12, 1..1)]);
        assert_eq!(super::stages(&[], 12, 8).unwrap().len(), 1);
    }

    #[test]
    fn growth_that_cannot_be_is_told() {
        let error = stages(&THREE_SIX, 8, 10).unwrap_err().to_string();
        assert!(
            error.starts_with("recipe, `growth`: from 6 to 8 layers; "),
            "{error}"
        );
        for share in [f64::NAN, -0.5, 1.0] {
            let growth = [Growth { layers: 3, share }];
            let error = stages(&growth, 6, 10).unwrap_err().to_string();
            assert!(error.contains("shares that sum to "), "{error}");
        }
    }

    #[test]
    fn layers_are_stacked_in_order_and_the_rest_stays() {
        let tensor = |value| (vec![1], vec![value]);
        let two = NamedTensors::from([
            ("embeddings.x".into(), tensor(9.0)),
            ("encoder.layer.0.y".into(), tensor(0.0)),
            ("encoder.layer.1.y".into(), tensor(1.0)),
        ]);
        let four = stack(two.clone(), 2, 4);
        let values: Vec<f32> = four.values().map(|(_, values)| values[0]).collect();
        assert_eq!(values, [9.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(four.keys().last().unwrap(), "encoder.layer.3.y");
        assert_eq!(stack(two.clone(), 2, 2), two);
    }
}
