//! A small network with certified constants.

use super::noise;
use nalgebra::{DMatrix, DVector, DVectorView};
use tangent_linearize::fixture::{Certified, Constants};
use tangent_linearize::{Cotangent, Predictor, Result};
use tangent_ntk_core::Block;

/// $|\tanh''| \le 4/(3\sqrt 3)$.
const CURVATURE: f64 = 0.769_800_358_919_501;

/// $f_c(x_i) = \sum_h a_{ch}\tanh(w_h^\top x_i)$; $\theta$ is $W$ `[m, d]` followed by $a$ `[C, m]`, both row-major.
pub(crate) struct Network {
    /// The examples, as columns.
    inputs: DMatrix<f64>,
    hidden: usize,
    outputs: usize,
    start: Vec<f64>,
    tensors: [Block; 2],
}

impl Network {
    /// Returns a network with inputs of length up to $\sqrt{d}$, hidden weights of about $1/\sqrt d$ and output weights
    /// of about $1/\sqrt m$.
    pub(crate) fn random(
        n: usize,
        inputs: usize,
        hidden: usize,
        outputs: usize,
        seed: u64,
    ) -> Self {
        let scaled = |rows, columns, seed| noise(rows, columns, seed) * (columns as f64).powf(-0.5);
        let w = scaled(hidden, inputs, seed ^ 0xa);
        let a = scaled(outputs, hidden, seed ^ 0xb);
        let by_rows = |m: DMatrix<f64>| m.transpose().as_slice().to_vec();
        let tensors = [Block::new("w", w.len()), Block::new("a", a.len())];
        Self {
            inputs: noise(inputs, n, seed),
            hidden,
            outputs,
            start: [by_rows(w), by_rows(a)].concat(),
            tensors,
        }
    }

    fn of_example<'a>(&self, theta: &'a [f64], i: usize) -> Example<'a, '_> {
        let d = self.inputs.nrows();
        let (w, a) = theta.split_at(self.hidden * d);
        let x = self.inputs.column(i);
        let tanh = |w: &[f64]| DVectorView::from_slice(w, d).dot(&x).tanh();
        Example {
            a,
            x,
            tanh: w.chunks(d).map(tanh).collect(),
        }
    }
}

/// The intermediate values of one example in the network.
struct Example<'a, 'b> {
    a: &'a [f64],
    x: DVectorView<'b, f64>,
    /// $\tanh(Wx)$.
    tanh: Vec<f64>,
}

impl Example<'_, '_> {
    fn forward(&self) -> impl Iterator<Item = f64> + '_ {
        let of_output =
            |a: &[f64]| -> f64 { a.iter().zip(&self.tanh).map(|(a, tanh)| a * tanh).sum() };
        self.a.chunks(self.tanh.len()).map(of_output)
    }

    /// Adds $J^\top\bar y$ to `gradient`.
    fn pullback(&self, y_bar: &[f64], gradient: &mut [f64]) {
        let (m, d) = (self.tanh.len(), self.x.len());
        for (h, tanh) in self.tanh.iter().enumerate() {
            let a_bar: f64 = y_bar
                .iter()
                .enumerate()
                .map(|(c, y)| y * self.a[c * m + h])
                .sum();
            let z_bar = a_bar * (1.0 - tanh * tanh);
            for (into, x) in gradient[h * d..].iter_mut().zip(self.x.iter()) {
                *into += z_bar * x;
            }
            for (c, y) in y_bar.iter().enumerate() {
                gradient[m * d + c * m + h] += y * tanh;
            }
        }
    }
}

impl Predictor for Network {
    fn start(&self) -> &[f64] {
        &self.start
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        self.inputs.ncols()
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        let of_example = |&i: &usize| self.of_example(theta, i).forward().collect::<Vec<_>>();
        Ok(batch.iter().flat_map(of_example).collect())
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut all, mut gradient) = (Vec::new(), vec![0.0; theta.len()]);
        for (place, &i) in batch.iter().enumerate() {
            let example = self.of_example(theta, i);
            let outputs: Vec<f64> = example.forward().collect();
            let mut y_bar = vec![0.0; self.outputs];
            cotangent(place, &outputs, &mut y_bar);
            example.pullback(&y_bar, &mut gradient);
            all.extend(outputs);
        }
        Ok((all, gradient))
    }

    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        let mut changes = Vec::new();
        for &i in batch {
            let example = self.of_example(theta, i);
            for c in 0..self.outputs {
                let mut row = vec![0.0; theta.len()];
                let unit: Vec<f64> = (0..self.outputs).map(|k| f64::from(k == c)).collect();
                example.pullback(&unit, &mut row);
                changes.push(row.iter().zip(tangent).map(|(r, t)| r * t).sum());
            }
        }
        Ok(changes)
    }
}

impl Certified for Network {
    /// Returns bounds in the Frobenius norm over outputs, which is not below the spectral norm. Row $(i, c)$ of $J$
    /// consists of $\tanh(Wx_i)$ and of $a_{ch}\tanh'(w_h^\top x_i)x_i$. For each hidden unit its derivative is
    /// $\begin{pmatrix}0 & b\\ b & q\end{pmatrix}$ in the changes of $a_{ch}$ and of
    /// $w_h^\top x_i/\lVert x_i\rVert$, with $b \le \lVert x_i\rVert$ and
    /// $q \le |a_{ch}|\max|\tanh''|\lVert x_i\rVert^2$.
    fn certified(&self, radius: f64) -> Constants {
        let d = self.inputs.nrows();
        let (w, a) = self.start.split_at(self.hidden * d);
        let a_norm = DVector::from_column_slice(a).norm() + radius;
        let a_largest = a.iter().fold(0.0, |top: f64, a| top.max(a.abs())) + radius;
        let w = DMatrix::from_row_slice(self.hidden, d, w);
        let (mut slope, mut bend) = (0.0, 0.0);
        for x in self.inputs.column_iter() {
            let length = x.norm();
            let tanh = ((&w * x).norm() + radius * length).min((self.hidden as f64).sqrt());
            slope += (a_norm * length).powi(2) + self.outputs as f64 * tanh.powi(2);
            let q = a_largest * CURVATURE * length.powi(2);
            let row = (q + (q * q + 4.0 * length * length).sqrt()) / 2.0;
            bend += self.outputs as f64 * row.powi(2);
        }
        Constants {
            lip_f: slope.sqrt(),
            lip_gradient: bend.sqrt(),
        }
    }
}
