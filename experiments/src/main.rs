//! The `tangent` program.

use std::process::ExitCode;

// Large tensors are allocated and freed all the time; glibc would return their pages to the system each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The option `mi_option_purge_delay` of mimalloc.h: a delay in milliseconds; −1 means never.
const PURGE_DELAY: i32 = 15;

fn main() -> ExitCode {
    // mimalloc returns pages too, only later: getting them again took a tenth of the time of a kernel.
    // SAFETY: options may be set at any time, from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) };
    tangent_experiments::command::main()
}
