//! Rank correlations of predictors with outcomes.

use std::collections::{BTreeMap, BTreeSet};

use tangent_linearize::statistics::rank_correlation;

use super::predictors::Predictor;
use super::record::{Among, Correlation, StudyRun};

/// An outcome: its name, and its value with the sign that makes larger values better.
type Outcome = (&'static str, fn(&StudyRun) -> f64);

pub(super) const OUTCOMES: [Outcome; 3] = [
    ("train_loss", |run| -run.train_loss),
    ("eval_loss", |run| -run.eval_loss),
    ("metric", |run| run.metric),
];

/// Returns the correlation of every predictor with every outcome, for each task and over all tasks.
pub(super) fn correlations(runs: &[StudyRun]) -> Vec<Correlation> {
    let mut tasks: Vec<&str> = Vec::new();
    for run in runs {
        if !tasks.contains(&run.task.as_str()) {
            tasks.push(&run.task);
        }
    }
    let mut all = Vec::new();
    for among in Among::BOTH {
        let runs = among_those(runs, among);
        for (stream, (outcome, value)) in OUTCOMES.into_iter().enumerate() {
            for predictor in Predictor::all() {
                let mut correlation = |task: &str, pairs: &[(Vec<f64>, Vec<f64>)]| {
                    let (rho, interval) = rank_correlation(pairs, stream as u64)?;
                    all.push(Correlation {
                        among,
                        task: task.into(),
                        predictor: predictor.name().into(),
                        outcome: outcome.into(),
                        rho,
                        interval,
                    });
                    Some(())
                };
                for task in &tasks {
                    let of_task: Vec<&StudyRun> = runs
                        .iter()
                        .filter(|run| run.task == *task)
                        .copied()
                        .collect();
                    correlation(task, &pairs(&of_task, predictor, value));
                }
                correlation(Correlation::ALL_TASKS, &pairs(&runs, predictor, value));
            }
        }
    }
    all
}

/// Returns the number of pairs of task and seed and, for each outcome, the number of those in which the choices end
/// differently; the others have no order.
pub(super) fn with_an_order(runs: &[StudyRun], among: Among) -> (usize, [usize; OUTCOMES.len()]) {
    let mut groups: BTreeMap<(&str, u64), Vec<&StudyRun>> = BTreeMap::new();
    for run in among_those(runs, among) {
        groups.entry((&run.task, run.seed)).or_default().push(run);
    }
    let ordered = |value: fn(&StudyRun) -> f64| {
        let differ = |group: &&Vec<&StudyRun>| group.iter().any(|r| value(r) != value(group[0]));
        groups.values().filter(differ).count()
    };
    (groups.len(), OUTCOMES.map(|(_, value)| ordered(value)))
}

/// Returns the runs of these choices.
fn among_those(runs: &[StudyRun], among: Among) -> Vec<&StudyRun> {
    let equal = equal_in_size(runs);
    let of_it = |run: &&StudyRun| among == Among::All || equal.contains(run.choice.as_str());
    runs.iter().filter(of_it).collect()
}

/// Returns the largest set of choices that have the same number of parameters.
fn equal_in_size(runs: &[StudyRun]) -> BTreeSet<&str> {
    let mut of_size: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for run in runs {
        if let Some(Some(parameters)) = run.scores.get(Predictor::Parameters.name()) {
            of_size
                .entry(*parameters as u64)
                .or_default()
                .insert(&run.choice);
        }
    }
    of_size
        .into_values()
        .max_by_key(BTreeSet::len)
        .unwrap_or_default()
}

/// The value of a predictor and that of an outcome, for each choice.
type OfChoices<'a> = BTreeMap<&'a str, (f64, f64)>;

/// Returns, for every task and seed, the values of a predictor and of an outcome, over the choices that every task and
/// seed has; larger is better in both.
fn pairs(
    runs: &[&StudyRun],
    predictor: Predictor,
    value: fn(&StudyRun) -> f64,
) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut groups: BTreeMap<(&str, u64), OfChoices> = BTreeMap::new();
    for run in runs {
        if let Some(Some(score)) = run.scores.get(predictor.name()) {
            groups
                .entry((&run.task, run.seed))
                .or_default()
                .insert(&run.choice, (predictor.sign() * score, value(run)));
        }
    }
    let in_all = |choice: &&str| groups.values().all(|group| group.contains_key(choice));
    let first = groups.values().next().into_iter();
    let common: Vec<&str> = first
        .flat_map(|group| group.keys().copied())
        .filter(in_all)
        .collect();
    let pair = |group: &OfChoices| common.iter().map(|c| group[c]).unzip();
    groups.values().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(task: &str, choice: &str, kappa: Option<f64>, parameters: f64, loss: f64) -> StudyRun {
        let scores = [("condition", kappa), ("parameters", Some(parameters))];
        StudyRun {
            task: task.into(),
            seed: 0,
            choice: choice.into(),
            scores: scores.map(|(name, score)| (name.to_owned(), score)).into(),
            train_loss: loss,
            eval_loss: loss,
            metric: -loss,
        }
    }

    fn found(runs: &[StudyRun], among: Among, predictor: &str) -> Option<f64> {
        let all = correlations(runs);
        let of_it = |c: &&Correlation| c.over_tasks(among, "eval_loss") && c.predictor == predictor;
        all.iter().find(of_it).map(|c| c.rho)
    }

    #[test]
    fn a_choice_that_is_missing_in_one_task_is_left_out_of_all() {
        // In the first task the small κ of `d` ends worst; the second task does not have it.
        let mut runs = Vec::new();
        for (choice, kappa, loss) in [
            ("a", 1.0, 1.0),
            ("b", 2.0, 2.0),
            ("c", 3.0, 3.0),
            ("d", 0.0, 9.0),
        ] {
            runs.push(run("CoLA", choice, Some(kappa), 5.0, loss));
            runs.push(run(
                "SST-2",
                choice,
                (choice != "d").then_some(kappa),
                5.0,
                loss,
            ));
        }
        for _ in 0..2 {
            let rho = found(&runs, Among::All, "condition").unwrap();
            assert!((rho - 1.0).abs() < 1e-12, "{rho}");
            runs.reverse();
        }
    }

    #[test]
    fn each_task_counts_once_in_whatever_order_its_runs_come() {
        let mut runs = Vec::new();
        for (choice, kappa) in [("a", 1.0), ("b", 2.0), ("c", 3.0)] {
            for task in ["CoLA", "SST-2"] {
                runs.push(run(task, choice, Some(kappa), 5.0, kappa));
            }
        }
        let mut sorted = runs.clone();
        sorted.sort_by(|a, b| a.task.cmp(&b.task));
        assert_ne!(runs[1].task, sorted[1].task);
        assert_eq!(correlations(&runs), correlations(&sorted));
    }

    #[test]
    fn where_all_choices_end_alike_there_is_no_order() {
        let mut runs = vec![
            run("CoLA", "a", Some(1.0), 5.0, 1.0),
            run("CoLA", "b", Some(2.0), 5.0, 2.0),
            run("CoLA", "c", Some(3.0), 9.0, 3.0),
            run("SST-2", "a", Some(1.0), 5.0, 1.0),
            run("SST-2", "b", Some(2.0), 5.0, 1.0),
            run("SST-2", "c", Some(3.0), 9.0, 2.0),
        ];
        assert_eq!(with_an_order(&runs, Among::All), (2, [2, 2, 2]));
        assert_eq!(with_an_order(&runs, Among::EqualSize), (2, [1, 1, 1]));
        runs[1].metric = runs[0].metric;
        assert_eq!(with_an_order(&runs, Among::EqualSize), (2, [1, 1, 0]));
    }

    #[test]
    fn choices_of_equal_size_are_the_largest_set_of_one_number_of_parameters() {
        let runs: Vec<StudyRun> = [
            ("a", 1.0, 5.0),
            ("b", 2.0, 5.0),
            ("c", 3.0, 5.0),
            ("d", 0.5, 9.0),
            ("e", 0.6, 9.0),
        ]
        .into_iter()
        .map(|(choice, kappa, size)| {
            run(
                "CoLA",
                choice,
                Some(kappa),
                size,
                if size > 5.0 { 7.0 } else { kappa },
            )
        })
        .collect();
        let rho = found(&runs, Among::EqualSize, "condition").unwrap();
        assert!((rho - 1.0).abs() < 1e-12, "{rho}");
        assert!(found(&runs, Among::All, "condition").unwrap() < 0.5);
        assert_eq!(found(&runs, Among::EqualSize, "parameters"), None);
    }
}
