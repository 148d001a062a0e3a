//! What a result file records about itself: the command, the model and the time; and its seal, by which a reader
//! detects edits.

mod file;
mod model;
mod provenance;

pub use file::{UNSEALED, holds, read, read_sealed, refuse_another, sealed, write};
pub use model::{ModelRecord, adapter_sha256};
pub use provenance::Provenance;
