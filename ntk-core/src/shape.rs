//! Checks of sizes that have to agree.

use crate::Error;

pub(crate) fn check_shape(what: &str, expected: &[usize], got: &[usize]) -> Result<(), Error> {
    if expected == got {
        return Ok(());
    }
    Err(Error::Shape {
        what: what.to_owned(),
        expected: expected.to_vec(),
        got: got.to_vec(),
    })
}

pub(crate) fn check_length(expected: usize, got: usize) -> Result<(), Error> {
    if expected == got {
        Ok(())
    } else {
        Err(Error::Length { expected, got })
    }
}
