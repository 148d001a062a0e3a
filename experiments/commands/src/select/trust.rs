//! How well the order by a score predicts training, as measured by the studies.

use std::fmt;

use serde::Serialize;
use tangent_spectral::selection::Score;

/// What the studies measured of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trust {
    /// The score.
    pub score: Score,
    /// What each study measured.
    pub measured: [Measured; STUDIES.len()],
}

/// A study's rank correlation between a score before training and the evaluation loss after it, among choices of equal
/// size, which `select` compares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The study's file.
    pub study: &'static str,
    /// What the study trained.
    pub of: &'static str,
    /// Spearman's correlation, averaged over tasks and seeds: 1 is a perfect prediction, 0 is chance.
    pub rho: f64,
    /// The 95 % interval, from resampled choices.
    pub interval: (f64, f64),
}

struct Study {
    file: &'static str,
    of: &'static str,
    /// ρ and its interval for each score.
    measured: [(Score, f64, (f64, f64)); Score::ALL.len()],
}

/// The numbers of the studies' files; a test compares them.
const STUDIES: [Study; 2] = [
    Study {
        file: "docs/results/study-embedded.json",
        of: "the embedded model and generated tasks",
        measured: [
            (Score::Condition, -0.17, (-0.28, 0.03)),
            (Score::LambdaRatio, -0.17, (-0.28, 0.03)),
            (Score::RidgeRisk, 0.31, (0.13, 0.43)),
            (Score::LeaveOneOut, 0.11, (-0.06, 0.29)),
            (Score::Alignment, 0.12, (-0.06, 0.32)),
            (Score::EffectiveRank, 0.00, (-0.16, 0.21)),
            (Score::Trace, 0.21, (0.04, 0.31)),
        ],
    },
    Study {
        file: "docs/results/study.json",
        of: "all-MiniLM-L6-v2 and 256 rows of real tasks",
        measured: [
            (Score::Condition, -0.88, (-0.95, -0.60)),
            (Score::LambdaRatio, -0.88, (-0.95, -0.62)),
            (Score::RidgeRisk, 0.81, (0.47, 0.95)),
            (Score::LeaveOneOut, 0.56, (0.26, 0.74)),
            (Score::Alignment, 0.15, (-0.00, 0.35)),
            (Score::EffectiveRank, -0.86, (-0.94, -0.52)),
            (Score::Trace, 0.82, (0.35, 0.94)),
        ],
    },
];

/// Returns what the studies measured of a score.
pub(super) fn trust(score: Score) -> Trust {
    let measured = STUDIES.map(|study| {
        let found = study.measured.into_iter().find(|(of, ..)| *of == score);
        let (_, rho, interval) = found.expect("a test finds every score");
        Measured {
            study: study.file,
            of: study.of,
            rho,
            interval,
        }
    });
    Trust { score, measured }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.interval;
        let verdict = match (low > 0.0, high < 0.0) {
            (true, _) => "it predicted the order better than chance",
            (_, true) => "it pointed the wrong way",
            _ => "it is indistinguishable from chance",
        };
        write!(
            f,
            "{:+.2} [{low:+.2}, {high:+.2}] on {} ({}): {verdict}",
            self.rho, self.of, self.study
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const FILES: [&str; STUDIES.len()] = [
        include_str!("../../../../docs/results/study-embedded.json"),
        include_str!("../../../../docs/results/study.json"),
    ];

    #[test]
    fn the_numbers_are_the_studies() {
        for (place, file) in FILES.into_iter().enumerate() {
            let study: Value = serde_json::from_str(file).unwrap();
            let correlations = study["correlations"].as_array().unwrap();
            for score in Score::ALL {
                let wanted = [
                    ("among", "equal_size"),
                    ("task", "all"),
                    ("outcome", "eval_loss"),
                    ("predictor", score.name()),
                ];
                let is_it = |c: &&Value| wanted.iter().all(|(key, value)| c[*key] == *value);
                let measured = correlations.iter().find(is_it).unwrap();
                let ours = trust(score).measured[place];
                let pairs = [
                    (ours.rho, &measured["rho"]),
                    (ours.interval.0, &measured["interval"][0]),
                    (ours.interval.1, &measured["interval"][1]),
                ];
                for (ours, theirs) in pairs {
                    let theirs = theirs.as_f64().unwrap();
                    assert!(
                        (ours - theirs).abs() <= 0.005,
                        "{place}, {}: {ours} {theirs}",
                        score.name()
                    );
                }
            }
        }
    }
}
