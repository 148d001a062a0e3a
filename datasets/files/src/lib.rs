//! Reading and writing of files, for all crates of this project.
//!
//! Only regular files are opened, because opening a pipe may wait for ever and a device may have no end. A file is
//! written whole or not at all, with the permissions of any new file. [`tensors`] writes safetensors.

mod regular;
pub mod tensors;
mod whole;

pub use regular::{Error, open, read, read_at_most, read_text};
pub use whole::{write, write_with, written};
