//! Figure 2: the results of the runs of Table 2.

use super::Made;
use crate::protocol::{
    Adapted, LAMBDA_OF_CHOICES as LAMBDA, LAYER_CHOICES as CHOICES, LayerRun, Request, TaskSizes,
    layer_runs, printed_of_choice, tables,
};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_linearize::statistics::{deviation, mean};
use tangent_plot::{BarChart, Bars, Chart, Colour, Dots, Line, LineChart, Scale, ScatterChart};

/// The index of the choice that panel a shows: W_q and W_v of {0,5,11}.
const SHOWN: usize = 2;

/// The runs of a task: `[choice][seed]`.
type OfTask = [Vec<LayerRun>; 4];

/// Makes Figure 2: a, training loss by epoch; b, κ; c, accuracy and κ.
pub(super) fn make(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::default();
    let runs = |task| layer_runs(request, task, &mut made.failed, console, interrupt);
    let measured: Vec<OfTask> = request
        .profile
        .tasks
        .iter()
        .map(runs)
        .collect::<Result<_>>()?;
    made.panel(
        "a",
        format!(
            "Training loss by epoch, {}: ours, the mean over seeds, and the paper's dashed where it draws one.",
            CHOICES[SHOWN].name()
        ),
        losses(request, &measured),
    );
    let (ours, paper) = kappa_bars(request, &measured);
    made.panel(
        "b",
        "κ(K + σI) at the start: ours, with the deviation over seeds.",
        ours,
    );
    made.panel("b-paper", "κ(K + σI) as the paper prints it.", paper);
    let (ours, paper) = accuracies(request, &measured);
    made.panel(
        "c",
        "Accuracy after fine-tuning against κ at the start: ours, a dot for each choice.",
        ours,
    );
    made.panel("c-paper", "The same as the paper prints it.", paper);
    made.remarks = orders(request, &measured);
    Ok(made)
}

fn losses(request: &Request, measured: &[OfTask]) -> Chart {
    let mut lines = Vec::new();
    for ((task, of_choice), colour) in request.profile.tasks.iter().zip(measured).zip(Colour::ALL) {
        let runs = &of_choice[SHOWN];
        let rows = runs.first().map_or(0, |first| first.trained.epochs.len());
        let points = (0..rows).filter_map(|row| {
            let losses = runs.iter().filter_map(|m| m.trained.epochs.get(row));
            let epoch = runs[0].trained.epochs[row].epoch;
            Some((epoch, mean(losses.map(|row| row.train_loss))?))
        });
        lines.push(Line {
            name: task.name(),
            colour,
            dashed: false,
            marked: true,
            points: points.collect(),
        });
        let printed = tables()["figure2a"]["series"][task.paper].as_array();
        let point = |point: &serde_json::Value| Some((point[0].as_f64()?, point[1].as_f64()?));
        lines.push(Line {
            name: format!("{}, paper", task.paper),
            colour,
            dashed: true,
            marked: false,
            points: printed.into_iter().flatten().filter_map(point).collect(),
        });
    }
    lines.retain(|line| !line.points.is_empty());
    Chart::Lines(LineChart {
        title: format!("Training loss, {}, λ = {LAMBDA}", CHOICES[SHOWN].name()),
        x: "epoch".into(),
        y: "cross-entropy".into(),
        scale: Scale::FromZero,
        categories: Vec::new(),
        lines,
    })
}

/// Returns the bars of κ, ours and the paper's.
fn kappa_bars(request: &Request, measured: &[OfTask]) -> (Chart, Chart) {
    let chart = |title: &str, groups: Vec<String>, series: Vec<Bars>| {
        Chart::Bars(BarChart {
            title: title.into(),
            y: "κ(K + σI)".into(),
            scale: Scale::Logarithmic,
            groups,
            series,
        })
    };
    let kappas = |task: usize, choice: usize| -> Vec<f64> {
        measured[task][choice].iter().map(|m| m.kappa).collect()
    };
    let tasks = 0..request.profile.tasks.len();
    let ours = CHOICES
        .iter()
        .zip(Colour::ALL)
        .enumerate()
        .map(|(choice, (adapted, colour))| Bars {
            name: adapted.name(),
            colour,
            values: tasks
                .clone()
                .map(|task| mean(kappas(task, choice)))
                .collect(),
            deviations: tasks
                .clone()
                .map(|task| deviation(&kappas(task, choice)))
                .collect(),
        });
    let paper = CHOICES
        .iter()
        .zip(Colour::ALL)
        .map(|(adapted, colour)| Bars {
            name: adapted.name(),
            colour,
            values: request
                .profile
                .tasks
                .iter()
                .map(|task| printed_of_choice(task.paper, adapted, "kappa"))
                .collect(),
            deviations: Vec::new(),
        });
    let names = request.profile.tasks.iter();
    (
        chart(
            "κ of layer choices",
            names.clone().map(TaskSizes::name).collect(),
            ours.collect(),
        ),
        chart(
            "κ of layer choices, paper",
            names.map(|task| task.paper.into()).collect(),
            paper.collect(),
        ),
    )
}

/// Returns accuracy against κ, ours and the paper's.
fn accuracies(request: &Request, measured: &[OfTask]) -> (Chart, Chart) {
    let chart = |title: &str, series: Vec<Dots>| {
        Chart::Scatter(ScatterChart {
            title: title.into(),
            x: "κ(K + σI) at the start".into(),
            y: "accuracy %".into(),
            x_scale: Scale::Logarithmic,
            y_scale: Scale::Linear,
            series,
        })
    };
    let tasks = || request.profile.tasks.iter().zip(Colour::ALL);
    let ours = tasks()
        .zip(measured)
        .map(|((task, colour), of_choice)| Dots {
            name: task.name(),
            colour,
            points: of_choice.iter().filter_map(|runs| point(runs)).collect(),
        });
    let paper = tasks().map(|(task, colour)| Dots {
        name: task.paper.into(),
        colour,
        points: printed_points(task.paper),
    });
    (
        chart("Accuracy and κ", ours.collect()),
        chart("Accuracy and κ, paper", paper.collect()),
    )
}

/// Returns κ and accuracy in per cent, means over seeds.
fn point(runs: &[LayerRun]) -> Option<(f64, f64)> {
    let accuracy = mean(runs.iter().filter_map(|m| m.trained.last.accuracy))?;
    Some((mean(runs.iter().map(|m| m.kappa))?, 100.0 * accuracy))
}

/// Returns κ and accuracy as the paper prints them, in the order of the choices.
fn printed_points(task: &str) -> Vec<(f64, f64)> {
    let point = |adapted: &Adapted| {
        let printed = |key| printed_of_choice(task, adapted, key);
        Some((printed("kappa")?, printed("accuracy")?))
    };
    CHOICES.iter().filter_map(point).collect()
}

/// Returns a remark for each task on how κ and accuracy order the choices, ours and the paper's.
fn orders(request: &Request, measured: &[OfTask]) -> Vec<String> {
    let rank = |points: &[(f64, f64)]| {
        let (kappas, accuracies): (Vec<f64>, Vec<f64>) =
            points.iter().map(|&(k, a)| (-k, a)).unzip();
        tangent_linearize::metrics::spearman(&kappas, &accuracies)
    };
    let remark = |(task, of_choice): (&TaskSizes, &OfTask)| {
        let ours: Vec<_> = of_choice.iter().filter_map(|runs| point(runs)).collect();
        (ours.len() > 2).then(|| {
            format!(
                "{}: rank correlation of small κ with high accuracy over {} choices {:+.2} (paper: {:+.2}).",
                task.name(),
                ours.len(),
                rank(&ours),
                rank(&printed_points(task.paper))
            )
        })
    };
    request
        .profile
        .tasks
        .iter()
        .zip(measured)
        .filter_map(remark)
        .collect()
}
