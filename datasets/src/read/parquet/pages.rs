//! Checks of the sizes that the pages of a column claim.
//!
//! The decoder allocates memory for the number of values that a page claims, and aborts the program if the allocation
//! fails. A fence cannot catch that, so the claims are checked first.

use std::io::Cursor;

use polars_buffer::Buffer;
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::read::{BasicDecompressor, PageReader, ParquetError};

/// Only pages that unpack to more bytes than this are checked against [`UNPACKED_FOR_A_BYTE`].
const LARGE: usize = 64 << 20;
/// The largest number of bytes that a large page may unpack to for each of its packed bytes.
const UNPACKED_FOR_A_BYTE: usize = 1100;

/// Returns the pages of a column, not decoded yet.
pub(super) fn pages(chunk: &ColumnChunkMetadata, bytes: &Buffer<u8>) -> BasicDecompressor {
    let reader = Cursor::new(bytes.clone());
    let pages = PageReader::new(reader, chunk, Vec::new(), usize::MAX);
    BasicDecompressor::new(pages, Vec::new())
}

/// Refuses pages whose sizes are impossible for a column of `rows` rows.
pub(super) fn check(
    chunk: &ColumnChunkMetadata,
    bytes: &Buffer<u8>,
    rows: usize,
) -> Result<(), String> {
    let failed = |error: ParquetError| error.to_string();
    let mut pages = pages(chunk, bytes);
    if let Some(dictionary) = pages.read_dict_page().map_err(failed)?
        && dictionary.num_values > dictionary.buffer.len()
    {
        return Err(format!(
            "its dictionary claims {} values in {} bytes",
            dictionary.num_values,
            dictionary.buffer.len()
        ));
    }
    let mut left = rows;
    for page in pages {
        let page = page.map_err(failed)?;
        let page = page.page();
        let values = page.num_values();
        if values > left || page.null_count().is_some_and(|nulls| nulls > values) {
            return Err(format!(
                "one of its pages claims {values} values where at most {left} are left"
            ));
        }
        let (packed, unpacked) = (page.compressed_size(), page.uncompressed_size());
        if unpacked > LARGE && unpacked / UNPACKED_FOR_A_BYTE > packed {
            return Err(format!(
                "one of its pages claims to unpack from {packed} to {unpacked} bytes"
            ));
        }
        left -= values;
    }
    Ok(())
}
