//! `tangent theorems`: checks every statement of the paper on functions with certified constants and on a model.

mod config;
mod fixtures;
mod model;
mod record;
mod settings;
mod table;

use std::time::{Instant, SystemTime};

use tangent_datasets::Split;
use tangent_linearize::Predictor;
use tangent_linearize::checks::{CheckOptions, Finding, Form, Setting};
use tangent_linearize::full_flow::{Adaptive, FixedStep};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Constants, Verdict, theorem_4};

pub use config::Config;
pub use record::{AdamW, FORMAT, SettingRecord, TheoremsResult};
pub use settings::Args;

use tangent_base::cli::{Console, Interrupt, command_line};
use tangent_base::output::Output;
use tangent_base::record::{ModelRecord, Provenance, sealed, write};
use tangent_base::source::{Prepared, SampleSize, Wanted};
use tangent_base::{Error, Result};

/// The times at which flows are observed, in units of 1/(2 Lip(f)² + λ), the inverse of the fastest rate.
const TIMES: [f64; 10] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 5.0, 8.0];

/// How finely flows are integrated.
#[derive(Clone, Copy)]
struct Resolution {
    /// The tolerance of the adaptive integration.
    tolerance: f64,
    /// Whether the adaptive integration is repeated to measure its error.
    check: bool,
    /// The step of the flow under the selective rule, in the unit of [`TIMES`].
    step: f64,
}

impl Resolution {
    fn adaptive(&self) -> Adaptive {
        Adaptive {
            tolerance: self.tolerance,
            check: self.check,
            ..Adaptive::default()
        }
    }
}

/// Runs the command.
///
/// # Errors
/// The settings, the model or the data are invalid; a flow cannot be integrated; results cannot be written; an
/// interruption; and, once results are written, a statement other than a printed one fails.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    let dir = config.output.clone();
    let result = make(config, ("result", command_line()), console, interrupt)?;
    console.result(&sealed(&result), || table::table(&result))?;
    console.note(format_args!("results in {}", dir.display()));
    judged(&result)
}

/// Checks every statement, and writes the findings as `name.json` and `theorems.md`. `command` is recorded as the
/// command that makes them again.
///
/// # Errors
/// As [`run`], except statements that fail.
pub fn make(
    config: Config,
    (name, command): (&str, String),
    console: &Console,
    interrupt: &Interrupt,
) -> Result<TheoremsResult> {
    let console = &console.part();
    let began = (SystemTime::now(), Instant::now());
    let mut output = Output::open(&config.output)?;
    let prepared = match config.fixtures_only {
        true => None,
        false => Some(Prepared::load(
            &config.model,
            &config.data,
            Wanted {
                split: Split::Train,
                train: config.n.into(),
                eval: SampleSize::NONE,
            },
            console,
        )?),
    };
    let interrupt = interrupt.deferred();
    let bar = console.bar("theorems", "thousandths", 1000);
    let progress =
        |done: usize, total: usize| bar.set_position((1000 * done / total.max(1)) as u64);
    let monitor = Monitor::silent()
        .with_progress(&progress)
        .with_cancel(interrupt.flag());
    let mut settings = fixtures::check(&config, &monitor)?;
    let mut adamw = None;
    let mut model = None;
    if let Some(prepared) = &prepared {
        let job = model::Job {
            config: &config,
            prepared,
            monitor,
        };
        let checked = config.machine.device.run(config.machine.precision, job)?;
        settings.push(checked.setting);
        adamw = checked.adamw;
        model = Some(ModelRecord::of(prepared, checked.blocks));
    }
    bar.finish_and_clear();
    let result = TheoremsResult {
        format: FORMAT,
        examples: prepared.as_ref().map(|prepared| prepared.train.record()),
        model,
        settings,
        adamw,
        provenance: Provenance::new(command, config, &[], began, console.warnings()),
    };
    let tables = table::table(&result);
    output.file("theorems.md", |out| out.write_all(tables.as_bytes()))?;
    write(&mut output, &format!("{name}.json"), &result)?;
    interrupt.check()?;
    console.allow_warnings()?;
    output.commit()?;
    Ok(result)
}

/// Checks that certified constants refute no statement but printed ones.
///
/// # Errors
/// [`Error::TheoremFails`].
pub fn judged(result: &TheoremsResult) -> Result<()> {
    match failures(&result.settings) {
        0 => Ok(()),
        count => Err(Error::TheoremFails { count }),
    }
}

/// Returns the number of statements, apart from printed ones, that certified constants refute.
fn failures(settings: &[SettingRecord]) -> usize {
    let refuted = |finding: &&Finding| {
        finding.form != Form::Printed && finding.check.verdict == Verdict::Fails
    };
    settings
        .iter()
        .map(|setting| setting.findings.iter().filter(refuted).count())
        .sum()
}

/// Checks one setting at the requested strengths of the pull.
fn check_setting<P: Predictor + ?Sized>(
    name: String,
    obtained: String,
    setting: &Setting<P>,
    pulls: &[f64],
    resolution: Resolution,
    monitor: &Monitor,
) -> Result<SettingRecord> {
    let lip_f = setting.constants.lip_f;
    let lambda_circle = theorem_4::lambda_circle(&setting.constants);
    // If a constant is invalid, the check of the flow reports it.
    let lambda_circle = lambda_circle.unwrap_or(f64::NAN);
    let mut findings = Vec::new();
    for pull in pulls {
        let lambda = pull * lambda_circle;
        let fastest = 2.0 * lip_f.powi(2) + lambda;
        let times = TIMES.map(|time| time / fastest);
        let plan = CheckOptions {
            lambdas: &[lambda],
            times: &times,
            adaptive: resolution.adaptive(),
            fixed: FixedStep {
                check: false,
                ..FixedStep::of(resolution.step / fastest)
            },
        };
        findings.extend(setting.check(&plan, monitor)?);
    }
    findings.extend(setting.added_at(crate::RIDGE)?);
    Ok(record(name, obtained, setting, findings))
}

/// Returns the record of a setting with its findings.
fn record<P: Predictor + ?Sized>(
    name: String,
    obtained: String,
    setting: &Setting<P>,
    findings: Vec<Finding>,
) -> SettingRecord {
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        radius,
    } = setting.constants;
    SettingRecord {
        name,
        n: setting.predictor.examples(),
        parameters: setting.predictor.start().len(),
        lip_f,
        lip_gradient,
        residual,
        radius,
        lambda_circle: theorem_4::lambda_circle(&setting.constants).ok(),
        knowledge: setting.knowledge,
        obtained,
        findings,
    }
}

#[cfg(test)]
mod tests {
    use tangent_linearize::checks::Statement;
    use tangent_spectral::theorems::{Check, Knowledge};

    use super::*;

    fn finding(form: Form, verdict: Verdict) -> Finding {
        Finding {
            statement: Statement::Theorem2,
            form,
            what: "(10)".into(),
            lambda: 1.0,
            time: Some(0.5),
            check: Check {
                measured: 2.0,
                bound: Some(1.0),
                ratio: Some(2.0),
                verdict,
                unmet: None,
            },
        }
    }

    fn result(findings: Vec<Finding>) -> TheoremsResult {
        TheoremsResult {
            format: FORMAT,
            model: None,
            examples: None,
            settings: vec![SettingRecord {
                name: "a function".into(),
                n: 1,
                parameters: 1,
                lip_f: 1.0,
                lip_gradient: 1.0,
                residual: 1.0,
                radius: 1.0,
                lambda_circle: Some(2.0),
                knowledge: Knowledge::Certified,
                obtained: "by hand".into(),
                findings,
            }],
            adamw: None,
            provenance: Provenance::of_process(
                Config::new(&Args::default()).unwrap(),
                (SystemTime::now(), Instant::now()),
                Vec::new(),
            ),
        }
    }

    #[test]
    fn what_certified_constants_refute_ends_by_code_1_printed_statements_aside() {
        let mut findings = vec![
            finding(Form::Printed, Verdict::Fails),
            finding(Form::Repaired, Verdict::Inconsistent),
            finding(Form::Repaired, Verdict::Holds),
        ];
        assert!(judged(&result(findings.clone())).is_ok());
        for form in [Form::Repaired, Form::Stated] {
            findings.push(finding(form, Verdict::Fails));
            let error = judged(&result(findings.clone())).unwrap_err();
            assert!(matches!(error, Error::TheoremFails { count: 1 }), "{error}");
            assert_eq!(error.exit_code(), 1);
            findings.pop();
        }
    }
}
