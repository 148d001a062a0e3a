//! The trajectory as pictures.

use tangent_linearize::Objective;

use super::Config;
use super::bounds::Bounds;
use tangent_linearize::train::Row;
use tangent_plot::{Colour, Line, LineChart, Scale};

/// Returns each picture with the name of its file, without the ending. `sizes` holds the numbers of training and
/// evaluation examples of a row.
pub(super) fn charts(
    config: &Config,
    rows: &[Row],
    sizes: (usize, usize),
    bounds: Option<&Bounds>,
) -> Vec<(&'static str, LineChart)> {
    let title = format!(
        "{}, {}, λ = {}",
        config.model.model, config.data.task, config.recipe.lambda
    );
    let line = |name: &str, of: &dyn Fn(&Row) -> Option<f64>, dashed, colour| Line {
        name: name.into(),
        colour,
        dashed,
        marked: false,
        points: rows
            .iter()
            .filter_map(|row| Some((row.epoch, of(row)?)))
            .collect(),
    };
    let chart = |what: &str, y: &str, scale, lines: Vec<Line>| LineChart {
        title: format!("{what}: {title}"),
        x: "epoch".into(),
        y: y.into(),
        scale,
        categories: Vec::new(),
        lines: lines
            .into_iter()
            .filter(|line| !line.points.is_empty())
            .collect(),
    };
    // The squared loss is a sum, and the two sets are of different sizes.
    let (train_n, eval_n) = sizes;
    let loss = |row_loss: f64, n: usize| match config.recipe.objective {
        Objective::Squared => row_loss / n as f64,
        Objective::CrossEntropy => row_loss,
    };
    let losses = vec![
        line(
            "training, full",
            &|r| Some(loss(r.train_loss, train_n)),
            false,
            Colour::Blue,
        ),
        line(
            "training, linearized",
            &|r| Some(loss(r.train_loss_linearized?, train_n)),
            true,
            Colour::Blue,
        ),
        line(
            "evaluation, full",
            &|r| Some(loss(r.eval_loss, eval_n)),
            false,
            Colour::Orange,
        ),
        line(
            "evaluation, linearized",
            &|r| Some(loss(r.eval_loss_linearized?, eval_n)),
            true,
            Colour::Orange,
        ),
    ];
    let mut distance = vec![
        line("full", &|r| Some(r.distance), false, Colour::Blue),
        line(
            "linearized",
            &|r| r.distance_linearized,
            true,
            Colour::Orange,
        ),
    ];
    let mut scale = Scale::FromZero;
    if let Some(bounds) = bounds {
        let (name, bound) = bounds.distance();
        distance.push(line(name, &|row| bound(row), true, Colour::Grey));
        scale = Scale::Logarithmic;
    }
    let mut charts = vec![
        (
            "loss",
            chart("Loss", "mean of the data term", Scale::Linear, losses),
        ),
        (
            "distance",
            chart(
                "Distance to the pretrained point",
                "‖θ − θ₀‖",
                scale,
                distance,
            ),
        ),
    ];
    if rows.iter().any(|row| row.gap.is_some()) {
        let lines = vec![
            line("training", &|r| r.gap_train, false, Colour::Blue),
            line("evaluation", &|r| r.gap, false, Colour::Orange),
        ];
        let y = "mean distance between their logits";
        charts.push((
            "gap",
            chart(
                "Full model against its linearization",
                y,
                Scale::FromZero,
                lines,
            ),
        ));
    }
    if let Some((name, bound)) = bounds.and_then(Bounds::gap) {
        let lines = vec![
            line(
                "training examples that rows are about",
                &|r| r.gap_fitted,
                false,
                Colour::Blue,
            ),
            line(name, &|row| bound(row), true, Colour::Grey),
        ];
        let y = "gap ‖f(X) − linearized f(X)‖";
        charts.push((
            "gap_bound",
            chart("The gap and its bound", y, Scale::Logarithmic, lines),
        ));
    }
    charts
}
