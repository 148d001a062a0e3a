//! Which blocks to adapt: scores of a choice before any training, and searches for the best.
//!
//! A model's kernel is a sum over its blocks of parameters (19). Adapting the blocks of a choice
//! $C$ alone gives $K_C = \sum_{l \in C} S_l$, so that one computation of the $S_l$ serves any
//! number of choices.
//!
//! | question | answer |
//! |---|---|
//! | which numbers describe a choice, and what each ignores | [`Score`] |
//! | the scores of a choice | [`Problem::score`] |
//! | would the answer be the same on other examples | [`Problem::subsample`] |
//! | all choices of a size | [`combinations`], [`unions`], [`grid`] |
//! | the number of these choices | [`binomial`] |
//! | a list of choices, ordered by a score | [`rank`] |
//! | the paper's choice | [`algorithm_2`] |
//! | a good choice out of too many to list | [`greedy`] |
//!
//! A choice is a list of block indices, in any order.
//!
//! # Example
//! ```
//! use nalgebra::{dmatrix, dvector};
//! use tangent_spectral::Precision;
//! use tangent_spectral::selection::{Problem, Score, combinations, rank};
//!
//! // The residual lies where block 1 can move the outputs.
//! let blocks = [
//!     dmatrix![1.0, 0.0; 0.0, 0.0],
//!     dmatrix![0.0, 0.0; 0.0, 1.0],
//!     dmatrix![0.5, 0.0; 0.0, 0.1],
//! ];
//! let residual = dvector![0.0, 1.0];
//! let problem = Problem::new(&blocks, &residual, 0.1, Precision::F64)?;
//! let ranked = rank(&problem, combinations(3, 1)?, Score::RidgeRisk)?;
//! assert_eq!(ranked[0].choice, [1]);
//! assert!((ranked[0].value - (0.1_f64 / 1.1).powi(2)).abs() < 1e-15);
//! # Ok::<(), tangent_spectral::Error>(())
//! ```

mod candidates;
mod measure;
mod problem;
mod score;
mod search;

pub use candidates::{Combinations, binomial, combinations, grid, unions};
pub use problem::Problem;
pub use score::{Better, Score};
pub use search::{Scored, algorithm_2, greedy, rank, refuse_nested};
