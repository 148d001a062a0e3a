//! The errors of this crate.

use nalgebra::DVector;

/// The result of a computation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a computation on the linearized model was refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model returned values of a wrong shape, or values that are not finite.
    #[error(transparent)]
    Model(#[from] tangent_ntk_core::Error),

    /// The kernel could not be decomposed or factored.
    #[error(transparent)]
    Spectral(#[from] tangent_spectral::Error),

    /// A length does not match the kernel.
    #[error("{what}: {got} given, {expected} expected")]
    Length {
        /// The vector or list that has the length.
        what: &'static str,
        /// The length that matches the kernel.
        expected: usize,
        /// The length given.
        got: usize,
    },

    /// A value is NaN or infinite.
    #[error("entry {index} of {what} is {value}; every entry must be finite")]
    NotFinite {
        /// The vector that contains the value.
        what: &'static str,
        /// The index of the first such entry, counted from 0.
        index: usize,
        /// The value of that entry.
        value: f64,
    },

    /// The pull's strength is negative, NaN or infinite.
    #[error("λ = {pull}: the pull to θ₀ must be finite and not negative")]
    BadPull {
        /// The strength given.
        pull: f64,
    },

    /// A number of a recipe is outside its range.
    #[error("{what} = {value}: it must be {wanted}")]
    Recipe {
        /// The name of the number.
        what: &'static str,
        /// The number given.
        value: f64,
        /// The range that is allowed.
        wanted: &'static str,
    },

    /// There are no examples to train on.
    #[error("there are no examples to train on")]
    NoExamples,

    /// The model has no output for a class.
    #[error(
        "example {example} is of class {class}, but the model has {outputs} outputs, counted from 0"
    )]
    Class {
        /// The index of the example, counted from 0.
        example: usize,
        /// The class of the example.
        class: usize,
        /// The number of the model's outputs.
        outputs: usize,
    },

    /// The labels are classes, but the model has one output.
    #[error("classes need a model of two outputs or more, this one has {outputs}")]
    OutputsForClasses {
        /// The number of the model's outputs.
        outputs: usize,
    },

    /// The labels are scores, but the objective or the model needs classes.
    #[error(
        "scores need the squared loss and one output, but the loss is {objective:?} and the number \
         of outputs is {outputs}"
    )]
    Scores {
        /// The objective.
        objective: crate::Objective,
        /// The number of the model's outputs.
        outputs: usize,
    },

    /// The steps of a recipe are not linear in the gradients, so that kernel space cannot represent them.
    #[error(
        "kernel space takes gradient descent or SGD without clipping, and the rules none, always \
         and penalty: other steps are not linear in the gradients"
    )]
    NotLinear,

    /// The computation needs parameters, but the predictor's $\theta$ holds coefficients in kernel space.
    #[error("{what} needs a predictor whose θ is the parameters; in kernel space there are none")]
    InKernelSpace {
        /// The requested computation.
        what: &'static str,
    },

    /// Dropout was requested of a model that has none.
    #[error("this model has no dropout: train it without dropout")]
    NoDropout,

    /// A state lies beyond the end of the run.
    #[error("the state is of step {step}, but the run has {steps} steps")]
    BeyondLastStep {
        /// The step of the state.
        step: usize,
        /// The number of steps of the run.
        steps: usize,
    },

    /// A checkpoint differs from what was written.
    #[error("the checkpoint is damaged")]
    CheckpointDamaged,

    /// Another version of this crate wrote the checkpoint.
    #[error(
        "the checkpoint is of another version: its format is `{found}`, this version reads `{read}`"
    )]
    CheckpointFormat {
        /// The format of the file.
        found: String,
        /// The format that this version reads.
        read: &'static str,
    },

    /// The facts are too large for a checkpoint.
    #[error("the facts do not fit into a checkpoint: {reason}")]
    CheckpointFacts {
        /// The reason of the failure.
        reason: String,
    },

    /// A value became NaN or infinite in training.
    #[error(
        "training diverged at step {step}: {what} is not finite; lower the learning rate (now \
         {rate}){}", if *.lambda * *.rate > 1.0 { format!(" or λ (now {lambda}): λ·η_step should stay below 1") } else { String::new() }
    )]
    Diverged {
        /// The number of the step, from 1.
        step: usize,
        /// The value that is not finite.
        what: String,
        /// The largest learning rate of the run.
        rate: f64,
        /// The strength of the pull.
        lambda: f64,
    },

    /// A time is negative, NaN or infinite.
    #[error("t = {time}: the time must be finite and not negative")]
    BadTime {
        /// The time given.
        time: f64,
    },

    /// The times do not ascend.
    #[error("time {index} is not after the one before: times must ascend")]
    Times {
        /// The index, counted from 0, of the first time that is not after the one before it.
        index: usize,
    },

    /// Gradient flow needs more steps than are allowed.
    #[error(
        "gradient flow to t = {end} stopped at t = {time} after {steps} steps: allow more steps, \
         raise the tolerance (or the step), or ask for a smaller t"
    )]
    FlowSteps {
        /// The number of steps that is allowed.
        steps: usize,
        /// The time at which the flow stopped.
        time: f64,
        /// The last requested time.
        end: f64,
    },

    /// No step of gradient flow is short enough for the tolerance.
    #[error(
        "gradient flow stalls at t = {time}: a step of {width:e} still misses the tolerance, for which \
         the model's precision may be too low; raise the tolerance"
    )]
    FlowStalled {
        /// The time at which the flow stalls.
        time: f64,
        /// The length of the last step that was tried.
        width: f64,
    },

    /// A value became NaN or infinite in gradient flow.
    #[error(
        "gradient flow is not finite after t = {time}: ask for a smaller t, take shorter steps, \
         or raise λ"
    )]
    FlowDiverged {
        /// The last time at which the flow was finite.
        time: f64,
    },

    /// The radius of a ball is negative, NaN or infinite.
    #[error("r = {radius}: the radius must be finite and not negative; 0 is the point θ₀ itself")]
    BadRadius {
        /// The radius given.
        radius: f64,
    },

    /// More pairs of examples were requested than exist.
    #[error("{count} pairs are more than the {pairs} that {n} examples have")]
    Pairs {
        /// The number of requested pairs.
        count: usize,
        /// The number of examples.
        n: usize,
        /// The number of pairs that the examples have.
        pairs: usize,
    },

    /// A pair names an example that does not exist.
    #[error("a pair names example {example}, but there are {n} examples, counted from 0")]
    PairOf {
        /// The index that the pair names.
        example: usize,
        /// The number of examples.
        n: usize,
    },

    /// The two inputs of a pair are equal, so that their slope is undefined.
    #[error("examples {i} and {j} have the same input: leave the pair out, its slope is 0/0")]
    SameInput {
        /// The index of one example.
        i: usize,
        /// The index of the other example.
        j: usize,
    },

    /// The kernel's rows do not divide into examples.
    #[error("{rows} rows do not divide into examples of {outputs} outputs")]
    Outputs {
        /// The number of rows of the kernel.
        rows: usize,
        /// The number of outputs of each example.
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
