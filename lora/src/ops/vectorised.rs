//! Loops compiled for the vector instructions of the machine that runs them.

use pulp::{Arch, Simd, WithSimd};

struct Loop<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Loop<F> {
    type Output = R;

    // The closure is called as the `FnMut` that it is. A call as an `FnOnce` would go through a shim that need not be
    // inlined, and that would be compiled without the chosen instructions.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// Runs `body`, compiled for the widest instructions that the machine has. The closure and everything that it calls
/// must be `#[inline(always)]`.
#[inline(always)]
pub(super) fn vectorised<R>(body: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Loop(body))
}
