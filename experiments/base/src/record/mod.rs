//! What a result file says of itself: who made it, of which model, when; and its seal, by which a reader sees whether it
//! was edited.

mod file;
mod model;
mod provenance;

pub use file::{UNSEALED, holds, read, read_sealed, refuse_another, sealed, write};
pub use model::{ModelRecord, adapter_sha256};
pub use provenance::Provenance;
