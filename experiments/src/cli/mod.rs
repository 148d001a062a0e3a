//! What every command needs at the command line: to speak to its user, to be interrupted, to read its settings.

mod bytes;
mod console;
mod interrupt;
mod numbers;
mod settings;

pub use bytes::Bytes;
pub use console::Console;
pub use interrupt::Interrupt;
pub use numbers::{four_digits, grouped, mean_and_deviation};
pub use settings::{by_name, finite, finite_if_any, overlay};
