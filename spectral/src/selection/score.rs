//! The scores by which a choice of blocks is judged.

use serde::{Deserialize, Serialize};

/// A number computed before any training from $K_C = \sum_{l \in C} S_l$, $y = Y - f_{\theta_0}(X)$
/// and the ridge $\sigma$.
///
/// For the condition number and $r_C$, the paper states which direction is better. Its Theorem 5
/// bounds the ridge risk, and less risk is better by definition. For alignment, effective rank and
/// trace the paper suggests nothing: the direction given here is the usual one in the literature,
/// and a hypothesis to be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// $\kappa(K_C + \sigma I) = \frac{\lambda_{\max}(K_C) + \sigma}{\lambda_{\min}(K_C) + \sigma}$:
    /// how far apart the bounds (18) of Theorem 5 are. Lower is better. Infinite where $\sigma = 0$
    /// and $\lambda_{\min}$ is not above the noise floor.
    Condition,
    /// $r_C = \lambda_{\max}(K + \sum_{l \in C} S_l + \sigma I) / \lambda_{\max}(K + \sigma I)$ of
    /// Algorithm 2, where $K$ is the kernel of the [base](super::Problem::with_base). Lower is
    /// better. It never falls when a block is added (Weyl).
    ///
    /// Without a base the ratio is relative to the kernel of all blocks, so it is at most 1. In
    /// both cases, it orders choices as $\lambda_{\max}(K_C)$ does.
    LambdaRatio,
    /// $\lVert\sigma(K_C + \sigma I)^{-1} y\rVert^2$: the summed training risk that Theorem 5
    /// bounds. Lower is better. A further block usually lowers it, but not always. With a positive
    /// definite $K_C$ it is 0 at $\sigma = 0$.
    RidgeRisk,
    /// $\sum_B \lVert (G_{BB})^{-1} \alpha_B\rVert^2$, $G = (K_C + \sigma I)^{-1}$, $\alpha = Gy$,
    /// over the rows $B$ of each example: the squared error on each example of ridge regression
    /// fitted without it, summed; with one row per example, $\sum_i (\alpha_i / G_{ii})^2$.
    /// Lower is better.
    LeaveOneOut,
    /// $\langle K_C, yy^\top\rangle / (\lVert K_C\rVert_F \lVert y\rVert^2)$: kernel–target
    /// alignment, between 0 and 1. Higher is taken to be better.
    ///
    /// # Reference
    /// Cristianini et al., *On kernel-target alignment*, NIPS 2001.
    Alignment,
    /// $\exp(-\sum_i p_i \ln p_i)$, $p_i = \lambda_i / \sum_j \lambda_j$, as
    /// [`Spectrum::effective_rank`](crate::Spectrum::effective_rank). Higher is taken to be better.
    EffectiveRank,
    /// $\operatorname{tr} K_C$: the squared norm of all gradients. Higher is taken to be better. It
    /// never falls when a block is added.
    Trace,
}

/// The direction in which a score is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Lower is better.
    Lower,
    /// Higher is better.
    Higher,
}

impl Score {
    /// All scores.
    pub const ALL: [Self; 7] = [
        Self::Condition,
        Self::LambdaRatio,
        Self::RidgeRisk,
        Self::LeaveOneOut,
        Self::Alignment,
        Self::EffectiveRank,
        Self::Trace,
    ];

    /// Returns the name of the score, as it is serialised.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::LambdaRatio => "lambda_ratio",
            Self::RidgeRisk => "ridge_risk",
            Self::LeaveOneOut => "leave_one_out",
            Self::Alignment => "alignment",
            Self::EffectiveRank => "effective_rank",
            Self::Trace => "trace",
        }
    }

    /// Returns the direction in which the score is better.
    pub const fn better(self) -> Better {
        match self {
            Self::Condition | Self::LambdaRatio | Self::RidgeRisk | Self::LeaveOneOut => {
                Better::Lower
            }
            Self::Alignment | Self::EffectiveRank | Self::Trace => Better::Higher,
        }
    }

    /// Returns a sentence about what the score ignores. All scores ignore what happens once the
    /// kernel changes in training.
    pub const fn ignores(self) -> &'static str {
        match self {
            Self::Condition => {
                "Ignores the targets, the kernel's scale beside σ, and all eigenvalues but two, of \
                 which the smallest is often noise."
            }
            Self::LambdaRatio => {
                "Ignores the targets and all eigenvalues but the largest, and calls every further \
                 block worse."
            }
            Self::RidgeRisk => {
                "Ignores unseen examples: a kernel that fits anything, noise included, has the \
                 least of it."
            }
            Self::LeaveOneOut => {
                "Ignores how the unseen examples may differ from these, and that the choice with \
                 the least of many estimates looks better than it is."
            }
            Self::Alignment => {
                "Ignores σ and the kernel's scale, and rewards one large eigenvalue along the \
                 targets over a fit of all of them."
            }
            Self::EffectiveRank => "Ignores the targets, σ and the kernel's scale.",
            Self::Trace => {
                "Ignores the targets, σ and every direction: it sees how large gradients are, not \
                 how they differ between examples."
            }
        }
    }

    /// Returns the positions of `values` of this score, best first; equal values in the order
    /// given.
    pub fn order(self, values: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| {
            let ascending = values[a].total_cmp(&values[b]);
            match self.better() {
                Better::Lower => ascending,
                Better::Higher => ascending.reverse(),
            }
        });
        order
    }
}
