//! What the benchmarks share: the job that is timed, the floor under its time, files for the other side, and the
//! program's allocator.

pub mod floor;
pub mod job;
pub mod memory;
pub mod random;
pub mod tensors;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Sets the allocator as the program does: it keeps the pages of what was dropped.
pub fn keep_pages() {
    const PURGE_DELAY: i32 = 15;
    // SAFETY: options may be set at any time, from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
}
