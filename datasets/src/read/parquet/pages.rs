//! What a column's pages claim of themselves.
//!
//! The decoder makes room for as many values as a page claims, and ends the program where there is none:
//! no fence helps against that, so the claims are checked first.

use std::io::Cursor;

use polars_buffer::Buffer;
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::read::{BasicDecompressor, PageReader, ParquetError};

/// A page that unpacks to more bytes than this must not unpack to more than so many times its size.
const LARGE: usize = 64 << 20;
const UNPACKED_FOR_A_BYTE: usize = 1100;

/// The pages of a column, not decoded yet.
pub(super) fn pages(chunk: &ColumnChunkMetadata, bytes: &Buffer<u8>) -> BasicDecompressor {
    let reader = Cursor::new(bytes.clone());
    let pages = PageReader::new(reader, chunk, Vec::new(), usize::MAX);
    BasicDecompressor::new(pages, Vec::new())
}

/// Refuses pages whose numbers cannot be right for a column of `rows` rows.
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
            return Err(format!("one of its pages claims {values} of {left} values"));
        }
        let (packed, unpacked) = (page.compressed_size(), page.uncompressed_size());
        if unpacked > LARGE && unpacked / UNPACKED_FOR_A_BYTE > packed {
            return Err(format!(
                "one of its pages claims {unpacked} bytes out of {packed}"
            ));
        }
        left -= values;
    }
    Ok(())
}
