//! The two element types of the fast paths, and the transcendental functions that they need.
//!
//! For `f32` these functions are short polynomials that the compiler vectorises. For `f64` they are libm's and as
//! accurate as libm, because `f64` is here for checking, not for speed.

use burn::tensor::Element;
use bytemuck::Pod;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// An element type with a fast path: `f32` or `f64`.
pub(super) trait Scalar:
    Element
    + Pod
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    const ZERO: Self;
    const ONE: Self;
    const HALF: Self;

    fn of(value: f64) -> Self;
    fn fused(self, factor: Self, term: Self) -> Self;
    fn exponential(self) -> Self;
    fn error_function(self) -> Self;
    fn hyperbolic_tangent(self) -> Self;
    fn root(self) -> Self;
    fn larger(self, other: Self) -> Self;
}

impl Scalar for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const HALF: Self = 0.5;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }
    #[inline(always)]
    fn exponential(self) -> Self {
        libm::exp(self)
    }
    #[inline(always)]
    fn error_function(self) -> Self {
        libm::erf(self)
    }
    #[inline(always)]
    fn hyperbolic_tangent(self) -> Self {
        libm::tanh(self)
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

impl Scalar for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const HALF: Self = 0.5;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    /// Computes $e^x = 2^k e^r$ with $|r| \le \tfrac12\ln 2$, as Cephes does. The result below −87 is about $10^{-38}$,
    /// not zero.
    #[inline(always)]
    fn exponential(self) -> Self {
        const LN2_HIGH: f32 = 0.693_359_4;
        const LN2_LOW: f32 = -2.121_944_4e-4;
        // Adding and subtracting 1.5·2²³ rounds to the nearest integer.
        const ROUND: f32 = 12_582_912.0;
        let x = if self > 88.0 { 88.0 } else { self };
        let x = if x < -87.0 { -87.0 } else { x };
        let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
        let k = shifted - ROUND;
        let r = k.mul_add(-LN2_HIGH, x);
        let r = k.mul_add(-LN2_LOW, r);
        let mut p = 1.987_569_1e-4f32;
        p = p.mul_add(r, 1.398_199_9e-3);
        p = p.mul_add(r, 8.333_452e-3);
        p = p.mul_add(r, 4.166_579_6e-2);
        p = p.mul_add(r, 1.666_666_5e-1);
        p = p.mul_add(r, 0.5);
        let y = p.mul_add(r * r, r) + 1.0;
        let power =
            f32::from_bits(((shifted.to_bits() << 23) as i32).wrapping_add(0x3f80_0000) as u32);
        y * power
    }

    /// Computes a rational approximation on [−4, 4]; outside that range erf is ±1 in `f32`.
    #[inline(always)]
    fn error_function(self) -> Self {
        let x = if self > 4.0 { 4.0 } else { self };
        let x = if x < -4.0 { -4.0 } else { x };
        let s = x * x;
        let mut p = -2.726_142_3e-10f32;
        p = p.mul_add(s, 2.770_681_4e-8);
        p = p.mul_add(s, -2.101_024e-6);
        p = p.mul_add(s, -5.692_506_4e-5);
        p = p.mul_add(s, -7.349_906e-4);
        p = p.mul_add(s, -2.954_6e-3);
        p = p.mul_add(s, -1.609_603_3e-2);
        let mut q = -1.456_607_2e-5f32;
        q = q.mul_add(s, -2.133_740_5e-4);
        q = q.mul_add(s, -1.682_827e-3);
        q = q.mul_add(s, -7.373_329e-3);
        q = q.mul_add(s, -1.426_473_9e-2);
        x * p / q
    }
    #[inline(always)]
    fn hyperbolic_tangent(self) -> Self {
        libm::tanhf(self)
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

/// The number of independent partial sums, which let a reduction vectorise. Their order is fixed, whatever the
/// machine's vector width.
const LANES: usize = 32;

#[inline(always)]
fn reduce<E: Scalar>(partial: [E; LANES]) -> E {
    let mut width = LANES / 2;
    let mut partial = partial;
    while width > 0 {
        for i in 0..width {
            let other = partial[i + width];
            partial[i] += other;
        }
        width /= 2;
    }
    partial[0]
}

/// Returns $\sum_i g(x_i)$.
#[inline(always)]
pub(super) fn sum_of<E: Scalar>(x: &[E], term: impl Fn(E) -> E) -> E {
    let mut partial = [E::ZERO; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for i in 0..LANES {
            partial[i] += term(chunk[i]);
        }
    }
    for (slot, &value) in partial.iter_mut().zip(rest) {
        *slot += term(value);
    }
    reduce(partial)
}

/// Returns $\sum_i x_i y_i$.
#[inline(always)]
pub(super) fn dot<E: Scalar>(x: &[E], y: &[E]) -> E {
    let mut partial = [E::ZERO; LANES];
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (ys, y_rest) = y.as_chunks::<LANES>();
    for (a, b) in xs.iter().zip(ys) {
        for i in 0..LANES {
            partial[i] = a[i].fused(b[i], partial[i]);
        }
    }
    for (i, (&a, &b)) in x_rest.iter().zip(y_rest).enumerate() {
        partial[i] = a.fused(b, partial[i]);
    }
    reduce(partial)
}

/// Returns $\max_i x_i$ of a row that is not empty.
#[inline(always)]
pub(super) fn maximum<E: Scalar>(x: &[E]) -> E {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut partial = [x[0]; LANES];
    for chunk in chunks {
        for i in 0..LANES {
            partial[i] = partial[i].larger(chunk[i]);
        }
    }
    let mut best = x[0];
    for value in partial.iter().chain(rest) {
        best = best.larger(*value);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the largest `error` at many points of [low, high].
    fn worst(low: f64, high: f64, error: impl Fn(f32) -> f64) -> f64 {
        (0..=2_000_000)
            .map(|i| error((low + (high - low) * f64::from(i) / 2e6) as f32))
            .fold(0.0, f64::max)
    }

    #[test]
    fn exponential_is_exact_to_two_units_in_the_last_place() {
        let error = worst(-86.0, 86.0, |x| {
            let want = libm::exp(f64::from(x));
            (f64::from(x.exponential()) - want).abs() / want
        });
        assert!(error < 2.0 * f64::from(f32::EPSILON), "{error:e}");
        assert!((-1000f32).exponential() < 1e-37);
    }

    #[test]
    fn error_function_is_exact_to_four_units_in_the_last_place() {
        let error = worst(-6.0, 6.0, |x| {
            let want = libm::erf(f64::from(x));
            (f64::from(x.error_function()) - want).abs() / want.abs().max(1e-30)
        });
        assert!(error < 4.0 * f64::from(f32::EPSILON), "{error:e}");
    }

    #[test]
    fn reductions_agree_with_a_plain_loop_at_every_length() {
        for length in 1..130 {
            let x: Vec<f64> = (0..length)
                .map(|i| ((i * 37 % 19) as f64 - 9.0) / 7.0)
                .collect();
            let y: Vec<f64> = (0..length)
                .map(|i| ((i * 11 % 23) as f64 - 11.0) / 5.0)
                .collect();
            let plain: f64 = x.iter().zip(&y).map(|(a, b)| a * b).sum();
            approx::assert_abs_diff_eq!(dot(&x, &y), plain, epsilon = 1e-12);
            approx::assert_abs_diff_eq!(
                sum_of(&x, |v| v * v),
                x.iter().map(|v| v * v).sum(),
                epsilon = 1e-12
            );
            assert_eq!(maximum(&x), x.iter().copied().fold(f64::MIN, f64::max));
        }
    }
}
