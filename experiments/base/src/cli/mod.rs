//! What every command needs at the command line: output to the user, interruption, and settings.

mod bytes;
mod command_line;
mod console;
mod count;
mod interrupt;
mod numbers;
mod path;
mod settings;

pub use bytes::Bytes;
pub use command_line::{command_line, quoted};
pub use console::Console;
pub use count::Count;
pub use interrupt::Interrupt;
pub use numbers::{four_digits, grouped, mean_and_deviation};
pub use path::AnyPath;
pub use settings::{by_name, finite, finite_if_any, overlay, read_toml};
