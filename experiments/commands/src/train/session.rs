//! A training run from the command line: its progress bar, trajectory, checkpoints and interruption.
//!
//! Until the run has ended, its files lie in a folder of their own inside the folder of the results, so that earlier
//! results stay whole and a stopped run can be resumed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use tangent_linearize::train::Step;

use super::trajectory::{self, Trajectory};
use super::{checkpoint, checkpoint::Kept, job::Planned};
use tangent_base::cli::Interrupt;
use tangent_base::{Error, Result};
use tangent_linearize::train::{Row, States, Watch};

/// The name of the folder of an unfinished run.
pub(super) const UNFINISHED: &str = "unfinished";

pub(super) struct Session<'a> {
    dir: PathBuf,
    run: &'a str,
    checkpoint_every: usize,
    bar: ProgressBar,
    interrupt: &'a Interrupt,
    trajectory: Trajectory,
    step: usize,
    /// The step of the checkpoint that is on the disk.
    kept: Option<usize>,
    /// Held as long as this process trains in the folder.
    _lock: File,
}

impl<'a> Session<'a> {
    /// Opens a session in the folder of the results. If a stopped run left its states there, they are returned too.
    pub(super) fn open(
        output: &Path,
        run: &'a str,
        restart: bool,
        planned: Planned,
        bar: ProgressBar,
        interrupt: &'a Interrupt,
    ) -> Result<(Self, Option<States>)> {
        let dir = output.join(UNFINISHED);
        fs::create_dir_all(&dir).map_err(|source| Error::Output {
            path: dir.clone(),
            source,
        })?;
        let lock = lock(&dir)?;
        let from = match restart {
            true => {
                checkpoint::remove(&dir);
                None
            }
            false => checkpoint::read(&dir, run)?,
        };
        let refused = |reason| Error::Checkpoint {
            path: dir.join(trajectory::FILE),
            reason,
        };
        let kept = from.as_ref().map(|kept| kept.states.full.step);
        let trajectory = Trajectory::open(&dir, kept)?;
        if let Some(Kept {
            states,
            trajectory: hash,
        }) = &from
        {
            if trajectory.rows().len() != planned.rows_until(states.full.step) {
                return Err(refused("rows of the trajectory are missing"));
            }
            if trajectory.hash() != *hash {
                return Err(refused("it is damaged"));
            }
        }
        let step = kept.unwrap_or(0);
        bar.set_position(step as u64);
        bar.reset_eta();
        let session = Self {
            run,
            checkpoint_every: planned.checkpoint_every,
            bar,
            interrupt,
            trajectory,
            step,
            kept,
            dir,
            _lock: lock,
        };
        Ok((session, from.map(|kept| kept.states)))
    }

    /// Returns the step of the last checkpoint, and its folder.
    pub(super) fn checkpoint(&self) -> Option<(usize, PathBuf)> {
        Some((self.kept?, self.dir.clone()))
    }

    /// Returns the path of the trajectory's file.
    pub(super) fn trajectory(&self) -> PathBuf {
        self.dir.join(trajectory::FILE)
    }

    pub(super) fn rows(&self) -> &[Row] {
        self.trajectory.rows()
    }

    /// Removes the unfinished run's folder, which is not needed once the results are in their places.
    pub(super) fn finish(self) {
        // A failure does no harm: the finished results are in their places.
        let _ = fs::remove_dir_all(&self.dir);
    }

    fn keep(&mut self, states: States) -> Result<()> {
        let step = states.full.step;
        let trajectory = self.trajectory.hash();
        checkpoint::write(&self.dir, self.run, Kept { states, trajectory })?;
        self.kept = Some(step);
        Ok(())
    }
}

/// Locks the folder for this process.
fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    let file = File::create(&path).map_err(|source| Error::Output {
        path: path.clone(),
        source,
    })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::InUse { dir: dir.into() }),
        // On a file system without locks, the folder stays unlocked.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

impl Watch<Error> for Session<'_> {
    fn stepped(&mut self, step: &Step, _of: usize) {
        self.step = step.step;
        self.bar.set_position(step.step as u64);
        self.bar
            .set_message(format!("loss {:.4}, η_step {:.1e}", step.loss, step.rate));
    }

    fn observed(&mut self, row: Row) -> Result<()> {
        self.trajectory.push(row)
    }

    fn between(&mut self, states: &dyn Fn() -> States) -> Result<()> {
        let (stop, due) = (
            self.interrupt.is_raised(),
            self.step > 0 && self.step.is_multiple_of(self.checkpoint_every),
        );
        if (stop || due) && self.kept != Some(self.step) {
            self.keep(states())?;
        }
        match stop {
            true => Err(Error::InterruptedAt {
                step: self.step,
                dir: self.dir.clone(),
            }),
            false => Ok(()),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
