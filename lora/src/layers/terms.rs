use burn::tensor::{Tensor, backend::Backend};

use crate::ops::{Product, products};

/// The cotangent of an input, as a sum that is not yet computed.
pub(super) struct Terms<B: Backend> {
    pub(super) sum: Option<Tensor<B, 2>>,
    pub(super) products: Vec<Product<B>>,
}

impl<B: Backend> Terms<B> {
    pub(super) fn none() -> Self {
        Self {
            sum: None,
            products: Vec::new(),
        }
    }

    /// Returns whether the sum has no term, which makes it zero.
    pub(super) fn is_empty(&self) -> bool {
        self.sum.is_none() && self.products.is_empty()
    }

    /// Returns the sum with the terms of `other` added.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.products.extend(other.products);
        Self {
            sum: add(self.sum, other.sum),
            products: self.products,
        }
    }

    /// Returns the sum of all terms and `more`.
    pub(super) fn onto(self, more: Option<Tensor<B, 2>>) -> Tensor<B, 2> {
        products(add(more, self.sum), None, self.products)
    }
}

/// Adds two tensors; `None` is zero.
pub(super) fn add<B: Backend>(
    a: Option<Tensor<B, 2>>,
    b: Option<Tensor<B, 2>>,
) -> Option<Tensor<B, 2>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}
