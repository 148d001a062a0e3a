//! The operations that every layer is made of, each with the maps that differentiate it.
//!
//! Every function here is generic over the burn backend. On [`Flex`](burn_flex::Flex) it runs vectorised loops over
//! the tensor's own storage; on every other backend (and under `Autodiff`) it runs plain tensor operations.
//! The type of the tensor's primitive decides between the two, so a caller needs nothing but `B: Backend`.

mod attention;
mod flex;
mod gelu;
mod layer_norm;
mod outer;
mod product;
mod rows;
mod scalar;
mod vectorised;

pub use attention::{
    Attended, Heads, Qkv, Spans, attention, attention_pullback, attention_pushforward,
};
pub use gelu::{gelu, gelu_with_derivative};
pub use layer_norm::{Normalised, layer_norm, layer_norm_pullback, layer_norm_pushforward};
pub use outer::{Outer, outer_sums};
pub use product::{Product, products};
pub(crate) use rows::index_tensor;
pub use rows::{gather_rows, scatter_rows};
