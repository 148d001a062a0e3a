//! How a caller follows long work and stops it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

/// Reports the progress of long work to the caller, and tells the work when to stop.
///
/// Work is counted in the unit of [`Model::size`](crate::Model::size); an example whose rows are
/// computed twice counts twice.
#[derive(Clone, Copy, Default)]
pub struct Monitor<'a> {
    progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
    cancel: Option<&'a AtomicBool>,
}

impl<'a> Monitor<'a> {
    /// Returns a monitor that reports nothing and never stops the work.
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

    /// Returns an error once the work should stop; for loops over many computations.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn check(&self) -> Result<(), Error> {
        match self.cancel {
            Some(cancel) if cancel.load(Ordering::Relaxed) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }

    /// Reports that `done` of `total` is done.
    pub fn tell(&self, done: usize, total: usize) {
        if let Some(progress) = self.progress {
            progress(done, total);
        }
    }
}

/// Counts how much of the work is done.
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
