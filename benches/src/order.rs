//! The batches in which a trainer goes through its examples.

use std::sync::Mutex;

use tangent_linearize::train::{Recipe, Trainer};
use tangent_linearize::{Cotangent, Predictor, Result, Targets};
use tangent_ntk_core::Block;

/// A function that is zero everywhere, and records the batches for which its gradient was requested.
struct Listener {
    examples: usize,
    outputs: usize,
    tensors: [Block; 1],
    heard: Mutex<Vec<Vec<usize>>>,
}

/// Returns the batches of all steps that `recipe` takes over these examples, for a model with `outputs` outputs.
///
/// # Errors
/// As [`Trainer::new`].
pub fn batches(recipe: Recipe, targets: &Targets, outputs: usize) -> Result<Vec<Vec<usize>>> {
    let listener = Listener {
        examples: targets.len(),
        outputs,
        tensors: [Block::new("none", 1)],
        heard: Mutex::default(),
    };
    let mut trainer = Trainer::new(&listener, targets, recipe)?;
    while trainer.step()?.is_some() {}
    Ok(listener.heard.into_inner().expect("no thread has panicked"))
}

impl Predictor for Listener {
    fn start(&self) -> &[f64] {
        &[0.0]
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        self.examples
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn forward(&self, _theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        Ok(vec![0.0; batch.len() * self.outputs])
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        _cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let mut heard = self.heard.lock().expect("no thread has panicked");
        heard.push(batch.to_vec());
        Ok((self.forward(theta, batch)?, vec![0.0]))
    }

    fn pushforward(&self, theta: &[f64], batch: &[usize], _tangent: &[f64]) -> Result<Vec<f64>> {
        self.forward(theta, batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_goes_through_every_example_once() {
        let targets = Targets::Classes(vec![0; 10]);
        let recipe = Recipe {
            batch: 4,
            epochs: 1,
            ..Recipe::default()
        };
        let batches = batches(recipe, &targets, 2).unwrap();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        let mut seen = batches.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
}
