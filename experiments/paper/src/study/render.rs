//! The study as Markdown, drawn from its result alone.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::correlation::{self, OUTCOMES};
use super::record::{Among, Correlation, StudyResult};

/// Returns the text of `study.md`, which the console shows too.
pub(super) fn markdown(result: &StudyResult) -> String {
    let tasks: BTreeSet<&str> = result.runs.iter().map(|run| run.task.as_str()).collect();
    let seeds: BTreeSet<u64> = result.runs.iter().map(|run| run.seed).collect();
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string cannot fail");
    line(&format!(
        "{} runs: {} choices, {} tasks, {} seeds. Spearman's correlation of each predictor's order with the order at \
         the end of training, the mean over tasks and seeds, with 95 % intervals from choices drawn anew. +1: what the \
         predictor prefers ends better; 0: it tells nothing; –: it does not tell the choices apart.",
        result.runs.len(),
        result.choices.len(),
        tasks.len(),
        seeds.len()
    ));
    for among in Among::BOTH {
        line(&format!("\n**Among {}**\n", among.name()));
        let heads = OUTCOMES.map(|(outcome, _)| outcome.replace('_', " "));
        line(&format!("| predictor | {} |", heads.join(" | ")));
        line(&format!("|---{}|", "|---".repeat(OUTCOMES.len())));
        for predictor in in_order(result) {
            let cell = |(outcome, _)| {
                find(&result.correlations, among, outcome, predictor)
                    .map_or("–".into(), Correlation::text)
            };
            let cells = OUTCOMES.map(cell);
            line(&format!("| {predictor} | {} |", cells.join(" | ")));
        }
        line(&format!("\n{}", with_an_order(result, among)));
    }
    out + &result.provenance.closing(&result.remarks, &result.failed)
}

/// Returns a sentence that tells how many pairs of task and seed the correlations are based on.
pub(crate) fn with_an_order(result: &StudyResult, among: Among) -> String {
    let (pairs, ordered) = correlation::with_an_order(&result.runs, among);
    let outcomes = OUTCOMES.iter().zip(ordered);
    let counts = outcomes.map(|((outcome, _), n)| format!("{n} by {}", outcome.replace('_', " ")));
    format!(
        "Pairs of task and seed: {pairs}. Choices end differently in {}; the others have no order, and are left out.",
        counts.collect::<Vec<_>>().join(", ")
    )
}

/// Returns the predictors, starting with the one that best orders all choices by evaluation loss.
fn in_order(result: &StudyResult) -> Vec<&str> {
    let mut names: Vec<&str> = result
        .predictors
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let rho = |name: &str| {
        find(&result.correlations, Among::All, "eval_loss", name)
            .map_or(f64::NEG_INFINITY, |c| c.rho)
    };
    names.sort_by(|a, b| rho(b).total_cmp(&rho(a)));
    names
}

fn find<'a>(
    correlations: &'a [Correlation],
    among: Among,
    outcome: &str,
    predictor: &str,
) -> Option<&'a Correlation> {
    correlations
        .iter()
        .find(|c| c.over_tasks(among, outcome) && c.predictor == predictor)
}

/// Returns remarks that compare the score that best predicts the evaluation loss with the best baseline and with what
/// the paper proposes.
pub(super) fn remarks(correlations: &[Correlation], baselines: &[&str]) -> Vec<String> {
    let remark = |among: Among| {
        let best = |is_baseline: bool| {
            correlations
                .iter()
                .filter(|c| c.over_tasks(among, "eval_loss"))
                .filter(|c| baselines.contains(&c.predictor.as_str()) == is_baseline)
                .max_by(|a, b| a.rho.total_cmp(&b.rho))
        };
        let papers = ["condition", "lambda_ratio"].map(|name| {
            let found = find(correlations, among, "eval_loss", name);
            format!("{name} {}", found.map_or("–".into(), Correlation::text))
        });
        let (score, baseline) = (best(false)?, best(true)?);
        Some(format!(
            "Evaluation loss, {}: the best score is {} {}; the best baseline {} {}; what the paper proposes: {}.",
            among.name(),
            score.predictor,
            score.text(),
            baseline.predictor,
            baseline.text(),
            papers.join(", ")
        ))
    };
    Among::BOTH.into_iter().filter_map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::predictors::Predictor;

    const DRAWN: [(&str, &str); 2] = [
        (
            include_str!("../../../../docs/results/study-embedded.json"),
            include_str!("../../../../docs/results/study-embedded.md"),
        ),
        (
            include_str!("../../../../docs/results/study.json"),
            include_str!("../../../../docs/results/study.md"),
        ),
    ];

    #[test]
    fn the_books_texts_are_drawn_from_their_results() {
        for (result, text) in DRAWN {
            let result: StudyResult = serde_json::from_str(result).unwrap();
            assert_eq!(markdown(&result), text);
            assert_eq!(
                result.remarks,
                remarks(
                    &result.correlations,
                    &Predictor::baselines().map(Predictor::name)
                )
            );
        }
    }
}
