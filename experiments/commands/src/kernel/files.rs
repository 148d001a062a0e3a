//! Matrices as numpy files and as tensors.

use std::io::{self, Write};

use nalgebra::DMatrix;
use tangent_files::tensors::Tensor;

/// Writes a matrix as `.npy` (format 1.0): little-endian f64, column by column.
pub(super) fn write_npy(matrix: &DMatrix<f64>, out: &mut dyn Write) -> io::Result<()> {
    let (rows, columns) = matrix.shape();
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': True, 'shape': ({rows}, {columns}), }}");
    // Magic string, version and length take 10 bytes. The header ends with a newline at a multiple of 64 bytes.
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

/// Returns a matrix as a tensor that is laid out row by row only when it is written.
pub(super) fn by_rows(matrix: &DMatrix<f64>) -> Tensor<'_> {
    let (rows, columns) = matrix.shape();
    Tensor::later(vec![rows, columns], || {
        matrix.transpose().as_slice().to_vec()
    })
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
}
