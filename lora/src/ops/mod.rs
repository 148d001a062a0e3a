//! The operations that every layer is made of, each with the maps that differentiate it.
//!
//! Every function here is generic over the burn backend. On [`Flex`](burn_flex::Flex) it runs vectorised loops over
//! the tensor's own storage; on every other backend (and under `Autodiff`) it runs plain tensor operations.
//! The type of the tensor's primitive decides between the two, so a caller needs nothing but `B: Backend`.

mod activation;
mod attention;
mod flex;
mod norm;
mod outer;
mod product;
mod rotary;
mod rows;
mod scalar;
mod vectorised;

pub use activation::{activate, activate_with_derivative};
pub use attention::{
    Attended, Heads, Qkv, Reach, Spans, attention, attention_pullback, attention_pushforward,
};
pub use norm::{Normalised, layer_norm, norm_pullback, norm_pushforward, rms_norm};
pub use outer::{Outer, outer_sums};
pub use product::{Product, products};
pub use rotary::{Turns, turn, turn_back};
pub(crate) use rows::index_tensor;
pub use rows::{gather_rows, scatter_rows};
