//! Loops compiled for the vector instructions of the machine that runs them.

use pulp::{Arch, Simd, WithSimd};

struct Loop<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Loop<F> {
    type Output = R;

    // Called as what it is. Called as an `FnOnce`, a closure that is an `FnMut` sits in a shim that need not be
    // inlined, and is then compiled without the instructions that were chosen for it.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// Runs `body`, compiled for the widest instructions that the machine has. The closure and all that it calls must be
/// `#[inline(always)]`.
#[inline(always)]
pub(super) fn vectorised<R>(body: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Loop(body))
}
