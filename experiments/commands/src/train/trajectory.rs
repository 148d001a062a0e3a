//! The trajectory on the disk: rows of CSV during the run, and all rows as Parquet at its end.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};

use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version,
    WriteOptions,
};
use serde_json::{Map, Value};

use tangent_base::{Error, Result};
use tangent_files::Error::NotAFile;
use tangent_linearize::train::Row;
use tangent_record::Hash;

/// The file's name in the folder of the results.
pub const FILE: &str = "trajectory.csv";

/// A trajectory that is being written.
pub(super) struct Trajectory {
    path: PathBuf,
    file: File,
    rows: Vec<Row>,
    /// The hash of the file's text so far.
    hash: Hash,
}

impl Trajectory {
    /// Starts a new trajectory or, for a resumed run, keeps the rows of the first `kept` steps. The file is written
    /// again in both cases.
    ///
    /// # Errors
    /// A complete line of a resumed run is not a row; the folder cannot be written to.
    pub(super) fn open(dir: &Path, kept: Option<usize>) -> Result<Self> {
        let path = dir.join(FILE);
        let failed = |source| Error::Output {
            path: path.clone(),
            source,
        };
        let rows = match kept {
            None => Vec::new(),
            Some(step) => {
                let text = read(&path)?;
                let mut rows = parse(&text).ok_or_else(|| Error::Checkpoint {
                    path: path.clone(),
                    reason: "it is damaged",
                })?;
                rows.retain(|row| row.step <= step);
                rows
            }
        };
        let mut text = header() + "\n";
        rows.iter().for_each(|row| text += &(line(row) + "\n"));
        let mut hash = Hash::default();
        hash.update(text.as_bytes());
        let anew = || {
            tangent_files::write(&path, text.as_bytes())?;
            OpenOptions::new().append(true).open(&path)
        };
        let file = anew().map_err(failed)?;
        Ok(Self {
            path,
            file,
            rows,
            hash,
        })
    }

    /// Appends a row, which is on the disk before this returns.
    pub(super) fn push(&mut self, row: Row) -> Result<()> {
        let line = line(&row) + "\n";
        let written = self.file.write_all(line.as_bytes());
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|source| Error::Output {
                path: self.path.clone(),
                source,
            })?;
        self.hash.update(line.as_bytes());
        self.rows.push(row);
        Ok(())
    }

    /// Returns the hash of the file so far.
    pub(super) fn hash(&self) -> String {
        self.hash.clone().hex()
    }

    /// Returns all rows so far.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Writes rows as a Parquet file of one group, whose columns are nullable numbers of 64 bits.
pub(super) fn write_parquet(rows: &[Row], path: &Path) -> io::Result<()> {
    let maps: Vec<Map<String, Value>> = rows.iter().map(columns).collect();
    let column = |name: &&str| -> Box<dyn Array> {
        let values: Vec<Option<f64>> = maps.iter().map(|map| map[*name].as_f64()).collect();
        Box::new(PrimitiveArray::from(values))
    };
    let field = |name: &&str| Field::new((*name).into(), ArrowDataType::Float64, true);
    let schema: ArrowSchema = Row::COLUMNS.iter().map(field).collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    };
    let encodings = vec![vec![Encoding::Plain]; Row::COLUMNS.len()];
    let arrays = Row::COLUMNS.iter().map(column).collect();
    let batch = RecordBatchT::try_new(rows.len(), schema.clone().into(), arrays);
    let write = || {
        let groups =
            RowGroupIterator::try_new(iter::once(batch), &schema, options, encodings.into())?;
        let mut writer = FileWriter::try_new(File::create(path)?, schema.clone(), options)?;
        for group in groups {
            writer.write(rows.len() as u64, group?)?;
        }
        writer.end(None)
    };
    write().map(drop).map_err(io::Error::other)
}

fn columns(row: &Row) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(map)) => map,
        _ => unreachable!("a row is a struct of numbers"),
    }
}

fn header() -> String {
    Row::COLUMNS.join(",")
}

fn line(row: &Row) -> String {
    let columns = columns(row);
    let cell = |name: &&str| match &columns[*name] {
        Value::Null => String::new(),
        value => value.to_string(),
    };
    Row::COLUMNS.iter().map(cell).collect::<Vec<_>>().join(",")
}

/// Returns the complete lines of a trajectory's file, without an incomplete last line; the empty text if there is no
/// file.
fn read(path: &Path) -> Result<String> {
    let refused = |reason| Error::Checkpoint {
        path: path.into(),
        reason,
    };
    let mut bytes = match tangent_files::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.is_absent() => Vec::new(),
        Err(NotAFile { .. }) => {
            return Err(refused("it is not a regular file"));
        }
        Err(error) => {
            let (path, source) = (path.into(), error.into());
            return Err(Error::Output { path, source });
        }
    };
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    bytes.truncate(end.map_or(0, |end| end + 1));
    String::from_utf8(bytes).map_err(|_| refused("it is damaged"))
}

/// Returns the rows of a file's text; `None` if the header or a line is not as this program writes it.
fn parse(text: &str) -> Option<Vec<Row>> {
    let mut lines = text.split_terminator('\n');
    match lines.next() {
        None => return Some(Vec::new()),
        Some(names) if names == header() => {}
        Some(_) => return None,
    }
    lines.map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.split(',').collect();
    // Not parsed by serde_json, which sometimes rounds a number in its last bit.
    let value = |cell: &str| match (cell, cell.parse::<u64>()) {
        ("", _) => Some(Value::Null),
        (_, Ok(number)) => Some(number.into()),
        (cell, Err(_)) => Some(cell.parse::<f64>().ok()?.into()),
    };
    let entry = |(name, cell): (&&str, &&str)| Some(((*name).to_owned(), value(cell)?));
    let map: Map<String, Value> = Row::COLUMNS
        .iter()
        .zip(&cells)
        .map(entry)
        .collect::<Option<_>>()?;
    let whole = cells.len() == Row::COLUMNS.len();
    serde_json::from_value(map.into()).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        // The last line is cut off.
        fs::write(&path, &text[..text.len() - 9]).unwrap();
        let again = Trajectory::open(dir.path(), Some(2)).unwrap();
        assert_eq!(again.rows(), [row(0), row(1), row(2)]);
        let whole = Trajectory::open(dir.path(), Some(9)).unwrap();
        assert_eq!(whole.rows(), again.rows());
        assert_eq!(Trajectory::open(dir.path(), None).unwrap().rows(), []);
    }

    #[test]
    fn a_whole_line_that_is_no_row_is_damage() {
        let dir = tempfile::tempdir().unwrap();
        let mut trajectory = Trajectory::open(dir.path(), None).unwrap();
        (0..3).for_each(|step| trajectory.push(row(step)).unwrap());
        let path = dir.path().join(FILE);
        let whole = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let second = |line: &str| whole.replace(lines[2], line);
        for text in [
            whole.replace("epoch", "epoca"),
            second(""),
            second("x"),
            second(&lines[2].replacen("1,", "?,", 1)),
            second(&lines[2].replacen("1,", "-1,", 1)),
            second(&format!("{},", lines[2])),
            second(lines[2].strip_suffix(',').unwrap()),
        ] {
            assert_ne!(text, whole);
            fs::write(&path, &text).unwrap();
            let error = Trajectory::open(dir.path(), Some(2)).err().unwrap();
            assert!(error.to_string().contains("it is damaged"), "{error}");
            // The file is left as it is.
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::write(&path, b"\xff\n").unwrap();
        assert!(Trajectory::open(dir.path(), Some(2)).is_err());
    }

    #[test]
    fn the_hash_is_that_of_the_rows_that_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut trajectory = Trajectory::open(dir.path(), None).unwrap();
        let mut hashes = Vec::new();
        for step in 0..4 {
            trajectory.push(row(step)).unwrap();
            hashes.push(trajectory.hash());
        }
        let mut hash = Hash::default();
        hash.update(&fs::read(dir.path().join(FILE)).unwrap());
        assert_eq!(hashes[3], hash.hex());
        let again = Trajectory::open(dir.path(), Some(1)).unwrap();
        assert_eq!(again.hash(), hashes[1]);
        // A line with a changed digit is a row, but not the one that was kept.
        let path = dir.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            text.replace("0.30000000000000004", "0.30000000000000001"),
        )
        .unwrap();
        let edited = Trajectory::open(dir.path(), Some(1)).unwrap();
        assert_ne!(edited.hash(), hashes[1]);
    }

    #[test]
    fn every_field_of_a_row_is_a_column() {
        let mut names = Row::COLUMNS.to_vec();
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
