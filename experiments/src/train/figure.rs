//! The trajectory as pictures.

use super::Config;
use super::row::Row;
use crate::plot::{BLUE, Line, LineChart, ORANGE};

/// Each picture with the name of its file, without the ending.
pub(super) fn charts(config: &Config, rows: &[Row]) -> Vec<(&'static str, LineChart)> {
    let title = format!(
        "{}, {}, λ = {}",
        config.model.model, config.data.task, config.recipe.lambda
    );
    let line = |name: &str, of: &dyn Fn(&Row) -> Option<f64>, dashed, colour| Line {
        name: name.into(),
        colour,
        dashed,
        points: rows
            .iter()
            .filter_map(|row| Some((row.epoch, of(row)?)))
            .collect(),
    };
    let chart = |what: &str, y: &str, from_zero, lines: Vec<Line>| LineChart {
        title: format!("{what}: {title}"),
        x: "epoch".into(),
        y: y.into(),
        from_zero,
        lines: lines
            .into_iter()
            .filter(|line| !line.points.is_empty())
            .collect(),
    };
    let mut charts = vec![
        (
            "loss",
            chart(
                "Loss",
                "data term",
                false,
                vec![
                    line("training, full", &|r| Some(r.train_loss), false, BLUE),
                    line(
                        "training, linearized",
                        &|r| r.train_loss_linearized,
                        true,
                        BLUE,
                    ),
                    line("evaluation, full", &|r| Some(r.eval_loss), false, ORANGE),
                    line(
                        "evaluation, linearized",
                        &|r| r.eval_loss_linearized,
                        true,
                        ORANGE,
                    ),
                ],
            ),
        ),
        (
            "distance",
            chart(
                "Distance to the pretrained point",
                "‖θ − θ₀‖",
                true,
                vec![
                    line("full", &|r| Some(r.distance), false, BLUE),
                    line("linearized", &|r| r.distance_linearized, true, BLUE),
                ],
            ),
        ),
    ];
    if rows.iter().any(|row| row.gap.is_some()) {
        let gap = chart(
            "Full model against its linearization",
            "mean distance between their logits",
            true,
            vec![
                line("training", &|r| r.gap_train, false, BLUE),
                line("evaluation", &|r| r.gap, false, ORANGE),
            ],
        );
        charts.push(("gap", gap));
    }
    charts
}
