//! Guards calls into libraries that may panic on a damaged file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// Returns what `call` returns, or the message of the panic that ended it.
///
/// The panic is not printed. This holds only on this thread and during the call: the panic hook that was set before
/// still runs for every other panic. After a panic, anything that `call` borrowed must not be used unless it is sound
/// in any state.
pub(crate) fn fenced<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    silence_fenced_panics();
    let outer = FENCED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    FENCED.set(outer);
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned())
    })
}

/// Returns what `call` returns, with its error or the message of its panic as a string.
pub(crate) fn fenced_call<T, E: ToString>(
    call: impl FnOnce() -> Result<T, E>,
) -> Result<T, String> {
    fenced(call)?.map_err(|error| error.to_string())
}

fn silence_fenced_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            // If the storage of the thread has already been destroyed, the panic does not come from a fenced call.
            if !FENCED.try_with(Cell::get).unwrap_or(false) {
                previous(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(fenced(|| 3), Ok(3));
        assert_eq!(fenced(|| panic!("static")), Err::<(), _>("static".into()));
        let number = 7;
        assert_eq!(
            fenced(|| panic!("page {number}")),
            Err::<(), _>("page 7".into())
        );
        let within = fenced(|| fenced(|| -> u8 { panic!("inner") }).unwrap_or(5));
        assert_eq!(within, Ok(5));
        let error = fenced_call(|| Err::<u8, _>("refused"));
        assert_eq!(error, Err("refused".into()));
    }

    #[test]
    fn the_fence_ends_with_the_call() {
        let inside = fenced(|| {
            let _ = fenced(|| panic!("inner"));
            FENCED.get()
        });
        assert_eq!((inside, FENCED.get()), (Ok(true), false));
    }
}
