use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tangent_linearize::pull::Rule;

use super::{ALPHA, Adapted, Group, PaperArgs, Profile, RANK, TaskSizes, WARMUP};
use tangent_base::Result;
use tangent_base::cli::{AnyPath, quoted};
use tangent_base::settings::{MachineArgs, MachineConfig, refused};
use tangent_base::source::Library;

/// The settings of a command for the paper, with defaults filled in.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) profile: Profile,
    /// The seeds of --seeds; `None` for the default of the profile, the study or the table.
    pub(crate) asked_seeds: Option<Vec<u64>>,
    pub(crate) rule: Rule,
    pub(crate) model: AnyPath,
    pub(crate) data: Option<PathBuf>,
    pub(crate) machine: MachineConfig,
    pub(crate) output: PathBuf,
    pub(crate) runs: PathBuf,
    pub(crate) library: Library,
}

impl Request {
    /// Fills the defaults into the settings.
    ///
    /// # Errors
    /// The list of seeds is empty or names a seed twice; the number of threads is 0.
    pub fn new(args: &PaperArgs) -> Result<Self> {
        let profile = Profile::named(args.profile);
        let output = args.output.clone().unwrap_or_else(|| "out/paper".into());
        let machine = MachineArgs {
            threads: args.threads,
            ..MachineArgs::default()
        };
        check_seeds(args.seeds.as_deref().unwrap_or(profile.seeds))?;
        Ok(Self {
            asked_seeds: args.seeds.clone(),
            rule: args.rule.unwrap_or(Rule::SelectivePerTensor),
            model: args.model.clone().unwrap_or_else(|| profile.model.into()),
            data: args.data.clone(),
            machine: machine.config()?,
            runs: output.join("runs"),
            library: Library::default(),
            output,
            profile,
        })
    }

    /// Returns the seeds.
    pub(crate) fn seeds(&self) -> &[u64] {
        self.asked_seeds.as_deref().unwrap_or(self.profile.seeds)
    }

    /// Returns the group of runs of one model on one task with one seed.
    pub(crate) fn group<'a>(
        &'a self,
        task: &'a TaskSizes,
        adapted: &'a Adapted,
        seed: u64,
    ) -> Group<'a> {
        Group {
            profile: &self.profile,
            task,
            adapted,
            rule: self.rule,
            seed,
            model: &self.model,
            data: self.data.as_deref(),
            machine: &self.machine,
            dir: &self.runs,
            library: &self.library,
        }
    }

    /// Returns the command that makes `what`, without the settings that no number depends on.
    pub(crate) fn command(&self, what: &str) -> String {
        let mut command = format!("tangent {what} --profile {}", self.profile.name.name());
        if let Some(seeds) = &self.asked_seeds {
            let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
            command += &format!(" --seeds {}", seeds.join(","));
        }
        if self.rule != Rule::SelectivePerTensor {
            let rule = serde_json::json!(self.rule);
            command += &format!(" --rule {}", rule.as_str().unwrap_or_default());
        }
        if *self.model != *Path::new(self.profile.model) {
            command += &format!(" --model {}", quoted(&self.model.text()));
        }
        if let Some(data) = &self.data {
            command += &format!(" --data {}", quoted(&data.to_string_lossy()));
        }
        command
    }

    /// Returns the settings as a result file records them.
    pub(crate) fn config(&self, lambdas: &[f64], seeds: &[u64]) -> serde_json::Value {
        serde_json::json!({
            "profile": self.profile,
            "rule": self.rule,
            "lambda": lambdas,
            "seeds": seeds,
            "model": self.model,
            "rank": RANK,
            "alpha": ALPHA,
            "warmup": WARMUP,
            "precision": self.machine.precision,
        })
    }

    /// Returns a line that tells what `what` would do, and how long that takes.
    pub(crate) fn plan(&self, what: &str, work: &str, seconds: f64) -> String {
        let there = fs::read_dir(&self.runs).map_or(0, Iterator::count);
        format!(
            "{what}: {work}; about {} on two cores, less the time of finished runs ({there} in {})",
            humantime::format_duration(Duration::from_secs(seconds.ceil() as u64)),
            self.runs.display()
        )
    }
}

/// Checks that there are seeds and that none is named twice, because one run would then count as two.
fn check_seeds(seeds: &[u64]) -> Result<()> {
    if seeds.is_empty() {
        let problem = "names none; omit it for the profile's seeds";
        return Err(refused("seeds", problem));
    }
    let twice = |(place, seed): (usize, &u64)| seeds[..place].contains(seed);
    match seeds.iter().enumerate().find(|&each| twice(each)) {
        None => Ok(()),
        Some((_, seed)) => {
            let problem =
                format!("names {seed} twice; means and deviations are over different seeds");
            Err(refused("seeds", problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_seeds;

    #[test]
    fn seeds_are_named_once_and_there_is_one() {
        for seeds in [&[0][..], &[3, 1, 2], &[u64::MAX, 0]] {
            assert!(check_seeds(seeds).is_ok(), "{seeds:?}");
        }
        for (seeds, message) in [
            (&[][..], "names none"),
            (&[1, 1], "names 1 twice"),
            (&[7, 3, 5, 3], "names 3 twice"),
            (&[0, 1, 2, 0, 1], "names 0 twice"),
        ] {
            let error = check_seeds(seeds).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let text = error.to_string();
            assert!(
                text.starts_with("--seeds: ") && text.contains(message),
                "{text}"
            );
        }
    }
}
