//! Decides which choices are compared: all of them, or, if they are too many, those that a greedy search leads to.

use tangent_spectral::selection::{Problem, Score, greedy};

use super::choices::{Choice, LayerSets, Space};
use super::config::Config;
use super::record::{Part, Search};
use tangent_base::Result;
use tangent_base::cli::Interrupt;

/// The largest number of choices that are all compared. Each choice is scored again on every subsample, and the work
/// grows with the cube of the number of examples: at the defaults (256 examples, 20 subsamples), this many choices take
/// about a quarter of an hour on two cores.
pub(super) const MOST: usize = 20_000;

/// Returns the choices to compare, and how they were found if they are not all possible ones.
///
/// If there are more than [`MOST`] choices, a greedy search adds one element at a time, each time the best one by the
/// score. Each step compares choices of one size, so that no score decides it by size alone and Algorithm 2's ratio may
/// be used. If there are too many sets of matrices, the search first adds matrices, in all layers that may be chosen;
/// then it adds layers, for every remaining set of matrices. The choices to compare are the candidates of the last
/// step.
///
/// # Errors
/// The score is undefined for a candidate; an interruption.
pub(super) fn compared(
    space: &Space,
    problem: &Problem,
    config: &Config,
    interrupt: &Interrupt,
) -> Result<(Vec<Choice>, Option<Search>)> {
    compared_up_to(MOST, space, problem, config.score, interrupt)
}

fn compared_up_to(
    most: usize,
    space: &Space,
    problem: &Problem,
    score: Score,
    interrupt: &Interrupt,
) -> Result<(Vec<Choice>, Option<Search>)> {
    let few = |count: Option<usize>| count.is_some_and(|count| count <= most);
    let possible = space.count();
    if few(possible) {
        return Ok((space.with(&space.target_sets()?)?, None));
    }
    let mut grown = Vec::new();
    let searched = match &space.layers {
        LayerSets::Given(sets) => sets.len(),
        LayerSets::Every { of, k } => (0..*k).map(|taken| of.len() - taken).sum(),
    };
    let target_sets = match space.count_of_targets() {
        Some(count) if few(count.checked_mul(searched)) => space.target_sets()?,
        Some(1) => space.target_sets()?,
        _ => {
            grown.push(Part::Matrices);
            grown_targets(space, problem, score)?
        }
    };
    let listed = space
        .layers
        .count()
        .and_then(|count| count.checked_mul(target_sets.len()));
    let choices = match &space.layers {
        LayerSets::Every { of, k } if *k > 1 && !few(listed) => {
            grown.push(Part::Layers);
            let mut choices = Vec::new();
            for targets in &target_sets {
                interrupt.check()?;
                choices.extend(grown_layers(space, (of, *k), targets, problem, score)?);
            }
            choices
        }
        // Sets of layers that the user named are all compared, whatever their number.
        _ => space.with(&target_sets)?,
    };
    let search = Search {
        possible,
        most,
        grown,
    };
    Ok((choices, Some(search)))
}

/// Returns one set of matrices for each requested size; each set adds one matrix to the set before.
fn grown_targets(space: &Space, problem: &Problem, score: Score) -> Result<Vec<Vec<String>>> {
    let layers = space.layers.all();
    let unit = |target: &String| space.choice(&layers, std::slice::from_ref(target)).blocks;
    let units: Vec<Vec<usize>> = space.targets.iter().map(unit).collect();
    let path = greedy(problem, &units, *space.sizes.end(), score)?;
    let set = |size: usize| {
        let of_it = space.targets.iter().zip(&units);
        let chosen = of_it.filter(|(_, unit)| part_of(unit, &path[size - 1].choice));
        chosen.map(|(target, _)| target.clone()).collect()
    };
    Ok(space.sizes.clone().map(set).collect())
}

/// Returns the candidates of the last step with these matrices: `k − 1` layers, which were added one at a time, and any
/// one of the others.
fn grown_layers(
    space: &Space,
    (of, k): (&[usize], usize),
    targets: &[String],
    problem: &Problem,
    score: Score,
) -> Result<Vec<Choice>> {
    let unit = |layer: &usize| space.choice(&[*layer], targets).blocks;
    let units: Vec<Vec<usize>> = of.iter().map(unit).collect();
    let first: Vec<usize> = match k {
        1 => Vec::new(),
        _ => {
            let path = greedy(problem, &units, k - 1, score)?;
            let all = of.iter().zip(&units);
            let taken = all.filter(|(_, unit)| part_of(unit, &path[k - 2].choice));
            taken.map(|(layer, _)| *layer).collect()
        }
    };
    let last = of.iter().filter(|layer| !first.contains(layer));
    let choice = |last: &usize| {
        let mut layers = [&first[..], &[*last]].concat();
        layers.sort_unstable();
        space.choice(&layers, targets)
    };
    Ok(last.map(choice).collect())
}

fn part_of(unit: &[usize], choice: &[usize]) -> bool {
    unit.iter().all(|block| choice.contains(block))
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};
    use tangent_ntk_core::Block;
    use tangent_spectral::Precision;

    use super::*;
    use crate::select::Args;

    const TARGETS: [&str; 3] = ["query", "key", "value"];

    /// Returns the blocks of `layers` layers, each with the matrices [`TARGETS`].
    fn blocks(layers: usize) -> Vec<Block> {
        let of_layer = |l: usize| TARGETS.map(|t| Block::new(t, 2).in_layer(l, t));
        (0..layers).flat_map(of_layer).collect()
    }

    /// Returns a kernel of rank 2 for every block.
    fn kernels(blocks: usize, n: usize) -> Vec<DMatrix<f64>> {
        let kernel = |l: usize| {
            let j = DMatrix::from_fn(n, 2, |i, c| ((3 * l + 5 * i + 7 * c + l * i) as f64).sin());
            &j * j.transpose()
        };
        (0..blocks).map(kernel).collect()
    }

    fn targets() -> Vec<String> {
        TARGETS.map(String::from).to_vec()
    }

    struct Found {
        choices: Vec<Choice>,
        search: Option<Search>,
        /// The score of each choice.
        values: Vec<f64>,
    }

    fn search(most: usize, layers: usize, args: &Args) -> Result<Found> {
        let (blocks, targets, n) = (blocks(layers), targets(), 6);
        let (config, kernels) = (Config::new(args)?, kernels(blocks.len(), n));
        let residual = DVector::from_fn(n, |i, _| 1.0 - 0.3 * i as f64);
        let problem = Problem::new(&kernels, &residual, 0.1, Precision::F64)?;
        let space = Space::new(&config, &targets, &blocks)?;
        let interrupt = Interrupt::default();
        let (choices, search) = compared_up_to(most, &space, &problem, config.score, &interrupt)?;
        let value = |choice: &Choice| problem.score(&choice.blocks, &[config.score]).unwrap()[0];
        let values = choices.iter().map(value).collect();
        Ok(Found {
            choices,
            search,
            values,
        })
    }

    fn args(choose: usize, choose_targets: Option<usize>) -> Args {
        Args {
            choose: Some(choose),
            choose_targets,
            ..Args::default()
        }
    }

    #[test]
    fn few_choices_are_all_compared() {
        let found = search(20, 6, &args(3, None)).unwrap();
        assert_eq!(found.choices.len(), 20);
        assert_eq!(found.search, None);
        let every = search(140, 6, &args(3, Some(0))).unwrap();
        assert_eq!((every.choices.len(), every.search), (140, None));
    }

    #[test]
    fn too_many_sets_of_layers_are_searched_one_layer_at_a_time() {
        let every = search(usize::MAX, 6, &args(3, None)).unwrap();
        let found = search(19, 6, &args(3, None)).unwrap();
        let search_of = found.search.unwrap();
        assert_eq!((search_of.possible, search_of.most), (Some(20), 19));
        assert_eq!(search_of.grown, [Part::Layers]);
        // All choices share two layers, and each adds one of the four others: their size is 3.
        assert_eq!(found.choices.len(), 4);
        let shared = |layer: &usize| found.choices.iter().all(|c| c.layers.contains(layer));
        assert_eq!((0..6).filter(shared).count(), 2);
        for (choice, value) in found.choices.iter().zip(&found.values) {
            assert_eq!(choice.layers.len(), 3);
            let place = every
                .choices
                .iter()
                .position(|other| other == choice)
                .unwrap();
            assert_eq!(every.values[place], *value);
        }
        // A plain loop finds the best layer, then the best pair that contains it.
        let one = search(usize::MAX, 6, &args(1, None)).unwrap();
        let first = &one.choices[Score::RidgeRisk.order(&one.values)[0]].layers;
        let two = search(usize::MAX, 6, &args(2, None)).unwrap();
        let beside = Score::RidgeRisk.order(&two.values).into_iter();
        let mut beside = beside.map(|place| &two.choices[place].layers);
        let second = beside.find(|layers| layers.contains(&first[0])).unwrap();
        assert!(second.iter().all(shared), "{second:?}");
    }

    #[test]
    fn algorithm_2_searches_among_choices_of_one_size() {
        let args = Args {
            score: Some(Score::LambdaRatio),
            ..args(3, Some(2))
        };
        let every = search(usize::MAX, 6, &args).unwrap();
        assert_eq!(every.choices.len(), 60);
        let found = search(59, 6, &args).unwrap();
        assert_eq!(found.search.unwrap().grown, [Part::Layers]);
        assert_eq!(found.choices.len(), 3 * 4);
        assert!(found.choices.iter().all(|choice| choice.blocks.len() == 6));
        let best = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(best(&found.values) >= best(&every.values));
    }

    #[test]
    fn numbers_beyond_every_list_are_searched_too() {
        // There are 6.5e67 sets of 115 layers; they are never listed.
        let found = search(MOST, 230, &args(115, None)).unwrap();
        assert_eq!(found.search.unwrap().possible, None);
        assert_eq!(found.choices.len(), 116);
        let one = search(2, 230, &args(1, None)).unwrap();
        assert_eq!(one.choices.len(), 230);
        let all = search(1, 6, &args(6, Some(1))).unwrap();
        assert_eq!(all.choices.len(), 1);
    }

    #[test]
    fn sets_of_matrices_are_grown_where_they_are_what_is_too_many() {
        let found = search(10, 4, &args(1, Some(0))).unwrap();
        let search_of = found.search.unwrap();
        assert_eq!(search_of.possible, Some(28));
        assert_eq!(search_of.grown[0], Part::Matrices);
        let mut sizes: Vec<usize> = found.choices.iter().map(|c| c.targets.len()).collect();
        sizes.dedup();
        sizes.sort_unstable();
        sizes.dedup();
        assert_eq!(sizes, [1, 2, 3]);
        // Each set contains the smaller one.
        let of_size = |size| {
            &found
                .choices
                .iter()
                .find(|c| c.targets.len() == size)
                .unwrap()
                .targets
        };
        assert!(of_size(1).iter().all(|target| of_size(2).contains(target)));
    }

    #[test]
    fn sets_of_layers_that_were_named_are_all_compared() {
        let args = Args {
            candidates: Some("0:1,2:0,3:3".into()),
            choose_targets: Some(0),
            ..Args::default()
        };
        let found = search(5, 4, &args).unwrap();
        assert_eq!(found.search.unwrap().grown, [Part::Matrices]);
        assert_eq!(found.choices.len(), 4 * 3);
    }
}
