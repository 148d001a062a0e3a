//! Eigenvalues of a Gram matrix: by tangent-spectral through LAPACK, and by nalgebra's own decomposition.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::linalg::SymmetricEigen;
use tangent_benches::random::gram;
use tangent_spectral::{Eigen, eigenvalues, extremes};

fn spectra(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("symmetric eigenvalues");
    group.sample_size(10);
    for n in [256, 1000, 2000] {
        let k = gram(n, n / 2);
        group.bench_function(BenchmarkId::new("all", n), |b| {
            b.iter(|| eigenvalues(black_box(&k)));
        });
        group.bench_function(BenchmarkId::new("extremes", n), |b| {
            b.iter(|| extremes(black_box(&k)));
        });
        group.bench_function(BenchmarkId::new("with vectors", n), |b| {
            b.iter(|| Eigen::of(black_box(&k)));
        });
        if n <= 256 {
            group.bench_function(BenchmarkId::new("nalgebra, with vectors", n), |b| {
                b.iter(|| SymmetricEigen::new(black_box(k.clone())));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, spectra);
criterion_main!(benches);
