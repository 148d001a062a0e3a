//! What a search for a constant found.

/// A constant from below: the largest value that was found, at one place of the ball.
///
/// The true constant is **at least** this, up to the rounding of the model; how much more it is,
/// no search tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value found.
    pub value: f64,
    /// $\lVert\theta - \theta_0\rVert$ of the place.
    pub distance: f64,
    /// How it was searched for.
    pub how: How,
}

/// Where a constant was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// At $\theta_0$ and at random points of the ball.
    Samples {
        /// Points, $\theta_0$ among them.
        count: usize,
    },
    /// At given points, such as those of a training run.
    Trajectory {
        /// Points.
        count: usize,
    },
    /// By projected ascent to the worst point of the ball.
    Ascent {
        /// Points that it started from, $\theta_0$ among them.
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
    /// The larger of the two.
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
    /// The larger of each: estimates over the same ball, by different searches, add up.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            lip_f: self.lip_f.max(other.lip_f),
            lip_gradient: self.lip_gradient.max(other.lip_gradient),
        }
    }
}
