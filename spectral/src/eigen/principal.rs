use nalgebra::DMatrix;

use crate::{Eigen, Result};

/// Returns the two orthonormal directions $u$, $v$ along which the points $x_j$ are farthest from
/// `start` $= x_0$, and the share of $\sum_j \lVert x_j - x_0\rVert^2$ that lies in their plane.
///
/// They come from the eigenvectors of the Gram matrix of $x_j - x_0$, so that the points may have
/// any number of coordinates. Coordinates beyond those of `start` are ignored.
///
/// # Errors
/// As [`Eigen::of`].
///
/// # Panics
/// If there is only one point, or a point has fewer coordinates than `start`.
pub fn principal_directions(start: &[f64], points: &[Vec<f64>]) -> Result<([Vec<f64>; 2], f64)> {
    let (m, p) = (points.len(), start.len());
    let offsets = DMatrix::from_fn(p, m, |i, j| points[j][i] - start[i]);
    let gram = offsets.transpose() * &offsets;
    let eigen = Eigen::of(&gram)?;
    let total = gram.trace().max(f64::MIN_POSITIVE);
    let direction = |rank: usize| {
        let (value, vector) = (
            eigen.values[m - 1 - rank],
            eigen.vectors.column(m - 1 - rank),
        );
        let along = &offsets * vector;
        let length = value.max(f64::MIN_POSITIVE).sqrt();
        along.iter().map(|x| x / length).collect::<Vec<f64>>()
    };
    let share = (eigen.values[m - 1] + eigen.values[m - 2]) / total;
    Ok(([direction(0), direction(1)], share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_directions_are_those_of_an_ellipse() {
        let start = vec![1.0, 2.0, 3.0];
        let at = |x: f64, y: f64| vec![1.0 + x, 2.0, 3.0 + y];
        let points = [at(3.0, 0.0), at(-3.0, 0.0), at(0.0, 1.0), at(0.0, -1.0)];
        let ([u, v], share) = principal_directions(&start, &points).unwrap();
        assert!(
            (u[0].abs() - 1.0).abs() < 1e-12 && u[2].abs() < 1e-12,
            "{u:?}"
        );
        assert!((v[2].abs() - 1.0).abs() < 1e-12 && v[1] == 0.0, "{v:?}");
        assert!((share - 1.0).abs() < 1e-12);
    }
}
