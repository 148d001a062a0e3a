//! What the benchmarks share: the job that is timed, and the floor under its time.

pub mod floor;
pub mod job;
pub mod memory;
pub mod random;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
