//! The trajectory on the disk: rows of CSV as they come, and all of them as Parquet in the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};
use serde_json::{Map, Value};

use super::row::{COLUMNS, Row};
use crate::{Error, Result};

/// The file's name in the folder of the results.
pub const FILE: &str = "trajectory.csv";

/// A trajectory that is being written.
pub(super) struct Trajectory {
    path: PathBuf,
    file: File,
    rows: Vec<Row>,
}

impl Trajectory {
    /// A new one, or, of a run that goes on, the rows of its first `kept` steps. What was there is replaced.
    pub(super) fn open(dir: &Path, kept: Option<usize>) -> Result<Self> {
        let path = dir.join(FILE);
        let failed = |source| Error::Output {
            path: path.clone(),
            source,
        };
        let rows = match kept {
            None => Vec::new(),
            Some(step) => {
                let mut rows = read(&path).map_err(failed)?;
                rows.retain(|row| row.step <= step);
                rows
            }
        };
        let staged = dir.join(format!(".{FILE}.partial"));
        let anew = || {
            let mut file = File::create(&staged)?;
            writeln!(file, "{}", header())?;
            for row in &rows {
                writeln!(file, "{}", line(row))?;
            }
            file.sync_all()?;
            fs::rename(&staged, &path)?;
            OpenOptions::new().append(true).open(&path)
        };
        let file = anew().map_err(failed)?;
        Ok(Self { path, file, rows })
    }

    /// One more row, on the disk before this returns.
    pub(super) fn push(&mut self, row: Row) -> Result<()> {
        let written = writeln!(self.file, "{}", line(&row)).and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::Output {
            path: self.path.clone(),
            source,
        })?;
        self.rows.push(row);
        Ok(())
    }

    /// All rows so far.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Writes rows as a Parquet file.
pub(super) fn write_parquet(rows: &[Row], path: &Path) -> io::Result<()> {
    let maps: Vec<Map<String, Value>> = rows.iter().map(columns).collect();
    let column = |name: &&str| -> Column {
        let values: Vec<Option<f64>> = maps.iter().map(|map| map[*name].as_f64()).collect();
        Series::new((*name).into(), values).into()
    };
    let frame = DataFrame::new(rows.len(), COLUMNS.iter().map(column).collect());
    let mut frame = frame.map_err(io::Error::other)?;
    ParquetWriter::new(File::create(path)?)
        .finish(&mut frame)
        .map_err(io::Error::other)?;
    Ok(())
}

fn columns(row: &Row) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(map)) => map,
        _ => unreachable!("a row is a struct of numbers"),
    }
}

fn header() -> String {
    COLUMNS.join(",")
}

fn line(row: &Row) -> String {
    let columns = columns(row);
    let cell = |name: &&str| match &columns[*name] {
        Value::Null => String::new(),
        value => value.to_string(),
    };
    COLUMNS.iter().map(cell).collect::<Vec<_>>().join(",")
}

/// The whole rows of a file; a last one that was not written to its end is left out.
fn read(path: &Path) -> io::Result<Vec<Row>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let mut lines = text
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    let names: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    let row = |line: &str| -> Option<Row> {
        let cells = names.iter().zip(line.split(','));
        // Not by serde_json, which rounds a number in its last bit at times.
        let value = |cell: &str| match (cell, cell.parse::<u64>()) {
            ("", _) => Some(Value::Null),
            (_, Ok(number)) => Some(number.into()),
            (cell, Err(_)) => Some(cell.parse::<f64>().ok()?.into()),
        };
        let map: Option<Map<String, Value>> = cells
            .map(|(name, cell)| Some(((*name).to_owned(), value(cell)?)))
            .collect();
        serde_json::from_value(map?.into()).ok()
    };
    Ok(lines.map_while(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(step: usize) -> Row {
        Row {
            step,
            epoch: step as f64 / 3.0,
            distance: 0.1 + 0.2,
            rate: Some(0.000_088_000_000_000_000_01),
            kl: Some(1e-17),
            ..Row::default()
        }
    }

    #[test]
    fn rows_come_back_bit_for_bit_up_to_the_step_that_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut trajectory = Trajectory::open(dir.path(), None).unwrap();
        for step in 0..5 {
            trajectory.push(row(step)).unwrap();
        }
        let path = dir.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        // The last line, broken off.
        fs::write(&path, &text[..text.len() - 9]).unwrap();
        let again = Trajectory::open(dir.path(), Some(2)).unwrap();
        assert_eq!(again.rows(), [row(0), row(1), row(2)]);
        let whole = Trajectory::open(dir.path(), Some(9)).unwrap();
        assert_eq!(whole.rows(), again.rows());
        assert_eq!(Trajectory::open(dir.path(), None).unwrap().rows(), []);
    }

    #[test]
    fn every_field_of_a_row_is_a_column() {
        let mut names = COLUMNS.to_vec();
        names.sort_unstable();
        assert!(columns(&Row::default()).keys().eq(names));
    }

    #[test]
    fn parquet_has_the_columns_of_the_rows() {
        use polars::prelude::{ParquetReader, SerReader};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        write_parquet(&[row(1), row(2)], &path).unwrap();
        let frame = ParquetReader::new(File::open(path).unwrap())
            .finish()
            .unwrap();
        assert_eq!(frame.height(), 2);
        let kl = frame.column("kl").unwrap().f64().unwrap();
        assert_eq!(kl.get(1), Some(1e-17));
        assert_eq!(frame.column("gap").unwrap().null_count(), 2);
    }
}
