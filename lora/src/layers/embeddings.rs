use burn::module::{Module, Param};
use burn::tensor::{Tensor, backend::Backend};

use super::Norm;
use crate::batch::Batch;
use crate::ops::index_tensor;

/// The sum of word, position and token-type embeddings, followed by a layer norm.
#[derive(Module, Debug)]
pub struct Embeddings<B: Backend> {
    /// The word embedding, `[vocabulary, h]`.
    pub word: Param<Tensor<B, 2>>,
    /// The position embedding, `[positions, h]`.
    pub position: Param<Tensor<B, 2>>,
    /// The token-type embedding, `[types, h]`.
    pub token_type: Param<Tensor<B, 2>>,
    /// The layer norm of the sum.
    pub norm: Norm<B>,
}

impl<B: Backend> Embeddings<B> {
    /// Returns one row for every token of the batch, `[tokens, h]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<B, 2> {
        let device = self.word.device();
        let rows = |table: &Param<Tensor<B, 2>>, indices: &[usize]| {
            table.val().select(0, index_tensor(indices, &device))
        };
        self.norm.forward(
            rows(&self.word, batch.ids())
                + rows(&self.position, batch.positions())
                + rows(&self.token_type, batch.types()),
        )
    }
}
