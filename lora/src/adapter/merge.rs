use super::select::modules::adaptable;
use super::{Adapter, Factors, Place, Target};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{HeadWeights, NamedTensors, Weights, encoder_tensors, pooler_tensors};

impl Adapter {
    /// Returns the tensors of a model without an adapter that computes the same as `weights` with this adapter: every
    /// adapted weight is $W + s\,BA$, and the head is `head`. [`write_model`](crate::weights::write_model) writes them
    /// to a folder.
    ///
    /// The sum is computed in `f64` and rounded to `f32` once, so the outputs agree up to that rounding.
    ///
    /// # Errors
    /// A tensor of the encoder, or of the pooler if it is adapted, is missing, has the wrong shape, or is not finite.
    pub fn merge(
        &self,
        encoder: &EncoderConfig,
        weights: &Weights,
        head: &HeadWeights,
    ) -> Result<NamedTensors, Error> {
        self.shift(encoder, weights, head, 1.0)
    }

    /// Undoes [`Adapter::merge`]: returns the tensors of the base model from those of a merged model, with every
    /// adapted weight $W - s\,BA$. The base model's weights come back up to rounding, not bit for bit: the error of an
    /// entry is at most half a unit in the last place of its own value plus half a unit in the last place of the merged
    /// value.
    ///
    /// # Errors
    /// As [`Adapter::merge`].
    pub fn unmerge(
        &self,
        encoder: &EncoderConfig,
        merged: &Weights,
        head: &HeadWeights,
    ) -> Result<NamedTensors, Error> {
        self.shift(encoder, merged, head, -1.0)
    }

    fn shift(
        &self,
        encoder: &EncoderConfig,
        weights: &Weights,
        head: &HeadWeights,
        sign: f64,
    ) -> Result<NamedTensors, Error> {
        let mut tensors = head.tensors(encoder);
        tensors.extend(head.pooler(encoder));
        let mut read = encoder_tensors(encoder);
        if self
            .targets
            .iter()
            .any(|target| target.place == Place::Pooler)
        {
            // `head` may come from the other of the two models, base and merged, so the pooler is read from `weights`.
            read.extend(pooler_tensors(encoder));
        }
        for (name, shape) in read {
            let values = weights.tensor(&name, &shape)?;
            tensors.insert(name, (shape, values));
        }
        for (target, factors) in self.targets.iter().zip(&self.factors) {
            let name = format!("{}.weight", target.place.module());
            let (_, weight) = tensors.get_mut(&name).ok_or_else(|| Error::NotAdaptable {
                module: target.name(),
                adaptable: adaptable(),
            })?;
            add_update(weight, target, factors, sign * target.scaling);
        }
        Ok(tensors)
    }
}

/// Adds `scaling`·BA to a weight `[out, in]`, row by row.
fn add_update(weight: &mut [f32], target: &Target, factors: &Factors, scaling: f64) {
    let input = factors.a.len() / target.rank;
    let mut update = vec![0.0; input];
    for (row, b) in weight
        .chunks_exact_mut(input)
        .zip(factors.b.chunks_exact(target.rank))
    {
        update.fill(0.0);
        for (&b, a) in b.iter().zip(factors.a.chunks_exact(input)) {
            let b = scaling * f64::from(b);
            for (sum, &a) in update.iter_mut().zip(a) {
                *sum += b * f64::from(a);
            }
        }
        for (w, sum) in row.iter_mut().zip(&update) {
            *w = (f64::from(*w) + sum) as f32;
        }
    }
}
