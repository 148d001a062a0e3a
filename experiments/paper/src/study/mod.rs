//! `tangent study`: does the spectrum predict? It compares scores of choices before training with the results of
//! training.

mod choices;
mod correlation;
mod predictors;
mod record;
mod render;
mod settings;

use std::time::{Instant, SystemTime};

pub use record::{Among, Correlation, FORMAT, StudyResult, StudyRun};
pub use settings::Args;

pub(crate) use render::with_an_order;

use crate::figure::Panel;
use crate::protocol::{
    self, Failed, LAMBDA_OF_CHOICES as LAMBDA, Observed, Request, TaskSizes, collect,
};
use correlation::{OUTCOMES, correlations};
use predictors::Predictor;
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_plot::{BarChart, Bars, Chart, Colour, Dots, Scale, ScatterChart};

/// Runs the command.
///
/// # Errors
/// Invalid settings, model or data; results that cannot be written; an interruption, after which the same command
/// continues; and, once the rest is written, failed parts.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let request = Request::new(&args.paper)?;
    let (work, seconds) = cost(&request);
    console.note(request.plan("Study", &work, seconds));
    if args.paper.plan {
        return Ok(());
    }
    let result = make(&request, console, interrupt.deferred());
    let result = protocol::kept(&request.output, result)?;
    console.result(&result, || render::markdown(&result))?;
    console.note(format_args!("study.json in {}", request.output.display()));
    protocol::complete(result.failed.len())
}

/// Returns the work for the study, in words, and the seconds that it takes if no run exists yet.
pub(crate) fn cost(request: &Request) -> (String, f64) {
    let profile = &request.profile;
    let runs = choices::choices().len() * seeds(request).len();
    let share = profile.study_n as f64 * profile.study_epochs as f64
        / (profile.train_n.unwrap_or(8000) as f64 * profile.epochs as f64);
    let each: f64 = profile
        .tasks
        .iter()
        .map(|task| profile.full_run_seconds(task))
        .sum();
    let work = format!(
        "{} training runs, and their kernels",
        runs * profile.tasks.len()
    );
    (work, runs as f64 * each * share)
}

fn seeds(request: &Request) -> &[u64] {
    request
        .asked_seeds
        .as_deref()
        .unwrap_or(request.profile.study_seeds)
}

/// Makes the study and writes its file.
///
/// # Errors
/// As [`run`], except for failed parts, which the result names.
pub(crate) fn make(
    request: &Request,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<StudyResult> {
    let console = &console.part();
    let began = (SystemTime::now(), Instant::now());
    Output::open(&request.output)?;
    let sized = Request {
        profile: request.profile.for_study(),
        ..request.clone()
    };
    let (mut runs, mut failed) = (Vec::new(), Failed::new());
    for task in &sized.profile.tasks {
        for &seed in seeds(&sized) {
            let name = format!("{}, seed {seed}", task.paper);
            let made = of_task(&sized, task, seed, console, interrupt, &mut failed);
            runs.extend(collect(&mut failed, &name, made)?.into_iter().flatten());
        }
    }
    let correlations = correlations(&runs);
    let result = StudyResult {
        format: FORMAT.into(),
        title: "does the spectrum predict? Scores before training against the ends of training"
            .into(),
        choices: choices::choices()
            .iter()
            .map(|adapted| adapted.name())
            .collect(),
        predictors: Predictor::all()
            .into_iter()
            .map(|p| (p.name().to_owned(), p.ignores().to_owned()))
            .collect(),
        panels: panels(&sized, &runs, &correlations),
        remarks: render::remarks(&correlations, &Predictor::baselines().map(Predictor::name)),
        runs,
        correlations,
        failed,
        provenance: protocol::provenance(
            request.command("study"),
            sized.config(&[LAMBDA], seeds(&sized)),
            began,
            console.warnings(),
        ),
    };
    write(&result, request)?;
    Ok(result)
}

fn write(result: &StudyResult, request: &Request) -> Result<()> {
    let mut output = Output::open(&request.output)?;
    for panel in &result.panels {
        output.picture(&format!("pictures/{}", panel.file("study")), &panel.chart)?;
    }
    output.file("study.md", |out| {
        out.write_all(render::markdown(result).as_bytes())
    })?;
    tangent_base::record::write(&mut output, "study.json", result)?;
    output.commit()
}

/// Returns the runs of all choices on a task with one seed. Choices that fail are named in `failed`.
fn of_task(
    request: &Request,
    task: &TaskSizes,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
    failed: &mut Failed,
) -> Result<Vec<StudyRun>> {
    let examples = request.profile.train_n.unwrap_or(usize::MAX);
    let blocks = request
        .group(task, &choices::UNION, seed)
        .blocks(examples, console, interrupt)?;
    let residual = &blocks.targets - &blocks.start;
    let problem = predictors::problem(&blocks, &residual, request.machine.precision)?;
    let mut runs = Vec::new();
    for (place, adapted) in choices::choices().iter().enumerate() {
        let name = format!("{}, seed {seed}, {}", task.paper, adapted.name());
        let group = request.group(task, adapted, seed);
        let trained = group.train(&[LAMBDA], Observed::Full, console, interrupt);
        let Some(trained) = collect(failed, &name, trained)? else {
            continue;
        };
        let scores = predictors::predict(&blocks, &problem, adapted, &residual, (seed, place))?;
        let names = Predictor::all().into_iter().map(|p| p.name().to_owned());
        let last = trained[0].last;
        runs.push(StudyRun {
            task: task.paper.into(),
            seed,
            choice: adapted.name(),
            scores: names.zip(scores).collect(),
            train_loss: last.train_loss,
            eval_loss: last.eval_loss,
            metric: last.metric,
        });
    }
    Ok(runs)
}

fn panels(request: &Request, runs: &[StudyRun], correlations: &[Correlation]) -> Vec<Panel> {
    let of = |predictor: Predictor, outcome: &str| {
        correlations
            .iter()
            .find(|c| c.over_tasks(Among::All, outcome) && c.predictor == predictor.name())
    };
    let bars = |(outcome, colour): (&str, Colour)| Bars {
        name: outcome.replace('_', " "),
        colour,
        values: Predictor::all()
            .into_iter()
            .map(|p| Some(of(p, outcome)?.rho))
            .collect(),
        deviations: Vec::new(),
    };
    let series = OUTCOMES
        .iter()
        .map(|o| o.0)
        .zip(Colour::ALL)
        .map(bars)
        .collect();
    let mut panels = vec![Panel {
        name: "predictors".into(),
        caption: "Rank correlation of each predictor's order of the choices with the order after training, the mean \
                  over tasks and seeds: 1 is right, 0 is chance."
            .into(),
        chart: Chart::Bars(BarChart {
            title: "Does the spectrum predict?".into(),
            y: "rank correlation".into(),
            scale: Scale::Linear,
            groups: Predictor::all().into_iter().map(|p| p.name().to_owned()).collect(),
            series,
        }),
    }];
    let best = Predictor::all()
        .into_iter()
        .filter(|p| matches!(p, Predictor::Score(_)))
        .max_by(|a, b| {
            let rho = |p: Predictor| of(p, "eval_loss").map_or(f64::NEG_INFINITY, |c| c.rho);
            rho(*a).total_cmp(&rho(*b))
        });
    if let Some(best) = best {
        let dots = |(task, colour): (&TaskSizes, Colour)| Dots {
            name: task.name(),
            colour,
            points: runs
                .iter()
                .filter(|run| run.task == task.paper)
                .filter_map(|run| Some(((*run.scores.get(best.name())?)?, run.eval_loss)))
                .collect(),
        };
        panels.push(Panel {
            name: "best".into(),
            caption: format!(
                "The score with the highest correlation, {}, against the evaluation loss after training: a dot for \
                 each choice and seed.",
                best.name()
            ),
            chart: Chart::Scatter(ScatterChart {
                title: format!("{} and the evaluation loss", best.name()),
                x: format!("{} before training", best.name()),
                y: "evaluation loss after training".into(),
                x_scale: Scale::Logarithmic,
                y_scale: Scale::Linear,
                series: request.profile.tasks.iter().zip(Colour::ALL).map(dots).collect(),
            }),
        });
    }
    panels
}
