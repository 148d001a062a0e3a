use tangent_base::cli::Interrupt;
use tangent_base::{Error, Result};
use tangent_linearize::train::{Row, States, Watch};

/// Collects the rows of a trajectory in memory, and writes nothing.
pub struct Collect<'a> {
    /// The rows so far.
    pub rows: Vec<Row>,
    interrupt: &'a Interrupt,
}

impl<'a> Collect<'a> {
    /// Returns a collector without rows.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        Self {
            rows: Vec::new(),
            interrupt,
        }
    }
}

impl Watch<Error> for Collect<'_> {
    fn observed(&mut self, row: Row) -> Result<()> {
        self.rows.push(row);
        Ok(())
    }

    fn between(&mut self, _states: &dyn Fn() -> States) -> Result<()> {
        self.interrupt.check()
    }
}
