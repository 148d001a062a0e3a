//! Gradient flow of the full model, integrated in small steps with an estimate of the error. A theorem about flow can
//! thus be checked on flow, not on training steps.

mod adaptive;
mod dormand_prince;
mod one_step;
mod path;
mod rate;
mod selective;
mod walk;

pub use adaptive::Adaptive;
pub use one_step::OneStep;
pub use path::{ErrorEstimate, FlowStep, Path, Point};
pub use selective::FixedStep;

use crate::error::{check_finite, check_length};
use crate::{Error, GradientFlow, Predictor, Result};
use nalgebra::DVector;
use rate::Field;
use tangent_ntk_core::Monitor;
use walk::Progress;

/// Gradient flow (34) of any predictor on the summed squared loss
/// $\tilde R(\theta) = \lVert f_\theta(X) - Y\rVert^2$, from $\theta_0$:
/// $$\dot\theta = -\nabla\tilde R(\theta)^\top - \lambda_t(\theta - \theta_0).$$
///
/// [`GradientFlow`] is the counterpart for the linearized model, in closed form.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use tangent_linearize::FullFlow;
/// use tangent_linearize::fixture::Sine;
/// use tangent_linearize::full_flow::Adaptive;
/// use tangent_ntk_core::Monitor;
///
/// let sine = Sine::new(&dmatrix![1.0, 0.0; 0.6, 0.8], &[0.0, 0.0])?;
/// let flow = FullFlow::new(&sine, &dvector![0.5, -0.2], 0.3)?;
/// let path = flow.constant(&[0.5, 2.0], &Adaptive::default(), &Monitor::silent())?;
/// // The loss falls, and the linearized model under the same pull stays near.
/// let [early, late] = &path.points[..] else { panic!() };
/// assert!(late.risk < early.risk && late.error < 1e-6);
/// assert!(path.gaps(&flow.linearized(0.3)?)?[1] < 0.05);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
pub struct FullFlow<'a, P: Predictor + ?Sized> {
    field: Field<'a, P>,
    targets: DVector<f64>,
    lambda: f64,
}

impl<'a, P: Predictor + ?Sized> FullFlow<'a, P> {
    /// Returns the flow on all of the predictor's examples towards `targets` = $Y$, `[nC]`, with
    /// `lambda` = $\lambda \ge 0$.
    ///
    /// # Errors
    /// There are no examples; the targets have a wrong length or are not finite; $\lambda$ is negative or not finite;
    /// the predictor is in kernel space, where [`GradientFlow`] is the flow.
    pub fn new(predictor: &'a P, targets: &DVector<f64>, lambda: f64) -> Result<Self> {
        if predictor.in_kernel_space() {
            return Err(Error::InKernelSpace {
                what: "integrated gradient flow",
            });
        }
        if !(lambda >= 0.0 && lambda.is_finite()) {
            return Err(Error::BadPull { pull: lambda });
        }
        let rows = predictor.examples() * predictor.outputs();
        if rows == 0 {
            return Err(Error::NoExamples);
        }
        check_length("the targets Y", rows, targets.len())?;
        check_finite("the targets Y", targets.as_slice())?;
        Ok(Self {
            field: Field {
                predictor,
                targets: targets.as_slice().to_vec(),
                all: predictor.all(),
                radius: f64::INFINITY,
            },
            targets: targets.clone(),
            lambda,
        })
    }

    /// Returns the same flow, whose paths end at the first point farther than `radius` from $\theta_0$: constants of
    /// that ball say nothing about later times.
    pub fn within(mut self, radius: f64) -> Self {
        self.field.radius = radius;
        self
    }

    /// Returns the predictor.
    pub fn predictor(&self) -> &'a P {
        self.field.predictor
    }

    /// Integrates the path under $\lambda_t = \lambda$ at the ascending `times`. Progress is reported in thousandths.
    ///
    /// # Errors
    /// A time or the tolerance is invalid; [`Error::FlowSteps`], [`Error::FlowStalled`], [`Error::FlowDiverged`];
    /// cancelled; any other error of the predictor.
    pub fn constant(&self, times: &[f64], options: &Adaptive, monitor: &Monitor) -> Result<Path> {
        options.check()?;
        check_times(times)?;
        let run = |options: &Adaptive, part| {
            let progress = Progress { monitor, part };
            adaptive::integrate(&self.field, self.lambda, times, options, progress)
        };
        if !options.check {
            return run(options, (0.0, 1.0));
        }
        let coarse = run(options, (0.0, 0.4))?;
        let finer = Adaptive {
            tolerance: options.tolerance / 10.0,
            ..*options
        };
        Ok(run(&finer, (0.4, 1.0))?.against(&coarse, ErrorEstimate::TwoTolerances))
    }

    /// Integrates the path under the selective rule,
    /// $\lambda_t = \lambda\cdot 1[\nabla\tilde R(\theta_t)(\theta_t - \theta_0) \ge 0]$ (Lemma 3),
    /// at the ascending `times`. Progress is reported in thousandths.
    ///
    /// # Errors
    /// A time or the step is invalid; [`Error::FlowSteps`], [`Error::FlowDiverged`]; cancelled; any other error of the
    /// predictor.
    pub fn selective(&self, times: &[f64], options: &FixedStep, monitor: &Monitor) -> Result<Path> {
        options.check()?;
        check_times(times)?;
        let from = (self.predictor().start(), self.lambda);
        let run = |finer, part| {
            let progress = Progress { monitor, part };
            selective::integrate(&self.field, from, times, (options, finer), progress)
        };
        if !options.check {
            return run(1, (0.0, 1.0));
        }
        let coarse = run(1, (0.0, 1.0 / 3.0))?;
        Ok(run(2, (1.0 / 3.0, 1.0))?.against(&coarse, ErrorEstimate::StepHalving))
    }

    /// Returns the closed-form flow of the linearized model with the same start and targets but its own pull `lambda`,
    /// which is 0 for the comparator of Theorems 3 and 4.
    ///
    /// This computes the kernel at $\theta_0$ by [`kernel`](crate::kernel); [`GradientFlow::new`] takes a kernel that
    /// is already known.
    ///
    /// # Errors
    /// $\lambda$ is negative or not finite; the errors of [`Predictor::gradient`].
    pub fn linearized(&self, lambda: f64) -> Result<GradientFlow> {
        let predictor = self.predictor();
        let start = predictor.forward(predictor.start(), &self.field.all)?;
        let k = crate::kernel(predictor, predictor.start())?;
        GradientFlow::new(&k, &DVector::from_vec(start), &self.targets, lambda)
    }
}

fn check_times(times: &[f64]) -> Result<()> {
    if let Some(&time) = times.iter().find(|t| !(**t >= 0.0 && t.is_finite())) {
        return Err(Error::BadTime { time });
    }
    match times.windows(2).position(|w| w[0] >= w[1]) {
        Some(before) => Err(Error::Times { index: before + 1 }),
        None => Ok(()),
    }
}
