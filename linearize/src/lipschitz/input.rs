//! Algorithm 1: Lipschitzness in the input.

use super::pairs::check_pairs;
use super::{check_radius, moved};
use crate::error::{check_finite, check_length};
use crate::{Error, Predictor, Result};
use nalgebra::DMatrix;
use tangent_ntk_core::Monitor;
use tangent_random::Draws;

/// The parameters of Algorithm 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputProtocol {
    /// The largest radius, $R_{max}$.
    pub max_radius: f64,
    /// The number of radii, $R_{steps}$, equally spaced in $[0, R_{max}]$ with both ends; a single radius is 0.
    pub radii: usize,
    /// The number of models at each radius, $n_T$.
    pub models: usize,
    /// The seed for drawing the models.
    pub seed: u64,
}

impl InputProtocol {
    /// Returns the radii, ascending.
    pub fn spaced(&self) -> Vec<f64> {
        let gaps = self.radii.saturating_sub(1).max(1);
        (0..self.radii)
            .map(|k| self.max_radius * k as f64 / gaps as f64)
            .collect()
    }

    fn check(&self) -> Result<()> {
        check_radius(self.max_radius)?;
        for (what, count) in [
            ("radii R_steps", self.radii),
            ("models n_T at each radius", self.models),
        ] {
            if count == 0 {
                return Err(Error::Recipe {
                    what,
                    value: 0.0,
                    wanted: "1 or more",
                });
            }
        }
        Ok(())
    }
}

/// The result of Algorithm 1 at one radius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputRing {
    /// The radius $r$.
    pub radius: f64,
    /// $L_{avg}(r)$, the mean of $L_{max}$ over the models.
    pub average: f64,
    /// $L_{upper}(r)$, the maximum of $L_{max}$ over the models.
    pub upper: f64,
}

/// Runs Algorithm 1. At each radius $r$, for $n_T$ models $\theta = \theta_0 + r\,v/\lVert v\rVert$,
/// $v \sim N(0, I)$, over the `pairs` $S$ of examples:
/// $$L_{max} = \max_{(x, x') \in S} \frac{\lVert f_\theta(x') - f_\theta(x)\rVert}{\lVert x' -
/// x\rVert}, \qquad L_{avg}(r) = \mathrm{mean}\ L_{max}, \quad L_{upper}(r) = \max L_{max}.$$
///
/// Each radius has its own list of $L_{max}$. At $r = 0$ all models are equal, so only one is run. This is
/// Lipschitzness in the **input**; the theorems need [`ThetaLipschitz`](super::ThetaLipschitz).
///
/// # Shapes
/// `inputs` `[n, d]`: one row for each of the predictor's examples, from which $\lVert x' - x\rVert$ is computed.
///
/// # Errors
/// The largest radius is negative or not finite; there are no radii, no models or no pairs, or more pairs than exist; a
/// pair names an example that does not exist, or two examples at distance 0; `inputs` has a wrong number of rows; a
/// value is not finite; the predictor is in kernel space; cancelled; the errors of the predictor.
///
/// # Complexity
/// One forward pass for each model, over the examples that occur in pairs.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tangent_linearize::fixture::Sine;
/// use tangent_linearize::lipschitz::{InputProtocol, input_lipschitz};
/// use tangent_ntk_core::Monitor;
///
/// // f_θ(x) = sin(θ x) is constant in x at θ₀ = 0, and changes with x further out.
/// let inputs = dmatrix![0.5; 1.0];
/// let sine = Sine::new(&inputs, &[0.0])?;
/// let protocol = InputProtocol { max_radius: 0.1, radii: 2, models: 4, seed: 0 };
/// let rings = input_lipschitz(&sine, &[(0, 1)], &inputs, &protocol, &Monitor::silent())?;
/// assert_eq!(rings[0].upper, 0.0);
/// assert!((rings[1].average - (0.1_f64.sin() - 0.05_f64.sin()) / 0.5).abs() < 1e-15);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
pub fn input_lipschitz<P: Predictor + ?Sized>(
    predictor: &P,
    pairs: &[(usize, usize)],
    inputs: &DMatrix<f64>,
    protocol: &InputProtocol,
    monitor: &Monitor,
) -> Result<Vec<InputRing>> {
    protocol.check()?;
    if predictor.in_kernel_space() {
        return Err(Error::InKernelSpace {
            what: "Algorithm 1",
        });
    }
    let pairs = Pairs::new(predictor.examples(), pairs, inputs)?;
    let radii = protocol.spaced();
    let models = |radius: f64| if radius == 0.0 { 1 } else { protocol.models };
    let total = radii.iter().map(|&radius| models(radius)).sum();
    let mut done = 0;
    let mut rings = Vec::with_capacity(radii.len());
    for (k, &radius) in radii.iter().enumerate() {
        // Each radius has its own list.
        let mut found = Vec::with_capacity(models(radius));
        for model in 0..models(radius) {
            monitor.check()?;
            let stream = (k * protocol.models + model) as u64;
            let v = Draws::new(protocol.seed, stream).direction(predictor.start().len());
            let theta = moved(predictor.start(), radius, &v);
            let outputs = predictor.forward(&theta, &pairs.examples)?;
            check_finite("the outputs", &outputs)?;
            found.push(pairs.steepest(&outputs, predictor.outputs()));
            done += 1;
            monitor.tell(done, total);
        }
        rings.push(InputRing {
            radius,
            average: found.iter().sum::<f64>() / found.len() as f64,
            upper: found.into_iter().fold(0.0, f64::max),
        });
    }
    Ok(rings)
}

/// Pairs of examples with the distances between their inputs.
struct Pairs {
    /// The indices of the examples that occur in pairs, ascending.
    examples: Vec<usize>,
    /// For each pair, the positions of both examples in `examples`, and $\lVert x' - x\rVert$.
    pairs: Vec<(usize, usize, f64)>,
}

impl Pairs {
    fn new(n: usize, pairs: &[(usize, usize)], inputs: &DMatrix<f64>) -> Result<Self> {
        check_length("rows of the inputs", n, inputs.nrows())?;
        check_finite("the inputs", inputs.as_slice())?;
        if pairs.is_empty() {
            return Err(Error::Recipe {
                what: "pairs",
                value: 0.0,
                wanted: "1 or more",
            });
        }
        let mut examples: Vec<usize> = pairs.iter().flat_map(|&(i, j)| [i, j]).collect();
        examples.sort_unstable();
        examples.dedup();
        if let Some(&example) = examples.last().filter(|&&last| last >= n) {
            return Err(Error::PairOf { example, n });
        }
        check_pairs(n, pairs.len())?;
        let place = |i| examples.binary_search(&i).expect("every example is listed");
        let pairs = pairs
            .iter()
            .map(|&(i, j)| {
                let distance = (inputs.row(j) - inputs.row(i)).norm();
                if distance == 0.0 {
                    return Err(Error::SameInput { i, j });
                }
                Ok((place(i), place(j), distance))
            })
            .collect::<Result<_>>()?;
        Ok(Self { examples, pairs })
    }

    /// Returns $L_{max}$ from the outputs of the examples that occur in pairs, with `each` outputs for each example.
    fn steepest(&self, outputs: &[f64], each: usize) -> f64 {
        let output = |place: usize| &outputs[place * each..(place + 1) * each];
        self.pairs
            .iter()
            .map(|&(i, j, distance)| {
                let apart = output(i)
                    .iter()
                    .zip(output(j))
                    .map(|(a, b)| (a - b).powi(2));
                apart.sum::<f64>().sqrt() / distance
            })
            .fold(0.0, f64::max)
    }
}
