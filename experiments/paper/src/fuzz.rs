//! The reader of result files, on bytes: what a fuzzer calls. No part of the crate's interface.

use std::hint::black_box;

use crate::report;

/// Reads bytes as every kind of result file, and draws the report of whatever they are. Returns whether they could be
/// read as any.
pub fn result(bytes: &[u8]) -> bool {
    let (read, page) = report::of_bytes(bytes);
    let _ = black_box(page);
    read
}
