/// Returns the transpose of a matrix `[rows, columns]` stored row by row. It works in tiles, which suit the cache.
pub(crate) fn transpose<T: Copy + Default>(values: &[T], rows: usize, columns: usize) -> Vec<T> {
    const TILE: usize = 32;
    let mut out = vec![T::default(); values.len()];
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..rows.min(top + TILE) {
                for column in left..columns.min(left + TILE) {
                    out[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn transpose_at_sizes_that_are_no_multiple_of_the_tile() {
        let (rows, columns) = (45, 70);
        let values: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
        let out = super::transpose(&values, rows, columns);
        assert!(
            (0..rows).all(|r| (0..columns).all(|c| out[c * rows + r] == values[r * columns + c]))
        );
    }
}
