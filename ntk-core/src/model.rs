//! What a model must offer so that its tangent kernel can be computed.

use burn::tensor::{DType, Device, Tensor, TensorData, backend::Backend};

/// One block of parameters: what one adapted module trains, flattened to a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Unique among the model's blocks, such as a module's path.
    pub name: String,
    /// How many parameters $p_l$ the block has.
    pub parameters: usize,
    /// The layer that contains the module, counted from 0; `None` for a module outside all layers.
    pub layer: Option<usize>,
    /// The module's name within its layer, such as `attention.self.query`; the block's name for a
    /// module outside all layers.
    pub slot: String,
}

impl Block {
    /// Returns a block with this name and number of parameters, outside all layers.
    pub fn new(name: impl Into<String>, parameters: usize) -> Self {
        let name = name.into();
        Self {
            slot: name.clone(),
            name,
            parameters,
            layer: None,
        }
    }

    /// Returns the same block, placed in a layer at a slot.
    pub fn in_layer(self, layer: usize, slot: impl Into<String>) -> Self {
        Self {
            layer: Some(layer),
            slot: slot.into(),
            ..self
        }
    }
}

/// Outputs and Jacobian rows of one batch of $n$ examples.
#[derive(Clone, Debug)]
pub struct Rows<B: Backend> {
    /// $f_{\theta_0}(x_i)$, shape `[n, C]`: all outputs, before the directions are applied.
    pub outputs: Tensor<B, 2>,
    /// One tensor for each requested block, in the order requested, each of shape `[n, k, p_l]`.
    /// Entry `[i, j, ·]` is $\partial\,(d_j^\top f_\theta(x_i)) / \partial\theta_l$.
    pub blocks: Vec<Tensor<B, 3>>,
}

impl<B: Backend> Rows<B> {
    /// Returns the outputs with the rows of only these blocks, in this order; for a model that
    /// computes the rows of all blocks.
    ///
    /// # Panics
    /// If an index in `blocks` is out of range.
    pub fn select(self, blocks: &[usize]) -> Self {
        Self {
            blocks: blocks.iter().map(|&l| self.blocks[l].clone()).collect(),
            ..self
        }
    }
}

/// A function $f_\theta(x) \in \mathbb{R}^C$ at fixed parameters $\theta_0$, and its three maps.
///
/// # Contract
/// - The maps do not fail: whatever can be wrong with an input (a token outside the vocabulary,
///   a row of the wrong width) is found when the input is made, not here.
/// - They are pure: equal arguments give equal results, bit for bit, whatever thread calls them.
///   Batches arrive from several threads at once.
/// - The result for an example does not depend, beyond rounding, on the other examples in its
///   batch.
/// - Every tensor, given or returned, has the element type [`Model::dtype`] and lies on
///   [`Model::device`]. [`tensor`] makes such tensors.
/// - A batch holds at least one example.
///
/// # Example
/// $f_\theta(x) = \sin(x^\top\theta)$, and its kernel on three points:
/// ```
/// use burn::tensor::{DType, Device, Tensor};
/// use burn_ndarray::NdArray;
/// use tangent_ntk_core::{Block, BlockKernels, Model, Monitor, Options, Rows, tensor};
///
/// type B = NdArray<f64>;
///
/// struct Sine {
///     theta: Tensor<B, 2>, // [p, 1]
///     blocks: [Block; 1],
/// }
///
/// impl Sine {
///     fn stack(&self, xs: &[&[f64; 2]]) -> Tensor<B, 2> {
///         tensor(self, xs.iter().flat_map(|x| x.iter().copied()).collect(), [xs.len(), 2])
///     }
/// }
///
/// impl Model for Sine {
///     type Backend = B;
///     type Input = [f64; 2];
///
///     fn device(&self) -> Device<B> {
///         Default::default()
///     }
///     fn dtype(&self) -> DType {
///         DType::F64
///     }
///     fn blocks(&self) -> &[Block] {
///         &self.blocks
///     }
///     fn outputs(&self) -> usize {
///         1
///     }
///     fn forward(&self, xs: &[&[f64; 2]]) -> Tensor<B, 2> {
///         self.stack(xs).matmul(self.theta.clone()).sin()
///     }
///     fn rows(&self, xs: &[&[f64; 2]], directions: Tensor<B, 2>, _blocks: &[usize]) -> Rows<B> {
///         let x = self.stack(xs);
///         let z = x.clone().matmul(self.theta.clone()); // [n, 1]
///         let row = z.clone().cos() * x; // [n, p]
///         let rows = row.unsqueeze_dim::<3>(1) * directions.unsqueeze_dim::<3>(0);
///         Rows { outputs: z.sin(), blocks: vec![rows] }
///     }
///     fn gradient(
///         &self,
///         xs: &[&[f64; 2]],
///         cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
///     ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
///         let x = self.stack(xs);
///         let z = x.clone().matmul(self.theta.clone());
///         let outputs = z.clone().sin();
///         let gradient = x.transpose().matmul(cotangent(outputs.clone()) * z.cos());
///         (outputs, vec![gradient.squeeze_dim(1)])
///     }
///     fn pushforward(
///         &self,
///         xs: &[&[f64; 2]],
///         tangent: &[Tensor<B, 1>],
///     ) -> (Tensor<B, 2>, Tensor<B, 2>) {
///         let x = self.stack(xs);
///         let z = x.clone().matmul(self.theta.clone());
///         let slope = x.matmul(tangent[0].clone().unsqueeze_dim(1));
///         (z.clone().sin(), z.cos() * slope)
///     }
/// }
///
/// let theta = Tensor::from_data([[0.3], [-0.2]], (&Default::default(), DType::F64));
/// let model = Sine { theta, blocks: [Block::new("theta", 2)] };
/// let points = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
/// let kernels = BlockKernels::compute(&model, &points, &[], &Options::default(), &Monitor::silent())?;
/// let k = kernels.total().train; // 3 × 3
/// assert!((k[(0, 0)] - 0.3_f64.cos().powi(2)).abs() < 1e-15);
/// assert!(k[(0, 1)].abs() < 1e-15);
/// # Ok::<(), tangent_ntk_core::Error>(())
/// ```
pub trait Model: Sync {
    /// The backend that does the arithmetic.
    type Backend: Backend;
    /// One example, valid by construction.
    type Input: Sync;

    /// Returns the device that holds the parameters.
    fn device(&self) -> Device<Self::Backend>;

    /// Returns the element type of the arithmetic: `F32` or `F64`. Some backends choose it at run
    /// time, so the backend's type alone does not determine it.
    fn dtype(&self) -> DType;

    /// Returns the blocks whose parameters are trained; every list of blocks has this order.
    fn blocks(&self) -> &[Block];

    /// Returns the number of outputs $C$.
    fn outputs(&self) -> usize;

    /// Returns the cost of an example, in a unit of the model's choice (such as tokens); at least 1.
    fn size(&self, _x: &Self::Input) -> usize {
        1
    }

    /// Returns the bytes that [`rows`](Self::rows) needs at its peak for this batch and
    /// `directions` directions, apart from the parameters and from the rows that it returns.
    ///
    /// This is an estimate for the memory plan; by default the size of the returned rows.
    fn working_set(&self, xs: &[&Self::Input], directions: usize) -> usize {
        xs.len() * directions * parameters(self) * self.dtype().size()
    }

    /// Returns $f_{\theta_0}(x_i)$, shape `[n, C]`.
    fn forward(&self, xs: &[&Self::Input]) -> Tensor<Self::Backend, 2>;

    /// Per-example pullback: returns the Jacobian rows of $d_j^\top f$ for all `k` directions from
    /// one forward, with respect to the parameters of some blocks. `directions` has shape `[k, C]`;
    /// `blocks` are indices into [`blocks`](Self::blocks), ascending; see [`Rows`] for the result.
    /// An implementation should not compute what only other blocks need.
    fn rows(
        &self,
        xs: &[&Self::Input],
        directions: Tensor<Self::Backend, 2>,
        blocks: &[usize],
    ) -> Rows<Self::Backend>;

    /// Summed pullback: returns the outputs `[n, C]` and, per block, $\sum_i J_i^\top \bar y_i$ of
    /// shape `[p_l]`, where $\bar y$ = `cotangent`(outputs) has shape `[n, C]`. Takes one forward.
    #[allow(clippy::type_complexity)]
    fn gradient(
        &self,
        xs: &[&Self::Input],
        cotangent: &dyn Fn(Tensor<Self::Backend, 2>) -> Tensor<Self::Backend, 2>,
    ) -> (Tensor<Self::Backend, 2>, Vec<Tensor<Self::Backend, 1>>);

    /// Jacobian–vector product: returns the outputs and $J\delta$, both `[n, C]`. `tangent` holds
    /// $\delta_l$ of shape `[p_l]` for every block.
    fn pushforward(
        &self,
        xs: &[&Self::Input],
        tangent: &[Tensor<Self::Backend, 1>],
    ) -> (Tensor<Self::Backend, 2>, Tensor<Self::Backend, 2>);

    /// Jacobian–vector product and summed pullback: returns $J\delta$ `[n, C]` and, per block,
    /// $\sum_i J_i^\top \bar y_i$ of shape `[p_l]`, where $\bar y$ = `cotangent`($J\delta$) has
    /// shape `[n, C]`. A step of the linearized model needs both.
    ///
    /// By default, it takes a pushforward and a gradient, each with a forward of its own; a model
    /// that can compute both from one forward overrides it.
    #[allow(clippy::type_complexity)]
    fn tangent_gradient(
        &self,
        xs: &[&Self::Input],
        tangent: &[Tensor<Self::Backend, 1>],
        cotangent: &dyn Fn(Tensor<Self::Backend, 2>) -> Tensor<Self::Backend, 2>,
    ) -> (Tensor<Self::Backend, 2>, Vec<Tensor<Self::Backend, 1>>) {
        let (_, change) = self.pushforward(xs, tangent);
        let (_, gradient) = self.gradient(xs, &|_| cotangent(change.clone()));
        (change, gradient)
    }
}

/// Returns the number of parameters of all blocks: $p = \sum_l p_l$.
pub fn parameters<M: Model + ?Sized>(model: &M) -> usize {
    model.blocks().iter().map(|block| block.parameters).sum()
}

/// Returns a tensor on the model's device and in its element type, from values in row-major order.
///
/// burn's own `Tensor::from_data` takes the element type from the device unless one is given, so it
/// may silently make an f32 tensor from f64 values.
///
/// # Panics
/// If the number of values is not the product of `shape`.
pub fn tensor<M: Model + ?Sized, const D: usize>(
    model: &M,
    values: Vec<f64>,
    shape: [usize; D],
) -> Tensor<M::Backend, D> {
    Tensor::from_data(
        TensorData::new(values, shape),
        (&model.device(), model.dtype()),
    )
}
