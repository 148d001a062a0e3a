//! Eigenvalues of a Gram matrix: this crate's way to LAPACK, beside nalgebra's own decomposition.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, linalg::SymmetricEigen};
use tangent_spectral::{Eigen, eigenvalues, extremes};

/// $J J^\top$ with fixed entries that have no pattern to speak of.
fn gram(n: usize) -> DMatrix<f64> {
    let jacobian = DMatrix::from_fn(n, n / 2, |i, j| {
        (((i * 7919 + j * 104_729) % 1009) as f64).sin()
    });
    &jacobian * jacobian.transpose()
}

fn spectra(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("symmetric eigenvalues");
    group.sample_size(10);
    for n in [256, 1000, 2000] {
        let k = gram(n);
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
