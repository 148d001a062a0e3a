//! The exactly linearized model.

use crate::error::{check_finite, check_length};
use crate::{Error, Result};
use burn::tensor::Tensor;
use tangent_ntk_core::{Model, parameters, tensor};

/// A model replaced by its tangent at $\theta_0$ (equation (6)):
/// $$\bar f_{\bar\theta}(x) = f_{\theta_0}(x) + J(x)(\bar\theta - \theta_0).$$
///
/// Exact, by one pushforward: no finite difference, no Jacobian kept.
///
/// # Example
/// The tangent of $f_\theta(x) = \sin(\theta x)$ at $\theta_0 = 0$ is $\theta x$:
/// ```
/// use burn::tensor::{DType, Device, Tensor};
/// use burn_ndarray::NdArray;
/// use tangent_linearize::Linearized;
/// use tangent_ntk_core::{Block, Model, Rows, tensor};
///
/// type B = NdArray<f64>;
///
/// struct Sine(f64, [Block; 1]);
///
/// impl Sine {
///     /// θx and x, both [n, 1].
///     fn phase(&self, xs: &[&f64]) -> (Tensor<B, 2>, Tensor<B, 2>) {
///         let x = tensor(self, xs.iter().map(|&&x| x).collect(), [xs.len(), 1]);
///         (x.clone() * self.0, x)
///     }
/// }
///
/// impl Model for Sine {
///     type Backend = B;
///     type Input = f64;
///
///     fn device(&self) -> Device<B> {
///         Default::default()
///     }
///     fn dtype(&self) -> DType {
///         DType::F64
///     }
///     fn blocks(&self) -> &[Block] {
///         &self.1
///     }
///     fn outputs(&self) -> usize {
///         1
///     }
///     fn forward(&self, xs: &[&f64]) -> Tensor<B, 2> {
///         self.phase(xs).0.sin()
///     }
///     fn rows(&self, xs: &[&f64], directions: Tensor<B, 2>) -> Rows<B> {
///         let (z, x) = self.phase(xs);
///         let row = (z.clone().cos() * x).unsqueeze_dim::<3>(1);
///         Rows { outputs: z.sin(), blocks: vec![row * directions.unsqueeze_dim::<3>(0)] }
///     }
///     fn gradient(
///         &self,
///         xs: &[&f64],
///         cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
///     ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
///         let (z, x) = self.phase(xs);
///         let gradient = (cotangent(z.clone().sin()) * z.clone().cos() * x).sum();
///         (z.sin(), vec![gradient])
///     }
///     fn pushforward(
///         &self,
///         xs: &[&f64],
///         tangent: &[Tensor<B, 1>],
///     ) -> (Tensor<B, 2>, Tensor<B, 2>) {
///         let (z, x) = self.phase(xs);
///         (z.clone().sin(), z.cos() * x * tangent[0].clone().unsqueeze_dim(1))
///     }
/// }
///
/// let model = Sine(0.0, [Block::new("theta", 1)]);
/// let tangent = Linearized::from_flat(&model, &[0.5])?;
/// let y = tangent.forward(&[&1.0, &4.0]).into_data();
/// assert_eq!(y.to_vec::<f64>().unwrap(), [0.5, 2.0]);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
pub struct Linearized<'a, M: Model> {
    model: &'a M,
    offset: Vec<Tensor<M::Backend, 1>>,
}

impl<'a, M: Model> Linearized<'a, M> {
    /// The tangent at $\bar\theta = \theta_0 +$ `offset`, given block by block in the order of
    /// [`Model::blocks`].
    ///
    /// # Shapes
    /// Block $l$ of `offset`: `[p_l]`.
    ///
    /// # Errors
    /// If a block is missing, or has another length or element type than the model's.
    pub fn new(model: &'a M, offset: Vec<Tensor<M::Backend, 1>>) -> Result<Self> {
        let blocks = model.blocks();
        if offset.len() != blocks.len() {
            return Err(Error::Blocks {
                expected: blocks.len(),
                got: offset.len(),
            });
        }
        for (block, given) in blocks.iter().zip(&offset) {
            let [got] = given.dims();
            if got != block.parameters {
                return Err(Error::BlockLength {
                    block: block.name.clone(),
                    expected: block.parameters,
                    got,
                });
            }
            if given.dtype() != model.dtype() {
                return Err(Error::ElementType {
                    block: block.name.clone(),
                    expected: format!("{:?}", model.dtype()),
                    got: format!("{:?}", given.dtype()),
                });
            }
        }
        Ok(Self { model, offset })
    }

    /// The same from one vector of all parameters, block after block: $J^\top a$ of a closed form,
    /// say.
    ///
    /// # Errors
    /// If the vector has another length than the model's parameters, or is not finite.
    pub fn from_flat(model: &'a M, offset: &[f64]) -> Result<Self> {
        check_length(
            "parameters of the offset θ̄ − θ₀",
            parameters(model),
            offset.len(),
        )?;
        check_finite("the offset θ̄ − θ₀", offset)?;
        let mut rest = offset;
        let blocks = model.blocks().iter().map(|block| {
            let (here, after) = rest.split_at(block.parameters);
            rest = after;
            tensor(model, here.to_vec(), [block.parameters])
        });
        let blocks = blocks.collect();
        Self::new(model, blocks)
    }

    /// $\bar\theta - \theta_0$ by block.
    pub fn offset(&self) -> &[Tensor<M::Backend, 1>] {
        &self.offset
    }

    /// $\bar f(x_i)$, shape `[n, C]`. One forward and its pushforward.
    pub fn forward(&self, xs: &[&M::Input]) -> Tensor<M::Backend, 2> {
        let (start, change) = self.with_start(xs);
        start + change
    }

    /// $f_{\theta_0}(x_i)$ and $J(x_i)(\bar\theta - \theta_0)$ apart, both `[n, C]`: the second
    /// keeps its digits where it is small.
    pub fn with_start(&self, xs: &[&M::Input]) -> (Tensor<M::Backend, 2>, Tensor<M::Backend, 2>) {
        self.model.pushforward(xs, &self.offset)
    }
}
