//! Work divided among threads, with results that don't depend on how many there are.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;

/// Worker threads, each the only thread of a rayon pool of its own.
///
/// A backend that would split one operation among the current pool's threads finds a single one
/// there: parallelism is over batches alone, which is faster for products of this size, and the
/// order of every summation is that of one thread.
pub(crate) struct Workers {
    pools: Vec<ThreadPool>,
}

impl Workers {
    pub(crate) fn new(threads: usize) -> Result<Self, Error> {
        let pools = (0..threads)
            .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<_, _>>()
            .map_err(|e| Error::Threads {
                threads,
                reason: e.to_string(),
            })?;
        Ok(Self { pools })
    }

    pub(crate) fn count(&self) -> usize {
        self.pools.len()
    }

    /// Calls `produce(i)` for `i` in `0..count` on all workers, and `consume(i, result)` in
    /// ascending order of `i`, one at a time. The first error in that order ends the work.
    pub(crate) fn ordered<R: Send>(
        &self,
        count: usize,
        produce: impl Fn(usize) -> Result<R, Error> + Sync,
        consume: impl FnMut(usize, R) + Send,
    ) -> Result<(), Error> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let queue = Mutex::new(Queue {
            waiting: BTreeMap::new(),
            turn: 0,
            consume,
        });
        let work = || {
            let _guard = StopOnPanic(&stop);
            while !stop.load(Ordering::Relaxed) {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= count {
                    break;
                }
                let result = produce(i);
                let mut queue = queue
                    .lock()
                    .expect("a worker panicked, and so do the others");
                if let Err(error) = queue.take_in(i, result) {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(())
        };
        thread::scope(|scope| {
            let handles: Vec<_> = self.pools[..self.count().min(count)]
                .iter()
                .map(|pool| scope.spawn(|| pool.install(work)))
                .collect();
            // Every worker is joined before the first error is handed on.
            let results: Vec<_> = handles.into_iter().map(|handle| handle.join()).collect();
            for result in results {
                result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            Ok(())
        })
    }
}

/// Results that came before their turn.
struct Queue<R, F> {
    waiting: BTreeMap<usize, Result<R, Error>>,
    turn: usize,
    consume: F,
}

impl<R, F: FnMut(usize, R)> Queue<R, F> {
    fn take_in(&mut self, i: usize, result: Result<R, Error>) -> Result<(), Error> {
        self.waiting.insert(i, result);
        while let Some(result) = self.waiting.remove(&self.turn) {
            (self.consume)(self.turn, result?);
            self.turn += 1;
        }
        Ok(())
    }
}

/// Keeps the other workers from going on after one has panicked.
struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_arrive_in_order_for_any_number_of_workers() {
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            Workers::new(threads)
                .unwrap()
                .ordered(40, |i| Ok(i * i), |i, r| seen.push((i, r)))
                .unwrap();
            assert_eq!(seen, (0..40).map(|i| (i, i * i)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_in_order_is_reported_and_ends_the_work() {
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            let error = Workers::new(threads)
                .unwrap()
                .ordered(
                    1_000_000,
                    |i| {
                        if i < 7 {
                            Ok(i)
                        } else {
                            Err(Error::BlockTwice { block: i })
                        }
                    },
                    |i, _| seen.push(i),
                )
                .unwrap_err();
            assert_eq!(error, Error::BlockTwice { block: 7 });
            assert_eq!(seen, (0..7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn inside_a_worker_there_is_one_thread() {
        let check = |_| Ok(rayon::current_num_threads());
        Workers::new(3)
            .unwrap()
            .ordered(9, check, |_, threads| assert_eq!(threads, 1))
            .unwrap();
    }

    #[test]
    #[should_panic(expected = "the model's own panic")]
    fn a_panic_is_handed_on() {
        let produce = |i: usize| {
            assert!(i != 3, "the model's own panic");
            Ok(())
        };
        let _ = Workers::new(1).unwrap().ordered(5, produce, |_, ()| ());
    }
}
