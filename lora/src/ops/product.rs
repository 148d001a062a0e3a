use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::flex::{
    by_dtype, close, filled, from_vec, is_flex, open, open_contiguous, open_owned, values,
};
use super::scalar::Scalar;

/// One term `scale · left · right` of a sum of matrix products.
#[derive(Clone, Debug)]
pub struct Product<B: Backend> {
    /// `[n, k]`.
    pub left: Tensor<B, 2>,
    /// `[k, m]`; the product is fastest if it is stored row by row.
    pub right: Tensor<B, 2>,
    /// The factor of the product.
    pub scale: f64,
}

impl<B: Backend> Product<B> {
    /// Returns `left · right`, with factor 1.
    pub fn new(left: Tensor<B, 2>, right: Tensor<B, 2>) -> Self {
        Self {
            left,
            right,
            scale: 1.0,
        }
    }

    /// Returns the same product with another factor.
    pub fn scaled(self, scale: f64) -> Self {
        Self { scale, ..self }
    }
}

/// Computes $\text{residual} + \mathbf 1\,\text{bias}^\top + \sum_j s_j L_j R_j$; every product is added into one
/// buffer.
///
/// The residual's own storage becomes the result if nobody else holds it.
///
/// # Shapes
/// - `residual`, result: `[n, m]`
/// - `bias`: `[m]`
/// - every term: `[n, k] · [k, m]`; at least one
///
/// # Panics
/// If there is no term, or the shapes do not fit each other.
pub fn products<B: Backend>(
    residual: Option<Tensor<B, 2>>,
    bias: Option<Tensor<B, 1>>,
    terms: Vec<Product<B>>,
) -> Tensor<B, 2> {
    check(&residual, &bias, &terms);
    let first = &terms[0].left;
    if is_flex(first) {
        let dtype = first.dtype();
        return by_dtype!(dtype, E => close(accumulate::<E, B>(residual, bias, terms)))
            .expect("is_flex checked the type");
    }
    let mut sum = residual;
    for Product { left, right, scale } in terms {
        let product = left.matmul(right);
        let term = if scale == 1.0 {
            product
        } else {
            product.mul_scalar(scale)
        };
        sum = Some(match sum {
            Some(sum) => sum + term,
            None => term,
        });
    }
    let sum = sum.expect("a sum of products has a term");
    match bias {
        Some(bias) => sum + bias.unsqueeze(),
        None => sum,
    }
}

/// Checks the shapes that the fast path relies on, because it reads and writes through pointers.
fn check<B: Backend>(
    residual: &Option<Tensor<B, 2>>,
    bias: &Option<Tensor<B, 1>>,
    terms: &[Product<B>],
) {
    let first = terms.first().expect("a sum of products has a term");
    let [n, m] = [first.left.dims()[0], first.right.dims()[1]];
    for term in terms {
        let (left, right) = (term.left.dims(), term.right.dims());
        assert!(
            left[0] == n && right[1] == m && left[1] == right[0],
            "a term of a sum of products [{n}, {m}] is [{n}, k] · [k, {m}], not {left:?} · {right:?}"
        );
    }
    if let Some(residual) = residual.as_ref().map(Tensor::dims) {
        assert!(
            residual == [n, m],
            "a sum of products [{n}, {m}] takes a residual of that shape, not {residual:?}"
        );
    }
    if let Some(bias) = bias.as_ref().map(Tensor::dims) {
        assert!(
            bias == [m],
            "a sum of products [{n}, {m}] takes a bias [{m}], not {bias:?}"
        );
    }
}

fn accumulate<E: Scalar, B: Backend>(
    residual: Option<Tensor<B, 2>>,
    bias: Option<Tensor<B, 1>>,
    terms: Vec<Product<B>>,
) -> FlexTensor {
    let [n, m] = [terms[0].left.dims()[0], terms[0].right.dims()[1]];
    let bias = bias.map(open_contiguous);
    let bias = bias.as_ref().map(values::<E>);
    let mut terms = terms
        .into_iter()
        .map(|t| (open(t.left), open(t.right), E::of(t.scale)));
    let mut out = match (residual, bias) {
        (Some(residual), bias) => {
            let mut out = open_owned::<E, B, 2>(residual);
            if let Some(bias) = bias {
                for row in out.storage_mut::<E>().chunks_exact_mut(m) {
                    row.iter_mut().zip(bias).for_each(|(y, &b)| *y += b);
                }
            }
            out
        }
        (None, Some(bias)) => {
            let mut rows = Vec::with_capacity(n * m);
            (0..n).for_each(|_| rows.extend_from_slice(bias));
            from_vec(rows, [n, m])
        }
        (None, None) => {
            let (left, right, scale) = terms.next().expect("a sum of products has a term");
            let rows = filled::<E>(n * m, |rows| {
                let dst = Matrix {
                    data: rows.as_mut_ptr().cast::<E>(),
                    rows: n,
                    columns: m,
                    row_stride: m as isize,
                    column_stride: 1,
                };
                // SAFETY: `rows` is n × m, uniquely borrowed and wholly written; the operands outlive the call.
                unsafe { multiply(dst, false, view(&left), view(&right), scale) }
            });
            from_vec(rows, [n, m])
        }
    };
    for (left, right, scale) in terms {
        let data = out.storage_mut::<E>().as_mut_ptr();
        let dst = Matrix {
            data,
            rows: n,
            columns: m,
            row_stride: m as isize,
            column_stride: 1,
        };
        // SAFETY: `out` owns n × m elements and only this code borrows it mutably; the operands outlive the call.
        unsafe { multiply(dst, true, view(&left), view(&right), scale) }
    }
    out
}

/// A view of a matrix in memory.
#[derive(Clone, Copy)]
pub(super) struct Matrix<P> {
    pub data: P,
    pub rows: usize,
    pub columns: usize,
    pub row_stride: isize,
    pub column_stride: isize,
}

impl<P> Matrix<P> {
    /// Returns the transposed view of the same memory.
    pub(super) fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// Returns a view of a two-dimensional Flex tensor, whatever its strides.
fn view<E: Scalar>(tensor: &FlexTensor) -> Matrix<*const E> {
    let (layout, storage) = (tensor.layout(), tensor.storage::<E>());
    Matrix {
        data: storage[layout.start_offset()..].as_ptr(),
        rows: layout.shape()[0],
        columns: layout.shape()[1],
        row_stride: layout.strides()[0],
        column_stride: layout.strides()[1],
    }
}

/// Products with fewer multiplications than this run on the calling thread.
const PARALLEL_FROM: usize = 192 * 192 * 192;

/// Computes `dst = [dst if add] + scale · left · right` with the `gemm` crate, in the current rayon pool.
///
/// # Safety
/// All three matrices must lie in memory that is valid for their sizes and strides. `dst` must be initialised if `add`,
/// and must overlap neither operand.
pub(super) unsafe fn multiply<E: Scalar>(
    dst: Matrix<*mut E>,
    add: bool,
    left: Matrix<*const E>,
    right: Matrix<*const E>,
    scale: E,
) {
    assert_eq!(
        (left.rows, left.columns, right.columns),
        (dst.rows, right.rows, dst.columns),
        "sizes of a product"
    );
    let parallelism = if dst.rows * dst.columns * left.columns >= PARALLEL_FROM
        && rayon::current_num_threads() > 1
    {
        gemm::Parallelism::Rayon(0)
    } else {
        gemm::Parallelism::None
    };
    // SAFETY: the caller promises what `gemm` needs.
    unsafe {
        gemm::gemm(
            dst.rows,
            dst.columns,
            left.columns,
            dst.data,
            dst.column_stride,
            dst.row_stride,
            add,
            left.data,
            left.column_stride,
            left.row_stride,
            right.data,
            right.column_stride,
            right.row_stride,
            E::ONE,
            scale,
            false,
            false,
            false,
            parallelism,
        );
    }
}
