//! Lists of choices and searches for the best, compared with exhaustive search.

#[path = "common/blocks.rs"]
mod blocks;
mod common;

use approx::assert_relative_eq;
use blocks::{blocks, message, one, problem, problems};
use nalgebra::{DMatrix, dmatrix, dvector};
use proptest::prelude::*;
use tangent_spectral::selection::{
    Better, Score, Scored, algorithm_2, binomial, combinations, greedy, grid, rank, unions,
};
use tangent_spectral::{Error, eigenvalues};

#[test]
fn choices_are_listed_in_lexicographic_order() {
    for (n, k, count) in [(1, 1, 1), (4, 4, 1), (5, 3, 10), (12, 3, 220), (12, 6, 924)] {
        let all: Vec<_> = combinations(n, k).unwrap().collect();
        assert_eq!(all.len(), count);
        assert!(all.is_sorted_by(|a, b| a < b));
        assert!(all.iter().all(|c| c.len() == k && c[k - 1] < n));
        assert!(all.iter().all(|c| c.is_sorted_by(|a, b| a < b)));
    }
    // Units may share a block.
    let shared: Vec<_> = unions(&[vec![3, 1], vec![1, 2], vec![0]], 2)
        .unwrap()
        .collect();
    assert_eq!(shared, [vec![1, 2, 3], vec![0, 1, 3], vec![0, 1, 2]]);
    let cells = vec![vec![vec![0, 1], vec![2]], vec![vec![3, 4], vec![5]]];
    let one_each: Vec<_> = grid(&cells, 1, 1).unwrap().collect();
    assert_eq!(one_each, [vec![0, 1], vec![2], vec![3, 4], vec![5]]);
    let a_column: Vec<_> = grid(&cells, 2, 1).unwrap().collect();
    assert_eq!(a_column, [vec![0, 1, 3, 4], vec![2, 5]]);
}

#[test]
fn choices_are_counted_without_being_made() {
    for n in 0..12 {
        for k in 1..14 {
            let made = combinations(n, k).map_or(0, Iterator::count);
            assert_eq!(binomial(n, k), Some(made), "{n} choose {k}");
        }
        assert_eq!(binomial(n, 0), Some(1));
    }
    assert_eq!(binomial(24, 12), Some(2_704_156));
    assert_eq!(binomial(usize::MAX, 1), Some(usize::MAX));
    assert_eq!(binomial(usize::MAX, usize::MAX - 1), Some(usize::MAX));
    assert_eq!(binomial(62, 31), Some(465_428_353_255_261_088));
    for (n, k) in [(100, 50), (usize::MAX, 2), (usize::MAX, usize::MAX / 2)] {
        assert_eq!(binomial(n, k), None, "{n} choose {k}");
    }
}

#[test]
fn a_ranking_has_the_better_end_first_and_keeps_the_order_of_equal_choices() {
    let blocks = [2.0, 5.0, 2.0, 9.0].map(|v| dmatrix![v]);
    let y = dvector![1.0];
    let problem = problem(&blocks, &y, 1.0);
    let order = |score| -> Vec<usize> {
        let ranked = rank(&problem, combinations(4, 1).unwrap(), score).unwrap();
        ranked.iter().map(|s| s.choice[0]).collect()
    };
    assert_eq!(order(Score::Trace), [3, 1, 0, 2]);
    assert_eq!(order(Score::RidgeRisk), [3, 1, 0, 2]);
    assert_eq!(order(Score::LambdaRatio), [0, 2, 1, 3]);
    assert_eq!(order(Score::Condition), [0, 1, 2, 3]);
    assert_eq!(
        Score::Condition.order(&[f64::INFINITY, 3.0, 4.0]),
        [1, 2, 0]
    );
    // The list of the paper's Figure 3 is nested, and may be ranked.
    let nested = [vec![0, 1], vec![0, 3], vec![0, 1, 3]];
    let ranked = rank(&problem, nested, Score::LambdaRatio).unwrap();
    assert_eq!(ranked[0].choice, [0, 1]);
}

#[test]
fn algorithm_2_takes_the_least_ratio_of_a_list() {
    let (blocks, y) = blocks(6, 10, 3, 6);
    let problem = problem(&blocks, &y, 1e-4).with_base(&[0]).unwrap();
    let best = algorithm_2(&problem, combinations(6, 3).unwrap().filter(|c| c[0] > 0)).unwrap();
    let largest = |choice: &[usize]| {
        let k = problem.kernel(choice).unwrap();
        eigenvalues(&k).unwrap()[9]
    };
    for choice in combinations(6, 3).unwrap().filter(|c| c[0] > 0) {
        assert!(largest(&best.choice) <= largest(&choice) * (1.0 + 1e-12));
    }
    let want = (largest(&best.choice) + 1e-4) / (eigenvalues(&blocks[0]).unwrap()[9] + 1e-4);
    assert_relative_eq!(best.value, want, max_relative = 1e-12);
}

#[test]
fn algorithm_2_over_nested_candidates_is_refused_with_its_reason() {
    let (blocks, y) = blocks(4, 5, 2, 7);
    let free = problem(&blocks, &y, 0.1);
    let all_subsets = (1..=4).flat_map(|k| combinations(4, k).unwrap());
    assert_eq!(
        message(algorithm_2(&free, all_subsets)),
        "candidate [0, 1] contains candidate [0]: adding blocks never lowers r_C, so Algorithm 2 \
         cannot choose the larger, whatever the model; give candidates of one size, or `rank` the \
         list"
    );
    // Sizes may differ where no candidate contains another, and equal ones are harmless.
    let uneven = vec![vec![3], vec![0, 1], vec![1, 0]];
    assert!(algorithm_2(&free, uneven.clone()).is_ok());
    // With the base {3}, the candidate {3} is a subset of {0, 1}, which now contains 3 too.
    let based = free.with_base(&[3]).unwrap();
    let refused = algorithm_2(&based, uneven);
    assert!(matches!(refused, Err(Error::NestedCandidates { .. })));
}

#[test]
fn greedy_adds_the_best_unit_at_each_step() {
    let (blocks, y) = blocks(6, 9, 2, 8);
    let problem = problem(&blocks, &y, 0.05);
    let units = [vec![0, 3], vec![1, 4], vec![2, 5]];
    for score in Score::ALL {
        let path = greedy(&problem, &units, 3, score).unwrap();
        assert_eq!(path.len(), 3);
        let mut left: Vec<usize> = vec![0, 1, 2];
        let mut so_far: Vec<usize> = Vec::new();
        for step in &path {
            let value = |u: usize| one(&problem, &[&so_far[..], &units[u][..]].concat(), score);
            let best = left
                .iter()
                .copied()
                .min_by(|&a, &b| match score.better() {
                    Better::Lower => value(a).total_cmp(&value(b)),
                    Better::Higher => value(b).total_cmp(&value(a)),
                })
                .unwrap();
            assert_eq!(step.value, value(best));
            so_far.extend(&units[best]);
            so_far.sort_unstable();
            assert_eq!(step.choice, so_far);
            left.retain(|&u| u != best);
        }
    }
}

#[test]
fn wrong_lists_are_refused() {
    assert_eq!(
        message(combinations(12, 13).map(|_| ())),
        "cannot choose 13 of 12: choose from 1 to 12"
    );
    assert_eq!(
        message(combinations(12, 0).map(|_| ())),
        "cannot choose 0 of 12: choose from 1 to 12"
    );
    assert_eq!(
        message(combinations(0, 1).map(|_| ())),
        "cannot choose 1 of 0: there is nothing to choose from"
    );
    let units = [vec![0], vec![]];
    let no_unit = "unit 1 has no block: name at least one, or leave the unit out";
    assert_eq!(message(unions(&units, 1).map(|_| ())), no_unit);
    assert_eq!(message(grid(&[units.to_vec()], 1, 1).map(|_| ())), no_unit);
    let ragged = [vec![vec![0], vec![1]], vec![vec![2]]];
    assert_eq!(
        message(grid(&ragged, 1, 1).map(|_| ())),
        "layer 1 of the grid has 1 matrices, the first has 2"
    );
    let kernels = [DMatrix::identity(2, 2)];
    let y = dvector![1.0, 2.0];
    let problem = problem(&kernels, &y, 0.1);
    let empty = "the list of candidates is empty: give at least one choice of blocks";
    assert_eq!(message(rank(&problem, [], Score::Trace)), empty);
    assert_eq!(message(algorithm_2(&problem, [])), empty);
    assert_eq!(message(greedy(&problem, &units, 1, Score::Trace)), no_unit);
    assert_eq!(
        message(greedy(&problem, &units[..1], 2, Score::Trace)),
        "cannot choose 2 of 1: choose from 1 to 1"
    );
}

#[test]
fn a_scored_choice_is_serialised_by_field() {
    let scored = Scored {
        choice: vec![1, 2],
        value: 0.5,
    };
    let json = serde_json::to_string(&scored).unwrap();
    assert_eq!(json, r#"{"choice":[1,2],"value":0.5}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Why nested lists are refused for r_C: over all subsets, a single block comes first.
    #[test]
    fn over_all_subsets_a_single_block_is_ranked_first((blocks, y, sigma, _) in problems()) {
        let problem = problem(&blocks, &y, sigma);
        let all = (1..=blocks.len()).flat_map(|k| combinations(blocks.len(), k).unwrap());
        let ranked = rank(&problem, all, Score::LambdaRatio).unwrap();
        let single = ranked.iter().find(|s| s.choice.len() == 1).unwrap();
        prop_assert!(ranked[0].value >= single.value * (1.0 - 1e-12));
    }

    #[test]
    fn one_step_of_greedy_is_exhaustion((blocks, y, sigma, based) in problems()) {
        let mut problem = problem(&blocks, &y, sigma);
        if based {
            problem = problem.with_base(&[0]).unwrap();
        }
        let units: Vec<Vec<usize>> = (0..blocks.len()).map(|l| vec![l]).collect();
        for score in Score::ALL {
            let path = greedy(&problem, &units, 1, score).unwrap();
            let ranked = rank(&problem, unions(&units, 1).unwrap(), score).unwrap();
            prop_assert_eq!(&path[..], &ranked[..1]);
        }
    }
}
