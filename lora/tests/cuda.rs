//! The golden cases on an NVIDIA GPU:
//! `cargo test --release -p tangent-lora --features cuda --test cuda -- --ignored`.
#![cfg(feature = "cuda")]

mod common;

use burn::tensor::{DType, Tensor, TensorData};
use burn_cuda::Cuda;
use common::{Golden, assert_close, every_block, tolerance, values};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{BlockKernels, Model, Monitor, Options, Readout};

/// Compares logits, Jacobian rows and kernels of every linear map in every layer with PyTorch's.
#[test]
#[ignore = "needs an NVIDIA GPU"]
fn a_golden_case_has_pytorch_s_rows_and_kernels() {
    let (case, dtype) = ("roberta_all_3l", DType::F32);
    let golden = Golden::open(case, dtype);
    let model: Classifier<Cuda> = golden.model(dtype);
    let train = golden.sequences("train", model.config());
    let references: Vec<&Sequence> = train.iter().collect();

    let logits = golden.array("train.logits");
    let got = values(&model.forward(&references));
    assert_close("logits", &got, &logits.values, tolerance(dtype));

    let unit = TensorData::new(vec![1.0f32, 0.0, 0.0, 1.0], [2, 2]);
    let rows = model.rows(
        &references,
        Tensor::from_data(unit, (&model.device(), dtype)),
        &every_block(&model),
    );
    for (block, got) in model.blocks().iter().zip(&rows.blocks) {
        let want = golden.array(&format!("jacobian.train.{}", block.name));
        assert_close(&block.name, &values(got), &want.values, tolerance(dtype));
    }

    let options = Options {
        readout: Some(Readout::Margin),
        ..Options::default()
    };
    let kernels = BlockKernels::compute(&model, &train, &[], &options, &Monitor::silent()).unwrap();
    let adapted: Vec<usize> = (0..model.targets().len()).collect();
    let total = kernels.sum(&adapted).unwrap().train;
    let want = golden.array("kernel.margin");
    // K is symmetric, so its columns are its rows.
    assert_close("K", total.as_slice(), &want.values, tolerance(dtype));
}
