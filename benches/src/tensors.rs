//! Results as files that the other side of a comparison can read.

use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, serialize_to_file};

/// A name, a shape, and the values row by row.
pub type Named<'a> = (&'a str, Vec<usize>, Vec<f64>);

/// Writes f64 tensors as a safetensors file.
///
/// # Errors
/// The file cannot be written, or a tensor has another number of values than its shape says.
pub fn save<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = Named<'a>>,
) -> Result<(), SafeTensorError> {
    let bytes: Vec<(&str, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, shape, values)| {
            let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = bytes
        .iter()
        .map(|(name, shape, data)| Ok((name, TensorView::new(Dtype::F64, shape.clone(), data)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    serialize_to_file(views, None, path)
}
