use std::path::Path;

use tangent_files::tensors::{self, Tensor};

use crate::error::Error;

/// Writes `f32` tensors (name, shape, entries in row-major order) as a safetensors file, completely or not at all.
///
/// The tensors are sorted by name, as Python's writer sorts them, so the bytes do not depend on the given order.
///
/// # Errors
/// The folder does not exist or is not writable; the disk is full; a tensor has another number of entries than its
/// shape.
pub fn write_safetensors(
    path: &Path,
    tensors: &[(String, Vec<usize>, &[f32])],
) -> Result<(), Error> {
    let mut all = Vec::with_capacity(tensors.len());
    for (name, shape, values) in tensors {
        let tensor = Tensor::f32(shape.clone(), values).ok_or_else(|| Error::Shape {
            path: path.into(),
            name: name.clone(),
            expected: shape.clone(),
            found: vec![values.len()],
        })?;
        all.push((name.clone(), tensor));
    }
    tensors::write(path, all).map_err(|error| unwritten(path, error))
}

/// Writes a file, completely or not at all.
///
/// # Errors
/// The folder does not exist or is not writable; the disk is full.
pub fn write_file(path: &Path, contents: &[u8]) -> Result<(), Error> {
    tangent_files::write(path, contents).map_err(|error| unwritten(path, error))
}

fn unwritten(path: &Path, error: std::io::Error) -> Error {
    Error::io(path, "the folder to write to must exist", error)
}
