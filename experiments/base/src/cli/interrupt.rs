use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::{Error, Result};

/// Whether the user wants the command to stop: Ctrl-C, or a polite kill. Until [`Interrupt::deferred`] the first one
/// ends it at once, afterwards the second one does.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
}

/// 128 + SIGINT, as shells report it.
const EXIT_CODE: i32 = 130;

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> Self {
        let this = Self::default();
        this.at_once.store(true, Ordering::Relaxed);
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds `raised` down and raises it, the second one finds it up.
            for reason in [&this.at_once, &this.raised] {
                flag::register_conditional_shutdown(signal, EXIT_CODE, reason.clone())
                    .expect("both signals may be handled");
            }
            flag::register(signal, this.raised.clone()).expect("both signals may be handled");
        }
        this
    }

    /// From now on the work asks by itself whether it is to stop, and cleans up before it does.
    pub fn deferred(&self) -> &Self {
        self.at_once.store(false, Ordering::Relaxed);
        self
    }

    /// What long work looks at.
    pub fn flag(&self) -> &AtomicBool {
        &self.raised
    }

    /// Whether it has come.
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// To be asked between two steps of the work.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once it has come.
    pub fn check(&self) -> Result<()> {
        match self.is_raised() {
            true => Err(Error::Interrupted),
            false => Ok(()),
        }
    }
}
