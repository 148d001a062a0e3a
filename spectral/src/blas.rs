//! The number of OpenBLAS threads, which is a setting of the whole process.

// Linked, not called by name.
use openblas_src as _;
use std::ffi::c_int;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

unsafe extern "C" {
    fn openblas_set_num_threads(threads: c_int);
    fn openblas_get_num_threads() -> c_int;
}

/// From this number of rows on, LAPACK gets [`LARGE_THREADS`] threads; below it, one.
const LARGE: usize = 1024;
const LARGE_THREADS: usize = 2;

/// The computations now running, which all want the same number of threads.
struct Running {
    count: usize,
    threads: usize,
    /// The setting to restore after the last of them.
    before: usize,
}

static RUNNING: Mutex<Running> = Mutex::new(Running {
    count: 0,
    threads: 0,
    before: 0,
});
static DONE: Condvar = Condvar::new();

/// Sets the number of threads that OpenBLAS uses in this process, at least one.
///
/// OpenBLAS's order of summation depends on the number of threads, so results differ in the last
/// bits. The functions of this crate are not affected: they choose the number by the size of the
/// matrix alone (one below 1,024 rows, two from there on) and restore the setting afterwards. Other
/// users of OpenBLAS (burn's `NdArray` backend, nalgebra-lapack) are affected: a program whose
/// results must not depend on the machine calls `set_threads(1)` at its start.
pub fn set_threads(threads: usize) {
    let _idle = wait_until(|running| running.count == 0);
    store(threads);
}

/// Returns the number of threads that OpenBLAS uses now, outside the functions of this crate.
pub fn threads() -> usize {
    let _idle = wait_until(|running| running.count == 0);
    load()
}

/// Runs `work` on an $n \times n$ matrix with a number of OpenBLAS threads that depends on $n$
/// alone, so that the bits of the result do not depend on the setting. Computations that want the
/// same number of threads run concurrently.
pub(crate) fn with_threads_for<T>(n: usize, work: impl FnOnce() -> T) -> T {
    let wanted = if n < LARGE { 1 } else { LARGE_THREADS };
    let mut running = wait_until(|running| running.count == 0 || running.threads == wanted);
    if running.count == 0 {
        running.threads = wanted;
        running.before = load();
        store(wanted);
    }
    running.count += 1;
    drop(running);
    let _leave = Leave;
    work()
}

/// Restores the setting after the last computation, even if the computation panics.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        let mut running = lock();
        running.count -= 1;
        if running.count == 0 {
            store(running.before);
            DONE.notify_all();
        }
    }
}

fn wait_until(free: impl Fn(&Running) -> bool) -> MutexGuard<'static, Running> {
    DONE.wait_while(lock(), |running| !free(running))
        .unwrap_or_else(PoisonError::into_inner)
}

fn lock() -> MutexGuard<'static, Running> {
    // Nothing panics while the lock is held, so the value of a poisoned lock is sound.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn store(threads: usize) {
    let threads = c_int::try_from(threads.max(1)).unwrap_or(c_int::MAX);
    // SAFETY: a plain C function that takes any positive number and caps it itself.
    unsafe { openblas_set_num_threads(threads) }
}

fn load() -> usize {
    // SAFETY: a plain C function without arguments.
    let threads = unsafe { openblas_get_num_threads() };
    usize::try_from(threads).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test only, because the setting belongs to the whole process.
    #[test]
    fn the_setting_is_put_back_after_the_work_and_after_a_panic() {
        set_threads(3);
        assert_eq!(with_threads_for(10, load), 1);
        assert_eq!(threads(), 3);
        assert_eq!(with_threads_for(LARGE, load), LARGE_THREADS);
        assert_eq!(threads(), 3);
        let nested = with_threads_for(10, || (with_threads_for(20, load), load()));
        assert_eq!(nested, (1, 1));
        let panicked = std::panic::catch_unwind(|| with_threads_for(10, || panic!("on purpose")));
        assert!(panicked.is_err());
        assert_eq!(threads(), 3);

        std::thread::scope(|scope| {
            for n in [10, LARGE, 20, 2 * LARGE].repeat(20) {
                scope.spawn(move || {
                    let want = if n < LARGE { 1 } else { LARGE_THREADS };
                    with_threads_for(n, || {
                        std::thread::yield_now();
                        assert_eq!(load(), want);
                    });
                });
            }
        });
        assert_eq!(threads(), 3);
        set_threads(0);
        assert_eq!(threads(), 1);
    }
}
