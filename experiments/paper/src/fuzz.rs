//! The reader of result files, on bytes, for a fuzzer. This module is not part of the crate's interface.

use std::hint::black_box;

use crate::report;

/// Reads bytes as every kind of result file, and draws the report of those that could be read. Returns whether any
/// could.
pub fn result(bytes: &[u8]) -> bool {
    let (read, page) = report::of_bytes(bytes);
    let _ = black_box(page);
    read
}
