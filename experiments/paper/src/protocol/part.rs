//! Parts of a table or a figure: made, or failed with a reason while the others go on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use tangent_base::{Error, Result};

/// A part of the paper that failed altogether.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FailedPart {
    /// Which, by the name of its file.
    pub(crate) part: String,
    /// Why.
    pub(crate) reason: String,
}

impl FailedPart {
    /// The file that lists them, without its ending.
    pub(crate) const FILE: &str = "failed";

    /// Those that such a file lists.
    ///
    /// # Errors
    /// It is no such list.
    pub(crate) fn list(bytes: &[u8]) -> std::result::Result<Vec<Self>, String> {
        serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no list of failed parts: {error}"))
    }
}

/// What made something out of runs in `dir`; of an interruption it says that they are kept.
///
/// # Errors
/// [`Error::InterruptedBetween`], and whatever else ended it.
pub(crate) fn kept<T>(dir: &Path, made: Result<T>) -> Result<T> {
    made.map_err(|error| match error.exit_code() {
        130 => Error::InterruptedBetween { dir: dir.into() },
        _ => error,
    })
}

/// Nothing, where nothing failed.
///
/// # Errors
/// [`Error::PartsFailed`].
pub(crate) fn complete(failed: usize) -> Result<()> {
    match failed {
        0 => Ok(()),
        count => Err(Error::PartsFailed { count }),
    }
}

/// Parts that failed, each with its reason.
pub(crate) type Failed = Vec<String>;

/// A part, or `None` and a note why it is not there. An interruption, and what is wrong with every part alike, such as
/// the results' folder, ends the whole.
///
/// # Errors
/// Those.
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

/// Whether other parts may do better. Wrong usage is wrong for every part.
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
