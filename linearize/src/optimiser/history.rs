use super::Memory;

/// An optimiser's memory now and before its last step, in buffers that change places: a step can be taken back although
/// none copies the moments.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    now: Memory,
    before: Memory,
}

/// A moment before a step, and the buffer for it after the step, which holds no meaning yet.
pub(super) type Moment<'a> = (&'a [f64], &'a mut [f64]);

impl History {
    /// Begins a step on `N` moments of `length` entries, which are 0 before the first. Returns its number, from 1, and
    /// the moments, of which every entry is to be written.
    pub(super) fn advance<const N: usize>(&mut self, length: usize) -> (usize, [Moment<'_>; N]) {
        std::mem::swap(&mut self.now, &mut self.before);
        self.now.steps = self.before.steps + 1;
        for memory in [&mut self.now, &mut self.before] {
            memory.moments.resize_with(N, || vec![0.0; length]);
        }
        let mut moments = self.before.moments.iter().zip(&mut self.now.moments);
        let moments = std::array::from_fn(|_| {
            let (before, now) = moments.next().expect("both have N moments");
            (&before[..], &mut now[..])
        });
        (self.now.steps, moments)
    }

    pub(super) fn undo(&mut self) {
        std::mem::swap(&mut self.now, &mut self.before);
        if self.now.steps == 0 {
            self.now.moments.clear();
        }
    }

    pub(super) fn memory(&self) -> Memory {
        self.now.clone()
    }

    pub(super) fn restore(&mut self, memory: Memory) {
        self.now = memory;
        self.before = Memory::default();
    }
}
