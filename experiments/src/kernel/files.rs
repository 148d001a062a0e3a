//! Matrices as numpy and safetensors files.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use nalgebra::DMatrix;
use safetensors::{Dtype, SafeTensorError, View};

/// Writes a matrix as `.npy` (format 1.0): little-endian f64, column by column.
pub(super) fn write_npy(matrix: &DMatrix<f64>, out: &mut dyn Write) -> io::Result<()> {
    let (rows, columns) = matrix.shape();
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': True, 'shape': ({rows}, {columns}), }}");
    // Magic, version and length take 10 bytes; all of it ends in a newline at a multiple of 64.
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header = format!("{header:<width$}\n", width = length - 1);
    let length = u16::try_from(length).expect("two numbers and some words");
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    matrix
        .iter()
        .try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

/// Writes matrices as one safetensors file of f64, row by row.
pub(super) fn write_safetensors(
    matrices: &[(String, &DMatrix<f64>)],
    path: &Path,
) -> io::Result<()> {
    let views = matrices
        .iter()
        .map(|(name, matrix)| (name, RowMajor::new(matrix)));
    let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
    safetensors::serialize_to_file(views, Some(metadata), path).map_err(|error| match error {
        SafeTensorError::IoError(error) => error,
        other => io::Error::other(other),
    })
}

struct RowMajor<'a> {
    matrix: &'a DMatrix<f64>,
    shape: [usize; 2],
}

impl<'a> RowMajor<'a> {
    fn new(matrix: &'a DMatrix<f64>) -> Self {
        let (rows, columns) = matrix.shape();
        Self {
            matrix,
            shape: [rows, columns],
        }
    }
}

impl View for RowMajor<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F64
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let transposed = self.matrix.transpose();
        transposed
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect::<Vec<u8>>()
            .into()
    }

    fn data_len(&self) -> usize {
        self.matrix.len() * size_of::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npy_as_numpy_writes_it() {
        let matrix = DMatrix::from_row_slice(1, 2, &[1.0, -2.5]);
        let mut bytes = Vec::new();
        write_npy(&matrix, &mut bytes).unwrap();
        assert_eq!(bytes.len(), 128 + 16);
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert!(
            bytes[10..]
                .starts_with(b"{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2), }  ")
        );
        assert_eq!(bytes[127], b'\n');
        assert_eq!(bytes[128..136], 1.0_f64.to_le_bytes());
        assert_eq!(bytes[136..], (-2.5_f64).to_le_bytes());
    }

    #[test]
    fn safetensors_are_row_by_row() {
        let matrix = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.safetensors");
        write_safetensors(&[("cross".into(), &matrix)], &path).unwrap();
        let bytes = std::fs::read(path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let tensor = file.tensor("cross").unwrap();
        assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F64, &[2, 3][..]));
        let values = tensor
            .data()
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()));
        assert!(values.eq([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    }
}
