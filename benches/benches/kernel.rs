//! Kernels of a BERT of MiniLM's shape with random weights: every block's S_l, compared with the Jacobian's rows alone.

use std::hint::black_box;

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tangent_benches::random::model;
use tangent_lora::Sequence;
use tangent_lora::adapter::LoraConfig;
use tangent_ntk_core::{BlockKernels, Jacobian, Monitor, Options};

fn kernels(criterion: &mut Criterion) {
    tangent_benches::keep_pages();
    let adapter = LoraConfig::new(8, 8.0, ["query", "value"]);
    let model = model::<Flex>(adapter, &FlexDevice, DType::F32);
    let mut group = criterion.benchmark_group("MiniLM's shape, 12 blocks, margin");
    group.sample_size(10);
    for (n, tokens) in [(32, 64), (128, 12)] {
        let ids: Vec<u32> = (0..tokens as u32).map(|t| 100 + t).collect();
        let examples: Vec<Sequence> = (0..n)
            .map(|i| {
                let mut ids = ids.clone();
                ids[1] = 1000 + i as u32;
                Sequence::new(model.config(), &ids, &vec![0; tokens])
                    .expect("within the vocabulary")
            })
            .collect();
        let options = Options {
            threads: 2,
            ..Options::default()
        };
        let shape = format!("{n} × {tokens} tokens");
        group.throughput(Throughput::Elements((n * tokens) as u64));
        group.bench_function(BenchmarkId::new("rows", &shape), |b| {
            b.iter(|| {
                Jacobian::compute(black_box(&model), &examples, &options, &Monitor::silent())
            });
        });
        group.bench_function(BenchmarkId::new("block kernels", &shape), |b| {
            b.iter(|| {
                BlockKernels::compute(
                    black_box(&model),
                    &examples,
                    &[],
                    &options,
                    &Monitor::silent(),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
