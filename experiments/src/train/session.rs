//! A run that is watched from the command line: progress, trajectory, checkpoints, interruption.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use tangent_linearize::train::Step;

use super::checkpoint;
use super::row::Row;
use super::stage::{States, Watch};
use super::trajectory::Trajectory;
use crate::cli::Interrupt;
use crate::{Error, Result};

pub(super) struct Session<'a> {
    dir: PathBuf,
    run: &'a str,
    every: usize,
    bar: ProgressBar,
    interrupt: &'a Interrupt,
    from: Option<States>,
    trajectory: Trajectory,
    /// The step of the checkpoint that is on the disk.
    kept: Option<usize>,
}

impl<'a> Session<'a> {
    /// In the folder of the results, where a stopped run may have left its checkpoint.
    pub(super) fn open(
        dir: &Path,
        run: &'a str,
        restart: bool,
        every: usize,
        bar: ProgressBar,
        interrupt: &'a Interrupt,
    ) -> Result<Self> {
        let from = match restart {
            true => None,
            false => checkpoint::read(dir, run)?,
        };
        let kept = from.as_ref().map(|states| states.full.step);
        Ok(Self {
            dir: dir.into(),
            run,
            every,
            bar,
            interrupt,
            trajectory: Trajectory::open(dir, kept)?,
            from,
            kept,
        })
    }

    /// Where to go on from.
    pub(super) fn states(&mut self) -> Result<Option<States>> {
        if let Some(step) = self.kept {
            self.bar.set_position(step as u64);
            self.bar.reset_eta();
        }
        Ok(self.from.take())
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.bar.finish_and_clear();
        self.trajectory.rows().to_vec()
    }

    fn keep(&mut self, states: &States) -> Result<()> {
        checkpoint::write(&self.dir, self.run, states)?;
        self.kept = Some(states.full.step);
        Ok(())
    }
}

impl Watch for Session<'_> {
    fn stepped(&mut self, step: &Step, _of: usize) {
        self.bar.set_position(step.step as u64);
        self.bar
            .set_message(format!("loss {:.4}, η_step {:.1e}", step.loss, step.rate));
    }

    fn observed(&mut self, row: Row) -> Result<()> {
        self.trajectory.push(row)
    }

    fn between(&mut self, states: &dyn Fn() -> States) -> Result<()> {
        if self.interrupt.is_raised() {
            let states = states();
            self.keep(&states)?;
            return Err(Error::InterruptedAt {
                step: states.full.step,
                dir: self.dir.clone(),
            });
        }
        let step = self.bar.position() as usize;
        if step > 0 && step.is_multiple_of(self.every) && self.kept != Some(step) {
            self.keep(&states())?;
        }
        Ok(())
    }
}
