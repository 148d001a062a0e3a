//! The peak memory of a piece of work, measured by sampling.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const PAGE: usize = 4096;

/// Returns the resident bytes of this process; 0 if there is no `/proc`.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * PAGE
}

/// Runs `work`, and returns its result and the peak of the resident memory above its value at the start, in bytes,
/// sampled every 2 ms.
pub fn peak_above_start<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let (done, peak, start) = (AtomicBool::new(false), AtomicUsize::new(0), resident());
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let result = work();
        peak.fetch_max(resident(), Ordering::Relaxed);
        done.store(true, Ordering::Relaxed);
        result
    });
    (result, peak.into_inner().saturating_sub(start))
}
