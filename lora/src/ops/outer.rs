use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::attention::Spans;
use super::flex::{by_dtype, close, filled, from_vec, is_flex, open_contiguous, values};
use super::product::{Matrix, multiply};
use super::scalar::Scalar;

/// A term `scale · Σ_t left_t right_tᵀ`, with the sum over the rows of a span.
#[derive(Clone, Debug)]
pub struct Outer<B: Backend> {
    /// `[rows, a]`.
    pub left: Tensor<B, 2>,
    /// `[rows, b]`.
    pub right: Tensor<B, 2>,
    /// The factor of the sum.
    pub scale: f64,
}

/// Returns, for every span, the sums of outer products of all `terms`, each flattened row by row, side by side: the
/// derivative of one scalar per example in the weights of a few linear maps.
///
/// # Shapes
/// - every term: `[rows, a]`, `[rows, b]`, with the number of rows that the spans have
/// - result: `[spans, Σ a·b]`
///
/// # Panics
/// If there is no term, or a term has another number of rows than the spans.
pub fn outer_sums<B: Backend>(spans: &Spans, terms: Vec<Outer<B>>) -> Tensor<B, 2> {
    let first = &terms.first().expect("at least one term").left;
    for Outer { left, right, .. } in &terms {
        let (rows, left, right) = (spans.rows(), left.dims(), right.dims());
        assert!(
            left[0] == rows && right[0] == rows,
            "spans of {rows} rows take outer products of [{rows}, a] and [{rows}, b], not {left:?} and {right:?}"
        );
    }
    if is_flex(first) {
        return by_dtype!(first.dtype(), E => close(per_span::<E, B>(spans, terms)))
            .expect("is_flex checked the type");
    }
    let columns = terms.into_iter().map(|Outer { left, right, scale }| {
        let ([_, a], [_, b]) = (left.dims(), right.dims());
        let parts = runs(spans).into_iter().map(|(first, count, length)| {
            let rows = first..first + count * length;
            let left = left
                .clone()
                .slice([rows.clone(), 0..a])
                .reshape([count, length, a]);
            let right = right
                .clone()
                .slice([rows, 0..b])
                .reshape([count, length, b]);
            (left.transpose().matmul(right) * scale).reshape([count, a * b])
        });
        Tensor::cat(parts.collect(), 0)
    });
    Tensor::cat(columns.collect(), 1)
}

/// Returns `(first row, number of spans, rows of each span)` for neighbouring spans of equal length.
fn runs(spans: &Spans) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for range in spans.ranges() {
        match runs.last_mut() {
            Some(run) if run.2 == range.len() => run.1 += 1,
            _ => runs.push((range.start, 1, range.len())),
        }
    }
    runs
}

fn per_span<E: Scalar, B: Backend>(spans: &Spans, terms: Vec<Outer<B>>) -> FlexTensor {
    let terms: Vec<_> = terms
        .into_iter()
        .map(|t| {
            (
                open_contiguous(t.left),
                open_contiguous(t.right),
                E::of(t.scale),
            )
        })
        .collect();
    let widths: Vec<[usize; 2]> = terms
        .iter()
        .map(|(left, right, _)| [left.layout().shape()[1], right.layout().shape()[1]])
        .collect();
    let total: usize = widths.iter().map(|[a, b]| a * b).sum();
    let out = filled::<E>(spans.count() * total, |out| {
        let mut at = out.as_mut_ptr().cast::<E>();
        for range in spans.ranges() {
            for ((left, right, scale), &[a, b]) in terms.iter().zip(&widths) {
                let view = |tensor, width| {
                    let data = values::<E>(tensor)[range.start * width..].as_ptr();
                    Matrix {
                        data,
                        rows: range.len(),
                        columns: width,
                        row_stride: width as isize,
                        column_stride: 1,
                    }
                };
                let dst = Matrix {
                    data: at,
                    rows: a,
                    columns: b,
                    row_stride: b as isize,
                    column_stride: 1,
                };
                // SAFETY: the parts of `out` follow each other without overlap and fill it; the operands are in bounds.
                unsafe {
                    multiply(
                        dst,
                        false,
                        view(left, a).transposed(),
                        view(right, b),
                        *scale,
                    );
                    at = at.add(a * b);
                }
            }
        }
    });
    from_vec(out, [spans.count(), total])
}
