/// A hypothesis that is not met, so that a statement says nothing.
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

    /// The statement is about $\lambda > 0$.
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

    /// A ball without extent has no $\lambda_\circ$.
    #[error("a ball of radius 0 gives no λ∘ = 2E·Lip(f)/r")]
    NoBall,

    /// Theorem 4 covers a weak pull for a short time only.
    #[error("λ = {lambda} < λ∘ = {lambda_circle}: covered until t = {until}, not at t = {time}")]
    TooLong {
        /// $\lambda$.
        lambda: f64,
        /// $\lambda_\circ$.
        lambda_circle: f64,
        /// $\tfrac1\lambda\ln\tfrac1{1-\lambda/\lambda_\circ}$.
        until: f64,
        /// $t$.
        time: f64,
    },

    /// The statement is about $\lambda \ge \lambda_\circ$.
    #[error("λ = {lambda} is below λ∘ = {lambda_circle}")]
    WeakPull {
        /// $\lambda$.
        lambda: f64,
        /// $\lambda_\circ$.
        lambda_circle: f64,
    },

    /// The path left the ball over which the constants are taken.
    #[error("the path reaches ‖θ − θ₀‖ = {distance}, outside the ball of radius {radius}")]
    LeftTheBall {
        /// The farthest distance.
        distance: f64,
        /// The ball's radius.
        radius: f64,
    },

    /// Theorem 5 needs a ridge.
    #[error("σ must be positive")]
    NoRidge,
}
