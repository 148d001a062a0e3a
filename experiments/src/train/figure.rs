//! The trajectory as pictures.

use super::row::Row;
use crate::plot::{BLUE, Line, LineChart, ORANGE};

/// Each picture with the name of its file, without the ending.
pub(super) fn charts(title: &str, rows: &[Row]) -> Vec<(&'static str, LineChart)> {
    let line = |name: &str, of: &dyn Fn(&Row) -> Option<f64>, dashed, colour| Line {
        name: name.into(),
        colour,
        dashed,
        points: rows
            .iter()
            .filter_map(|row| Some((row.epoch, of(row)?)))
            .collect(),
    };
    let chart = |what: &str, y: &str, lines: Vec<Line>| LineChart {
        title: format!("{what}: {title}"),
        x: "epoch".into(),
        y: y.into(),
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
            "mean ‖f − f̄‖",
            vec![
                line("training", &|r| r.gap_train, false, BLUE),
                line("evaluation", &|r| r.gap, false, ORANGE),
            ],
        );
        charts.push(("gap", gap));
    }
    charts
}
