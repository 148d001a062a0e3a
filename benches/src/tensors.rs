//! Results as files that the other program of a comparison can read.

use std::io;
use std::path::Path;

use tangent_files::tensors::{self, Tensor};

/// A tensor: its name, its shape, and its values row by row.
pub type Named<'a> = (&'a str, Vec<usize>, Vec<f64>);

/// Writes f64 tensors as a safetensors file.
///
/// # Errors
/// The file cannot be written, or a tensor's number of values does not match its shape.
pub fn save<'a>(path: &Path, tensors: impl IntoIterator<Item = Named<'a>>) -> io::Result<()> {
    let tensors: Vec<Named> = tensors.into_iter().collect();
    let uneven = || io::Error::other("a tensor's number of values does not match its shape");
    let mut all = Vec::with_capacity(tensors.len());
    for (name, shape, values) in &tensors {
        let tensor = Tensor::f64(shape.clone(), values).ok_or_else(uneven)?;
        all.push(((*name).to_owned(), tensor));
    }
    tensors::write(path, all)
}
