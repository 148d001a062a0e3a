use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::{Error, Result};

/// Whether the user asked the command to stop, by Ctrl-C or SIGTERM. Before [`Interrupt::deferred`] is called, the
/// first signal ends the command at once; afterwards the second one does.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
}

/// 128 + SIGINT, as shells report it.
const EXIT_CODE: i32 = 130;

impl Interrupt {
    /// Returns an interrupt that listens to the signals from now on.
    pub fn listen() -> Self {
        let this = Self::default();
        this.at_once.store(true, Ordering::Relaxed);
        for signal in [SIGINT, SIGTERM] {
            // The order matters: `raised` is tested before it is set, so that the first signal only sets it and the
            // second one ends the program.
            for reason in [&this.at_once, &this.raised] {
                flag::register_conditional_shutdown(signal, EXIT_CODE, reason.clone())
                    .expect("both signals may be handled");
            }
            flag::register(signal, this.raised.clone()).expect("both signals may be handled");
        }
        this
    }

    /// Leaves it to the work, from now on, to check for the first signal and to clean up before it stops.
    pub fn deferred(&self) -> &Self {
        self.at_once.store(false, Ordering::Relaxed);
        self
    }

    /// Returns the flag that long work checks.
    pub fn flag(&self) -> &AtomicBool {
        &self.raised
    }

    /// Returns whether the user asked to stop.
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// Ends the work if the user asked to stop; to be called between two steps of it.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once the user asked to stop.
    pub fn check(&self) -> Result<()> {
        match self.is_raised() {
            true => Err(Error::Interrupted),
            false => Ok(()),
        }
    }
}
