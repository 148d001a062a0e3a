use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData, backend::Backend};

use super::flex::{by_dtype, close, from_vec, is_flex, open_contiguous, values};

/// The rows of `x` at `indices`: `[n, h]` → `[indices, h]`.
pub fn gather_rows<B: Backend>(x: &Tensor<B, 2>, indices: &[usize]) -> Tensor<B, 2> {
    let width = x.dims()[1];
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

/// `[rows, h]`, zero but for the given rows at `indices` (all different): the pullback of [`gather_rows`].
pub fn scatter_rows<B: Backend>(
    values_at: Tensor<B, 2>,
    indices: &[usize],
    rows: usize,
) -> Tensor<B, 2> {
    let width = values_at.dims()[1];
    if is_flex(&values_at) {
        return by_dtype!(values_at.dtype(), E => {
            let given = open_contiguous(values_at);
            let given = values::<E>(&given);
            let mut out = vec![E::default(); rows * width];
            for (row, &i) in given.chunks_exact(width).zip(indices) {
                out[i * width..(i + 1) * width].copy_from_slice(row);
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

/// Indices as a tensor of the backend.
pub(crate) fn index_tensor<B: Backend>(indices: &[usize], device: &B::Device) -> Tensor<B, 1, Int> {
    let indices: Vec<i64> = indices.iter().map(|&i| i as i64).collect();
    Tensor::from_data(TensorData::from(indices.as_slice()), device)
}
