//! What can go wrong, and where.

use nalgebra::DVector;

/// The result of a computation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a computation on the linearized model was refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model gave values of another shape, or not finite.
    #[error(transparent)]
    Model(#[from] tangent_ntk_core::Error),

    /// The kernel could not be decomposed or factored.
    #[error(transparent)]
    Spectral(#[from] tangent_spectral::Error),

    /// A length that does not go with the kernel.
    #[error("{what}: {got} given, {expected} expected")]
    Length {
        /// What it is the length of.
        what: &'static str,
        /// The length that goes with the kernel.
        expected: usize,
        /// The length given.
        got: usize,
    },

    /// A value is NaN or infinite.
    #[error("entry {index} of {what} is {value}; every entry must be finite")]
    NotFinite {
        /// The vector.
        what: &'static str,
        /// The first such entry, counted from 0.
        index: usize,
        /// Its value.
        value: f64,
    },

    /// The pull's strength is negative, NaN or infinite.
    #[error("λ = {pull}: the pull to θ₀ must be finite and not negative")]
    BadPull {
        /// The strength given.
        pull: f64,
    },

    /// A number of a recipe makes no sense.
    #[error("{what} = {value}: it must be {wanted}")]
    Recipe {
        /// What it is.
        what: &'static str,
        /// The number given.
        value: f64,
        /// What would do.
        wanted: &'static str,
    },

    /// Nothing to train on.
    #[error("there are no examples to train on")]
    NoExamples,

    /// A class that the model has no output for.
    #[error(
        "example {example} is of class {class}, but the model has {outputs} outputs, counted from 0"
    )]
    Class {
        /// The example, counted from 0.
        example: usize,
        /// Its class.
        class: usize,
        /// The model's outputs.
        outputs: usize,
    },

    /// Classes for a model of one output.
    #[error("classes need a model of two outputs or more, this one has {outputs}")]
    OutputsForClasses {
        /// The model's outputs.
        outputs: usize,
    },

    /// Scores where classes are needed.
    #[error(
        "scores can be fitted by the squared loss and one output, \
         not by {objective:?} and {outputs}"
    )]
    Scores {
        /// The objective.
        objective: crate::Objective,
        /// The model's outputs.
        outputs: usize,
    },

    /// A recipe that leaves the space of linear combinations of gradients.
    #[error(
        "kernel space takes gradient descent or SGD without clipping, and the rules none, always \
         and penalty: other steps are not linear in the gradients"
    )]
    NotLinear,

    /// Coefficients where parameters are needed.
    #[error("{what} needs a predictor whose θ is the parameters; in kernel space there are none")]
    InKernelSpace {
        /// What was asked for.
        what: &'static str,
    },

    /// Dropout asked of a model that has none.
    #[error("this model has no dropout: train it without")]
    NoDropout,

    /// A state from beyond the end of the run.
    #[error("the state is of step {step}, but the run has {steps} steps")]
    BeyondLastStep {
        /// The state's step.
        step: usize,
        /// The run's.
        steps: usize,
    },

    /// A checkpoint that is not as it was written.
    #[error("the checkpoint is damaged")]
    CheckpointDamaged,

    /// A checkpoint of another version of this crate.
    #[error(
        "the checkpoint is of another version: its format is `{found}`, this one reads `{read}`"
    )]
    CheckpointFormat {
        /// The file's format.
        found: String,
        /// The format that is read.
        read: &'static str,
    },

    /// Facts that have no room in a checkpoint.
    #[error("the facts do not fit into a checkpoint: {reason}")]
    CheckpointFacts {
        /// Why.
        reason: String,
    },

    /// Training left the finite numbers.
    #[error(
        "training diverged at step {step}: {what} is not finite; lower the learning rate (now \
         {rate}){}", if *.lambda * *.rate > 1.0 { format!(" or λ (now {lambda}): λ·η_step should stay below 1") } else { String::new() }
    )]
    Diverged {
        /// The step, from 1.
        step: usize,
        /// What is not finite.
        what: String,
        /// The largest learning rate.
        rate: f64,
        /// The pull's strength.
        lambda: f64,
    },

    /// A time is negative, NaN or infinite.
    #[error("t = {time}: the time must be finite and not negative")]
    BadTime {
        /// The time given.
        time: f64,
    },

    /// Times out of order.
    #[error("time {index} is not after the one before: times must ascend")]
    Times {
        /// The first such time, counted from 0.
        index: usize,
    },

    /// Gradient flow needs more steps than are allowed.
    #[error(
        "gradient flow to t = {end} stopped at t = {time} after {steps} steps: allow more steps, \
         raise the tolerance (or the step), or ask for a smaller t"
    )]
    FlowSteps {
        /// Steps allowed.
        steps: usize,
        /// Where it is.
        time: f64,
        /// Where it was to go.
        end: f64,
    },

    /// No step of gradient flow is short enough for the tolerance.
    #[error(
        "gradient flow stalls at t = {time}: a step of {width:e} still misses the tolerance, which \
         the model's precision may not carry; raise it"
    )]
    FlowStalled {
        /// Where it is.
        time: f64,
        /// The step tried last.
        width: f64,
    },

    /// Gradient flow left the finite numbers.
    #[error(
        "gradient flow is not finite behind t = {time}: ask for a smaller t, take shorter steps, \
         or raise λ"
    )]
    FlowDiverged {
        /// The last time at which it was finite.
        time: f64,
    },

    /// The radius of a ball is negative, NaN or infinite.
    #[error("r = {radius}: the radius must be finite and not negative; 0 is the point θ₀ itself")]
    BadRadius {
        /// The radius given.
        radius: f64,
    },

    /// More pairs of examples than exist.
    #[error("{count} pairs are more than the {pairs} that {n} examples have")]
    Pairs {
        /// Pairs asked for.
        count: usize,
        /// Examples.
        n: usize,
        /// Pairs that there are.
        pairs: usize,
    },

    /// A pair of an example that is not there.
    #[error("a pair is of example {example}, but there are {n}, counted from 0")]
    PairOf {
        /// The example.
        example: usize,
        /// Examples.
        n: usize,
    },

    /// A pair without a slope.
    #[error("examples {i} and {j} have the same input: leave the pair out, its slope is 0/0")]
    SameInput {
        /// One example.
        i: usize,
        /// The other.
        j: usize,
    },

    /// The kernel's rows do not divide into examples.
    #[error("{rows} rows do not divide into examples of {outputs} outputs")]
    Outputs {
        /// Rows of the kernel.
        rows: usize,
        /// Outputs to an example.
        outputs: usize,
    },
}

pub(crate) fn check_length(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            expected,
            got,
        })
    }
}

pub(crate) fn check_finite(what: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Error::NotFinite {
            what,
            index,
            value: values[index],
        }),
    }
}

pub(crate) fn check_vector(what: &'static str, expected: usize, v: &DVector<f64>) -> Result<()> {
    check_length(what, expected, v.len())?;
    check_finite(what, v.as_slice())
}
