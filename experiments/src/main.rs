//! The `tangent` program.

use std::process::ExitCode;

// Large tensors are made and dropped all the time; glibc would give their pages back to the system each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tangent_experiments::cli::main()
}
