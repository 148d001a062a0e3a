//! `tangent table`: the paper's tables on dynamics, measured, beside what it prints.

mod profile;
mod protocol;
mod record;
mod reference;
mod render;
mod runs;
mod settings;
mod sweep;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use tangent_linearize::pull::Rule;

pub use profile::{Profile, TaskSizes, scaled_layers};
pub use record::{Cell, FORMAT, TableResult, TableRow};
pub use settings::{Args, ProfileName};

use crate::cli::{Console, Interrupt};
use crate::output::Output;
use crate::settings::{MachineArgs, MachineChoice, refused};
use crate::{Error, Result, system};
use runs::{Adapted, Group};

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the settings, the model or the data; results that cannot be written; an interruption, after
/// which the same command goes on; and, once the rest is written, parts that failed.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    if let Some(file) = &args.from {
        let result = read(file)?;
        console.result(&result, || render::markdown(&result));
        return Ok(());
    }
    let (started, clock) = (SystemTime::now(), Instant::now());
    let request = Request::new(args)?;
    console.note(plan(&request));
    if args.plan {
        return Ok(());
    }
    let mut output = Output::open(&request.output)?;
    let interrupt = interrupt.deferred();
    let made = request.make(console, interrupt)?;
    let failed = made.failed.len();
    let result = TableResult {
        format: FORMAT.into(),
        table: request.number,
        title: title(request.number).into(),
        command: request.command(),
        config: serde_json::json!({
            "profile": request.profile,
            "rule": request.rule,
            "lambda": match request.number {
                1 => profile::SWEEP.to_vec(),
                _ => vec![profile::LAMBDA],
            },
            "seeds": request.seeds,
            "model": request.model,
            "rank": profile::RANK,
            "alpha": profile::ALPHA,
            "warmup": profile::WARMUP,
            "precision": request.machine.precision,
        }),
        choices: CHOICES.map(String::from).to_vec(),
        headings: made.headings,
        rows: made.rows,
        remarks: made.remarks,
        failed: made.failed,
        versions: system::versions()
            .into_iter()
            .map(|(name, version)| (name.into(), version.into()))
            .collect(),
        machine: serde_json::to_value(system::machine()).expect("a machine is plain data"),
        started: humantime::format_rfc3339_seconds(started).to_string(),
        seconds: clock.elapsed().as_secs_f64(),
    };
    let name = format!("table{}", request.number);
    let text = render::markdown(&result);
    output.file(&format!("{name}.md"), |out| out.write_all(text.as_bytes()))?;
    output.file(&format!("{name}.json"), |out| {
        serde_json::to_writer_pretty(&mut *out, &result)?;
        out.write_all(b"\n")
    })?;
    output.commit()?;
    console.result(&result, || text);
    console.note(format_args!(
        "{name}.json and {name}.md in {}",
        request.output.display()
    ));
    match failed {
        0 => Ok(()),
        count => Err(Error::PartsFailed { count }),
    }
}

/// Choices of this project where the paper is silent.
const CHOICES: [&str; 8] = [
    "Table 1 adapts W_q and W_v of layers {0,5,11}; a model of L layers takes round(l (L − 1)/11) for layer l",
    "LoRA starts as in PEFT: A from U(±1/√in), B = 0; head N(0, 0.02), zero bias; the head is trained",
    "the selective rule tests ⟨g(θ_{t−1}), θ_{t−1} − θ₀⟩, the gradient of the data term alone",
    "cross-entropy is the mean over a batch; weight decay 0; dropout 0",
    "norms are over all that is trained; values at the last step; R_max is the largest of all steps",
    "f-gap: mean over the evaluation set of the logits' L2 difference; KL: mean KL(softmax full ‖ softmax linearized)",
    "Algorithm 1: f = logits, x = the mean over tokens of the embedding layer's output, v over all that is trained, \
     pairs among 64 different sentences, R_max of one's own Table 6, λ = 5",
    "the seed decides sample, A, head, order of examples, pairs and models",
];

fn title(number: u32) -> &'static str {
    match number {
        1 => "λ sweep: distance, gap, KL and accuracy after fine-tuning",
        6 => "R_max, the largest ‖θ − θ₀‖ over training on CoLA",
        7 => "Algorithm 1 on {0,5,11} k, 1000 pairs",
        8 => "Algorithm 1 on {0,11} k, 100 pairs",
        _ => "hyperparameters",
    }
}

/// What is asked for, with defaults.
struct Request {
    number: u32,
    profile: Profile,
    seeds: Vec<u64>,
    rule: Rule,
    model: String,
    data: Option<PathBuf>,
    machine: MachineChoice,
    output: PathBuf,
    runs: PathBuf,
}

impl Request {
    fn new(args: &Args) -> Result<Self> {
        let profile = Profile::named(args.profile);
        let output = args.output.clone().unwrap_or_else(|| "out/tables".into());
        let machine = MachineArgs {
            threads: args.threads,
            ..MachineArgs::default()
        };
        let seeds = args.seeds.clone().unwrap_or_else(|| profile.seeds.to_vec());
        if seeds.is_empty() {
            return Err(refused(
                "seeds",
                "names none; leave it away for the profile's",
            ));
        }
        Ok(Self {
            number: args
                .number
                .parse()
                .expect("it is one of the numbers that are taken"),
            seeds,
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

    fn group<'a>(&'a self, task: &'a TaskSizes, adapted: &'a Adapted, seed: u64) -> Group<'a> {
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

    fn make(&self, console: &Console, interrupt: &Interrupt) -> Result<Made> {
        match self.number {
            1 => sweep::lambda_sweep(self, &profile::SWEEP, console, interrupt),
            6 => sweep::largest_distance(self, profile::LAMBDA, console, interrupt),
            number @ (7 | 8) => {
                sweep::input_rings(self, number, profile::LAMBDA, console, interrupt)
            }
            _ => Ok(protocol::settings(&self.profile)),
        }
    }

    /// The command without what no number depends on.
    fn command(&self) -> String {
        let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        let mut command = format!(
            "tangent table {} --profile {} --seeds {}",
            self.number,
            name(serde_json::json!(self.profile.name)),
            seeds.join(",")
        );
        if self.rule != Rule::SelectivePerTensor {
            command += &format!(" --rule {}", name(serde_json::json!(self.rule)));
        }
        if self.model != self.profile.model {
            command += &format!(" --model {}", self.model);
        }
        if self.data.is_some() {
            command += " --data DIR";
        }
        command
    }
}

/// What is to be done, before it is.
fn plan(request: &Request) -> String {
    let Profile {
        run_seconds,
        model_seconds,
        models,
        ..
    } = request.profile;
    let seeds = request.seeds.len();
    let (what, seconds) = match request.number {
        1 => {
            let runs = seeds * request.profile.tasks.len() * profile::SWEEP.len();
            (
                format!("{runs} training runs, full and linearized"),
                runs as f64 * run_seconds,
            )
        }
        6 => {
            let runs = 2 * seeds;
            (format!("{runs} training runs"), runs as f64 * run_seconds)
        }
        7 | 8 => {
            let forwards = seeds * (9 * models + 1);
            let seconds = seeds as f64 * run_seconds + forwards as f64 * model_seconds;
            (
                format!("{seeds} training runs, and {forwards} models of Algorithm 1"),
                seconds,
            )
        }
        _ => ("no runs".to_owned(), 0.0),
    };
    let there = fs::read_dir(&request.runs).map_or(0, Iterator::count);
    format!(
        "Table {}: {what}; about {} on two cores, less what is there already ({there} runs of all tables in {})",
        request.number,
        humantime::format_duration(std::time::Duration::from_secs(seconds.ceil() as u64)),
        request.runs.display()
    )
}

/// A table under construction.
struct Made {
    headings: Vec<String>,
    rows: Vec<TableRow>,
    remarks: Vec<String>,
    failed: Vec<String>,
}

impl Made {
    fn with(headings: &[&str]) -> Self {
        Self {
            headings: headings
                .iter()
                .map(|heading| (*heading).to_owned())
                .collect(),
            rows: Vec::new(),
            remarks: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Takes a part in, or notes why it is not there. An interruption, and what is wrong with every part alike, ends
    /// the table.
    fn part<T>(&mut self, name: &str, part: Result<T>, take: impl FnOnce(T)) -> Result<()> {
        match part {
            Ok(part) => take(part),
            Err(error @ (Error::Dynamics(_) | Error::Kernel(_))) if error.exit_code() != 130 => {
                self.failed.push(format!("{name}: {error}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<TableResult> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let result: TableResult =
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    match result.format == FORMAT {
        true => Ok(result),
        false => Err(failed(format!(
            "its format is `{}`, this program reads `{FORMAT}`",
            result.format
        ))),
    }
}
