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

/// Applies an activation to every entry of `[n, h]`: GELU, $u\,\Phi(u)$ with
/// $\Phi(u) = \tfrac12(1 + \mathrm{erf}(u/\sqrt2))$; its tanh form
/// $\tfrac12u(1 + \tanh(\sqrt{2/\pi}\,(u + 0.044715\,u^3)))$; SiLU, $u\,\sigma(u)$ with
/// $\sigma(u) = 1/(1 + e^{-u})$; ReLU, $\max(u, 0)$; or tanh.
pub fn activate<B: Backend>(u: Tensor<B, 2>, form: Activation) -> Tensor<B, 2> {
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
        Activation::Silu => u.clone() * logistic(u),
        Activation::Relu => {
            let is_off = u.clone().lower_equal_elem(0.0);
            u.mask_fill(is_off, 0.0)
        }
        Activation::Tanh => u.tanh(),
    }
}

/// Returns the activation and its derivative at every entry, both from one evaluation; a layer keeps the derivative for
/// its other maps.
///
/// The derivatives are $\Phi(u) + u\,\varphi(u)$ for GELU, where $\varphi$ is the normal density, that of the tanh form,
/// $\sigma(u)(1 + u(1 - \sigma(u)))$ for SiLU, $\mathbb 1(u > 0)$ for ReLU, which is 0 at 0 as in PyTorch, and $1 - \tanh^2(u)$.
pub fn activate_with_derivative<B: Backend>(
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
        Activation::Silu => {
            let s = logistic(u.clone());
            let rest = s.clone().neg().add_scalar(1.0);
            s * (u.clone() * rest).add_scalar(1.0)
        }
        Activation::Relu => {
            let is_off = u.clone().lower_equal_elem(0.0);
            u.ones_like().mask_fill(is_off, 0.0)
        }
        Activation::Tanh => u.clone().tanh().powi_scalar(2).neg().add_scalar(1.0),
    };
    (activate(u, form), derivative)
}

/// Returns $1/(1 + e^{-u})$. burn's own function computes it in 32 bits whatever the element type.
fn logistic<B: Backend>(u: Tensor<B, 2>) -> Tensor<B, 2> {
    u.ones_like() / u.neg().exp().add_scalar(1.0)
}

/// Returns the value and the derivative at `u`.
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

#[inline(always)]
fn silu<E: Scalar>(u: E) -> (E, E) {
    let s = E::ONE / (E::ONE + (-u).exponential());
    (u * s, s * u.fused(E::ONE - s, E::ONE))
}

#[inline(always)]
fn relu<E: Scalar>(u: E) -> (E, E) {
    if u > E::ZERO {
        (u, E::ONE)
    } else {
        (E::ZERO, E::ZERO)
    }
}

fn tanh<E: Scalar>(u: E) -> (E, E) {
    let value = u.hyperbolic_tangent();
    (value, E::ONE - value * value)
}

/// Calls a function with these arguments and, as the last one, the value and the derivative of an activation. They are
/// passed as a closure because a plain `exact::<E>` would be called, not inlined, and so compiled without the vector
/// instructions that `vectorised` chose.
macro_rules! by_form {
    ($form:expr, $call:ident($($argument:expr),*)) => {
        match $form {
            Activation::Gelu => $call($($argument,)* #[inline(always)] |u| exact(u)),
            Activation::GeluTanh => $call($($argument,)* #[inline(always)] |u| tanh_form(u)),
            Activation::Silu => $call($($argument,)* #[inline(always)] |u| silu(u)),
            Activation::Relu => $call($($argument,)* #[inline(always)] |u| relu(u)),
            Activation::Tanh => $call($($argument,)* #[inline(always)] |u| tanh(u)),
        }
    };
}

fn value_in_place<E: Scalar>(mut u: FlexTensor, form: Activation) -> FlexTensor {
    #[inline(always)]
    fn apply<E: Scalar>(values: &mut [E], g: impl Fn(E) -> (E, E)) {
        values.iter_mut().for_each(|u| *u = g(*u).0);
    }
    let values = u.storage_mut::<E>();
    vectorised(
        #[inline(always)]
        || by_form!(form, apply(values)),
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
                || by_form!(form, apply(input, value, derivative)),
            );
        });
    });
    (from_vec(value, shape.clone()), from_vec(derivative, shape))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, TensorData};
    use burn_flex::Flex;
    use burn_ndarray::NdArray;

    use super::*;

    /// In each row u, then value and derivative of GELU, then of its tanh form, computed by `mpmath` with 60 digits and
    /// rounded to f64. Up to rounding they are the same as PyTorch's `gelu` and its autograd.
    #[rustfmt::skip]
    const KNOWN: &[[f64; 5]] = &[
        [-40.0, 0.0, 0.0, 0.0, 0.0],
        [-10.0, -7.619853024160526e-23, -7.618400096464814e-22, -1.204092348209806e-37, -2.7576380638540315e-36],
        [-8.0, -4.976768459417427e-15, -3.979607261086796e-14, -3.1077829375011112e-21, -4.7147845041068414e-20],
        [-6.0, -5.9195258702261885e-9, -3.5468709453902015e-8, -8.439646700762297e-11, -7.709973930953696e-10],
        [-5.5, -1.0444259356238245e-7, -5.733472398739924e-7, -5.9276402638802624e-9, -4.676552810807415e-8],
        [-4.5, -1.5289529061285272e-5, -6.852916185634458e-5, -5.13673741195865e-6, -2.9322270442755096e-5],
        [-4.0, -0.0001266849673324797, -0.0005036496612264215, -7.024594819237268e-5, -0.0003351231971226708],
        [-3.0, -0.0040496940948902835, -0.011945647204183927, -0.003637392081773019, -0.011584166630969726],
        [-2.0, -0.04550026389635842, -0.0852318010781969, -0.04540230591222498, -0.08609925662361838],
        [-1.5, -0.1002108019032871, -0.12746919222997952, -0.10042842301976708, -0.12771079315143308],
        [-1.0, -0.15865525393145705, -0.0833154705876863, -0.1588080093917233, -0.08296408384578255],
        [-0.75, -0.16997051428265114, 0.0007742782607648957, -0.1700394448343797, 0.0010617438625857023],
        [-0.5, -0.15426876936299344, 0.13250487534383715, -0.15428599017485609, 0.1326300964653577],
        [-0.125, -0.056282721896235885, 0.4007820643017934, -0.05628280137577661, 0.40078459383720855],
        [-0.0078125, -0.0038819007432746673, 0.49376665368732153, -0.0038819007445005977, 0.4937666543149846],
        [0.0, 0.0, 0.5, 0.0, 0.5],
        [0.0078125, 0.003930599256725333, 0.5062333463126785, 0.003930599255499402, 0.5062333456850153],
        [0.125, 0.06871727810376412, 0.5992179356982066, 0.06871719862422339, 0.5992154061627915],
        [0.5, 0.34573123063700656, 0.8674951246561629, 0.34571400982514394, 0.8673699035346423],
        [0.75, 0.5800294857173488, 0.9992257217392351, 0.5799605551656203, 0.9989382561374143],
        [1.0, 0.8413447460685429, 1.0833154705876864, 0.8411919906082767, 1.0829640838457826],
        [1.5, 1.399789198096713, 1.1274691922299795, 1.3995715769802328, 1.1277107931514332],
        [2.0, 1.9544997361036416, 1.085231801078197, 1.954597694087775, 1.0860992566236183],
        [3.0, 2.99595030590511, 1.011945647204184, 2.996362607918227, 1.0115841666309697],
        [4.0, 3.9998733150326675, 1.0005036496612265, 3.9999297540518075, 1.0003351231971227],
        [4.5, 4.4999847104709385, 1.0000685291618563, 4.499994863262588, 1.0000293222704428],
        [5.5, 5.499999895557407, 1.00000057334724, 5.499999994072359, 1.0000000467655281],
        [6.0, 5.999999994080474, 1.0000000354687095, 5.9999999999156035, 1.0000000007709975],
        [8.0, 7.999999999999995, 1.0000000000000397, 8.0, 1.0],
        [10.0, 10.0, 1.0, 10.0, 1.0],
        [40.0, 40.0, 1.0, 40.0, 1.0],
    ];

    fn is_the_known_function<B: Backend>(dtype: DType, tolerance: f64) {
        let column = |c: usize| KNOWN.iter().map(move |row| row[c]).collect::<Vec<f64>>();
        let input = || {
            let data = TensorData::new(column(0), [KNOWN.len(), 1]).convert_dtype(dtype);
            Tensor::<B, 2>::from_data(data, (&Default::default(), dtype))
        };
        let same = |what: &str, got: Tensor<B, 2>, want: Vec<f64>| {
            assert_eq!(got.dtype(), dtype);
            for (i, got) in got.into_data().iter::<f64>().enumerate() {
                let (u, want) = (KNOWN[i][0], want[i]);
                assert!(
                    (got - want).abs() <= tolerance * u.abs().max(1.0),
                    "{what} at {u}: got {got:e}, want {want:e}"
                );
            }
        };
        for (form, at) in [(Activation::Gelu, 1), (Activation::GeluTanh, 3)] {
            let (value, derivative) = activate_with_derivative(input(), form);
            same("value", activate(input(), form), column(at));
            same("value of both", value, column(at));
            same("derivative", derivative, column(at + 1));
        }
    }

    #[test]
    fn both_forms_have_known_values_and_derivatives() {
        is_the_known_function::<Flex>(DType::F64, 1e-15);
        is_the_known_function::<Flex>(DType::F32, 3e-7);
        is_the_known_function::<NdArray<f64>>(DType::F64, 1e-15);
    }
}
