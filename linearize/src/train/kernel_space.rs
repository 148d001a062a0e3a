use crate::error::check_finite;
use crate::{Cotangent, Error, Predictor, Result};
use nalgebra::{DMatrix, DVector, DVectorView};
use tangent_ntk_core::Block;

/// The linearized model as a function of coefficients instead of parameters: $\bar f(X) = f_{\theta_0}(X) + K a$, where
/// $a$ holds the $nC$ coefficients of $\bar\theta - \theta_0 = J^\top a$.
///
/// As a [`Predictor`] its "$\theta$" is $a$, which starts from 0. Its "gradient" is the cotangent $\bar y$, scattered
/// to the rows of the batch: the coefficients of $J^\top\bar y$. If every operation on gradients is linear, each
/// training step therefore equals that of [`Linearized`](crate::Linearized). [`norm`](Predictor::norm) is
/// $(a^\top K a)^{1/2} = \lVert\bar\theta - \theta_0\rVert$.
#[derive(Debug, Clone)]
pub struct KernelSpace {
    k: DMatrix<f64>,
    outputs: usize,
    at_start: Vec<f64>,
    start: Vec<f64>,
    tensors: [Block; 1],
}

impl KernelSpace {
    /// Returns the model of the kernel `k` of **all** outputs ([`Readout::Full`](tangent_ntk_core::Readout::Full)),
    /// `[nC, nC]`, and `at_start` = $f_{\theta_0}(X)$, `[n, C]` example-major.
    ///
    /// # Errors
    /// The kernel is not square or does not match the number of outputs, or a value is not finite.
    pub fn new(k: DMatrix<f64>, at_start: Vec<f64>, outputs: usize) -> Result<Self> {
        let rows = k.nrows();
        if outputs == 0 || !rows.is_multiple_of(outputs) {
            return Err(Error::Outputs { rows, outputs });
        }
        crate::error::check_length("columns of the kernel", rows, k.ncols())?;
        crate::error::check_length("outputs f₀(X)", rows, at_start.len())?;
        check_finite("the kernel", k.as_slice())?;
        check_finite("the outputs f₀(X)", &at_start)?;
        Ok(Self {
            k,
            outputs,
            at_start,
            start: vec![0.0; rows],
            tensors: [Block::new("coefficients", rows)],
        })
    }

    /// Returns $f_{\theta_0}(\cdot) + K(\cdot, X)a$ on unseen examples from `cross` = $K(\cdot, X)$, `[mC, nC]`, and
    /// `start` = $f_{\theta_0}(\cdot)$, `[mC]`.
    ///
    /// # Errors
    /// A length does not match the cross kernel.
    pub fn predict(&self, a: &[f64], cross: &DMatrix<f64>, start: &[f64]) -> Result<Vec<f64>> {
        crate::error::check_length("columns of the cross kernel", a.len(), cross.ncols())?;
        crate::error::check_length("outputs f₀", cross.nrows(), start.len())?;
        let change = cross * DVector::from_column_slice(a);
        Ok(change.iter().zip(start).map(|(c, s)| c + s).collect())
    }

    /// Returns the kernel rows of the batch's outputs.
    fn rows<'a>(&'a self, batch: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        let outputs = self.outputs;
        let of_example = move |&i: &usize| i * outputs..(i + 1) * outputs;
        batch.iter().flat_map(of_example)
    }

    /// Returns $(Ka)_r$ for $r$ = `row`. It uses column $r$, which is contiguous and equals the row because $K$ is
    /// symmetric.
    fn product(&self, row: usize, a: &[f64]) -> f64 {
        let a = DVectorView::from_slice(a, self.k.nrows());
        self.k.column(row).dot(&a)
    }
}

impl Predictor for KernelSpace {
    fn start(&self) -> &[f64] {
        &self.start
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        self.start.len() / self.outputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn forward(&self, a: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        let row = |row| self.at_start[row] + self.product(row, a);
        Ok(self.rows(batch).map(row).collect())
    }

    fn gradient(
        &self,
        a: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let outputs = self.forward(a, batch)?;
        let mut gradient = vec![0.0; a.len()];
        let mut y_bar = vec![0.0; self.outputs];
        let each = outputs.chunks_exact(self.outputs);
        for (place, (&i, outputs)) in batch.iter().zip(each).enumerate() {
            y_bar.fill(0.0);
            cotangent(place, outputs, &mut y_bar);
            let rows = &mut gradient[i * self.outputs..(i + 1) * self.outputs];
            rows.iter_mut().zip(&y_bar).for_each(|(row, y)| *row += y);
        }
        Ok((outputs, gradient))
    }

    fn pushforward(&self, _a: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        Ok(self
            .rows(batch)
            .map(|row| self.product(row, tangent))
            .collect())
    }

    fn norm(&self, a: &[f64]) -> f64 {
        let squared: f64 = (0..a.len()).map(|row| a[row] * self.product(row, a)).sum();
        // K is positive semidefinite, so a negative value is a rounding error.
        squared.max(0.0).sqrt()
    }

    fn in_kernel_space(&self) -> bool {
        true
    }
}
