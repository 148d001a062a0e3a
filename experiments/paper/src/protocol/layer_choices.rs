//! The runs of Table 2, which Table 3 and Figure 2 use too: four choices of layers, each with κ at the start.

use tangent_spectral::Spectrum;

use super::{
    Adapted, Failed, LAMBDA_OF_CHOICES as LAMBDA, NTK_N, Observed, Request, SIGMA, TaskSizes,
    Trained, collect, tables,
};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};

/// The choices of Table 2.
pub(crate) const LAYER_CHOICES: [Adapted; 4] = [
    Adapted::query_value(&[0]),
    Adapted::query_value(&[0, 11]),
    Adapted::query_value(&[0, 5, 11]),
    Adapted::key(&[0, 5, 11]),
];

/// All modules that these choices adapt.
const UNION: Adapted = Adapted {
    layers: &[0, 5, 11],
    targets: &["query", "key", "value"],
};

/// A run, recorded after each epoch, with κ(K + σI) at its start.
pub(crate) struct LayerRun {
    pub(crate) kappa: f64,
    pub(crate) trained: Trained,
}

/// Returns the runs of a task: for each choice, one for each seed. Runs that fail are named in `failed`.
///
/// # Errors
/// As [`collect`].
pub(crate) fn layer_runs(
    request: &Request,
    task: &TaskSizes,
    failed: &mut Failed,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<[Vec<LayerRun>; 4]> {
    let mut runs: [Vec<LayerRun>; 4] = Default::default();
    for &seed in request.seeds() {
        let name = format!("{}, seed {seed}", task.paper);
        let kappas = kappas(request, task, seed, console, interrupt);
        let Some(kappas) = collect(failed, &name, kappas)? else {
            continue;
        };
        for ((adapted, kappa), into) in LAYER_CHOICES.iter().zip(kappas).zip(&mut runs) {
            let name = format!("{name}, {}", adapted.name());
            let trained = layer_run(request, task, adapted, seed, console, interrupt);
            let trained = collect(failed, &name, trained)?;
            into.extend(trained.map(|trained| LayerRun { kappa, trained }));
        }
    }
    Ok(runs)
}

/// Returns one of the runs.
///
/// # Errors
/// As [`Group::train`](super::Group::train).
pub(crate) fn layer_run(
    request: &Request,
    task: &TaskSizes,
    adapted: &Adapted,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Trained> {
    let group = request.group(task, adapted, seed);
    let runs = group.train(&[LAMBDA], Observed::FullByEpoch, console, interrupt)?;
    Ok(runs.into_iter().next().expect("one λ, one run"))
}

/// Returns κ of each choice, from one pass over the model.
fn kappas(
    request: &Request,
    task: &TaskSizes,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Vec<f64>> {
    let blocks = request
        .group(task, &UNION, seed)
        .blocks(NTK_N, console, interrupt)?;
    let kappa = |adapted: &Adapted| {
        let sum = blocks.sum(&adapted.places(&blocks));
        let spectrum = Spectrum::of_gram(&sum, request.machine.precision)?;
        Ok(spectrum.condition(SIGMA)?.kappa)
    };
    LAYER_CHOICES.iter().map(kappa).collect()
}

/// Returns the number that the paper's Table 2 prints for a task and a choice, if it prints one.
pub(crate) fn printed_of_choice(task: &str, adapted: &Adapted, key: &str) -> Option<f64> {
    let rows = tables()["table2"].as_array()?;
    rows.iter()
        .find(|row| row["task"] == task && row["config"] == adapted.name())?[key]
        .as_f64()
}
