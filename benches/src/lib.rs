//! What the benchmarks share: the job that is timed, the lower limit (floor) of its time, the order of its batches,
//! files for the other program of a comparison, and the program's allocator.

pub mod floor;
pub mod job;
pub mod memory;
pub mod order;
pub mod random;
pub mod tensors;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PURGE_DELAY: i32 = 15;

/// Makes the allocator keep the pages of freed memory, as the program does.
pub fn keep_pages() {
    // SAFETY: options may be set at any time, from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
}

/// Returns the pages of freed memory to the system once, so that memory can be measured from here on.
pub fn give_back_pages() {
    // SAFETY: options may be set, and free pages collected, at any time, from any thread.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 0);
        libmimalloc_sys::mi_collect(true);
    }
    keep_pages();
}
