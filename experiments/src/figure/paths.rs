//! A run and its linearization in the plane of their own principal directions.

use burn::tensor::{DType, backend::Backend};
use nalgebra::DMatrix;
use tangent_linearize::Predictor;
use tangent_linearize::train::Recipe;
use tangent_ntk_core::Monitor;
use tangent_spectral::Eigen;

use crate::Result;
use crate::cli::Interrupt;
use crate::device::OnDevice;
use crate::settings::MachineChoice;
use crate::source::Prepared;
use crate::train::{Row, Setup, Stage, States, Watch, Watched};

/// Points of each path, about.
const POINTS: usize = 24;
/// Points of a mesh along each axis.
const MESH: usize = 13;
/// Examples whose outputs are looked at.
const EXAMPLES: usize = 64;

pub(super) struct Job<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) recipe: Recipe,
    pub(super) machine: &'a MachineChoice,
    pub(super) interrupt: &'a Interrupt,
}

/// Paths and meshes: two coordinates of θ − θ₀, and the change of the outputs along one direction.
pub(super) struct Space {
    pub(super) xs: Vec<f64>,
    pub(super) ys: Vec<f64>,
    pub(super) surface: Vec<Vec<f64>>,
    pub(super) plane: Vec<Vec<f64>>,
    pub(super) full: Vec<(f64, f64, f64)>,
    pub(super) linearized: Vec<(f64, f64, f64)>,
    /// The share of Σ ‖θ − θ₀‖² over both paths that lies in the plane.
    pub(super) share: f64,
}

impl OnDevice for Job<'_> {
    type Output = Space;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Space> {
        let model = self.prepared.classifier::<B>(true, device, dtype)?;
        let setup = Setup {
            threads: self.machine.threads,
            dropout: 0.0,
            linearized: true,
            memory: self.machine.budget() / 2,
            rows_kept: None,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = Stage::new(self.prepared, &model, setup, &monitor)?;
        let n = self.prepared.train.sequences.len();
        let mut walk = Walk {
            every: self.recipe.steps(n).div_ceil(POINTS).max(1),
            steps: self.recipe.steps(n),
            full: Vec::new(),
            linearized: Vec::new(),
            interrupt: self.interrupt,
        };
        let watched = Watched {
            every: usize::MAX,
            train_n: 1,
            kernel_n: 0,
        };
        let states = stage.run(self.recipe, watched, None, &mut walk)?;
        walk.keep(&states);

        let start = stage.full.start();
        let (directions, share) =
            principal(start, &[&walk.full[..], &walk.linearized[..]].concat())?;
        let place = |theta: &[f64]| {
            let along = |u: &Vec<f64>| {
                let terms = u.iter().zip(theta).zip(start);
                terms
                    .map(|((u, theta), start)| u * (theta - start))
                    .sum::<f64>()
            };
            (along(&directions[0]), along(&directions[1]))
        };
        let some: Vec<usize> = (0..EXAMPLES.min(n)).collect();
        let readout = stage.readout.directions(stage.full.outputs())?;
        let read = |outputs: Vec<f64>| -> Vec<f64> {
            let each = outputs.chunks_exact(stage.full.outputs());
            let dot = |d: &Vec<f64>, z: &[f64]| d.iter().zip(z).map(|(d, z)| d * z).sum::<f64>();
            each.flat_map(|z| readout.iter().map(move |d| dot(d, z)))
                .collect()
        };
        let Some((linearized, _)) = &stage.linearized else {
            unreachable!("the stage was set up with it");
        };
        let f_0 = read(stage.full.forward(start, &some)?);
        let change = |f: Vec<f64>| -> Vec<f64> {
            read(f).iter().zip(&f_0).map(|(f, f_0)| f - f_0).collect()
        };
        let end = change(stage.full.forward(&states.full.theta, &some)?);
        let norm = end.iter().map(|x| x * x).sum::<f64>().sqrt();
        let height =
            |f: Vec<f64>| change(f).iter().zip(&end).map(|(a, b)| a * b).sum::<f64>() / norm;
        let full_height = |theta: &[f64]| Ok(height(stage.full.forward(theta, &some)?));
        let plane_height = |theta: &[f64]| Ok(height(linearized.forward(theta, &some)?));
        let path = |thetas: &[Vec<f64>], height: &dyn Fn(&[f64]) -> Result<f64>| {
            let point = |theta: &Vec<f64>| {
                let (x, y) = place(theta);
                Ok((x, y, height(theta)?))
            };
            thetas.iter().map(point).collect::<Result<Vec<_>>>()
        };
        let full = path(&walk.full, &full_height)?;
        let line = path(&walk.linearized, &plane_height)?;
        let axis = |of: fn(&(f64, f64, f64)) -> f64| {
            let values = || full.iter().chain(&line).map(of);
            let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
            let room = 0.15 * (high - low);
            let step = (high - low + 2.0 * room) / (MESH - 1) as f64;
            (0..MESH)
                .map(|i| low - room + i as f64 * step)
                .collect::<Vec<f64>>()
        };
        let (xs, ys) = (axis(|p| p.0), axis(|p| p.1));
        let mesh = |height: &dyn Fn(&[f64]) -> Result<f64>| {
            let at = |x: f64, y: f64| {
                let step = directions[0].iter().zip(&directions[1]);
                let theta: Vec<f64> = start
                    .iter()
                    .zip(step)
                    .map(|(s, (u, v))| s + x * u + y * v)
                    .collect();
                height(&theta)
            };
            let row = |&x: &f64| ys.iter().map(|&y| at(x, y)).collect();
            xs.iter().map(row).collect::<Result<Vec<Vec<f64>>>>()
        };
        Ok(Space {
            surface: mesh(&full_height)?,
            plane: mesh(&plane_height)?,
            full,
            linearized: line,
            share,
            xs,
            ys,
        })
    }
}

/// Keeps θ every so many steps.
struct Walk<'a> {
    every: usize,
    steps: usize,
    full: Vec<Vec<f64>>,
    linearized: Vec<Vec<f64>>,
    interrupt: &'a Interrupt,
}

impl Walk<'_> {
    fn keep(&mut self, states: &States) {
        self.full.push(states.full.theta.clone());
        self.linearized
            .extend(states.linearized.as_ref().map(|state| state.theta.clone()));
    }
}

impl Watch for Walk<'_> {
    fn observed(&mut self, _row: Row) -> Result<()> {
        Ok(())
    }

    fn between(&mut self, states: &dyn Fn() -> States) -> Result<()> {
        let states = states();
        // The end is kept once, after the run.
        if states.full.step.is_multiple_of(self.every) && states.full.step < self.steps {
            self.keep(&states);
        }
        self.interrupt.check()
    }
}

/// The two directions in which points are farthest from `start`, by the eigenvectors of their Gram matrix, and the
/// share of their squared lengths that is along these.
fn principal(start: &[f64], points: &[Vec<f64>]) -> Result<([Vec<f64>; 2], f64)> {
    let (m, p) = (points.len(), start.len());
    let offsets = DMatrix::from_fn(p, m, |i, j| points[j][i] - start[i]);
    let gram = offsets.transpose() * &offsets;
    let eigen = Eigen::of(&gram)?;
    let total = gram.trace().max(f64::MIN_POSITIVE);
    let direction = |rank: usize| {
        let (value, vector) = (
            eigen.values[m - 1 - rank],
            eigen.vectors.column(m - 1 - rank),
        );
        let along = &offsets * vector;
        let length = value.max(f64::MIN_POSITIVE).sqrt();
        along.iter().map(|x| x / length).collect::<Vec<f64>>()
    };
    let share = (eigen.values[m - 1] + eigen.values[m - 2]) / total;
    Ok(([direction(0), direction(1)], share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_directions_are_those_of_an_ellipse() {
        let start = vec![1.0, 2.0, 3.0];
        let at = |x: f64, y: f64| vec![1.0 + x, 2.0, 3.0 + y];
        let points = [at(3.0, 0.0), at(-3.0, 0.0), at(0.0, 1.0), at(0.0, -1.0)];
        let ([u, v], share) = principal(&start, &points).unwrap();
        assert!(
            (u[0].abs() - 1.0).abs() < 1e-12 && u[2].abs() < 1e-12,
            "{u:?}"
        );
        assert!((v[2].abs() - 1.0).abs() < 1e-12 && v[1] == 0.0, "{v:?}");
        assert!((share - 1.0).abs() < 1e-12);
    }
}
