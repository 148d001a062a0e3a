//! Recognizes files that are not of the kind that their extension says, by their first bytes.

use std::path::Path;

use super::{Format, unreadable};
use crate::error::{Error, Result};

/// The first bytes of a kind of file, what the file is, and what the user can do with it.
struct Signature {
    start: &'static [u8],
    what: &'static str,
    remedy: &'static str,
}

const fn signature(start: &'static [u8], what: &'static str, remedy: &'static str) -> Signature {
    Signature {
        start,
        what,
        remedy,
    }
}

const UNPACK: &str = "unpack it, and name the file that it holds";
const SAVE_AS_CSV: &str = "open it there and save it as CSV in UTF-8";
const PARQUET: &[u8] = b"PAR1";
const ZIP: &[u8] = b"PK\x03\x04";

const SIGNATURES: &[Signature] = &[
    signature(b"\x1f\x8b", "compressed by gzip", "unpack it by gunzip"),
    signature(b"BZh91AY&SY", "compressed by bzip2", "unpack it by bunzip2"),
    signature(b"\xfd7zXZ\0", "compressed by xz", "unpack it by unxz"),
    signature(
        b"\x28\xb5\x2f\xfd",
        "compressed by zstd",
        "unpack it by unzstd",
    ),
    signature(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    signature(ZIP, "a zip archive", UNPACK),
    signature(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel or Office file",
        SAVE_AS_CSV,
    ),
    signature(
        b"ARROW1",
        "an Arrow or Feather file",
        "write it as Parquet, for example by pyarrow",
    ),
    signature(
        b"SQLite format 3\0",
        "an SQLite database",
        "write the table as CSV",
    ),
    signature(b"%PDF-", "a PDF document", "use its source data"),
    signature(
        b"\x80\x04\x95",
        "a Python pickle",
        "write the data as CSV, JSON lines or Parquet",
    ),
    signature(
        b"version https://git-lfs.github.com/spec/",
        "a pointer of Git LFS and not the data themselves",
        "fetch them by git lfs pull",
    ),
];

/// Refuses a file whose first bytes are those of another kind of file than `format`; `None` is no known format.
pub(super) fn refuse_foreign(file: &Path, bytes: &[u8], format: Option<Format>) -> Result<()> {
    let is_parquet = bytes.starts_with(PARQUET);
    let (what, remedy) = if let Some(found) = SIGNATURES.iter().find(|s| bytes.starts_with(s.start))
    {
        if found.start == ZIP && holds_workbook(bytes) {
            ("an Excel workbook", SAVE_AS_CSV)
        } else {
            (found.what, found.remedy)
        }
    } else if is_html(bytes) {
        (
            "a web page",
            "download the file itself and not the page that shows it",
        )
    } else if is_parquet && format != Some(Format::Parquet) {
        ("a Parquet file", "let its name end in .parquet")
    } else if format == Some(Format::Parquet) && !is_parquet && !bytes.is_empty() {
        return Err(unreadable(
            file,
            Format::Parquet,
            "it does not begin with PAR1 as every Parquet file does. Name the file by what it holds",
        ));
    } else {
        return Ok(());
    };
    Err(Error::Foreign {
        path: file.into(),
        what,
        remedy,
    })
}

/// Returns whether a zip archive holds the parts of an Excel workbook, whose names are not compressed.
fn holds_workbook(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    [&b"[Content_Types].xml"[..], b"xl/"]
        .iter()
        .any(|part| head.windows(part.len()).any(|window| window == *part))
}

fn is_html(bytes: &[u8]) -> bool {
    let head = bytes.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"].iter().any(|start| {
        head.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    })
}
