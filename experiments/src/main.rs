//! The `tangent` program.

use std::process::ExitCode;

// Large tensors are made and dropped all the time; glibc would give their pages back to the system each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h, in milliseconds; −1 is never.
const PURGE_DELAY: i32 = 15;

fn main() -> ExitCode {
    // mimalloc gives pages back too, only later: a tenth of a kernel's time went into getting them anew.
    // SAFETY: options may be set at any time, from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
    tangent_experiments::command::main()
}
