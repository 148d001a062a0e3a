use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tangent_linearize::pull::Rule;

use super::{ALPHA, Adapted, Group, PaperArgs, Profile, RANK, TaskSizes, WARMUP};
use crate::Result;
use crate::settings::{MachineArgs, MachineChoice, refused};

/// What is asked for, with defaults.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) profile: Profile,
    /// `None` for the profile's, or those of the table.
    pub(crate) asked_seeds: Option<Vec<u64>>,
    pub(crate) rule: Rule,
    pub(crate) model: String,
    pub(crate) data: Option<PathBuf>,
    pub(crate) machine: MachineChoice,
    pub(crate) output: PathBuf,
    pub(crate) runs: PathBuf,
}

impl Request {
    /// What the settings come to.
    ///
    /// # Errors
    /// No seeds, no threads.
    pub fn new(args: &PaperArgs) -> Result<Self> {
        let profile = Profile::named(args.profile);
        let output = args.output.clone().unwrap_or_else(|| "out/paper".into());
        let machine = MachineArgs {
            threads: args.threads,
            ..MachineArgs::default()
        };
        if args.seeds.as_ref().is_some_and(Vec::is_empty) {
            let problem = "names none; leave it away for the profile's";
            return Err(refused("seeds", problem));
        }
        Ok(Self {
            asked_seeds: args.seeds.clone(),
            rule: args.rule.unwrap_or(Rule::SelectivePerTensor),
            model: args
                .model
                .clone()
                .unwrap_or_else(|| profile.model.to_owned()),
            data: args.data.clone(),
            machine: machine.choice()?,
            runs: output.join("runs"),
            output,
            profile,
        })
    }

    /// The seeds.
    pub(crate) fn seeds(&self) -> &[u64] {
        self.asked_seeds.as_deref().unwrap_or(self.profile.seeds)
    }

    /// The runs of one model on one task with one seed.
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
        }
    }

    /// The command that makes `what`, without what no number depends on.
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
        if self.model != self.profile.model {
            command += &format!(" --model {}", quoted(&self.model));
        }
        if let Some(data) = &self.data {
            command += &format!(" --data {}", quoted(&data.to_string_lossy()));
        }
        command
    }

    /// What was asked for, for a result file.
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

    /// What `what` would do, and what that costs.
    pub(crate) fn plan(&self, what: &str, work: &str, seconds: f64) -> String {
        let there = fs::read_dir(&self.runs).map_or(0, Iterator::count);
        format!(
            "{what}: {work}; about {} on two cores, less what is there already ({there} runs in {})",
            humantime::format_duration(Duration::from_secs(seconds.ceil() as u64)),
            self.runs.display()
        )
    }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%=".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::quoted;

    #[test]
    fn a_shell_reads_a_quoted_word_back() {
        assert_eq!(quoted("../shared/data/glue"), "../shared/data/glue");
        for word in ["", "a b", "it's", "$HOME `x` \\ \"*\" ~", "λ/été"] {
            let script = format!("printf %s {}", quoted(word));
            let read = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(read.stdout).unwrap(), word);
        }
    }
}
