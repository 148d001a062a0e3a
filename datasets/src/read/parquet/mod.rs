//! Apache Parquet.
//!
//! The columns are decoded one by one, by their type in the Parquet schema. Other notes of the writer are ignored:
//! categories and dictionaries are stored as the values that they stand for.

mod pages;
mod values;

use std::io::Cursor;
use std::path::Path;

use polars_buffer::Buffer;
use polars_parquet::parquet::metadata::{FileMetadata, RowGroupMetadata};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{ParquetType, PrimitiveType};
use polars_parquet::read::{column_iter_to_arrays, read_metadata};

use super::{Format, Table, column, unreadable};
use crate::error::{Error, Result};
use crate::fence::fenced;
use values::{Cell, Decoding};

/// The largest number of rows for each byte of a file; a file that claims more is damaged.
const ROWS_FOR_A_BYTE: usize = 1000;

/// Reads the given columns.
pub(super) fn read(file: &Path, bytes: Vec<u8>, columns: &[&str]) -> Result<Table> {
    let failed = |reason: String| {
        let reason = format!("{reason}. Is it complete? Write it again if it is");
        unreadable(file, Format::Parquet, reason)
    };
    let bytes = Buffer::from_vec(bytes);
    let metadata = fenced(|| read_metadata(&mut Cursor::new(&bytes)))
        .and_then(|metadata| metadata.map_err(|error| error.to_string()))
        .map_err(failed)?;
    sizes(&metadata, bytes.len()).map_err(failed)?;
    let fields = metadata.schema().fields();
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let mut cells = Vec::new();
    for column in columns {
        let position = column::position(file, column, &names)?;
        let refused = |found: String| Error::ColumnType {
            file: file.into(),
            column: (*column).to_owned(),
            found,
        };
        let decoding = match fields.get(position) {
            Some(ParquetType::PrimitiveType(kind)) => decoding(kind).map_err(refused)?,
            _ => return Err(refused("lists, maps or structures".to_owned())),
        };
        let mut read = Vec::with_capacity(metadata.num_rows);
        for group in &metadata.row_groups {
            read.extend(chunk(group, column, &decoding, &bytes).map_err(failed)?);
        }
        cells.push(read);
    }
    Ok(table(cells, columns, metadata.num_rows))
}

fn table(cells: Vec<Vec<Cell>>, columns: &[&str], rows: usize) -> Table {
    let mut table = Table::default();
    let mut cells: Vec<_> = cells.into_iter().map(Vec::into_iter).collect();
    for _ in 0..rows {
        let row = cells.iter_mut().zip(columns).map(|(cells, column)| {
            let cell = cells.next().unwrap_or(Ok(None));
            cell.map_err(|reason| format!("column `{column}` {reason}"))
        });
        table.push(None, row.collect());
    }
    table
}

/// Refuses impossible sizes before anything of these sizes is allocated.
fn sizes(metadata: &FileMetadata, bytes: usize) -> std::result::Result<(), String> {
    let groups = metadata.row_groups.iter().map(RowGroupMetadata::num_rows);
    let rows = groups.fold(0, usize::saturating_add);
    if rows != metadata.num_rows {
        return Err(format!(
            "it claims {} rows, but its groups have {rows}",
            metadata.num_rows
        ));
    }
    let room = Vec::<[u64; 4]>::new().try_reserve_exact(rows);
    if rows > bytes.saturating_mul(ROWS_FOR_A_BYTE) || room.is_err() {
        return Err(format!("it claims {rows} rows in {bytes} bytes"));
    }
    Ok(())
}

fn decoding(kind: &PrimitiveType) -> std::result::Result<Decoding, String> {
    match kind.field_info.repetition {
        Repetition::Repeated => Err("lists".to_owned()),
        _ => Decoding::of(kind),
    }
}

/// Returns the cells of one column in one row group.
fn chunk(
    group: &RowGroupMetadata,
    column: &str,
    decoding: &Decoding,
    bytes: &Buffer<u8>,
) -> std::result::Result<Vec<Cell>, String> {
    let rows = group.num_rows();
    let chunk = group.columns_under_root_iter(column);
    let Some(chunk) = chunk.and_then(|mut chunks| chunks.next()) else {
        return Err(format!("a group of rows lacks column `{column}`"));
    };
    let range = fenced(|| chunk.byte_range())?;
    let place = usize::try_from(range.start)
        .ok()
        .zip(usize::try_from(range.end).ok());
    let place = place.filter(|(start, end)| start <= end && *end <= bytes.len());
    let (Some((start, end)), Ok(true)) = (
        place,
        usize::try_from(chunk.num_values()).map(|values| values == rows),
    ) else {
        return Err(format!(
            "the position or the size of column `{column}` cannot be right"
        ));
    };
    let bytes = bytes.clone().sliced(start..end);
    let arrays = fenced(|| {
        pages::check(chunk, &bytes, rows)?;
        let pages = pages::pages(chunk, &bytes);
        let kind = &chunk.descriptor().descriptor.primitive_type;
        let arrays = column_iter_to_arrays(vec![pages], vec![kind], decoding.field(column), None);
        arrays
            .map(|(arrays, _)| arrays)
            .map_err(|error| error.to_string())
    });
    let arrays = arrays
        .flatten()
        .map_err(|reason| format!("column `{column}` is damaged: {reason}"))?;
    let mut cells = Vec::with_capacity(rows);
    for array in &arrays {
        cells.extend(fenced(|| decoding.cells(array.as_ref()))??);
    }
    if cells.len() != rows {
        return Err(format!(
            "column `{column}` has {} values for {rows} rows",
            cells.len()
        ));
    }
    Ok(cells)
}
