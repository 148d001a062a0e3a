//! What a caller sees of long work, and how it stops it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

/// A view on work under way: told how far it is, asked whether it should stop.
///
/// Work is counted in the unit of [`Model::size`](crate::Model::size); an example whose rows are
/// computed twice counts twice.
#[derive(Clone, Copy, Default)]
pub struct Monitor<'a> {
    progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
    cancel: Option<&'a AtomicBool>,
}

impl<'a> Monitor<'a> {
    /// Tells nobody, never stops.
    pub fn silent() -> Self {
        Self::default()
    }

    /// Calls `progress(done, total)` after every batch, from one thread at a time.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Stops with [`Error::Cancelled`] between two batches once `cancel` is true.
    #[must_use]
    pub fn with_cancel(mut self, cancel: &'a AtomicBool) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Whether to go on: for loops of long work that is made of many computations.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn check(&self) -> Result<(), Error> {
        match self.cancel {
            Some(cancel) if cancel.load(Ordering::Relaxed) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }

    /// Tells that `done` of `total` is done.
    pub fn tell(&self, done: usize, total: usize) {
        if let Some(progress) = self.progress {
            progress(done, total);
        }
    }
}

/// How much of the work is done.
pub(crate) struct Meter<'a> {
    pub(crate) monitor: &'a Monitor<'a>,
    done: usize,
    total: usize,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(monitor: &'a Monitor<'a>, total: usize) -> Self {
        Self {
            monitor,
            done: 0,
            total,
        }
    }

    pub(crate) fn add(&mut self, size: usize) {
        self.done += size;
        self.monitor.tell(self.done, self.total);
    }
}
