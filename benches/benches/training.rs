//! Training: steps of the full and of the linearized model, and the flow of the latter by its kernel alone.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::DVector;
use tangent_benches::random::gram;
use tangent_linearize::GradientFlow;

/// Numbers of examples.
const SIZES: [usize; 2] = [500, 2000];

fn flow(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gradient flow in closed form");
    group.sample_size(10);
    for n in SIZES {
        let k = gram(n, 2 * n);
        let start = DVector::zeros(n);
        let targets = DVector::from_fn(n, |i, _| if i % 3 == 0 { 1.0 } else { -1.0 });
        group.bench_function(BenchmarkId::new("decomposition", n), |b| {
            b.iter(|| GradientFlow::new(black_box(&k), &start, &targets, 1.0));
        });
        let flow = GradientFlow::new(&k, &start, &targets, 1.0).expect("a Gram matrix");
        group.bench_function(BenchmarkId::new("outputs at one time", n), |b| {
            b.iter(|| flow.outputs(black_box(1e-3)));
        });
    }
    group.finish();
}

criterion_group!(benches, flow);
criterion_main!(benches);
