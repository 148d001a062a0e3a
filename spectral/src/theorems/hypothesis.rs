/// A hypothesis that is not met, so that a statement does not apply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Hypothesis {
    /// A quantity is negative, NaN or infinite.
    #[error("{what} = {value} must be finite and not negative")]
    NotANumber {
        /// The quantity.
        what: &'static str,
        /// Its value.
        value: f64,
    },

    /// The statement needs $\lambda > 0$.
    #[error("λ must be positive")]
    NoPull,

    /// The inner product of Theorem 1 is negative while the pull acts.
    #[error("λ_t = {lambda} while ∇R̃(θ_t)(θ_t − θ₀) = {inner:e} < 0")]
    PullsUphill {
        /// $\lambda_t$.
        lambda: f64,
        /// The inner product.
        inner: f64,
    },

    /// A ball of radius 0 has no $\lambda_\circ$.
    #[error("a ball of radius 0 gives no λ∘ = 2E·Lip(f)/r")]
    NoBall,

    /// Theorem 4 covers a weak pull for a short time only.
    #[error(
        "λ = {lambda:.4} < λ∘ = {lambda_circle:.4}: covered until t = {until:.4}, not at t = {time:.4}"
    )]
    TooLong {
        /// $\lambda$.
        lambda: f64,
        /// $\lambda_\circ$.
        lambda_circle: f64,
        /// The end of the covered time, $\tfrac1\lambda\ln\tfrac1{1-\lambda/\lambda_\circ}$.
        until: f64,
        /// $t$.
        time: f64,
    },

    /// The statement needs $\lambda \ge \lambda_\circ$.
    #[error("λ = {lambda:.4} is below λ∘ = {lambda_circle:.4}")]
    WeakPull {
        /// $\lambda$.
        lambda: f64,
        /// $\lambda_\circ$.
        lambda_circle: f64,
    },

    /// The path left the ball over which the constants are taken.
    #[error("the path reaches ‖θ − θ₀‖ = {distance:.4}, outside the ball of radius {radius}")]
    LeftTheBall {
        /// The farthest distance.
        distance: f64,
        /// The ball's radius.
        radius: f64,
    },

    /// Theorem 5 needs a ridge.
    #[error("σ must be positive")]
    NoRidge,

    /// Theorems 6 and 7 need the inverse of this matrix.
    #[error("{what} is not positive definite as far as can be told")]
    NotDefinite {
        /// The matrix.
        what: &'static str,
    },

    /// Theorem 7 as printed needs $\eta < 1$.
    #[error("η = {eta:.4} is not below 1")]
    LargePerturbation {
        /// $\lVert K^{-1/2} S K^{-1/2}\rVert$.
        eta: f64,
    },

    /// Theorem 7 needs $\kappa(K + \sigma I) \le c$.
    #[error("κ(K + σI) = {kappa:.4} exceeds c = {c:.4}")]
    IllConditioned {
        /// $\kappa(K + \sigma I)$.
        kappa: f64,
        /// $c$.
        c: f64,
    },

    /// Corollary 1 needs two candidates that are added to the same kernel.
    #[error("the two candidates differ in K + σI or in c")]
    DifferentKernels,
}
