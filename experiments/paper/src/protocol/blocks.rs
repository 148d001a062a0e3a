//! The kernels of a group's blocks.

use super::runs::Group;
use super::{Adapted, scaled_layers};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_commands::blocks::{Blocks, places};

impl Adapted {
    /// Returns the indices of the adapted blocks among those of a model.
    pub(crate) fn places(&self, blocks: &Blocks) -> Vec<usize> {
        let layers = scaled_layers(self.layers, blocks.depth);
        places(&blocks.blocks, &layers, self.targets, self.targets)
    }
}

impl Group<'_> {
    /// Returns the kernels of the group's blocks, without the head, on the first `n` examples of its training sample.
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
