use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::{Error, Result};

/// Whether the user wants the command to stop: Ctrl-C, or a polite kill. The second one ends it at once.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

/// 128 + SIGINT, as shells report it.
const EXIT_CODE: i32 = 130;

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> Self {
        let this = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down and raises it, the second one finds it up.
            let shutdown = flag::register_conditional_shutdown(signal, EXIT_CODE, this.0.clone());
            let raised = shutdown.and_then(|_| flag::register(signal, this.0.clone()));
            raised.expect("both signals may be handled");
        }
        this
    }

    /// What long work looks at.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// Whether it has come.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
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
