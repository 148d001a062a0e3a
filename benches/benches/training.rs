//! Training: a step of the full and of the linearized model, the norm of the Jacobian, and the flow of the linearized
//! model computed by its kernel alone.

use std::hint::black_box;

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DVector;
use tangent_benches::random::{gram, model};
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{KernelSpace, Recipe, Stepping, Trainer};
use tangent_linearize::{
    Full, FullOptions, GradientFlow, Linearized, LinearizedOptions, Objective, Predictor, Targets,
};
use tangent_lora::Sequence;
use tangent_lora::adapter::LoraConfig;
use tangent_ntk_core::Monitor;
use tangent_spectral::Lanczos;

const BATCH: usize = 32;
const TOKENS: usize = 12;
const THREADS: usize = 2;

fn steps(criterion: &mut Criterion) {
    tangent_benches::keep_pages();
    let adapter = LoraConfig::new(8, 8.0, ["query", "value"]);
    let model = model::<Flex>(adapter, &FlexDevice, DType::F32);
    let examples: Vec<Sequence> = (0..BATCH as u32)
        .map(|i| {
            let ids: Vec<u32> = (0..TOKENS as u32).map(|t| 100 + 32 * t + i).collect();
            Sequence::new(model.config(), &ids, &[0; TOKENS]).expect("within the vocabulary")
        })
        .collect();
    let targets = Targets::Classes((0..BATCH).map(|i| i % 2).collect());
    // One batch, and more steps than a measurement takes.
    let recipe = Recipe {
        rule: Rule::SelectivePerTensor,
        schedule: Schedule::Constant,
        batch: BATCH,
        epochs: usize::MAX,
        ..Recipe::default()
    };
    let full = FullOptions {
        threads: THREADS,
        ..FullOptions::default()
    };
    let full = Full::new(&model, &examples, full).expect("a model and options");
    let linearized = |memory| {
        let options = LinearizedOptions {
            threads: THREADS,
            memory,
            ..LinearizedOptions::default()
        };
        Linearized::new(&model, &examples, options, &Monitor::silent()).expect("finite outputs")
    };
    let (kept, recomputed) = (linearized(None), linearized(Some(0)));
    let predictors: [(&str, &dyn Predictor); 3] = [
        ("full", &full),
        ("linearized, rows recomputed", &recomputed),
        ("linearized, rows kept", &kept),
    ];
    let name = format!("a step on {BATCH} × {TOKENS} tokens, MiniLM's shape");
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    group.throughput(Throughput::Elements(BATCH as u64));
    for (name, predictor) in predictors {
        let mut trainer = Trainer::new(predictor, &targets, recipe).expect("a valid recipe");
        group.bench_function(name, |b| b.iter(|| trainer.step()));
    }
    group.sample_size(10);
    for (name, predictor) in predictors {
        let name = format!("{name}: the largest singular value of J");
        group.bench_function(name, |b| b.iter(|| largest_singular_value(predictor)));
    }
    group.finish();
}

/// Returns $\lVert J\rVert$ at $\theta_0$ by Lanczos, with one pullback and one pushforward per step.
fn largest_singular_value(predictor: &dyn Predictor) -> tangent_linearize::Result<f64> {
    let (start, all, c) = (predictor.start(), predictor.all(), predictor.outputs());
    let lanczos = Lanczos {
        tolerance: 1e-6,
        ..Lanczos::default()
    };
    let largest = lanczos.largest(all.len() * c, |u| -> tangent_linearize::Result<_> {
        let y_bar = |place: usize, _: &[f64], into: &mut [f64]| {
            into.copy_from_slice(&u.as_slice()[place * c..(place + 1) * c]);
        };
        let (_, gradient) = predictor.gradient(start, &all, &y_bar)?;
        let product = predictor.pushforward(start, &all, &gradient)?;
        Ok(DVector::from_vec(product))
    })?;
    Ok(largest.sqrt())
}

fn flow(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("the linearized model by its kernel");
    group.sample_size(10);
    for n in [500, 2000] {
        let k = gram(n, 2 * n);
        let targets = |i| if i % 3 == 0 { 1.0 } else { -1.0 };
        let (start, y) = (DVector::zeros(n), DVector::from_fn(n, |i, _| targets(i)));
        group.bench_function(BenchmarkId::new("flow, decomposition", n), |b| {
            b.iter(|| GradientFlow::new(black_box(&k), &start, &y, 1.0));
        });
        let flow = GradientFlow::new(&k, &start, &y, 1.0).expect("a Gram matrix");
        group.bench_function(BenchmarkId::new("flow, outputs at one time", n), |b| {
            b.iter(|| flow.outputs(black_box(1e-3)));
        });
        let recipe = Recipe {
            objective: Objective::Squared,
            rule: Rule::None,
            optimiser: Stepping::GradientDescent,
            schedule: Schedule::Constant,
            rate: 1e-9,
            epochs: usize::MAX,
            ..Recipe::default()
        };
        let scores = Targets::Scores((0..n).map(targets).collect());
        let space = KernelSpace::new(k, vec![0.0; n], 1).expect("a Gram matrix");
        let mut trainer = Trainer::new(&space, &scores, recipe).expect("a linear recipe");
        group.bench_function(BenchmarkId::new("gradient descent, a step", n), |b| {
            b.iter(|| trainer.step());
        });
    }
    group.finish();
}

criterion_group!(benches, steps, flow);
criterion_main!(benches);
