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

/// Writes matrices of f64, row by row, and lists of 64-bit integers as one safetensors file.
pub(super) fn write_safetensors(
    matrices: &[(String, &DMatrix<f64>)],
    lists: &[(String, &[i64])],
    path: &Path,
) -> io::Result<()> {
    let matrices = matrices
        .iter()
        .map(|(name, matrix)| (name, Values::of_matrix(matrix)));
    let lists = lists
        .iter()
        .map(|(name, list)| (name, Values::of_list(list)));
    let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
    let written = safetensors::serialize_to_file(matrices.chain(lists), Some(metadata), path);
    written.map_err(|error| match error {
        SafeTensorError::IoError(error) => error,
        other => io::Error::other(other),
    })
}

/// A tensor as safetensors wants to see it. Its bytes are made when they are written.
struct Values<'a> {
    shape: Vec<usize>,
    entries: Entries<'a>,
}

enum Entries<'a> {
    Matrix(&'a DMatrix<f64>),
    List(&'a [i64]),
}

impl<'a> Values<'a> {
    fn of_matrix(matrix: &'a DMatrix<f64>) -> Self {
        let (rows, columns) = matrix.shape();
        Self {
            shape: vec![rows, columns],
            entries: Entries::Matrix(matrix),
        }
    }

    fn of_list(list: &'a [i64]) -> Self {
        Self {
            shape: vec![list.len()],
            entries: Entries::List(list),
        }
    }
}

impl View for Values<'_> {
    fn dtype(&self) -> Dtype {
        match self.entries {
            Entries::Matrix(_) => Dtype::F64,
            Entries::List(_) => Dtype::I64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let bytes: Vec<u8> = match self.entries {
            Entries::Matrix(matrix) => {
                let rows = matrix.transpose();
                rows.iter().flat_map(|value| value.to_le_bytes()).collect()
            }
            Entries::List(list) => list.iter().flat_map(|value| value.to_le_bytes()).collect(),
        };
        bytes.into()
    }

    fn data_len(&self) -> usize {
        8 * self.shape.iter().product::<usize>()
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
        write_safetensors(
            &[("cross".into(), &matrix)],
            &[("ids".into(), &[7, -1])],
            &path,
        )
        .unwrap();
        let bytes = std::fs::read(path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let tensor = file.tensor("cross").unwrap();
        assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F64, &[2, 3][..]));
        let values = tensor
            .data()
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()));
        assert!(values.eq([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        let ids = file.tensor("ids").unwrap();
        assert_eq!((ids.dtype(), ids.shape()), (Dtype::I64, &[2][..]));
        assert_eq!(ids.data()[8..], (-1_i64).to_le_bytes());
    }
}
