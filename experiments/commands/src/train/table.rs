//! The result as a table for people.

use std::fmt::Write;

use super::record::TrainResult;
use tangent_base::cli::grouped;
use tangent_base::record::Provenance;

/// Returns the table of `tangent train`.
pub(super) fn table(result: &TrainResult) -> String {
    let TrainResult {
        provenance: Provenance { config, .. },
        last,
        times,
        ..
    } = result;
    let mut out = String::new();
    let mut line =
        |text: String| writeln!(out, "  {text}").expect("writing to a string cannot fail");
    line(format!(
        "{}: {} examples of {}, {} epochs, {} steps",
        result.model.name,
        grouped(result.train.ids.len()),
        config.data.task,
        config.recipe.epochs,
        result.steps
    ));
    line(format!(
        "{} parameters, rule {}, λ = {}, η_step = {:e}",
        grouped(result.parameters),
        name(&config.recipe.rule),
        config.recipe.lambda,
        config.recipe.rate
    ));
    if let Some(parts) = result.model.drawn() {
        line(format!("{parts} drawn by the seed {}", config.data.seed));
    }
    line(String::new());
    line(format!("{:<24} {:>12} {:>12}", "", "full", "linearized"));
    let optional =
        |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.4}"));
    let metric = name(&result.metric);
    let mut measures = vec![
        (
            "training loss",
            Some(last.train_loss),
            last.train_loss_linearized,
        ),
        (
            "evaluation loss",
            Some(last.eval_loss),
            last.eval_loss_linearized,
        ),
    ];
    if last.accuracy.is_some() && metric != "accuracy" {
        measures.push(("accuracy", last.accuracy, last.accuracy_linearized));
    }
    if last.matthews.is_some() && metric != "matthews" {
        measures.push(("matthews", last.matthews, last.matthews_linearized));
    }
    measures.push((&metric, Some(last.metric), last.metric_linearized));
    measures.push(("‖θ − θ₀‖", Some(last.distance), last.distance_linearized));
    for (what, full, linearized) in measures {
        let (full, linearized) = (optional(full), optional(linearized));
        line(format!("{what:<24} {full:>12} {linearized:>12}"));
    }
    if let Some(gap) = last.gap {
        line(String::new());
        line(format!("mean ‖f − f̄‖ {gap:.4}, KL {}", optional(last.kl)));
    }
    if let (Some(drift), Some(alignment)) = (last.kernel_drift, last.kernel_alignment) {
        line(format!(
            "kernel drift ‖k_t − k₀‖/‖k₀‖ = {drift:.4}, alignment {alignment:.4}"
        ));
    }
    line(format!(
        "{:.1} s of training after {:.1} s to load and {:.1} s for J",
        times.train_seconds, times.load_seconds, times.setup_seconds
    ));
    out
}

/// Returns the name of a value in files.
fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => unreachable!("it is an enum without fields"),
    }
}
