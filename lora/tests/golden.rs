//! Every expected array of the golden cases that concerns kernels, on every CPU backend and in both precisions.

mod common;

use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::{Golden, assert_close, cases::CASES, every_block, tolerance, values};
use tangent_lora::{Batch, Classifier, HEAD_BLOCK, Sequence};
use tangent_ntk_core::{BlockKernels, KernelKind, Model, Monitor, Options, Readout};
use tangent_spectral::{Precision, Spectrum};

fn every_backend(check: impl Check) {
    for case in CASES {
        check.on::<Flex>(case, DType::F32);
        check.on::<Flex>(case, DType::F64);
        check.on::<NdArray<f32>>(case, DType::F32);
        check.on::<NdArray<f64>>(case, DType::F64);
    }
}

trait Check {
    fn on<B: Backend>(&self, case: &'static str, dtype: DType);
}

fn references(sequences: &[Sequence]) -> Vec<&Sequence> {
    sequences.iter().collect()
}

/// Defines a [`Check`] of one case and a test that runs it.
macro_rules! check {
    ($name:ident, |$golden:ident, $model:ident, $dtype:ident| $body:block) => {
        #[test]
        fn $name() {
            struct It;
            impl Check for It {
                fn on<B: Backend>(&self, case: &'static str, $dtype: DType) {
                    let $golden = Golden::open(case, $dtype);
                    let $model: Classifier<B> = $golden.model($dtype);
                    $body
                }
            }
            every_backend(It);
        }
    };
}

check!(hidden_states_features_and_logits, |golden, model, dtype| {
    for split in ["train", "test"] {
        let sequences = golden.sequences(split, model.config());
        let batch = Batch::new(&references(&sequences));
        for (k, state) in model.encoder().hidden_states(&batch).iter().enumerate() {
            let want = golden.array(&format!("{split}.hidden.{k}"));
            let [width, h] = [want.shape[1], want.shape[2]];
            let unpadded: Vec<f64> = sequences
                .iter()
                .enumerate()
                .flat_map(|(i, s)| want.values[i * width * h..][..s.tokens() * h].to_vec())
                .collect();
            assert_close(
                &format!("{} {split} hidden {k}", golden.name),
                &values(state),
                &unpadded,
                tolerance(dtype),
            );
        }
        let want = golden.array(&format!("{split}.logits"));
        let (logits, kept) = model.encoder().linearize(&batch, 0);
        assert_close(
            "logits kept",
            &values(&logits),
            &want.values,
            tolerance(dtype),
        );
        assert_close(
            "logits",
            &values(&model.forward(&references(&sequences))),
            &want.values,
            tolerance(dtype),
        );
        let want = golden.array(&format!("{split}.feature"));
        assert_close(
            "feature",
            &values(kept.feature()),
            &want.values,
            tolerance(dtype),
        );
    }
});

check!(jacobian_rows, |golden, model, dtype| {
    let blocks = golden.facts["blocks"].as_array().unwrap();
    let mut names: Vec<_> = blocks.iter().map(|b| b["name"].as_str().unwrap()).collect();
    if golden.head_trained() {
        names.push(HEAD_BLOCK);
    }
    let own: Vec<_> = model.blocks().iter().map(|b| b.name.as_str()).collect();
    assert_eq!(own, names, "{}", golden.name);
    for split in ["train", "test"] {
        let sequences = golden.sequences(split, model.config());
        let every_output = identity::<B>(model.outputs(), dtype);
        let rows = model.rows(&references(&sequences), every_output, &every_block(&model));
        for (block, got) in model.blocks().iter().zip(&rows.blocks) {
            // The golden files have the head's rows for training examples only.
            if split == "test" && block.name == HEAD_BLOCK {
                continue;
            }
            let want = golden.array(&format!("jacobian.{split}.{}", block.name));
            assert_eq!(
                got.dims().to_vec(),
                want.shape,
                "{} {}",
                golden.name,
                block.name
            );
            assert_close(
                &format!("{} {}", golden.name, block.name),
                &values(got),
                &want.values,
                tolerance(dtype),
            );
        }
    }
});

/// Returns the readouts that the golden files have for a model with this number of outputs.
fn readouts(classes: usize) -> Vec<(Readout, &'static str)> {
    let mut all = vec![(Readout::Trace, "trace"), (Readout::Full, "full")];
    if classes == 2 {
        all.push((Readout::Margin, "margin"));
    }
    all
}

check!(kernels, |golden, model, dtype| {
    let train = golden.sequences("train", model.config());
    let test = golden.sequences("test", model.config());
    let kinds: &[_] = match dtype {
        DType::F64 => &[
            (KernelKind::Gradient, "kernel"),
            (KernelKind::SignGradient, "sign_kernel"),
        ],
        _ => &[(KernelKind::Gradient, "kernel")],
    };
    let adapted: Vec<usize> = (0..model.targets().len()).collect();
    for (readout, readout_name) in readouts(golden.classes()) {
        for &(kind, kind_name) in kinds {
            let options = Options {
                readout: Some(readout),
                kind,
                ..Options::default()
            };
            let kernels =
                BlockKernels::compute(&model, &train, &test, &options, &Monitor::silent()).unwrap();
            let key = format!("{kind_name}.{readout_name}");
            let total = kernels.sum(&adapted).unwrap();
            let same = |what: &str, got: Vec<f64>, key: &str| {
                let want = golden.array(key);
                assert_close(
                    &format!("{} {what} {key}", golden.name),
                    &got,
                    &want.values,
                    tolerance(dtype),
                );
            };
            same("K", row_major(&total.train), &key);
            same("cross", row_major(&total.cross), &format!("{key}.cross"));
            let blocks = adapted
                .iter()
                .flat_map(|&block| row_major(&kernels.sum(&[block]).unwrap().train))
                .collect();
            same("blocks", blocks, &format!("{key}.blocks"));
        }
    }
});

check!(spectra_and_condition_numbers, |golden, model, dtype| {
    let train = golden.sequences("train", model.config());
    let adapted: Vec<usize> = (0..model.targets().len()).collect();
    let (precision, scalars) = match dtype {
        DType::F64 => (Precision::F64, &golden.facts["scalars"]["f64"]),
        _ => (Precision::F32, &golden.facts["scalars"]["f32"]),
    };
    for (readout, name) in readouts(golden.classes()) {
        let compute = |kind| {
            let options = Options {
                readout: Some(readout),
                kind,
                ..Options::default()
            };
            BlockKernels::compute(&model, &train, &[], &options, &Monitor::silent()).unwrap()
        };
        let same = |what: &str, got: &[f64], want: &[f64]| {
            let what = format!("{} {name} {what}", golden.name);
            assert_close(&what, got, want, tolerance(dtype));
        };
        let kernels = compute(KernelKind::Gradient);
        let spectrum = |choice: &[usize]| {
            Spectrum::of_gram(&kernels.sum(choice).unwrap().train, precision).unwrap()
        };

        let total = spectrum(&adapted);
        let want = golden.array(&format!("eigenvalues.{name}"));
        same("eigenvalues", total.raw(), &want.values);
        let by_block = golden.array(&format!("eigenvalues.{name}.blocks"));
        assert_eq!(by_block.shape, [adapted.len(), total.n()]);
        for (&block, want) in adapted.iter().zip(by_block.values.chunks(total.n())) {
            let what = format!("eigenvalues of block {block}");
            same(&what, spectrum(&[block]).raw(), want);
        }

        let kappas = scalars[format!("spectrum.{name}")]["kappa"]
            .as_object()
            .unwrap();
        assert_eq!(kappas.len(), 2, "σ = 1e-4 and σ = λ/2");
        for (key, want) in kappas {
            let sigma = golden.facts["sigma"][key].as_f64().unwrap();
            let kappa = total.condition(sigma).unwrap().kappa;
            same(key, &[kappa], &[want.as_f64().unwrap()]);
        }

        if dtype == DType::F64 {
            let sign = compute(KernelKind::SignGradient).sum(&adapted).unwrap();
            let got = Spectrum::of_symmetric_part(&sign.train, precision).unwrap();
            let want = golden.array(&format!("eigenvalues.sign_symmetric.{name}"));
            same("eigenvalues of the sign kernel", got.raw(), &want.values);
        }
    }
});

check!(jacobian_vector_products, |golden, model, dtype| {
    let theta_dot = golden.exact("theta.dot").values;
    let lora: usize = golden.facts["lora_parameters"].as_u64().unwrap() as usize;
    for split in ["train", "test"] {
        let all = golden.head_trained().then_some("all");
        for which in ["lora"].into_iter().chain(all) {
            let want = golden.array(&format!("jvp.{which}.{split}"));
            let mut direction = theta_dot.clone();
            if which == "lora" {
                direction[lora..].fill(0.0);
            }
            let mut at = 0;
            let tangent: Vec<Tensor<B, 1>> = model
                .blocks()
                .iter()
                .map(|block| {
                    at += block.parameters;
                    let part = direction[at - block.parameters..at].to_vec();
                    let data = TensorData::new(part, [block.parameters]).convert_dtype(dtype);
                    Tensor::from_data(data, (&model.device(), dtype))
                })
                .collect();
            let sequences = golden.sequences(split, model.config());
            let (_, got) = model.pushforward(&references(&sequences), &tangent);
            assert_close(
                &format!("{} jvp {which} {split}", golden.name),
                &values(&got),
                &want.values,
                tolerance(dtype),
            );
        }
    }
});

check!(
    summed_gradient_of_the_squared_loss,
    |golden, model, dtype| {
        let want = golden.array("gradient.squared_logits");
        let sequences = golden.sequences("train", model.config());
        let classes = golden.classes();
        let targets: Vec<f64> = golden
            .labels("train")
            .iter()
            .flat_map(|&l| (0..classes).map(move |c| f64::from(u8::from(c == l))))
            .collect();
        let data = TensorData::new(targets, [sequences.len(), classes]).convert_dtype(dtype);
        let targets = Tensor::<B, 2>::from_data(data, (&model.device(), dtype));
        let (_, gradient) =
            model.gradient(&references(&sequences), &|z| (z - targets.clone()) * 2.0);
        let got: Vec<f64> = gradient.iter().flat_map(values).collect();
        assert_close(
            &format!("{} gradient", golden.name),
            &got,
            &want.values,
            tolerance(dtype),
        );
    }
);

fn identity<B: Backend>(size: usize, dtype: DType) -> Tensor<B, 2> {
    let data = (0..size * size)
        .map(|i| f64::from(u8::from(i % (size + 1) == 0)))
        .collect();
    let data = TensorData::new::<f64, _>(data, [size, size]).convert_dtype(dtype);
    Tensor::from_data(data, (&Default::default(), dtype))
}

fn row_major(matrix: &nalgebra::DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().as_slice().to_vec()
}
