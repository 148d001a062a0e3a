//! Lower estimates of the constants of the theorems.

use super::ascent::{Ball, Quantity, climb};
use super::check_radius;
use super::curvature::Curvature;
use super::estimate::{Estimate, Estimates, How};
use super::probe::{Probe, Vectors};
use super::slope::Slope;
use crate::{Error, Predictor, Result};
use tangent_ntk_core::Monitor;
use tangent_random::Draws;
use tangent_spectral::{Lanczos, Precision};

/// How the constants are searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct ThetaSearch {
    /// $\varepsilon$, the step in $\theta$ of the finite differences of $J$. Points may lie $2\varepsilon$ outside the
    /// ball.
    ///
    /// The model's rounding error $\epsilon\lVert J\rVert$ adds $\epsilon\lVert J\rVert/\varepsilon$ to
    /// $\mathrm{Lip}(\nabla f)$, and values below that cannot be distinguished from 0. A long $\varepsilon$ averages
    /// the curvature over $2\varepsilon$, which only lowers the estimate. [`of`](Self::of) takes 1e-4 for models in
    /// `f64` and 1e-2 for models in `f32`.
    pub step: f64,
    /// The number of random vectors from which the search for $u, v, w$ starts at each point, and the number of points
    /// of the ball from which an ascent starts. The first of these points is $\theta_0$.
    pub starts: usize,
    /// The number of tries of an ascent from each start.
    pub rounds: usize,
    /// The largest number of rounds of the search for $u, v, w$ at a point; each round takes two pullbacks and two
    /// pushforwards.
    pub alternations: usize,
    /// The relative growth of the value in a round at or below which the search for $u, v, w$ ends.
    pub tolerance: f64,
    /// The settings of Lanczos for $\lVert J_\theta\rVert$ at a point.
    pub lanczos: Lanczos,
    /// The seed of all random draws.
    pub seed: u64,
}

impl Default for ThetaSearch {
    /// $\varepsilon$ = 1e-4, 4 starts, 30 tries, at most 50 rounds until a growth of 1e-5, Lanczos tolerance 1e-6, seed
    /// 0.
    fn default() -> Self {
        Self {
            step: 1e-4,
            starts: 4,
            rounds: 30,
            alternations: 50,
            tolerance: 1e-5,
            lanczos: Lanczos {
                tolerance: 1e-6,
                ..Lanczos::default()
            },
            seed: 0,
        }
    }
}

impl ThetaSearch {
    /// Returns the default with the $\varepsilon$ that suits a model whose derivatives have the precision `rows`.
    pub fn of(rows: Precision) -> Self {
        let step = match rows {
            Precision::F64 => 1e-4,
            Precision::F32 => 1e-2,
        };
        Self {
            step,
            ..Self::default()
        }
    }

    fn check(&self) -> Result<()> {
        let counts = [
            ("starts of the search", self.starts),
            ("rounds of the search for vectors", self.alternations),
        ];
        if let Some((what, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(none_of(what));
        }
        for (what, value) in [
            ("ε of the search", self.step),
            ("the tolerance of the search", self.tolerance),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Recipe {
                    what,
                    value,
                    wanted: "finite and above 0",
                });
            }
        }
        Ok(())
    }
}

fn none_of(what: &'static str) -> Error {
    Error::Recipe {
        what,
        value: 0.0,
        wanted: "1 or more",
    }
}

/// A search for $\mathrm{Lip}(f)$ and $\mathrm{Lip}(\nabla f)$ of $\theta \mapsto f_\theta(X)$ over the ball of radius
/// $r$ around $\theta_0$,
/// $$\mathrm{Lip}(f) = \sup_\theta\lVert J_\theta\rVert, \qquad
/// \mathrm{Lip}(\nabla f) = \sup_\theta\ \sup_{\lVert u\rVert = \lVert v\rVert = \lVert w\rVert = 1}
/// u^\top D^2f_\theta[v, w],$$
/// by forward passes, pullbacks and pushforwards only. Every [`Estimate`] is a **lower** estimate: the search may miss
/// the worst $\theta$ and, for $\mathrm{Lip}(\nabla f)$, the best $u, v, w$.
///
/// Radius 0 is the point $\theta_0$ and gives the limit of the constants for ever smaller balls.
///
/// # Complexity
/// At each point, $\lVert J_\theta\rVert$ takes about ten pullbacks and pushforwards. From each start, the curvature
/// takes two of each in every round, for at most [`alternations`](ThetaSearch::alternations) rounds. An ascent has this
/// cost [`rounds`](ThetaSearch::rounds) times for each of its starts, but from vectors that are nearly right.
///
/// # Example
/// ```
/// use tangent_linearize::fixture::{Certified, Sine};
/// use tangent_linearize::lipschitz::{ThetaLipschitz, ThetaSearch};
/// use tangent_ntk_core::Monitor;
///
/// let sine = Sine::random(4, 3, 1)?;
/// let search = ThetaLipschitz::new(&sine, ThetaSearch::default())?;
/// let found = search.ascent(1.0, &Monitor::silent())?;
/// let certified = sine.certified(1.0);
/// assert!(found.lip_f.value <= certified.lip_f);
/// assert!(found.lip_gradient.value <= certified.lip_gradient);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
pub struct ThetaLipschitz<'a, P: Predictor + ?Sized> {
    probe: Probe<'a, P>,
    search: ThetaSearch,
}

impl<'a, P: Predictor + ?Sized> ThetaLipschitz<'a, P> {
    /// Returns a search over all of the predictor's examples.
    ///
    /// # Errors
    /// There are no examples, a number of the search is invalid, or the predictor is in kernel space.
    pub fn new(predictor: &'a P, search: ThetaSearch) -> Result<Self> {
        search.check()?;
        if predictor.in_kernel_space() {
            return Err(Error::InKernelSpace {
                what: "a Lipschitz constant in θ",
            });
        }
        if predictor.examples() == 0 {
            return Err(Error::NoExamples);
        }
        Ok(Self {
            probe: Probe {
                predictor,
                all: predictor.all(),
                step: search.step,
                alternations: search.alternations,
                tolerance: search.tolerance,
            },
            search,
        })
    }

    /// Searches at $\theta_0$ and at `samples` points drawn uniformly from the ball.
    ///
    /// # Errors
    /// The radius is negative or not finite; cancelled; the errors of the predictor and of [`Lanczos`].
    pub fn sampled(&self, radius: f64, samples: usize, monitor: &Monitor) -> Result<Estimates> {
        check_radius(radius)?;
        let ball = self.ball(radius);
        let count = if radius == 0.0 { 1 } else { 1 + samples };
        let point = |k: usize| match k {
            0 => ball.start.to_vec(),
            _ => ball.point(&mut Draws::new(self.search.seed, k as u64)),
        };
        self.largest(count, point, How::Samples { count }, monitor)
    }

    /// Searches at the given points, such as those of a training run or a flow.
    ///
    /// # Errors
    /// There are no points, or a point has a wrong length; cancelled; the errors of the predictor and of [`Lanczos`].
    pub fn along(&self, thetas: &[&[f64]], monitor: &Monitor) -> Result<Estimates> {
        let count = thetas.len();
        if count == 0 {
            return Err(none_of("points of the trajectory"));
        }
        let p = self.probe.predictor.start().len();
        for theta in thetas {
            crate::error::check_length("parameters θ", p, theta.len())?;
        }
        let point = |k: usize| thetas[k].to_vec();
        self.largest(count, point, How::Trajectory { count }, monitor)
    }

    /// Searches by ascent to the worst point of the ball, separately for each constant. The direction comes from two
    /// pullbacks at $\theta \pm \varepsilon v$ for $\lVert J_\theta\rVert$, and from four pullbacks at
    /// $\theta \pm \varepsilon v \pm \varepsilon w$ for the curvature.
    ///
    /// # Errors
    /// As [`sampled`](Self::sampled).
    pub fn ascent(&self, radius: f64, monitor: &Monitor) -> Result<Estimates> {
        check_radius(radius)?;
        let ball = self.ball(radius);
        let (starts, rounds) = (self.search.starts, self.search.rounds);
        let how = How::Ascent { starts };
        let (slope, curvature) = (Slope(&self.probe), Curvature(&self.probe));
        let mut best: Option<Estimates> = None;
        for k in 0..starts {
            monitor.check()?;
            let mut draws = Draws::new(self.search.seed, k as u64);
            let theta = match k {
                0 => ball.start.to_vec(),
                _ => ball.point(&mut draws),
            };
            let vectors = self.vectors(&mut draws);
            let (top, value) = climb(&slope, &ball, theta.clone(), &vectors, rounds)?;
            // Lanczos finds a slightly larger value than the alternation, which stops at its tolerance.
            let value = value.max(slope.at(&top, &self.search.lanczos)?);
            monitor.tell(2 * k + 1, 2 * starts);
            monitor.check()?;
            let lip_f = self.estimate(value, &top, how);
            let (top, value) = climb(&curvature, &ball, theta, &vectors, rounds)?;
            monitor.tell(2 * k + 2, 2 * starts);
            let found = Estimates {
                lip_f,
                lip_gradient: self.estimate(value, &top, how),
            };
            best = Some(best.map_or(found, |best| best.max(found)));
        }
        Ok(best.expect("there is a start: checked at the beginning"))
    }

    /// Returns random unit vectors from which a search starts.
    fn vectors(&self, draws: &mut Draws) -> Vectors {
        let p = self.probe.predictor.start().len();
        Vectors {
            u: draws.direction(self.probe.rows()),
            v: draws.direction(p),
            w: draws.direction(p),
        }
    }

    /// Returns the largest values among `count` points.
    fn largest(
        &self,
        count: usize,
        point: impl Fn(usize) -> Vec<f64>,
        how: How,
        monitor: &Monitor,
    ) -> Result<Estimates> {
        let (slope, curvature) = (Slope(&self.probe), Curvature(&self.probe));
        let mut best: Option<Estimates> = None;
        for k in 0..count {
            monitor.check()?;
            let theta = point(k);
            let lip_f = slope.at(&theta, &self.search.lanczos)?;
            let mut lip_gradient = 0.0_f64;
            let mut draws = Draws::new(!self.search.seed, k as u64);
            for _ in 0..self.search.starts {
                let vectors = self.vectors(&mut draws);
                lip_gradient = lip_gradient.max(curvature.peak(&theta, &vectors)?.value);
            }
            let found = Estimates {
                lip_f: self.estimate(lip_f, &theta, how),
                lip_gradient: self.estimate(lip_gradient, &theta, how),
            };
            best = Some(best.map_or(found, |best| best.max(found)));
            monitor.tell(k + 1, count);
        }
        Ok(best.expect("there is a point: checked by the callers"))
    }

    fn estimate(&self, value: f64, theta: &[f64], how: How) -> Estimate {
        Estimate {
            value,
            distance: self.ball(0.0).distance(theta),
            how,
        }
    }

    fn ball(&self, radius: f64) -> Ball<'a> {
        Ball {
            start: self.probe.predictor.start(),
            radius,
        }
    }
}
