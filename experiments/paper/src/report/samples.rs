//! Small made-up results, for tests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::figure::{self, FigureResult, Panel};
use crate::study::{self, Correlation, StudyResult, StudyRun};
use crate::table::{self, Cell, TableResult, TableRow};
use tangent_base::record::Provenance;
use tangent_plot::{Chart, Colour, Line, LineChart, Scale};

fn provenance(command: &str) -> Provenance {
    Provenance {
        command: command.into(),
        config: json!({"profile": {"name": "embedded", "train_n": 500, "eval_n": 300, "epochs": 4}, "seeds": [0, 1]}),
        conventions: vec!["λ = 1 in Table 2".into()],
        warnings: Vec::new(),
        versions: BTreeMap::from([("tangent".into(), "0.1.0".into())]),
        machine: json!({"processor": "A & B", "threads": 2, "memory": 16e9, "system": "linux x86_64"}),
        started: "2026-01-01T00:00:00Z".into(),
        seconds: 61.0,
    }
}

/// Returns a table whose title needs escaping; the paper has a number for one of its two quantities.
pub(super) fn table(number: u32) -> TableResult {
    let cell = |values: &[f64], paper| Cell {
        values: values.to_vec(),
        paper,
    };
    let row = |adapted: &str, kappa: Cell, metric: Cell| TableRow {
        of: vec!["CoLA".into(), adapted.into()],
        cells: vec![("κ(K + σI)".into(), kappa), ("metric".into(), metric)],
    };
    TableResult {
        format: table::FORMAT.into(),
        table: number,
        title: "choices <b>& \"quotes\"".into(),
        headings: vec!["task".into(), "adapted".into()],
        rows: vec![
            row(
                "{0} qv",
                cell(&[1.0, 3.0], Some(11618.0)),
                cell(&[0.5], None),
            ),
            row("{0,11} qv", cell(&[], None), cell(&[], None)),
        ],
        remarks: vec!["κ is smaller than the paper's.".into()],
        failed: vec!["CoLA, seed 3: diverged".into()],
        provenance: provenance("tangent table 2 --profile embedded"),
    }
}

fn panel(name: &str, title: &str) -> Panel {
    Panel {
        name: name.into(),
        caption: "Training loss by epoch.".into(),
        chart: Chart::Lines(LineChart {
            title: title.into(),
            x: "epoch".into(),
            y: "loss".into(),
            scale: Scale::Linear,
            categories: Vec::new(),
            lines: vec![Line {
                name: "CoLA".into(),
                colour: Colour::Blue,
                dashed: false,
                marked: true,
                points: vec![(0.0, 0.7), (1.0, 0.5), (2.0, 0.4)],
            }],
        }),
    }
}

pub(super) fn figure(number: u32) -> FigureResult {
    FigureResult {
        format: figure::FORMAT.into(),
        figure: number,
        title: "training loss by epoch".into(),
        panels: vec![panel("a", "Losses")],
        remarks: vec!["Losses fall.".into()],
        failed: Vec::new(),
        provenance: provenance("tangent figure 2 --profile embedded"),
    }
}

pub(super) fn study() -> StudyResult {
    let correlation = |outcome: &str, rho, interval| Correlation {
        among: study::Among::All,
        task: "all".into(),
        predictor: "κ".into(),
        outcome: outcome.into(),
        rho,
        interval,
    };
    StudyResult {
        format: study::FORMAT.into(),
        title: "does the spectrum predict".into(),
        choices: vec!["{0} q".into(), "{5} v".into()],
        predictors: vec![("κ".into(), "the targets".into())],
        runs: vec![StudyRun {
            task: "CoLA".into(),
            seed: 0,
            choice: "{0} q".into(),
            scores: BTreeMap::from([("κ".into(), Some(7.5))]),
            train_loss: 0.5,
            eval_loss: 0.6,
            metric: 0.4,
        }],
        correlations: vec![
            correlation("eval_loss", 0.25, (-0.125, 0.5)),
            correlation("metric", -0.5, (-0.75, -0.25)),
        ],
        panels: vec![panel("1", "Correlations")],
        remarks: vec!["κ does not predict.".into()],
        failed: Vec::new(),
        provenance: provenance("tangent study --profile embedded"),
    }
}

/// Returns findings in which Theorem 7 fails as printed and holds as repaired, and Theorem 6 is void on the model.
pub(super) fn theorems() -> Value {
    let found = |statement: &str,
                 form: &str,
                 verdict: &str,
                 ratio: Option<f64>,
                 unmet: Option<&str>| {
        let check = json!({"measured": 1.0, "bound": 2.0, "ratio": ratio, "verdict": verdict, "unmet": unmet});
        json!({"statement": statement, "form": form, "what": "(21)", "lambda": 1.0, "time": null, "check": check})
    };
    let setting = |name: &str, knowledge: &str, findings: Value| {
        json!({
            "name": name, "n": 1, "parameters": 1, "lip_f": 1.0, "lip_gradient": 1.0, "residual": 1.0, "radius": 0.5,
            "lambda_circle": 4.0, "knowledge": knowledge, "obtained": "proved", "findings": findings,
        })
    };
    json!({
        "format": tangent_commands::theorems::FORMAT,
        "command": "tangent reproduce --only theorems",
        "config": {"pulls": [0.0, 1.0], "model": "embedded"},
        "settings": [
            setting("sin(Aθ)", "certified", json!([
                found("theorem7", "printed", "fails", Some(25.0), None),
                found("theorem7", "repaired", "holds", Some(0.5), None),
            ])),
            setting("model", "estimated", json!([
                found("theorem6", "stated", "void", None, Some("K is singular")),
            ])),
        ],
        "adamw": null,
        "versions": {"tangent": "0.1.0"},
        "machine": {"processor": "A & B", "threads": 2, "memory": null, "system": "linux x86_64"},
        "started": "2026-01-01T00:00:00Z",
        "seconds": 5.0,
    })
}
