//! Calls into a library that may panic on what a user's file says.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns, or the message of its panic, which is not printed.
///
/// Nothing that `work` changes may be used after a panic.
pub(super) fn fenced<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            // Where the thread's storage is gone already, the panic is not one of these calls'.
            if !FENCED.try_with(Cell::get).unwrap_or(false) {
                before(info);
            }
        }));
    });
    let outer = FENCED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    FENCED.set(outer);
    result.map_err(|panic| message(panic.as_ref()))
}

/// The same for a call with an error of its own.
pub(super) fn fenced_call<T, E: ToString>(
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, String> {
    fenced(work)?.map_err(|error| error.to_string())
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason is known")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(fenced(|| 3), Ok(3));
        let caught: Result<(), String> = fenced(|| panic!("row {}", 7));
        assert_eq!(caught, Err("row 7".into()));
        let within = fenced(|| fenced(|| -> u8 { panic!("inner") }).unwrap_or(5));
        assert_eq!(within, Ok(5));
        let error = fenced_call(|| Err::<u8, _>("refused"));
        assert_eq!(error, Err("refused".into()));
    }
}
