//! Searches for the best of many choices.

use super::candidates::{combinations, union, units_with_blocks};
use super::{Problem, Score};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// A choice of blocks with the value of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The indices of the chosen blocks.
    pub choice: Vec<usize>,
    /// The value of the score.
    pub value: f64,
}

/// Returns the candidates with their scores, best first; candidates of equal score in the order
/// given.
///
/// A candidate may be a subset of another. Long lists come from
/// [`combinations`](super::combinations), [`unions`](super::unions) or [`grid`](super::grid).
///
/// # Errors
/// [`Error::NoCandidate`] for an empty list, and the errors of [`Problem::score`].
pub fn rank(
    problem: &Problem<'_>,
    candidates: impl IntoIterator<Item = Vec<usize>>,
    score: Score,
) -> Result<Vec<Scored>> {
    let scored: Vec<Scored> = candidates
        .into_iter()
        .map(|choice| {
            let value = problem.score(&choice, &[score])?[0];
            Ok(Scored { choice, value })
        })
        .collect::<Result<_>>()?;
    if scored.is_empty() {
        return Err(Error::NoCandidate);
    }
    let values: Vec<f64> = scored.iter().map(|s| s.value).collect();
    let mut scored: Vec<Option<Scored>> = scored.into_iter().map(Some).collect();
    Ok(score
        .order(&values)
        .into_iter()
        .filter_map(|i| scored[i].take())
        .collect())
}

/// Algorithm 2: returns the candidate with the least
/// $r_C = \lambda_{\max}(K + \sum_{l \in C} S_l + \sigma I) / \lambda_{\max}(K + \sigma I)$, the
/// first of equal ones.
///
/// Adding a block never lowers $r_C$, so a candidate that contains another cannot win, and over all
/// subsets the answer is a single block or none, whatever the model. A list with such candidates is
/// refused. Candidates of one size never contain each other; [`rank`] takes any list.
///
/// # Errors
/// [`Error::NestedCandidates`], and the errors of [`rank`].
pub fn algorithm_2(
    problem: &Problem<'_>,
    candidates: impl IntoIterator<Item = Vec<usize>>,
) -> Result<Scored> {
    let candidates: Vec<Vec<usize>> = candidates.into_iter().collect();
    refuse_nested(problem, &candidates)?;
    let ranked = rank(problem, candidates, Score::LambdaRatio)?;
    ranked.into_iter().next().ok_or(Error::NoCandidate)
}

/// Refuses a list in which one candidate is a proper subset of another, base included: by $r_C$ the
/// subset would win, whatever the model.
///
/// # Errors
/// [`Error::NestedCandidates`], with the two candidates.
pub fn refuse_nested(problem: &Problem<'_>, candidates: &[Vec<usize>]) -> Result<()> {
    let mut sets: Vec<(Vec<usize>, usize)> = candidates
        .iter()
        .enumerate()
        .map(|(i, choice)| (union(choice.iter().chain(&problem.base)), i))
        .collect();
    sets.sort_by_key(|(set, i)| (set.len(), *i));
    for (position, (larger, i)) in sets.iter().enumerate() {
        let smaller = sets[..position]
            .iter()
            .take_while(|(set, _)| set.len() < larger.len())
            .find(|(set, _)| set.iter().all(|block| larger.binary_search(block).is_ok()));
        if let Some((_, j)) = smaller {
            return Err(Error::NestedCandidates {
                smaller: candidates[*j].clone(),
                larger: candidates[*i].clone(),
            });
        }
    }
    Ok(())
}

/// Adds `k` units one at a time, each time the unit with which the score is best (the first of
/// equal ones); returns the choice after each step.
///
/// This takes $\sum_{i<k}(u - i)$ scores for $u$ units, instead of $\binom uk$. The last choice
/// need not be the best of its size.
///
/// # Errors
/// If a unit has no block, or `k` is 0 or more than the number of units; and the errors of
/// [`Problem::score`].
pub fn greedy(
    problem: &Problem<'_>,
    units: &[Vec<usize>],
    k: usize,
    score: Score,
) -> Result<Vec<Scored>> {
    units_with_blocks(units)?;
    combinations(units.len(), k)?;
    let mut left: Vec<&Vec<usize>> = units.iter().collect();
    let mut path: Vec<Scored> = Vec::with_capacity(k);
    for _ in 0..k {
        let so_far = path.last().map_or(&[][..], |step| &step.choice);
        let candidates: Vec<Vec<usize>> = left
            .iter()
            .map(|unit| union(so_far.iter().chain(*unit)))
            .collect();
        let values = candidates
            .iter()
            .map(|choice| Ok(problem.score(choice, &[score])?[0]))
            .collect::<Result<Vec<f64>>>()?;
        let best = score.order(&values)[0];
        path.push(Scored {
            choice: candidates[best].clone(),
            value: values[best],
        });
        left.remove(best);
    }
    Ok(path)
}
