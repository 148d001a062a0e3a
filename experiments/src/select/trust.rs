//! How far the order by a score foretells training: what the study measured.

use std::fmt;

use serde::Serialize;
use tangent_spectral::selection::Score;

/// The study's rank correlation of a score before training with the evaluation loss after it, among choices of equal
/// size, which is what `select` compares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trust {
    /// The score.
    pub score: Score,
    /// Spearman's correlation, the mean over tasks and seeds: 1 is right, 0 is chance.
    pub rho: f64,
    /// 95 % interval, from choices drawn anew.
    pub interval: (f64, f64),
    /// The study.
    pub study: &'static str,
}

const STUDY: &str = "docs/results/study-embedded.json";

/// ρ and its interval, of each score; a test compares them with the study's file.
const MEASURED: [(Score, f64, (f64, f64)); 7] = [
    (Score::Condition, -0.17, (-0.28, 0.03)),
    (Score::LambdaRatio, -0.17, (-0.28, 0.03)),
    (Score::RidgeRisk, 0.31, (0.13, 0.43)),
    (Score::LeaveOneOut, 0.11, (-0.06, 0.29)),
    (Score::Alignment, 0.12, (-0.06, 0.32)),
    (Score::EffectiveRank, 0.00, (-0.16, 0.21)),
    (Score::Trace, 0.21, (0.04, 0.31)),
];

/// What is known of a score.
pub(super) fn trust(score: Score) -> Trust {
    let of_it = MEASURED.iter().find(|(of, ..)| *of == score);
    let &(score, rho, interval) = of_it.expect("a test finds every score");
    Trust {
        score,
        rho,
        interval,
        study: STUDY,
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.interval;
        let verdict = match (low > 0.0, high < 0.0) {
            (true, _) => "it foretold something",
            (_, true) => "it pointed the wrong way",
            _ => "it could not be told from chance",
        };
        write!(
            f,
            "how far to trust it: among choices of equal size its order correlated with that of evaluation losses after \
             training by {:+.2} [{low:+.2}, {high:+.2}] in {}: {verdict}",
            self.rho, self.study
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Among, StudyResult};

    const FILE: &str = include_str!("../../../docs/results/study-embedded.json");

    #[test]
    fn the_numbers_are_the_studys() {
        let study: StudyResult = serde_json::from_str(FILE).unwrap();
        for score in Score::ALL {
            let mut of_all = study.correlations.iter();
            let measured = of_all
                .find(|c| {
                    c.over_tasks(Among::EqualSize, "eval_loss") && c.predictor == score.name()
                })
                .unwrap();
            let trust = trust(score);
            let pairs = [
                (trust.rho, measured.rho),
                (trust.interval.0, measured.interval.0),
                (trust.interval.1, measured.interval.1),
            ];
            for (ours, theirs) in pairs {
                assert!(
                    (ours - theirs).abs() <= 0.005,
                    "{}: {ours} {theirs}",
                    score.name()
                );
            }
        }
    }
}
