use burn::tensor::{Tensor, backend::Backend};
use burn_flex::FlexTensor;

use super::flex::{
    by_dtype, close, filled, from_vec, is_flex, open_contiguous, open_owned, values,
};
use super::scalar::{Scalar, dot, sum_of};
use super::vectorised::vectorised;

/// What a norm keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct Normalised<B: Backend> {
    /// $\hat x$, `[n, h]`.
    pub x_hat: Tensor<B, 2>,
    /// $1/s$ of every row, `[n, 1]`.
    pub inverse_deviation: Tensor<B, 2>,
    /// Whether the mean of the row was subtracted, as in layer normalisation.
    pub centred: bool,
}

/// Computes layer normalisation, row by row: $y = \gamma \odot \hat x + \beta$ with $\hat x = (x - \mu)/s$ and
/// $s = \sqrt{\mathrm{var} + \epsilon}$. Without β it is zero.
///
/// # Shapes
/// - `x`, result: `[n, h]`
/// - `gamma`, `beta`: `[h]`
///
/// # Panics
/// If the shapes differ from these.
pub fn layer_norm<B: Backend>(
    x: Tensor<B, 2>,
    gamma: Tensor<B, 1>,
    beta: Option<Tensor<B, 1>>,
    epsilon: f64,
) -> (Tensor<B, 2>, Normalised<B>) {
    normalise(x, gamma, beta, epsilon, true)
}

/// Computes RMS normalisation, row by row: $y = \gamma \odot \hat x$ with $\hat x = x/s$ and
/// $s = \sqrt{\overline{x^2} + \epsilon}$.
///
/// # Shapes
/// - `x`, result: `[n, h]`
/// - `gamma`: `[h]`
///
/// # Panics
/// If the shapes differ from these.
pub fn rms_norm<B: Backend>(
    x: Tensor<B, 2>,
    gamma: Tensor<B, 1>,
    epsilon: f64,
) -> (Tensor<B, 2>, Normalised<B>) {
    normalise(x, gamma, None, epsilon, false)
}

fn normalise<B: Backend>(
    x: Tensor<B, 2>,
    gamma: Tensor<B, 1>,
    beta: Option<Tensor<B, 1>>,
    epsilon: f64,
    centred: bool,
) -> (Tensor<B, 2>, Normalised<B>) {
    check_width("γ", &gamma, x.dims());
    if let Some(beta) = &beta {
        check_width("β", beta, x.dims());
    }
    if is_flex(&x) {
        let (y, x_hat, inverse_deviation) = by_dtype!(x.dtype(), E => {
            let beta = beta.map(open_contiguous);
            forward::<E>(open_owned::<E, B, 2>(x), open_contiguous(gamma), beta, epsilon, centred)
        })
        .expect("is_flex checked the type");
        return (
            close(y),
            Normalised {
                x_hat: close(x_hat),
                inverse_deviation: close(inverse_deviation),
                centred,
            },
        );
    }
    let deviating = match centred {
        true => x.clone() - x.mean_dim(1),
        false => x,
    };
    let variance = deviating.clone().powi_scalar(2).mean_dim(1);
    let deviation = variance.add_scalar(epsilon).sqrt();
    // Not `recip`: without AVX-512 burn-ndarray uses the processor's estimate of it, which is accurate to 12 bits.
    let inverse_deviation = deviation.ones_like() / deviation;
    let x_hat = deviating * inverse_deviation.clone();
    let scaled = x_hat.clone() * gamma.unsqueeze();
    let y = match beta {
        Some(beta) => scaled + beta.unsqueeze(),
        None => scaled,
    };
    (
        y,
        Normalised {
            x_hat,
            inverse_deviation,
            centred,
        },
    )
}

/// Returns $\bar x = \tfrac1s\left(g - \overline{g} - \hat x\,\overline{g \odot \hat x}\right)$ with
/// $g = \gamma \odot \bar y$, where long bars are means over a row; $\overline g$ is left out where no mean was
/// subtracted.
///
/// # Panics
/// If `y_bar` or `gamma` has another shape than what the norm was given.
pub fn norm_pullback<B: Backend>(
    kept: &Normalised<B>,
    gamma: Tensor<B, 1>,
    y_bar: Tensor<B, 2>,
) -> Tensor<B, 2> {
    projected(kept, gamma, y_bar, Side::Pullback)
}

/// Returns the tangent of `y`,
/// $\dot y = \gamma \odot \tfrac1s\left(\dot x - \overline{\dot x} - \hat x\,\overline{\dot x \odot \hat x}\right)$:
/// the same projection as the pullback's, followed by γ.
///
/// # Panics
/// As [`norm_pullback`].
pub fn norm_pushforward<B: Backend>(
    kept: &Normalised<B>,
    gamma: Tensor<B, 1>,
    x_dot: Tensor<B, 2>,
) -> Tensor<B, 2> {
    projected(kept, gamma, x_dot, Side::Pushforward)
}

/// Applies the projection that both maps share, after γ for the pullback and before it for the pushforward.
fn projected<B: Backend>(
    kept: &Normalised<B>,
    gamma: Tensor<B, 1>,
    g: Tensor<B, 2>,
    side: Side,
) -> Tensor<B, 2> {
    check_kept(kept, &gamma, g.dims());
    if is_flex(&g) {
        return by_dtype!(g.dtype(), E => close(project::<E>(
            open_owned::<E, B, 2>(g),
            open_contiguous(kept.x_hat.clone()),
            open_contiguous(kept.inverse_deviation.clone()),
            open_contiguous(gamma),
            side,
            kept.centred,
        )))
        .expect("is_flex checked the type");
    }
    match side {
        Side::Pullback => project_plain(g * gamma.unsqueeze(), kept),
        Side::Pushforward => project_plain(g, kept) * gamma.unsqueeze(),
    }
}

fn check_width<B: Backend>(name: &str, parameter: &Tensor<B, 1>, [n, h]: [usize; 2]) {
    let width = parameter.dims();
    assert!(
        width == [h],
        "a norm of [{n}, {h}] takes a {name} of [{h}], not {width:?}"
    );
}

fn check_kept<B: Backend>(kept: &Normalised<B>, gamma: &Tensor<B, 1>, [n, h]: [usize; 2]) {
    check_width("γ", gamma, [n, h]);
    let found = (kept.x_hat.dims(), kept.inverse_deviation.dims());
    assert!(
        found == ([n, h], [n, 1]),
        "the norm kept x̂ and 1/s of {:?} and {:?}, which do not fit [{n}, {h}]",
        found.0,
        found.1
    );
}

fn project_plain<B: Backend>(g: Tensor<B, 2>, kept: &Normalised<B>) -> Tensor<B, 2> {
    let along = (g.clone() * kept.x_hat.clone()).mean_dim(1);
    let g = match kept.centred {
        true => g.clone() - g.mean_dim(1),
        false => g,
    };
    (g - kept.x_hat.clone() * along) * kept.inverse_deviation.clone()
}

/// Returns `y`, `x_hat` and the inverse deviations; `x_hat` takes over the storage of `x`.
fn forward<E: Scalar>(
    mut x: FlexTensor,
    gamma: FlexTensor,
    beta: Option<FlexTensor>,
    epsilon: f64,
    centred: bool,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let shape = x.layout().shape().to_vec();
    let width = shape[1];
    let (gamma, beta) = (values::<E>(&gamma), beta.as_ref().map(values::<E>));
    let mut inverse = vec![E::ZERO; shape[0]];
    let rows = x.storage_mut::<E>();
    let y = filled(rows.len(), |y| {
        vectorised(
            #[inline(always)]
            || {
                let count = E::of(width as f64);
                for ((row, y), inverse) in rows
                    .chunks_exact_mut(width)
                    .zip(y.chunks_exact_mut(width))
                    .zip(&mut inverse)
                {
                    let mean = match centred {
                        true => sum_of(row, |v| v) / count,
                        false => E::ZERO,
                    };
                    let variance = sum_of(row, |v| (v - mean) * (v - mean)) / count;
                    *inverse = E::ONE / (variance + E::of(epsilon)).root();
                    row.iter_mut().for_each(|x| *x = (*x - mean) * *inverse);
                    let scaled = y.iter_mut().zip(&*row).zip(gamma);
                    match beta {
                        Some(beta) => scaled.zip(beta).for_each(|(((y, x), &g), &b)| {
                            y.write(x.fused(g, b));
                        }),
                        None => scaled.for_each(|((y, &x), &g)| {
                            y.write(x * g);
                        }),
                    }
                }
            },
        );
    });
    let rows = shape[0];
    (from_vec(y, shape), x, from_vec(inverse, [rows, 1]))
}

#[derive(Clone, Copy)]
enum Side {
    Pullback,
    Pushforward,
}

fn project<E: Scalar>(
    mut g: FlexTensor,
    x_hat: FlexTensor,
    inverse: FlexTensor,
    gamma: FlexTensor,
    side: Side,
    centred: bool,
) -> FlexTensor {
    let width = g.layout().shape()[1];
    let (x_hat, inverse, gamma) = (
        values::<E>(&x_hat),
        values::<E>(&inverse),
        values::<E>(&gamma),
    );
    let rows = g.storage_mut::<E>();
    vectorised(
        #[inline(always)]
        || {
            let count = E::of(width as f64);
            for ((row, x_hat), &inverse) in rows
                .chunks_exact_mut(width)
                .zip(x_hat.chunks_exact(width))
                .zip(inverse)
            {
                if let Side::Pullback = side {
                    row.iter_mut()
                        .zip(gamma)
                        .for_each(|(g, &scale)| *g *= scale);
                }
                let mean = match centred {
                    true => sum_of(row, |v| v) / count,
                    false => E::ZERO,
                };
                let along = dot(row, x_hat) / count;
                row.iter_mut()
                    .zip(x_hat)
                    .for_each(|(g, &x)| *g = (*g - mean - x * along) * inverse);
                if let Side::Pushforward = side {
                    row.iter_mut()
                        .zip(gamma)
                        .for_each(|(g, &scale)| *g *= scale);
                }
            }
        },
    );
    g
}
