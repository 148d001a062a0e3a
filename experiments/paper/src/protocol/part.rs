//! Parts of a table or a figure: a part that fails is recorded with its reason, while the others go on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use tangent_base::{Error, Result};

/// A part of the paper that failed as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FailedPart {
    /// The part, by the name of its file.
    pub(crate) part: String,
    /// The reason.
    pub(crate) reason: String,
}

impl FailedPart {
    /// The name of the file that lists failed parts, without the extension.
    pub(crate) const FILE: &str = "failed";

    /// Reads the failed parts that such a file lists.
    ///
    /// # Errors
    /// The bytes are not such a list.
    pub(crate) fn list(bytes: &[u8]) -> std::result::Result<Vec<Self>, String> {
        serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no list of failed parts: {error}"))
    }
}

/// Turns an interruption into an error that tells the user that finished runs stay in `dir`.
///
/// # Errors
/// [`Error::InterruptedBetween`] for an interruption; any other error of `made` unchanged.
pub(crate) fn kept<T>(dir: &Path, made: Result<T>) -> Result<T> {
    made.map_err(|error| match error.exit_code() {
        130 => Error::InterruptedBetween { dir: dir.into() },
        _ => error,
    })
}

/// Turns a number of failed parts into an error, unless it is 0.
///
/// # Errors
/// [`Error::PartsFailed`].
pub(crate) fn complete(failed: usize) -> Result<()> {
    match failed {
        0 => Ok(()),
        count => Err(Error::PartsFailed { count }),
    }
}

/// The parts that failed, each with its reason.
pub(crate) type Failed = Vec<String>;

/// Returns a part, or `None` if it failed, after noting the reason in `failed`.
///
/// # Errors
/// An interruption, and errors that every part shares, such as an output folder that cannot be written to.
pub(crate) fn collect<T>(failed: &mut Failed, name: &str, part: Result<T>) -> Result<Option<T>> {
    match part {
        Ok(part) => Ok(Some(part)),
        Err(error) if is_of_a_part(&error) => {
            failed.push(format!("{name}: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Returns whether an error concerns one part only. Invalid usage, for example, concerns every part.
fn is_of_a_part(error: &Error) -> bool {
    use tangent_datasets::Error as Data;
    use tangent_ntk_core::Error as Kernel;
    match error {
        Error::Data(error) => !matches!(
            error,
            Data::UnknownTask { .. } | Data::NoSuchPath { .. } | Data::StratifiedScores { .. }
        ),
        Error::Kernel(error) => !matches!(
            error,
            Kernel::Cancelled | Kernel::Margin { .. } | Kernel::Logit { .. }
        ),
        Error::Dynamics(_) | Error::Spectral(_) | Error::Memory { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_part_is_named_and_an_interruption_ends_the_whole() {
        let mut failed = Failed::new();
        let singular = tangent_spectral::Error::NotPositiveDefinite { sigma: 0.0 };
        let part = collect::<()>(&mut failed, "CoLA, seed 3", Err(singular.into()));
        assert!(part.unwrap().is_none());
        assert!(failed[0].starts_with("CoLA, seed 3: "), "{failed:?}");
        for error in [
            Error::Interrupted,
            tangent_ntk_core::Error::Cancelled.into(),
        ] {
            assert!(collect::<()>(&mut failed, "", Err(error)).is_err());
        }
        assert_eq!(failed.len(), 1);
    }
}
