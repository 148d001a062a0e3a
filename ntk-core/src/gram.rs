//! Products of Jacobian rows, in f64.

use std::ops::Range;

use crate::{Jacobian, KernelKind};

/// The number of columns that are cast and multiplied at a time. `gemm` sums up to 512 products in
/// one go, so an entry is the same sum in the same order whichever other rows are computed with it.
const TILE: usize = 512;
/// The fewest rows and columns of a product: for up to 256 entries `gemm` takes another path, with
/// another order of summation. Smaller rectangles are padded with rows of zeros.
const LEAST: usize = 17;
/// The distance of two rows of a tile: no power of two, or all rows would share a cache set.
const STRIDE: usize = TILE + 8;
/// The largest numbers of kernel rows (here) and columns ([`SEGMENT`]) that are computed at a time;
/// they bound the memory of a worker.
const STRIPE: usize = 256;
const SEGMENT: usize = 1024;

/// The Jacobian of some examples, and how its rows form kernel rows.
///
/// `rows_per_example` is $k$ if each direction has a kernel row of its own, or 1 if the rows of an
/// example are concatenated into one.
#[derive(Clone, Copy)]
pub(crate) struct Panel<'a> {
    pub(crate) jacobian: &'a Jacobian,
    pub(crate) rows_per_example: usize,
}

impl Panel<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.jacobian.len() * self.rows_per_example
    }

    /// Returns the index of the kernel row that the panel's row `r` forms.
    pub(crate) fn place(&self, r: usize) -> usize {
        let per = self.rows_per_example;
        self.jacobian.example(r / per) * per + r % per
    }

    fn width(&self, block: usize) -> usize {
        self.jacobian.strip(block) / self.rows_per_example
    }

    /// Copies columns `start..start + columns` of the rows into `tile`, cast to f64 and mapped.
    fn pack(
        &self,
        block: usize,
        rows: Range<usize>,
        start: usize,
        columns: usize,
        tile: &mut [f64],
        map: impl Fn(f64) -> f64,
    ) {
        let width = self.width(block);
        for (r, out) in rows.zip(tile.chunks_exact_mut(STRIDE)) {
            let (i, sub) = (r / self.rows_per_example, r % self.rows_per_example);
            let start = sub * width + start;
            self.jacobian
                .copy(block, i, start, &mut out[..columns], &map);
        }
    }
}

/// A rectangle of a kernel: its rows are rows of a left panel, its columns rows of a right panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rectangle {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
}

/// Returns rectangles that cover a kernel of `rows` × `columns`.
pub(crate) fn all(rows: usize, columns: usize) -> Vec<Rectangle> {
    cut(rows, STRIPE)
        .flat_map(|rows| {
            cut(columns, SEGMENT).map(move |columns| Rectangle {
                rows: rows.clone(),
                columns,
            })
        })
        .collect()
}

/// Returns rectangles that cover the lower triangle of a kernel of `n` × `n`, diagonal included.
pub(crate) fn lower(n: usize) -> Vec<Rectangle> {
    cut(n, STRIPE)
        .flat_map(|rows| {
            cut(rows.end, SEGMENT).map(move |columns| Rectangle {
                rows: rows.clone(),
                columns,
            })
        })
        .collect()
}

fn cut(n: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n)
        .step_by(step)
        .map(move |start| start..(start + step).min(n))
}

/// Returns the largest number of bytes that one worker needs for a rectangle of a kernel with this
/// number of rows and columns.
pub(crate) fn working_set(rows: usize, columns: usize) -> usize {
    let (rows, columns) = (rows.clamp(LEAST, STRIPE), columns.clamp(LEAST, SEGMENT));
    // Two tiles, the result, and an earlier result that waits to be consumed.
    8 * ((rows + columns) * STRIDE + 2 * rows * columns)
}

/// Computes one block's kernel on a rectangle, column by column.
pub(crate) fn product(
    left: Panel,
    right: Panel,
    block: usize,
    kind: KernelKind,
    rectangle: &Rectangle,
) -> Vec<f64> {
    let (rows, columns) = (&rectangle.rows, &rectangle.columns);
    let (m, n) = (rows.len().max(LEAST), columns.len().max(LEAST));
    // Near the diagonal the left rows are among the right rows, and are cast only once.
    let same = kind == KernelKind::Gradient && std::ptr::eq(left.jacobian, right.jacobian);
    let among = match rows.start.checked_sub(columns.start) {
        Some(offset) if same && offset + m <= n => Some(offset * STRIDE),
        _ => None,
    };
    let mut left_tile = vec![0.0; if among.is_some() { 0 } else { m * STRIDE }];
    let mut right_tile = vec![0.0; n * STRIDE];
    let mut out = vec![0.0; m * n];
    let width = left.width(block);
    for start in (0..width).step_by(TILE) {
        let k = TILE.min(width - start);
        let tile = &mut right_tile;
        match kind {
            KernelKind::Gradient => right.pack(block, columns.clone(), start, k, tile, |x| x),
            KernelKind::SignGradient => right.pack(block, columns.clone(), start, k, tile, sign),
        }
        let left_rows = match among {
            Some(offset) => &right_tile[offset..offset + m * STRIDE],
            None => {
                left.pack(block, rows.clone(), start, k, &mut left_tile, |x| x);
                &left_tile
            }
        };
        add_product(&mut out, left_rows, &right_tile, [m, n, k]);
    }
    if m > rows.len() {
        let columns = out.chunks_exact(m).take(columns.len());
        return columns.flat_map(|c| &c[..rows.len()]).copied().collect();
    }
    out.truncate(m * columns.len());
    out
}

/// Returns the sign of `x`, with sign(0) = 0.
fn sign(x: f64) -> f64 {
    f64::from(x > 0.0) - f64::from(x < 0.0)
}

/// Computes `out += left · rightᵀ`, `out` column-major `[m, n]`, the tiles `[m, k]` and `[n, k]`.
fn add_product(out: &mut [f64], left: &[f64], right: &[f64], [m, n, k]: [usize; 3]) {
    assert!(out.len() == m * n && left.len() == m * STRIDE && right.len() == n * STRIDE);
    assert!(k <= TILE);
    let (stride, column) = (STRIDE as isize, m as isize);
    // SAFETY: the assertions above keep every access of the strided m × n, m × k and n × k
    // matrices inside their slices, and `out` is borrowed mutably, so it overlaps neither tile.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            column,
            1,
            true,
            left.as_ptr(),
            1,
            stride,
            right.as_ptr(),
            stride,
            1,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
