//! The result for people.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::choices::name;
use super::record::SelectResult;
use crate::cli::grouped;
use tangent_spectral::selection::Score;

/// The table of `tangent select`.
pub(super) fn table(result: &SelectResult) -> String {
    let config = &result.config;
    let mut out = String::new();
    let mut line =
        |text: String| writeln!(out, "  {text}").expect("writing to a string cannot fail");
    line(format!(
        "{}: {} choices on {} examples of {}, ordered by {} (σ = {:e}), {} is better",
        result.model.name,
        grouped(result.choices.len()),
        grouped(result.examples.ids.len()),
        config.data.task,
        config.score.name(),
        config.sigma,
        result
            .scores
            .iter()
            .find(|s| s.score == config.score)
            .map_or("", |s| s.better)
    ));
    line(String::new());
    line(format!(
        "{:<34} {:>10} {:>13} {:>15} {:>6}  {:>10} {:>9}",
        "layers",
        "parameters",
        config.score.name(),
        "ranks",
        "best",
        "condition",
        "alignment"
    ));
    for choice in result.choices.iter().take(config.top) {
        let score = |name: &str| match choice.scores.get(name).copied().flatten() {
            Some(value) => format!("{value:.4e}"),
            None => "–".into(),
        };
        let (ranks, best) = match config.subsamples {
            0 => ("–".to_owned(), "–".to_owned()),
            _ => (
                choice.ranks.to_string(),
                format!("{:.0}%", 100.0 * choice.best),
            ),
        };
        line(format!(
            "{:<34} {:>10} {:>13} {:>15} {:>6}  {:>10} {:>9}",
            name(&choice.layers, &choice.targets, config.matrices),
            grouped(choice.parameters),
            score(config.score.name()),
            ranks,
            best,
            score("condition"),
            score("alignment")
        ));
    }
    line(String::new());
    if let Some(best) = result.choices.first()
        && let Some(Some(risk)) = best.scores.get(Score::LeaveOneOut.name())
    {
        line(format!(
            "squared error of an example: {:.3} before training; {:.3} after ridge regression with the best choice, the \
             example left out",
            result.start_risk,
            risk / result.examples.ids.len() as f64
        ));
    }
    if let Some((mean, least)) = result.correlation {
        line(format!(
            "ranks: least, median and greatest on {} subsamples of {} examples, whose orders correlate with this one by \
             {mean:.2} on average, {least:.2} at least",
            config.subsamples, result.subsample_examples
        ));
    }
    let ignores = result
        .scores
        .iter()
        .find(|s| s.score == config.score)
        .map_or("", |s| s.ignores);
    line(format!("{}: {ignores}", config.score.name()));
    line(result.trust.to_string());
    let sizes: BTreeSet<usize> = result.choices.iter().map(|c| c.parameters).collect();
    if sizes.len() > 1 {
        line(
            "choices differ in size, to which every score leans: compare those of equal parameters"
                .into(),
        );
    }
    line(format!(
        "{:.1} s for the kernels, {:.1} s for scores and subsamples",
        result.times.kernel_seconds, result.times.score_seconds
    ));
    out
}
