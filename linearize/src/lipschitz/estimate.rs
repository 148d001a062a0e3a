//! The results of a search for a constant.

/// A lower estimate of a constant: the largest value that was found, at one point of the ball.
///
/// The true constant is **at least** this value, up to the rounding errors of the model; no search can tell how much
/// larger it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value that was found.
    pub value: f64,
    /// $\lVert\theta - \theta_0\rVert$ of the point with that value.
    pub distance: f64,
    /// How the constant was searched for.
    pub how: How,
}

/// Where a constant was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// At $\theta_0$ and at random points of the ball.
    Samples {
        /// The number of points, including $\theta_0$.
        count: usize,
    },
    /// At given points, such as those of a training run.
    Trajectory {
        /// The number of points.
        count: usize,
    },
    /// By projected ascent to the worst point of the ball.
    Ascent {
        /// The number of points from which the ascent started, including $\theta_0$.
        starts: usize,
    },
}

/// Lower estimates of the two constants of the theorems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimates {
    /// $\mathrm{Lip}(f) = \sup_\theta \lVert J_\theta\rVert$.
    pub lip_f: Estimate,
    /// $\mathrm{Lip}(\nabla f) = \sup_\theta\sup_{u,v,w} u^\top D^2f_\theta[v, w]$ over unit vectors.
    pub lip_gradient: Estimate,
}

impl Estimate {
    /// Returns the larger of the two estimates.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other.value > self.value {
            other
        } else {
            self
        }
    }
}

impl Estimates {
    /// Returns the larger estimate of each constant, which combines different searches over the same ball.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            lip_f: self.lip_f.max(other.lip_f),
            lip_gradient: self.lip_gradient.max(other.lip_gradient),
        }
    }
}
