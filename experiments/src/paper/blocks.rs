//! The kernels of a group's blocks.

use super::runs::Group;
use super::{Adapted, scaled_layers};
use crate::Result;
use crate::blocks::{Blocks, places};
use crate::cli::{Console, Interrupt};

impl Blocks {
    /// The places of the blocks of a choice.
    pub(crate) fn of(&self, adapted: &Adapted) -> Vec<usize> {
        let layers = scaled_layers(adapted.layers, self.depth);
        places(&self.names, &layers, adapted.targets, adapted.targets)
    }
}

impl Group<'_> {
    /// Returns the kernels of the group's blocks on its first `n` training rows, the head left out.
    pub(crate) fn blocks(
        &self,
        n: usize,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Blocks> {
        let prepared = self
            .training_inputs(n, console)?
            .prepare(&console.quieted())?;
        Blocks::compute(&prepared, self.machine, &console.quieted(), interrupt)
    }
}
