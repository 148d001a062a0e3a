//! Arrays written as safetensors, the format of Hugging Face.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::Path;

use safetensors::{Dtype, SafeTensorError, View};

/// An array in row-major order, with its shape.
pub struct Tensor<'a> {
    shape: Vec<usize>,
    entries: Entries<'a>,
}

enum Entries<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    /// Computed when the file is written.
    Later(Box<dyn Fn() -> Vec<f64> + Sync + 'a>),
    I64(&'a [i64]),
    Bytes(&'a [u8]),
}

impl<'a> Tensor<'a> {
    /// Returns an array of f32, or `None` if the number of entries does not match the shape.
    pub fn f32(shape: Vec<usize>, entries: &'a [f32]) -> Option<Self> {
        Self::of(shape, entries.len(), Entries::F32(entries))
    }

    /// Returns an array of f64, or `None` if the number of entries does not match the shape.
    pub fn f64(shape: Vec<usize>, entries: &'a [f64]) -> Option<Self> {
        Self::of(shape, entries.len(), Entries::F64(entries))
    }

    /// Returns an array of f64 that `make` computes when the file is written, so that not all arrays of a file are in
    /// memory at once. The number of entries that `make` returns must match the shape.
    pub fn later(shape: Vec<usize>, make: impl Fn() -> Vec<f64> + Sync + 'a) -> Self {
        let entries = Entries::Later(Box::new(make));
        Self { shape, entries }
    }

    /// Returns a one-dimensional array of 64-bit integers.
    pub fn integers(entries: &'a [i64]) -> Self {
        Self {
            shape: vec![entries.len()],
            entries: Entries::I64(entries),
        }
    }

    /// Returns a one-dimensional array of bytes.
    pub fn bytes(entries: &'a [u8]) -> Self {
        Self {
            shape: vec![entries.len()],
            entries: Entries::Bytes(entries),
        }
    }

    fn of(shape: Vec<usize>, entries: usize, values: Entries<'a>) -> Option<Self> {
        let fits = shape.iter().product::<usize>() == entries;
        fits.then_some(Self {
            shape,
            entries: values,
        })
    }
}

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        match self.entries {
            Entries::F32(_) => Dtype::F32,
            Entries::F64(_) | Entries::Later(_) => Dtype::F64,
            Entries::I64(_) => Dtype::I64,
            Entries::Bytes(_) => Dtype::U8,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match &self.entries {
            Entries::F32(entries) => little_endian(entries, f32::to_le_bytes),
            Entries::F64(entries) => little_endian(entries, f64::to_le_bytes),
            Entries::I64(entries) => little_endian(entries, i64::to_le_bytes),
            Entries::Bytes(entries) => (*entries).into(),
            Entries::Later(make) => {
                let bytes = little_endian(&make(), f64::to_le_bytes).into_owned();
                bytes.into()
            }
        }
    }

    fn data_len(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype().bitsize() / 8
    }
}

fn little_endian<T: bytemuck::NoUninit, const N: usize>(
    entries: &[T],
    bytes: fn(T) -> [u8; N],
) -> Cow<'_, [u8]> {
    match cfg!(target_endian = "little") {
        true => bytemuck::cast_slice(entries).into(),
        false => entries.iter().copied().flat_map(bytes).collect(),
    }
}

/// Returns a safetensors file as bytes. Tensors are sorted by the width of their entries, then by name, so that the
/// bytes do not depend on the order of `tensors`.
///
/// # Errors
/// The metadata takes more than the 100 MB that the format allows for a header.
pub fn to_bytes<'a>(
    tensors: impl IntoIterator<Item = (String, Tensor<'a>)>,
    metadata: HashMap<String, String>,
) -> io::Result<Vec<u8>> {
    safetensors::serialize(tensors, Some(metadata)).map_err(io_error)
}

/// Writes tensors to a safetensors file, whole or not at all. Its metadata have `format: pt`, without which Hugging
/// Face's library refuses a file.
///
/// # Errors
/// As [`write`](fn@crate::write).
pub fn write<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (String, Tensor<'a>)>,
) -> io::Result<()> {
    crate::write_with(path, |path| to_file(path, tensors))
}

/// Writes the same file as [`write`](fn@write) directly to `path`, for a caller that moves it into place itself.
///
/// # Errors
/// As [`write`](fn@write).
pub fn to_file<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (String, Tensor<'a>)>,
) -> io::Result<()> {
    safetensors::serialize_to_file(tensors, Some(of_pytorch()), path).map_err(io_error)
}

/// Returns the metadata that Hugging Face's library requires: `format: pt`.
pub fn of_pytorch() -> HashMap<String, String> {
    HashMap::from([("format".to_owned(), "pt".to_owned())])
}

fn io_error(error: SafeTensorError) -> io::Error {
    match error {
        SafeTensorError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use safetensors::SafeTensors;

    use super::*;

    #[test]
    fn arrays_of_every_kind_come_back() {
        let made = || vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let tensors = || {
            [
                ("cross".to_owned(), Tensor::later(vec![2, 3], made)),
                ("ids".to_owned(), Tensor::integers(&[7, -1])),
                (
                    "w".to_owned(),
                    Tensor::f32(vec![1, 2], &[0.5, -0.0]).unwrap(),
                ),
                ("start".to_owned(), Tensor::f64(vec![1], &[1e-300]).unwrap()),
                ("hash".to_owned(), Tensor::bytes(b"ab")),
            ]
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.safetensors");
        write(&path, tensors()).unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(bytes, to_bytes(tensors(), of_pytorch()).unwrap());
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let tensor = |name: &str| {
            let tensor = file.tensor(name).unwrap();
            (
                tensor.dtype(),
                tensor.shape().to_vec(),
                tensor.data().to_vec(),
            )
        };
        let flat = |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(tensor("cross"), (Dtype::F64, vec![2, 3], flat(&made())));
        assert_eq!(tensor("start"), (Dtype::F64, vec![1], flat(&[1e-300])));
        let ids = [7_i64, -1].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(tensor("ids"), (Dtype::I64, vec![2], ids));
        let w = [0.5_f32, -0.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        assert_eq!(tensor("w"), (Dtype::F32, vec![1, 2], w));
        assert_eq!(tensor("hash"), (Dtype::U8, vec![2], b"ab".to_vec()));
    }

    #[test]
    fn a_shape_of_another_number_of_entries_is_none() {
        assert!(Tensor::f32(vec![2, 2], &[1.0]).is_none());
        assert!(Tensor::f64(vec![], &[]).is_none());
    }
}
