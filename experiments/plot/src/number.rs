//! The numbers of a chart in JSON: a number that is not finite is written as `null`, and read back as NaN.

use serde::{Deserialize, Deserializer};

fn number(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// Reads points in a plane.
pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(f64, f64)>, D::Error> {
    let points = Vec::<(Option<f64>, Option<f64>)>::deserialize(from)?;
    Ok(points
        .into_iter()
        .map(|(x, y)| (number(x), number(y)))
        .collect())
}

/// Reads points in space.
pub(super) fn triples<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<(f64, f64, f64)>, D::Error> {
    let points = Vec::<(Option<f64>, Option<f64>, Option<f64>)>::deserialize(from)?;
    Ok(points
        .into_iter()
        .map(|(x, y, z)| (number(x), number(y), number(z)))
        .collect())
}

/// Reads a grid of heights.
pub(super) fn grid<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<f64>>, D::Error> {
    let rows = Vec::<Vec<Option<f64>>>::deserialize(from)?;
    Ok(rows
        .into_iter()
        .map(|row| row.into_iter().map(number).collect())
        .collect())
}
