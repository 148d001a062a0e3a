use std::mem::MaybeUninit;

use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::flex::{by_dtype, close, filled, from_vec, is_flex, open_contiguous, open_owned};
use super::scalar::Scalar;
use super::vectorised::vectorised;
use crate::config::Activation;

const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
const TANH_CUBIC: f64 = 0.044_715;
const INV_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// GELU: $u\,\Phi(u)$ with $\Phi(u) = \tfrac12(1 + \mathrm{erf}(u/\sqrt2))$, or its tanh form
/// $\tfrac12u(1 + \tanh(\sqrt{2/\pi}\,(u + 0.044715\,u^3)))$. Any shape `[n, h]`.
pub fn gelu<B: Backend>(u: Tensor<B, 2>, form: Activation) -> Tensor<B, 2> {
    if is_flex(&u) {
        return by_dtype!(u.dtype(), E => close(value_in_place::<E>(open_owned::<E, B, 2>(u), form)))
            .expect("is_flex checked the type");
    }
    match form {
        Activation::Gelu => {
            let cdf = (u.clone() * std::f64::consts::FRAC_1_SQRT_2)
                .erf()
                .add_scalar(1.0)
                * 0.5;
            u * cdf
        }
        Activation::GeluTanh => {
            let inner = (u.clone().powi_scalar(3) * TANH_CUBIC + u.clone()) * SQRT_2_OVER_PI;
            u * (inner.tanh().add_scalar(1.0) * 0.5)
        }
    }
}

/// GELU and its derivative at every entry, both from one evaluation: what a layer keeps for its other maps.
///
/// $\mathrm{gelu}'(u) = \Phi(u) + u\,\varphi(u)$, $\varphi$ the normal density.
pub fn gelu_with_derivative<B: Backend>(
    u: Tensor<B, 2>,
    form: Activation,
) -> (Tensor<B, 2>, Tensor<B, 2>) {
    if is_flex(&u) {
        return by_dtype!(u.dtype(), E => {
            let (value, derivative) = both::<E>(open_contiguous(u), form);
            (close(value), close(derivative))
        })
        .expect("is_flex checked the type");
    }
    let derivative = match form {
        Activation::Gelu => {
            let cdf = (u.clone() * std::f64::consts::FRAC_1_SQRT_2)
                .erf()
                .add_scalar(1.0)
                * 0.5;
            let density = (u.clone().powi_scalar(2) * -0.5).exp() * INV_SQRT_2PI;
            cdf + u.clone() * density
        }
        Activation::GeluTanh => {
            let tanh =
                ((u.clone().powi_scalar(3) * TANH_CUBIC + u.clone()) * SQRT_2_OVER_PI).tanh();
            let slope =
                (u.clone().powi_scalar(2) * (3.0 * TANH_CUBIC)).add_scalar(1.0) * SQRT_2_OVER_PI;
            let sech2 = tanh.clone().powi_scalar(2).neg().add_scalar(1.0);
            tanh.add_scalar(1.0) * 0.5 + u.clone() * sech2 * slope * 0.5
        }
    };
    (gelu(u, form), derivative)
}

/// The value and the derivative at `u`.
#[inline(always)]
fn exact<E: Scalar>(u: E) -> (E, E) {
    let cdf = E::HALF * (E::ONE + (u * E::of(std::f64::consts::FRAC_1_SQRT_2)).error_function());
    let density = (u * u * -E::HALF).exponential() * E::of(INV_SQRT_2PI);
    (u * cdf, u.fused(density, cdf))
}

#[inline(always)]
fn tanh_form<E: Scalar>(u: E) -> (E, E) {
    let (two, cubic, slope) = (E::ONE + E::ONE, E::of(TANH_CUBIC), E::of(SQRT_2_OVER_PI));
    let inner = slope * (u * u * u).fused(cubic, u);
    let tanh = E::ONE - two / ((two * inner).exponential() + E::ONE);
    let cdf = E::HALF * (E::ONE + tanh);
    let rise = slope * (u * u).fused(E::of(3.0 * TANH_CUBIC), E::ONE);
    (
        u * cdf,
        (E::HALF * u * (E::ONE - tanh * tanh)).fused(rise, cdf),
    )
}

fn value_in_place<E: Scalar>(mut u: FlexTensor, form: Activation) -> FlexTensor {
    let values = u.storage_mut::<E>();
    vectorised(
        #[inline(always)]
        || match form {
            Activation::Gelu => values.iter_mut().for_each(|u| *u = exact(*u).0),
            Activation::GeluTanh => values.iter_mut().for_each(|u| *u = tanh_form(*u).0),
        },
    );
    u
}

fn both<E: Scalar>(u: FlexTensor, form: Activation) -> (FlexTensor, FlexTensor) {
    #[inline(always)]
    fn apply<E: Scalar>(
        u: &[E],
        value: &mut [MaybeUninit<E>],
        derivative: &mut [MaybeUninit<E>],
        g: impl Fn(E) -> (E, E),
    ) {
        for ((&u, v), d) in u.iter().zip(value).zip(derivative) {
            let (a, b) = g(u);
            v.write(a);
            d.write(b);
        }
    }
    let shape = u.layout().shape().to_vec();
    let input = super::flex::values::<E>(&u);
    let mut derivative = Vec::new();
    let value = filled(input.len(), |value| {
        derivative = filled(input.len(), |derivative| {
            vectorised(
                #[inline(always)]
                || match form {
                    // A plain `exact::<E>` would be called, not inlined, and so compiled without the
                    // vector instructions that `dispatch` chose.
                    Activation::Gelu => apply(
                        input,
                        value,
                        derivative,
                        #[inline(always)]
                        |u| exact(u),
                    ),
                    Activation::GeluTanh => apply(
                        input,
                        value,
                        derivative,
                        #[inline(always)]
                        |u| tanh_form(u),
                    ),
                },
            );
        });
    });
    (from_vec(value, shape.clone()), from_vec(derivative, shape))
}
