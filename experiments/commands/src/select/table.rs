//! The result as a table for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::choices::name;
use super::record::{ChoiceRecord, SelectResult};
use tangent_base::cli::grouped;
use tangent_spectral::selection::Score;

/// The scores shown beside the one that orders: leave-one-out, and the condition number that the paper proposes.
const BESIDE: [Score; 2] = [Score::LeaveOneOut, Score::Condition];

/// Returns the table of `tangent select`.
pub(super) fn table(result: &SelectResult) -> String {
    let config = &result.provenance.config;
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
    if let Some(parts) = result.model.drawn() {
        line(format!("{parts} drawn by the seed {}", config.data.seed));
    }
    line(String::new());
    let label = |choice: &ChoiceRecord| name(&choice.layers, &choice.targets, config.matrices);
    let shown = &result.choices[..config.top.min(result.choices.len())];
    let wide = shown.iter().map(|choice| label(choice).chars().count());
    let wide = wide.max().unwrap_or_default().max("layers".len());
    line(format!(
        "{:<wide$} {:>10} {:>14} {:>15} {:>6}  {:>13} {:>10}",
        "layers",
        "parameters",
        config.score.name(),
        "ranks",
        "best",
        BESIDE[0].name(),
        BESIDE[1].name()
    ));
    for choice in shown {
        let score = |score: Score| match choice.scores.get(score.name()).copied().flatten() {
            Some(value) if value.is_infinite() => "∞".into(),
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
            "{:<wide$} {:>10} {:>14} {:>15} {:>6}  {:>13} {:>10}",
            label(choice),
            grouped(choice.parameters),
            score(config.score),
            ranks,
            best,
            score(BESIDE[0]),
            score(BESIDE[1])
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
    if let Some(search) = &result.search {
        line(search.to_string());
    }
    let ignores = result
        .scores
        .iter()
        .find(|s| s.score == config.score)
        .map_or("", |s| s.ignores);
    line(format!("{}: {ignores}", config.score.name()));
    line(
        "how far to trust this order: its rank correlation with the evaluation loss after training, among choices of equal size"
            .into(),
    );
    for measured in result.trust.measured {
        line(format!("  {measured}"));
    }
    let mut best_of_size = BTreeMap::new();
    for choice in &result.choices {
        best_of_size.entry(choice.parameters).or_insert(choice);
    }
    if best_of_size.len() > 1 {
        line("choices differ in size, and every score favours larger or smaller ones; the best of each size:".into());
        for (size, best) in best_of_size {
            line(format!("  {:>10} {}", grouped(size), label(best)));
        }
    }
    line(format!(
        "{:.1} s for the kernels, {:.1} s for scores and subsamples",
        result.times.kernel_seconds, result.times.score_seconds
    ));
    out
}
