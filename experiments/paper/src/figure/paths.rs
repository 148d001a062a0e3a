//! A run and its linearization in the plane of their own principal directions.

use burn::tensor::{DType, backend::Backend};
use tangent_linearize::Predictor;
use tangent_linearize::train::{Recipe, Row, Setup, Stage, States, Step, Watch, Watched};
use tangent_lora::Classifier;
use tangent_ntk_core::Monitor;
use tangent_spectral::principal_directions;

use tangent_base::cli::Interrupt;
use tangent_base::device::OnDevice;
use tangent_base::settings::MachineConfig;
use tangent_base::source::Prepared;
use tangent_base::{Error, Result};

/// The approximate number of points of each path.
const POINTS: usize = 24;
/// The number of points of a mesh along each axis.
const MESH: usize = 13;
/// The largest number of examples whose outputs are read.
const EXAMPLES: usize = 64;

pub(super) struct Job<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) recipe: Recipe,
    pub(super) machine: &'a MachineConfig,
    pub(super) interrupt: &'a Interrupt,
}

/// Paths and meshes. A point of a path is two coordinates of θ − θ₀ and the change of the outputs along one direction;
/// the meshes hold that change.
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
            memory: crate::protocol::ROWS_OF_J,
            rows_kept: None,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = self.prepared.stage(&model, setup, &monitor)?;
        let n = self.prepared.train.sequences.len();
        let mut walk = Walk {
            every: self.recipe.steps(n).div_ceil(POINTS).max(1),
            step: 0,
            steps: self.recipe.steps(n),
            full: Vec::new(),
            linearized: Vec::new(),
            interrupt: self.interrupt,
        };
        let watched = Watched {
            every: None,
            train_n: 1,
            kernel_n: 0,
        };
        let states = stage.run(self.recipe, watched, None, &mut walk)?;
        let end = states.full.theta.clone();
        walk.keep(states);

        let thetas = [&walk.full[..], &walk.linearized[..]].concat();
        let (directions, share) = principal_directions(stage.full.start(), &thetas)?;
        let view = View::new(&stage, directions, &end)?;
        let full = view.path(&walk.full, Side::Surface)?;
        let linearized = view.path(&walk.linearized, Side::Plane)?;
        let both = || full.iter().chain(&linearized);
        let xs = axis(both().map(|p| p.0).collect());
        let ys = axis(both().map(|p| p.1).collect());
        Ok(Space {
            surface: view.mesh(&xs, &ys, Side::Surface)?,
            plane: view.mesh(&xs, &ys, Side::Plane)?,
            full,
            linearized,
            share,
            xs,
            ys,
        })
    }
}

/// The model (its surface) or its linearization (the tangent plane).
#[derive(Clone, Copy)]
enum Side {
    Surface,
    Plane,
}

/// Two directions in θ, and one direction in which the outputs are projected.
struct View<'a, B: Backend> {
    stage: &'a Stage<'a, Classifier<B>>,
    directions: [Vec<f64>; 2],
    some: Vec<usize>,
    readout: Vec<Vec<f64>>,
    /// The readout of f_θ₀.
    start: Vec<f64>,
    /// The direction, a unit vector, in which the run moved the readout.
    moved: Vec<f64>,
}

impl<'a, B: Backend> View<'a, B> {
    fn new(
        stage: &'a Stage<'a, Classifier<B>>,
        directions: [Vec<f64>; 2],
        end: &[f64],
    ) -> Result<Self> {
        let mut view = Self {
            stage,
            directions,
            some: (0..EXAMPLES.min(stage.full.examples())).collect(),
            readout: stage.readout.directions(stage.full.outputs())?,
            start: Vec::new(),
            moved: Vec::new(),
        };
        view.start = view.read(stage.full.start(), Side::Surface)?;
        let end = view.read(end, Side::Surface)?;
        let moved: Vec<f64> = end.iter().zip(&view.start).map(|(a, b)| a - b).collect();
        let norm = dot(&moved, &moved).sqrt().max(f64::MIN_POSITIVE);
        view.moved = moved.iter().map(|x| x / norm).collect();
        Ok(view)
    }

    /// Returns the readout of the outputs at θ.
    fn read(&self, theta: &[f64], side: Side) -> Result<Vec<f64>> {
        let outputs = match (side, &self.stage.linearized) {
            (Side::Plane, Some((linearized, _))) => linearized.forward(theta, &self.some)?,
            _ => self.stage.full.forward(theta, &self.some)?,
        };
        Ok(tangent_ntk_core::read(&self.readout, &outputs))
    }

    /// Returns how far the outputs at θ are from those at θ₀ along the direction of the run.
    fn height(&self, theta: &[f64], side: Side) -> Result<f64> {
        let read = self.read(theta, side)?;
        Ok(dot(&self.moved, &read) - dot(&self.moved, &self.start))
    }

    fn path(&self, thetas: &[Vec<f64>], side: Side) -> Result<Vec<(f64, f64, f64)>> {
        let start = self.stage.full.start();
        let point = |theta: &Vec<f64>| {
            let offset: Vec<f64> = theta.iter().zip(start).map(|(a, b)| a - b).collect();
            let [x, y] = [0, 1].map(|i| dot(&self.directions[i], &offset));
            Ok((x, y, self.height(theta, side)?))
        };
        thetas.iter().map(point).collect()
    }

    fn mesh(&self, xs: &[f64], ys: &[f64], side: Side) -> Result<Vec<Vec<f64>>> {
        let [u, v] = &self.directions;
        let at = |x: f64, y: f64| {
            let steps = u.iter().zip(v).map(|(u, v)| x * u + y * v);
            let theta: Vec<f64> = self
                .stage
                .full
                .start()
                .iter()
                .zip(steps)
                .map(|(s, d)| s + d)
                .collect();
            self.height(&theta, side)
        };
        let row = |&x: &f64| ys.iter().map(|&y| at(x, y)).collect();
        xs.iter().map(row).collect()
    }
}

/// Returns equally spaced points that cover 0 and these values, with a margin.
fn axis(values: Vec<f64>) -> Vec<f64> {
    let low = values.iter().copied().fold(0.0, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    let room = 0.15 * (high - low);
    let step = (high - low + 2.0 * room) / (MESH - 1) as f64;
    (0..MESH).map(|i| low - room + i as f64 * step).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Keeps θ of the model and of its linearization every `every` steps.
struct Walk<'a> {
    every: usize,
    /// The number of steps done.
    step: usize,
    /// The number of steps of the whole run.
    steps: usize,
    full: Vec<Vec<f64>>,
    linearized: Vec<Vec<f64>>,
    interrupt: &'a Interrupt,
}

impl Walk<'_> {
    fn keep(&mut self, states: States) {
        self.full.push(states.full.theta);
        self.linearized
            .extend(states.linearized.map(|state| state.theta));
    }
}

impl Watch<Error> for Walk<'_> {
    fn stepped(&mut self, step: &Step, _of: usize) {
        self.step = step.step;
    }

    fn observed(&mut self, _row: Row) -> Result<()> {
        Ok(())
    }

    fn between(&mut self, states: &dyn Fn() -> States) -> Result<()> {
        // The caller keeps the end once, after the run.
        if self.step.is_multiple_of(self.every) && self.step < self.steps {
            self.keep(states());
        }
        self.interrupt.check()
    }
}
