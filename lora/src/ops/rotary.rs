use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::FlexTensor;

use super::flex::{by_dtype, close, is_flex, open_contiguous, open_owned, values};
use super::scalar::Scalar;
use super::vectorised::vectorised;

/// The angles by which rotary positions turn the rows of a batch: cosines and sines, `[rows, r/2]` each, where r is the
/// number of dimensions of a head that turn.
#[derive(Clone, Debug)]
pub struct Turns<B: Backend> {
    cosines: Tensor<B, 2>,
    sines: Tensor<B, 2>,
}

impl<B: Backend> Turns<B> {
    /// Returns the turns of rows at these positions by angles position × frequency, computed in f64, with cosines and
    /// sines multiplied by `gain`. There is at least one frequency.
    pub fn new(
        positions: &[usize],
        frequencies: &[f64],
        gain: f64,
        device: &B::Device,
        dtype: DType,
    ) -> Self {
        let table = |function: fn(f64) -> f64| {
            let entries = positions.iter().flat_map(|&position| {
                let angle = move |frequency: &f64| gain * function(position as f64 * frequency);
                frequencies.iter().map(angle)
            });
            let data = TensorData::new(entries.collect(), [positions.len(), frequencies.len()]);
            Tensor::from_data(data.convert_dtype(dtype), (device, dtype))
        };
        Self {
            cosines: table(f64::cos),
            sines: table(f64::sin),
        }
    }

    /// Returns the turns of some of the rows.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        Self {
            cosines: super::gather_rows(&self.cosines, rows),
            sines: super::gather_rows(&self.sines, rows),
        }
    }
}

/// Turns every head of every row: dimension $j < r/2$ with dimension $j + r/2$,
/// $(x_1\cos - x_2\sin,\ x_2\cos + x_1\sin)$; the dimensions from r on stay as they are.
///
/// # Shapes
/// - `x`, result: `[rows, heads d]`
///
/// # Panics
/// If `heads` does not divide the width, or the turns are of another number of rows or of more dimensions than d.
pub fn turn<B: Backend>(x: Tensor<B, 2>, turns: &Turns<B>, heads: usize) -> Tensor<B, 2> {
    apply(x, turns, heads, 1.0)
}

/// Turns by the opposite angles: the pullback of [`turn`], which is also its inverse where the gain is 1.
///
/// # Panics
/// As [`turn`].
pub fn turn_back<B: Backend>(x: Tensor<B, 2>, turns: &Turns<B>, heads: usize) -> Tensor<B, 2> {
    apply(x, turns, heads, -1.0)
}

fn apply<B: Backend>(x: Tensor<B, 2>, turns: &Turns<B>, heads: usize, sign: f64) -> Tensor<B, 2> {
    let ([rows, wide], [of_rows, half]) = (x.dims(), turns.cosines.dims());
    assert!(
        heads > 0 && wide.is_multiple_of(heads),
        "{heads} heads do not divide a width of {wide}"
    );
    let width = wide / heads;
    assert!(
        of_rows == rows && half > 0 && 2 * half <= width,
        "turns of {of_rows} rows and {} dimensions do not fit {rows} rows with heads of {width}",
        2 * half
    );
    if is_flex(&x) {
        return by_dtype!(x.dtype(), E => close(in_place::<E>(
            open_owned::<E, B, 2>(x),
            open_contiguous(turns.cosines.clone()),
            open_contiguous(turns.sines.clone()),
            width,
            E::of(sign),
        )))
        .expect("is_flex checked the type");
    }
    let x = x.reshape([rows, heads, width]);
    let part = |from: usize, to: usize| x.clone().slice([0..rows, 0..heads, from..to]);
    let (first, second) = (part(0, half), part(half, 2 * half));
    let cosines = turns.cosines.clone().reshape([rows, 1, half]);
    let sines = turns.sines.clone().reshape([rows, 1, half]) * sign;
    let mut parts = vec![
        first.clone() * cosines.clone() - second.clone() * sines.clone(),
        second * cosines + first * sines,
    ];
    if 2 * half < width {
        parts.push(part(2 * half, width));
    }
    Tensor::cat(parts, 2).reshape([rows, wide])
}

fn in_place<E: Scalar>(
    mut x: FlexTensor,
    cosines: FlexTensor,
    sines: FlexTensor,
    width: usize,
    sign: E,
) -> FlexTensor {
    let wide = x.layout().shape()[1];
    let half = cosines.layout().shape()[1];
    let (cosines, sines) = (values::<E>(&cosines), values::<E>(&sines));
    let rows = x.storage_mut::<E>();
    vectorised(
        #[inline(always)]
        || {
            for ((row, cosines), sines) in rows
                .chunks_exact_mut(wide)
                .zip(cosines.chunks_exact(half))
                .zip(sines.chunks_exact(half))
            {
                for head in row.chunks_exact_mut(width) {
                    let (first, rest) = head.split_at_mut(half);
                    let pairs = first.iter_mut().zip(rest);
                    for (((a, b), &c), &s) in pairs.zip(cosines).zip(sines) {
                        let (x, y, s) = (*a, *b, s * sign);
                        *a = x * c - y * s;
                        *b = y * c + x * s;
                    }
                }
            }
        },
    );
    x
}
