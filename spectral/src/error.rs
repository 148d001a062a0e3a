//! The errors of this crate.

/// The result of a computation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a spectral computation was refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The matrix has no rows.
    #[error("the matrix is empty: a spectrum needs at least one row")]
    Empty,

    /// The matrix is not square.
    #[error("the matrix is {rows}×{columns}; a spectrum needs a square one")]
    NotSquare {
        /// The number of rows.
        rows: usize,
        /// The number of columns.
        columns: usize,
    },

    /// An entry is NaN or infinite.
    #[error(
        "entry ({row}, {column}) is {value}; every entry must be finite: \
         check the model's weights and outputs"
    )]
    NotFinite {
        /// The row of the first such entry, in column-major order.
        row: usize,
        /// The column of this entry.
        column: usize,
        /// The value of this entry.
        value: f64,
    },

    /// The matrix is not symmetric.
    #[error(
        "the matrix is not symmetric: entries ({row}, {column}) and ({column}, {row}) differ by \
         {difference:e}, allowed is {allowed:e}; `Spectrum::of_symmetric_part` takes (M + Mᵀ)/2"
    )]
    NotSymmetric {
        /// The row of the entry that differs most from its mirror image.
        row: usize,
        /// The column of this entry.
        column: usize,
        /// The difference of the two entries.
        difference: f64,
        /// The largest difference that rounding would explain.
        allowed: f64,
    },

    /// The matrix is larger than LAPACK's 32-bit workspace sizes can express.
    #[error("the matrix has {n} rows; {routine} takes at most {limit}")]
    TooLarge {
        /// The number of rows.
        n: usize,
        /// The LAPACK routine.
        routine: &'static str,
        /// The largest number of rows that the routine takes.
        limit: usize,
    },

    /// A LAPACK routine did not succeed.
    #[error("LAPACK's {routine} failed with info = {info}: {}", meaning(*.info))]
    Lapack {
        /// The routine.
        routine: &'static str,
        /// The routine's return code.
        info: i32,
    },

    /// The ridge is negative, NaN or infinite.
    #[error("σ = {sigma}: the ridge must be finite and not negative")]
    BadRidge {
        /// The ridge.
        sigma: f64,
    },

    /// $K + \sigma I$ has no Cholesky factor to working precision.
    #[error(
        "K + σI with σ = {sigma:e} is not positive definite to rounding: raise σ, \
         or remove duplicate examples"
    )]
    NotPositiveDefinite {
        /// The ridge.
        sigma: f64,
    },

    /// All entries of the kernel are 0.
    #[error(
        "the kernel is zero: no adapted parameter moves an output, so that there is nothing to compare or to check; \
         likely the head's weights are all 0, A and B of the adapter are both 0, or the units between are dead"
    )]
    ZeroKernel,

    /// A matrix that is added to a kernel is no Gram matrix.
    #[error(
        "S has the eigenvalue {smallest:e}, below -{floor:e}: it must be positive semidefinite, \
         as the kernel of a block is"
    )]
    NotSemidefinite {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The magnitude that noise would explain.
        floor: f64,
    },

    /// A vector or matrix does not have the number of rows that the other argument requires.
    #[error("{what} has {got} rows, expected {expected}")]
    Length {
        /// The vector or matrix.
        what: &'static str,
        /// The number of rows that it should have.
        expected: usize,
        /// The number of rows that it has.
        got: usize,
    },

    /// A problem has no block, or a choice without a base is empty.
    #[error("no block is given: K_C would be zero; name at least one block")]
    NoBlock,

    /// A unit has no block.
    #[error("unit {unit} has no block: name at least one, or leave the unit out")]
    EmptyUnit {
        /// The position of the unit.
        unit: usize,
    },

    /// A layer of a grid has a different number of matrices than the first layer.
    #[error("layer {layer} of the grid has {got} matrices, the first has {expected}")]
    UnevenGrid {
        /// The layer.
        layer: usize,
        /// The number of matrices of the first layer.
        expected: usize,
        /// The number of matrices of this layer.
        got: usize,
    },

    /// A subsample has no example.
    #[error("no example is given: a subsample needs at least one")]
    NoExample,

    /// A list of candidates is empty.
    #[error("the list of candidates is empty: give at least one choice of blocks")]
    NoCandidate,

    /// The number to choose is 0 or more than there are.
    #[error("cannot choose {k} of {n}: {}", choosable(*.n))]
    Choose {
        /// The number to choose.
        k: usize,
        /// The number to choose from.
        n: usize,
    },

    /// A block or example does not exist.
    #[error("there is no {what} {index}: the problem has {count}, counted from 0")]
    NoSuch {
        /// Whether it is a block or an example.
        what: &'static str,
        /// The index that does not exist.
        index: usize,
        /// The number of blocks or examples.
        count: usize,
    },

    /// A block or example is named twice.
    #[error("{what} {index} is named twice: name each once")]
    NamedTwice {
        /// Whether it is a block or an example.
        what: &'static str,
        /// The index that is named twice.
        index: usize,
    },

    /// The rows of a kernel do not divide into examples.
    #[error(
        "{rows} rows do not divide into examples of {outputs}: give the number of rows that each \
         example has"
    )]
    Outputs {
        /// The number of rows.
        rows: usize,
        /// The number of rows per example.
        outputs: usize,
    },

    /// A score would divide by zero.
    #[error("the score {score} is undefined: {why}")]
    Undefined {
        /// The name of the score.
        score: &'static str,
        /// The reason, and what to do.
        why: &'static str,
    },

    /// Algorithm 2 was given a candidate that contains another.
    #[error(
        "candidate {larger:?} contains candidate {smaller:?}: adding blocks never lowers r_C, so \
         Algorithm 2 cannot choose the larger, whatever the model; give candidates of one size, \
         or `rank` the list"
    )]
    NestedCandidates {
        /// The candidate that is contained.
        smaller: Vec<usize>,
        /// The candidate that contains it.
        larger: Vec<usize>,
    },

    /// The operator given to Lanczos returned a value that is not finite.
    #[error("at Lanczos step {step} the operator's result is not finite")]
    OperatorNotFinite {
        /// The step, counted from 1.
        step: usize,
    },

    /// Lanczos ran out of steps.
    #[error(
        "Lanczos did not converge in {steps} steps: residual {residual:e}, wanted {wanted:e}; \
         raise `max_steps` or `tolerance`"
    )]
    NotConverged {
        /// The number of steps made.
        steps: usize,
        /// The larger residual of the wanted eigenvalues.
        residual: f64,
        /// The residual that would have been small enough.
        wanted: f64,
    },
}

fn meaning(info: i32) -> &'static str {
    if info < 0 {
        "an argument was illegal"
    } else {
        "the iteration did not converge"
    }
}

fn choosable(n: usize) -> String {
    match n {
        0 => "there is nothing to choose from".to_owned(),
        n => format!("choose from 1 to {n}"),
    }
}

/// Turns LAPACK's return code into a result.
pub(crate) fn lapack_info(routine: &'static str, info: i32) -> Result<()> {
    match info {
        0 => Ok(()),
        info => Err(Error::Lapack { routine, info }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lapack_code_is_told_with_its_meaning() {
        assert_eq!(lapack_info("dsyevd", 0), Ok(()));
        assert_eq!(
            lapack_info("dsyevd", 3).unwrap_err().to_string(),
            "LAPACK's dsyevd failed with info = 3: the iteration did not converge"
        );
        assert_eq!(
            lapack_info("dsytrd", -4).unwrap_err().to_string(),
            "LAPACK's dsytrd failed with info = -4: an argument was illegal"
        );
    }
}
