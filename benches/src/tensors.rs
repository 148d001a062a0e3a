//! Results as files that the other side of a comparison can read.

use std::io;
use std::path::Path;

use tangent_files::tensors::{self, Tensor};

/// A name, a shape, and the values row by row.
pub type Named<'a> = (&'a str, Vec<usize>, Vec<f64>);

/// Writes f64 tensors as a safetensors file.
///
/// # Errors
/// The file cannot be written, or a tensor has another number of values than its shape says.
pub fn save<'a>(path: &Path, tensors: impl IntoIterator<Item = Named<'a>>) -> io::Result<()> {
    let tensors: Vec<Named> = tensors.into_iter().collect();
    let uneven = || io::Error::other("a tensor has another number of values than its shape says");
    let mut all = Vec::with_capacity(tensors.len());
    for (name, shape, values) in &tensors {
        let tensor = Tensor::f64(shape.clone(), values).ok_or_else(uneven)?;
        all.push(((*name).to_owned(), tensor));
    }
    tensors::write(path, all)
}
