//! Work divided among threads, with results that don't depend on the number of threads.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;

/// Worker threads, each the only thread of a rayon pool of its own.
///
/// A backend that splits one operation among the threads of the current pool thus uses a single
/// thread: parallelism is over batches alone, which is faster for products of this size, and every
/// summation has the order of a single thread.
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
    /// ascending order of `i`, one at a time, while the other workers go on. The first error in
    /// that order ends the work.
    ///
    /// Back-pressure: item `i` starts only after item `i − 2·workers` was consumed, so that at most
    /// two results per worker exist at a time, including those being computed.
    pub(crate) fn ordered<R: Send>(
        &self,
        count: usize,
        produce: impl Fn(usize) -> Result<R, Error> + Sync,
        consume: impl FnMut(usize, R) + Send,
    ) -> Result<(), Error> {
        let queue = Queue {
            state: Mutex::new(State {
                next: 0,
                turn: 0,
                waiting: BTreeMap::new(),
                stopped: false,
                failed: None,
                consume: Some(consume),
            }),
            moved: Condvar::new(),
            count,
            ahead: 2 * self.count(),
        };
        let work = || {
            let _guard = StopOnPanic(&queue);
            let mut state = queue.lock();
            loop {
                state = queue.wait_for_room(state);
                let Some(i) = state.claim(count) else {
                    return;
                };
                drop(state);
                let result = produce(i);
                state = queue.take_in(i, result);
            }
        };
        on_each(&self.pools[..self.count().min(count)], &work);
        let state = queue.state.into_inner();
        match state.unwrap_or_else(PoisonError::into_inner).failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Calls `work` once on the thread of every pool, and waits for all of them. Existing threads are
/// woken and none is started, because a step of training may be shorter than a thread's start.
fn on_each(pools: &[ThreadPool], work: &(impl Fn() + Sync)) {
    match pools {
        [] => {}
        [last] => last.install(work),
        [first, others @ ..] => first.in_place_scope(|scope| {
            scope.spawn(|_| work());
            on_each(others, work);
        }),
    }
}

/// Items that are given out in order and whose results come back in any order.
struct Queue<R, F> {
    state: Mutex<State<R, F>>,
    /// Notified whenever a result was consumed or the work was stopped.
    moved: Condvar,
    count: usize,
    /// How far beyond `turn` items are given out; this bounds the number of waiting results.
    ahead: usize,
}

struct State<R, F> {
    /// The index of the next item to give out.
    next: usize,
    /// The index of the next result to consume.
    turn: usize,
    /// The results that came before their turn.
    waiting: BTreeMap<usize, Result<R, Error>>,
    stopped: bool,
    /// The first error in order.
    failed: Option<Error>,
    /// The consumer; a worker takes it while it consumes, so that only one worker consumes at a
    /// time.
    consume: Option<F>,
}

impl<R, F> Queue<R, F> {
    /// Locks the state even if a worker has panicked, so that this worker's own panic propagates.
    fn lock(&self) -> MutexGuard<'_, State<R, F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an item may be given out, or until none is left.
    ///
    /// This cannot deadlock: a waiting worker has handed in its result and does not consume, and
    /// the item whose turn it is has been given out, so that another worker will hand in its result
    /// or is consuming it.
    fn wait_for_room<'a>(&self, state: MutexGuard<'a, State<R, F>>) -> MutexGuard<'a, State<R, F>> {
        let full = |state: &mut State<R, F>| {
            !state.stopped && state.next < self.count && state.next - state.turn >= self.ahead
        };
        self.moved
            .wait_while(state, full)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }
}

impl<R, F: FnMut(usize, R)> Queue<R, F> {
    /// Hands in a result, and consumes all results whose turn it is unless another worker consumes.
    ///
    /// A result that is handed in while another worker consumes is not lost: before that worker
    /// gives `consume` back, it looks for the next result under the same lock under which results
    /// are handed in.
    fn take_in(&self, i: usize, result: Result<R, Error>) -> MutexGuard<'_, State<R, F>> {
        let mut state = self.lock();
        state.waiting.insert(i, result);
        let Some(mut consume) = state.consume.take() else {
            return state;
        };
        while !state.stopped
            && let Some(result) = state.next_in_turn()
        {
            let turn = state.turn;
            match result {
                Ok(result) => {
                    // Without the lock, so that the other workers hand in their results and go on.
                    drop(state);
                    consume(turn, result);
                    state = self.lock();
                    state.turn += 1;
                }
                Err(error) => {
                    state.stopped = true;
                    state.failed = Some(error);
                }
            }
            self.moved.notify_all();
        }
        state.consume = Some(consume);
        state
    }
}

impl<R, F> State<R, F> {
    fn next_in_turn(&mut self) -> Option<Result<R, Error>> {
        self.waiting.remove(&self.turn)
    }

    fn claim(&mut self, count: usize) -> Option<usize> {
        let i = self.next;
        (!self.stopped && i < count).then(|| {
            self.next += 1;
            i
        })
    }
}

/// Stops the other workers after one has panicked, so that none of them waits for ever.
struct StopOnPanic<'a, R, F>(&'a Queue<R, F>);

impl<R, F> Drop for StopOnPanic<'_, R, F> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    /// The number of items begun so far; a worker can wait until it reaches some value.
    #[derive(Default)]
    struct Begun(Mutex<usize>, Condvar);

    impl Begun {
        fn one_more(&self) {
            *self.0.lock().unwrap() += 1;
            self.1.notify_all();
        }

        /// Waits for `count` items, leaves the other workers time to begin more, and returns the
        /// number.
        fn after(&self, count: usize) -> usize {
            let begun = self.0.lock().unwrap();
            drop(self.1.wait_while(begun, |begun| *begun < count).unwrap());
            thread::sleep(Duration::from_millis(50));
            *self.0.lock().unwrap()
        }
    }

    /// Runs three workers; the one with the first item waits until the others are as far ahead as
    /// they may be.
    fn with_a_slow_first_item(
        first: impl Fn() -> Result<usize, Error> + Sync,
    ) -> Result<(), Error> {
        let begun = Begun::default();
        let produce = |i: usize| {
            begun.one_more();
            if i > 0 {
                return Ok(i);
            }
            assert_eq!(
                begun.after(6),
                6,
                "items begun before the first is consumed"
            );
            first()
        };
        Workers::new(3)
            .unwrap()
            .ordered(100, produce, |i, result| assert_eq!(i, result))
    }

    #[test]
    fn the_others_go_on_while_one_consumes() {
        let begun = Begun::default();
        let produce = |i: usize| {
            begun.one_more();
            Ok(i)
        };
        // Two workers may begin four items before the first is consumed.
        let consume = |i, _| {
            if i == 0 {
                assert_eq!(begun.after(4), 4, "items begun while the first is consumed");
            }
        };
        Workers::new(2)
            .unwrap()
            .ordered(50, produce, consume)
            .unwrap();
    }

    #[test]
    fn sums_are_those_of_one_worker_however_slow_the_consumer_is() {
        let value = |i: usize| Ok((1.0 + i as f64).recip().sin());
        let sum = |threads: usize, slow: bool| {
            let mut sum = 0.0_f64;
            let add = |i: usize, x: f64| {
                if slow && i.is_multiple_of(7) {
                    thread::sleep(Duration::from_millis(1));
                }
                sum += x;
            };
            Workers::new(threads)
                .unwrap()
                .ordered(300, value, add)
                .unwrap();
            sum.to_bits()
        };
        for threads in [2, 3, 8] {
            assert_eq!(sum(threads, true), sum(1, false), "{threads} workers");
        }
    }

    #[test]
    fn results_that_wait_are_bounded() {
        with_a_slow_first_item(|| Ok(0)).unwrap();
    }

    #[test]
    fn an_error_wakes_those_who_wait() {
        let error = with_a_slow_first_item(|| Err(Error::NoBlocks));
        assert_eq!(error, Err(Error::NoBlocks));
    }

    #[test]
    #[should_panic(expected = "the model's own panic")]
    fn a_panic_wakes_those_who_wait_and_is_handed_on() {
        let _ = with_a_slow_first_item(|| panic!("the model's own panic"));
    }

    #[test]
    #[should_panic(expected = "left: 0")]
    fn a_panic_of_the_consumer_does_too() {
        let _ = with_a_slow_first_item(|| Ok(7));
    }
}
