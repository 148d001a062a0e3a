//! The readout of a predictor, as a predictor.

use crate::{Cotangent, Predictor, Result};
use tangent_ntk_core::{Block, Readout};

/// The readout of another predictor: the outputs are $d_j^\top f_\theta(x)$ for its $k$ directions $d_j$. The
/// theorems' $f$ is the margin of a classifier's two outputs.
pub struct Read<'a, P: Predictor + ?Sized> {
    predictor: &'a P,
    /// `[k][C]`.
    directions: Vec<Vec<f64>>,
}

impl<'a, P: Predictor + ?Sized> Read<'a, P> {
    /// Returns the readout `readout` of `predictor`.
    ///
    /// # Errors
    /// The readout does not exist for the predictor's number of outputs.
    pub fn new(predictor: &'a P, readout: Readout) -> Result<Self> {
        let directions = readout.directions(predictor.outputs())?;
        Ok(Self {
            predictor,
            directions,
        })
    }

    fn read(&self, outputs: &[f64]) -> Vec<f64> {
        tangent_ntk_core::read(&self.directions, outputs)
    }
}

impl<P: Predictor + ?Sized> Predictor for Read<'_, P> {
    fn start(&self) -> &[f64] {
        self.predictor.start()
    }

    fn tensors(&self) -> &[Block] {
        self.predictor.tensors()
    }

    fn examples(&self) -> usize {
        self.predictor.examples()
    }

    fn outputs(&self) -> usize {
        self.directions.len()
    }

    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        Ok(self.read(&self.predictor.forward(theta, batch)?))
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let of_outputs = |place: usize, z: &[f64], into: &mut [f64]| {
            let mut y_bar = vec![0.0; self.directions.len()];
            cotangent(place, &self.read(z), &mut y_bar);
            for (direction, y) in self.directions.iter().zip(y_bar) {
                into.iter_mut()
                    .zip(direction)
                    .for_each(|(z, d)| *z += d * y);
            }
        };
        let (outputs, gradient) = self.predictor.gradient(theta, batch, &of_outputs)?;
        Ok((self.read(&outputs), gradient))
    }

    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        Ok(self.read(&self.predictor.pushforward(theta, batch, tangent)?))
    }

    fn norm(&self, delta: &[f64]) -> f64 {
        self.predictor.norm(delta)
    }

    fn in_kernel_space(&self) -> bool {
        self.predictor.in_kernel_space()
    }
}
