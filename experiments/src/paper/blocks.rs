//! The kernels of a group's blocks.

use super::runs::Group;
use super::{Adapted, scaled_layers};
use crate::Result;
use crate::blocks::Blocks;
use crate::cli::{Console, Interrupt};

impl Blocks {
    /// The places of the blocks of a choice.
    pub(crate) fn of(&self, adapted: &Adapted) -> Vec<usize> {
        let layers = scaled_layers(adapted.layers, self.depth);
        let chosen = |name: &str| {
            let in_layer = layers
                .iter()
                .any(|l| name.starts_with(&format!("layer.{l}.")));
            in_layer
                && adapted
                    .targets
                    .iter()
                    .any(|target| name.ends_with(&format!(".{target}")))
        };
        let places = self.names.iter().enumerate();
        places
            .filter(|(_, name)| chosen(name))
            .map(|(place, _)| place)
            .collect()
    }
}

impl Group<'_> {
    /// The kernels of the group's blocks on its first `n` training rows, the head left out.
    pub(crate) fn blocks(
        &self,
        n: usize,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Blocks> {
        Blocks::compute(&self.prepared(console)?, n, self.machine, interrupt)
    }
}
