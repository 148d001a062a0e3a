//! Problems for the tests of closed forms; each test file uses some of them.
#![allow(dead_code)]

pub(crate) mod flows;
pub(crate) mod network;
pub(crate) mod problem;

use nalgebra::{DMatrix, DVector};
use tangent_linearize::{Cotangent, Predictor, Result};
use tangent_ntk_core::Block;

/// Returns a matrix of numbers in [-1, 1) from a linear congruential generator.
pub(crate) fn noise(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut state = seed.wrapping_mul(2) + 1;
    DMatrix::from_fn(rows, columns, |_, _| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
}

/// A linear regression problem: Jacobian $[n, p]$, start $f_0$ and targets $Y$.
pub(crate) fn problem(n: usize, p: usize, seed: u64) -> (DMatrix<f64>, DVector<f64>, DVector<f64>) {
    let both = noise(n, 2, seed ^ 0x5eed);
    let [start, targets] = [0, 1].map(|j| both.column(j).into_owned());
    (noise(n, p, seed), start, targets)
}

/// $f = f_0 + J(\theta - \theta_0)$ with $\theta_0 = 0$, given by its matrices; θ has two tensors.
pub(crate) struct Affine {
    pub(crate) jacobian: DMatrix<f64>,
    pub(crate) at_start: DVector<f64>,
    outputs: usize,
    start: Vec<f64>,
    tensors: Vec<Block>,
}

impl Affine {
    /// Returns a model of `n` examples with `outputs` outputs each, and `p` parameters.
    pub(crate) fn random(n: usize, outputs: usize, p: usize, seed: u64) -> Self {
        let (jacobian, at_start, _) = problem(n * outputs, p, seed);
        let tensors = vec![Block::new("a", p / 2), Block::new("b", p - p / 2)];
        Self {
            jacobian,
            at_start,
            outputs,
            start: vec![0.0; p],
            tensors,
        }
    }

    pub(crate) fn kernel(&self) -> DMatrix<f64> {
        &self.jacobian * self.jacobian.transpose()
    }

    fn rows(&self, batch: &[usize]) -> DMatrix<f64> {
        let outputs = self.outputs;
        let of_example = |&i: &usize| i * outputs..(i + 1) * outputs;
        let rows: Vec<usize> = batch.iter().flat_map(of_example).collect();
        self.jacobian.select_rows(&rows)
    }
}

impl Predictor for Affine {
    fn start(&self) -> &[f64] {
        &self.start
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        self.at_start.len() / self.outputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        let change = self.pushforward(theta, batch, theta)?;
        let of_example = |&i: &usize| i * self.outputs..(i + 1) * self.outputs;
        let start = batch
            .iter()
            .flat_map(of_example)
            .map(|row| self.at_start[row]);
        Ok(start
            .zip(change)
            .map(|(start, change)| start + change)
            .collect())
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let outputs = self.forward(theta, batch)?;
        let mut y_bar = vec![0.0; outputs.len()];
        let each = outputs
            .chunks(self.outputs)
            .zip(y_bar.chunks_mut(self.outputs));
        for (place, (outputs, y_bar)) in each.enumerate() {
            cotangent(place, outputs, y_bar);
        }
        let gradient = self.rows(batch).tr_mul(&DVector::from_vec(y_bar));
        Ok((outputs, gradient.as_slice().to_vec()))
    }

    fn pushforward(&self, _: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        let change = self.rows(batch) * DVector::from_column_slice(tangent);
        Ok(change.as_slice().to_vec())
    }
}
