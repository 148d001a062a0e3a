//! The element-wise operations of a layer at RoBERTa-base's sizes, compared with burn's own on the same backend.

use std::hint::black_box;

use burn::tensor::{Distribution, Tensor, activation};
use burn_flex::{Flex, FlexDevice};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tangent_lora::Activation;
use tangent_lora::ops::{activate, activate_with_derivative, layer_norm};

const TOKENS: usize = 1024;

fn random(columns: usize) -> Tensor<Flex, 2> {
    Tensor::random(
        [TOKENS, columns],
        Distribution::Normal(0.0, 1.0),
        &FlexDevice,
    )
}

fn gelus(criterion: &mut Criterion) {
    tangent_benches::keep_pages();
    let x = random(3072);
    let mut group = criterion.benchmark_group("gelu 1024 × 3072");
    group.throughput(Throughput::Elements(x.shape().num_elements() as u64));
    group.bench_function("here", |b| {
        b.iter(|| activate(black_box(x.clone()), Activation::Gelu))
    });
    group.bench_function("here, with its derivative", |b| {
        b.iter(|| activate_with_derivative(black_box(x.clone()), Activation::Gelu));
    });
    group.bench_function("burn", |b| {
        b.iter(|| activation::gelu(black_box(x.clone())))
    });
    group.finish();
}

fn layer_norms(criterion: &mut Criterion) {
    let x = random(768);
    let (gamma, beta): (Tensor<Flex, 1>, Tensor<Flex, 1>) = (
        Tensor::ones([768], &FlexDevice),
        Tensor::zeros([768], &FlexDevice),
    );
    let plain = |x: Tensor<Flex, 2>| {
        let centred = x.clone() - x.mean_dim(1);
        let variance = centred.clone().powi_scalar(2).mean_dim(1);
        centred / (variance + 1e-5).sqrt() * gamma.clone().unsqueeze() + beta.clone().unsqueeze()
    };
    let mut group = criterion.benchmark_group("layer norm 1024 × 768");
    group.throughput(Throughput::Elements(x.shape().num_elements() as u64));
    group.bench_function("here", |b| {
        b.iter(|| {
            layer_norm(
                black_box(x.clone()),
                gamma.clone(),
                Some(beta.clone()),
                1e-5,
            )
        });
    });
    group.bench_function("burn", |b| b.iter(|| plain(black_box(x.clone()))));
    group.finish();
}

criterion_group!(benches, gelus, layer_norms);
criterion_main!(benches);
