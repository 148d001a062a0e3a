//! Figure 3: the effect of added layers on the loss and on the ridge risk, beside their effect on λmax.

use tangent_linearize::KernelRidge;
use tangent_spectral::theorems::Bound;
use tangent_spectral::theorems::theorem_7::{self, Quantities};

use super::Made;
use crate::protocol::{
    Adapted, LAMBDA_OF_CHOICES as LAMBDA, NTK_N, Observed, Request, SIGMA, TaskSizes, numbers,
    tables,
};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_linearize::statistics::mean;
use tangent_plot::{Chart, Colour, Line, LineChart, Scale};

const BASE: Adapted = Adapted::key(&[0]);

/// The candidates: the base with layers added.
pub(super) const CANDIDATES: [Adapted; 5] = [
    Adapted::key(&[0, 7]),
    Adapted::key(&[0, 11]),
    Adapted::key(&[0, 5, 7]),
    Adapted::key(&[0, 5, 11]),
    Adapted::key(&[0, 5, 7, 11]),
];

const UNION: Adapted = Adapted::key(&[0, 5, 7, 11]);

/// A candidate compared with the base, for one seed.
struct Ratio {
    /// ln of the final training loss of the candidate over that of the base.
    loss: f64,
    /// ln of the root of the same ratio of the ridge risks; (21) bounds that root.
    risk: f64,
    quantities: Quantities,
}

/// A form of Theorem 7.
type Form = fn(&Quantities) -> Bound<(f64, f64)>;

const FORMS: [(&str, Colour, Form); 4] = [
    (
        "(21) as printed, η < 1",
        Colour::Orange,
        theorem_7::printed_eta_below_one,
    ),
    ("repaired", Colour::Purple, theorem_7::repaired),
    ("sharper", Colour::Sky, theorem_7::sharper),
    ("by Kantorovich", Colour::Green, theorem_7::kantorovich),
];

/// Makes Figure 3: for each task a picture of the ratios, and one of the bounds.
pub(super) fn make(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::default();
    for task in request.profile.dynamics() {
        let mut of_seed: Vec<Vec<Ratio>> = Vec::new();
        for &seed in request.seeds() {
            let ratios = ratios(request, task, seed, console, interrupt);
            of_seed.extend(made.part(&format!("{}, seed {seed}", task.paper), ratios)?);
        }
        let file = task.paper.to_lowercase().replace('-', "");
        made.panel(
            &file,
            format!(
                "{}: candidates against {}, means over seeds; what the paper draws is dashed.",
                task.name(),
                BASE.name()
            ),
            curves(task, &of_seed),
        );
        made.panel(
            &format!("{file}-bounds"),
            format!(
                "{}: the ridge risk's ratio between its bounds, first seed.",
                task.name()
            ),
            bounds(task, &of_seed),
        );
        made.remarks.extend(remarks(task, &of_seed));
    }
    Ok(made)
}

fn ratios(
    request: &Request,
    task: &TaskSizes,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Vec<Ratio>> {
    let loss = |adapted: &Adapted| -> Result<f64> {
        let group = request.group(task, adapted, seed);
        let runs = group.train(&[LAMBDA], Observed::FullByEpoch, console, interrupt)?;
        Ok(runs[0].last.train_loss)
    };
    let blocks = request
        .group(task, &UNION, seed)
        .blocks(NTK_N, console, interrupt)?;
    let base = BASE.places(&blocks);
    let k = blocks.sum(&base);
    let risk = |kernel: &nalgebra::DMatrix<f64>| -> Result<f64> {
        let ridge = KernelRidge::fit(kernel, &blocks.start, &blocks.targets, SIGMA)?;
        Ok(ridge.train_risk())
    };
    let (base_loss, base_risk) = (loss(&BASE)?, risk(&k)?);
    let ratio = |adapted: &Adapted| {
        let added: Vec<usize> = adapted
            .places(&blocks)
            .into_iter()
            .filter(|l| !base.contains(l))
            .collect();
        let s = blocks.sum(&added);
        Ok(Ratio {
            loss: (loss(adapted)? / base_loss).ln(),
            risk: 0.5 * (risk(&(&k + &s))? / base_risk).ln(),
            quantities: Quantities::of(&k, &s, SIGMA, request.machine.precision)?,
        })
    };
    CANDIDATES.iter().map(ratio).collect()
}

/// Returns the mean of a value over seeds, with the index of the candidate, for each candidate.
fn over_seeds(of_seed: &[Vec<Ratio>], value: impl Fn(&Ratio) -> f64) -> Vec<(f64, f64)> {
    let point = |candidate: usize| {
        let values = of_seed
            .iter()
            .filter_map(|ratios| ratios.get(candidate))
            .map(&value);
        Some((candidate as f64, mean(values)?))
    };
    (0..CANDIDATES.len()).filter_map(point).collect()
}

/// The keys of the paper's curves in [`tables`].
const LOG_RISK: &str = "log_risk_ratio";
const LOG_LAMBDA_MAX: &str = "log_lambda_max_ratio";

/// Returns a curve that the paper draws: one value for each candidate.
fn printed(task: &TaskSizes, key: &str) -> Vec<f64> {
    numbers(&tables()["figure3"][task.paper][key])
}

fn curves(task: &TaskSizes, of_seed: &[Vec<Ratio>]) -> Chart {
    let printed = |key: &str| -> Vec<(f64, f64)> {
        let values = printed(task, key).into_iter().enumerate();
        values.map(|(i, v)| (i as f64, v)).collect()
    };
    let line = |name: &str, colour, dashed, points| Line {
        name: name.into(),
        colour,
        dashed,
        marked: true,
        points,
    };
    let lines = vec![
        line(
            "training loss",
            Colour::Blue,
            false,
            over_seeds(of_seed, |r| r.loss),
        ),
        line(
            "root of ridge risk",
            Colour::Green,
            false,
            over_seeds(of_seed, |r| r.risk),
        ),
        line(
            "λmax",
            Colour::Orange,
            false,
            over_seeds(of_seed, |r| r.quantities.rho().ln()),
        ),
        line("paper, risk", Colour::Blue, true, printed(LOG_RISK)),
        line("paper, λmax", Colour::Orange, true, printed(LOG_LAMBDA_MAX)),
    ];
    Chart::Lines(LineChart {
        title: format!("{}: ln of ratios to {}", task.name(), BASE.name()),
        x: "candidate".into(),
        y: "ln of the ratio".into(),
        scale: Scale::Linear,
        categories: names(),
        lines,
    })
}

fn bounds(task: &TaskSizes, of_seed: &[Vec<Ratio>]) -> Chart {
    let first = of_seed.first().map_or(&[][..], Vec::as_slice);
    let line = |name: String, colour, dashed, points| Line {
        name,
        colour,
        dashed,
        marked: true,
        points,
    };
    let points = first.iter().enumerate();
    let mut lines = vec![line(
        "root of ridge risk".into(),
        Colour::Blue,
        false,
        points.clone().map(|(i, r)| (i as f64, r.risk)).collect(),
    )];
    for (name, colour, form) in FORMS {
        for (side, what) in [(0, "below"), (1, "above")] {
            let bound = |(i, ratio): (usize, &Ratio)| {
                let (lower, upper) = form(&ratio.quantities).ok()?;
                Some((i as f64, if side == 0 { lower.ln() } else { upper.ln() }))
            };
            let points: Vec<_> = points.clone().filter_map(bound).collect();
            if !points.is_empty() {
                lines.push(line(format!("{name}, {what}"), colour, true, points));
            }
        }
    }
    Chart::Lines(LineChart {
        title: format!("{}: bounds of Theorem 7", task.name()),
        x: "candidate".into(),
        y: "ln of the ratio".into(),
        scale: Scale::Linear,
        categories: names(),
        lines,
    })
}

fn names() -> Vec<String> {
    CANDIDATES.iter().map(Adapted::name).collect()
}

/// Returns remarks on where the bounds are void or false, on whether the risks move with λmax, and on how the curves
/// compare with the paper's.
fn remarks(task: &TaskSizes, of_seed: &[Vec<Ratio>]) -> Vec<String> {
    let all: Vec<&Ratio> = of_seed.iter().flatten().collect();
    if all.is_empty() {
        return Vec::new();
    }
    let no_eta = all.iter().filter(|r| r.quantities.eta.is_none()).count();
    let large = all
        .iter()
        .filter(|r| r.quantities.eta.is_some_and(|eta| eta >= 1.0))
        .count();
    let root = |r: &Ratio| r.risk.exp();
    let count = |form: Form, holds: bool| {
        let as_asked = |r: &&&Ratio| {
            form(&r.quantities).is_ok_and(|(l, u)| (l..=u).contains(&root(r)) == holds)
        };
        all.iter().filter(as_asked).count()
    };
    let (kappa, eta_sigma) = (
        all.iter().map(|r| r.quantities.kappa()).fold(0.0, f64::max),
        all.iter()
            .map(|r| r.quantities.eta_sigma)
            .fold(0.0, f64::max),
    );
    let rises = |value: fn(&Ratio) -> f64| all.iter().filter(|r| value(r) > 0.0).count();
    let n = all.len();
    let mut remarks = vec![
        format!(
            "{}: (21) with η < 1 says nothing for {} of {n} pairs: λmin(K) is noise for {no_eta}, η ≥ 1 for {large}; \
             as printed, without a condition, it is false for {} of {n}. The repaired form holds for {} of {n}, the \
             sharper ones for {} and {}; κ is up to {kappa:.1e}, η_σ up to {eta_sigma:.1e}.",
            task.name(),
            no_eta + large,
            count(theorem_7::printed, false),
            count(theorem_7::repaired, true),
            count(theorem_7::sharper, true),
            count(theorem_7::kantorovich, true)
        ),
        format!(
            "{}: when layers are added λmax falls in {} of {n} pairs; the training loss rises in {}, the ridge risk in {}.",
            task.name(),
            // The margin is above the rounding errors of two eigenvalues.
            all.iter()
                .filter(|r| r.quantities.rho() < 1.0 - 1e-9)
                .count(),
            rises(|r| r.loss),
            rises(|r| r.risk)
        ),
    ];
    remarks.extend(beside_the_papers(task, of_seed));
    remarks
}

/// Returns a remark that compares our curves with the paper's: the signs of the loss's, the sizes of both.
fn beside_the_papers(task: &TaskSizes, of_seed: &[Vec<Ratio>]) -> Option<String> {
    let ours = |value: fn(&Ratio) -> f64| -> Vec<f64> {
        let points = over_seeds(of_seed, value).into_iter();
        points.map(|(_, value)| value).collect()
    };
    let largest = |values: &[f64]| {
        let sizes = values.iter().map(|value| value.abs());
        sizes.max_by(f64::total_cmp)
    };
    let (loss, lambda_max) = (ours(|r| r.loss), ours(|r| r.quantities.rho().ln()));
    let (paper_loss, paper_lambda_max) = (printed(task, LOG_RISK), printed(task, LOG_LAMBDA_MAX));
    let pairs = || loss.iter().zip(&paper_loss);
    Some(format!(
        "{}: the mean training loss moves as the paper's risk does for {} of {} candidates, its ln by up to {:.4} \
         (paper: {:.4}); ln of the λmax ratio is up to {:.4} (paper: {:.4}).",
        task.name(),
        pairs().filter(|(a, b)| (**a > 0.0) == (**b > 0.0)).count(),
        pairs().count(),
        largest(&loss)?,
        largest(&paper_loss)?,
        largest(&lambda_max)?,
        largest(&paper_lambda_max)?
    ))
}
