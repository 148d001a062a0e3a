use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData, backend::Backend};

use super::flex::{by_dtype, close, from_vec, is_flex, open_contiguous, values};

/// Returns the rows of `x` at `indices`: `[n, h]` → `[indices, h]`.
///
/// # Panics
/// If an index is not below `n`.
pub fn gather_rows<B: Backend>(x: &Tensor<B, 2>, indices: &[usize]) -> Tensor<B, 2> {
    let [rows, width] = x.dims();
    check_indices(indices, rows);
    if is_flex(x) {
        return by_dtype!(x.dtype(), E => {
            let x = open_contiguous(x.clone());
            let x = values::<E>(&x);
            let mut rows = Vec::with_capacity(indices.len() * width);
            indices.iter().for_each(|&i| rows.extend_from_slice(&x[i * width..(i + 1) * width]));
            close(from_vec(rows, [indices.len(), width]))
        })
        .expect("is_flex checked the type");
    }
    x.clone().select(0, index_tensor(indices, &x.device()))
}

/// Returns `[rows, h]`, which is zero except for the given rows, added at `indices`: the pullback of [`gather_rows`].
///
/// # Panics
/// If the number of rows is not the number of indices, or an index is not below `rows`.
pub fn scatter_rows<B: Backend>(
    values_at: Tensor<B, 2>,
    indices: &[usize],
    rows: usize,
) -> Tensor<B, 2> {
    let [given, width] = values_at.dims();
    assert!(
        given == indices.len(),
        "{} indices take as many rows, not {:?}",
        indices.len(),
        [given, width]
    );
    check_indices(indices, rows);
    if is_flex(&values_at) {
        return by_dtype!(values_at.dtype(), E => {
            let given = open_contiguous(values_at);
            let given = values::<E>(&given);
            let mut out = vec![E::default(); rows * width];
            for (row, &i) in given.chunks_exact(width).zip(indices) {
                out[i * width..(i + 1) * width].iter_mut().zip(row).for_each(|(out, &v)| *out += v);
            }
            close(from_vec(out, [rows, width]))
        })
        .expect("is_flex checked the type");
    }
    let device = values_at.device();
    let zeros = Tensor::zeros([rows, width], (&device, values_at.dtype()));
    zeros.select_assign(
        0,
        index_tensor(indices, &device),
        values_at,
        IndexingUpdateOp::Add,
    )
}

fn check_indices(indices: &[usize], rows: usize) {
    if let Some(index) = indices.iter().find(|&&index| index >= rows) {
        panic!("row {index} is out of range: there are {rows}, counted from 0");
    }
}

/// Returns the indices as a tensor of the backend.
pub(crate) fn index_tensor<B: Backend>(indices: &[usize], device: &B::Device) -> Tensor<B, 1, Int> {
    let indices: Vec<i64> = indices.iter().map(|&i| i as i64).collect();
    Tensor::from_data(TensorData::from(indices.as_slice()), device)
}
