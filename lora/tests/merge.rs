//! Adapters merged into the weights and unmerged again, as Hugging Face folders: the golden cases' logits without an
//! adapter, and random models with every kind of scaling.

mod common;
#[path = "common/random.rs"]
mod random;

use std::path::Path;

use burn::tensor::{DType, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::{Golden, assert_close, cases::CASES, values};
use proptest::prelude::*;
use random::{Numbers, Parts, Recipe, recipes};
use tangent_lora::adapter::{Adapter, LoraConfig, Projection};
use tangent_lora::layers::{Layer, LoraLinear};
use tangent_lora::weights::{HeadSource, HeadWeights, NamedTensors, Weights, write_model};
use tangent_lora::{Architecture, Batch, Classifier, Encoder, EncoderConfig, Labels, Sequence};
use tangent_ntk_core::Model;

/// Returns the same adapter on no module: only the model's folder decides the result.
fn none(adapter: &Adapter) -> Adapter {
    Adapter {
        targets: Vec::new(),
        factors: Vec::new(),
        ..adapter.clone()
    }
}

/// Returns the model of a folder with the folder's own head.
fn from_folder<B: Backend>(dir: &Path, adapter: &Adapter, dtype: DType) -> Classifier<B> {
    let config = EncoderConfig::from_dir(dir).unwrap();
    let weights = Weights::open(dir).unwrap();
    let head = HeadWeights::load(&config, &weights, None, None, 0).unwrap();
    assert_eq!(head.source, HeadSource::Checkpoint);
    let device = Default::default();
    Classifier::build(&config, &weights, &head, adapter, false, &device, dtype).unwrap()
}

/// Returns the encoder with every adapted map merged in the model's own arithmetic.
fn merged_in_place<B: Backend>(encoder: &Encoder<B>) -> Encoder<B> {
    let merge = |layer: Layer<B>| layer.each_linear(LoraLinear::merge);
    let mut encoder = encoder.clone();
    encoder.layers = encoder.layers.into_iter().map(merge).collect();
    encoder.head.dense = encoder.head.dense.merge();
    encoder
}

#[test]
fn merged_golden_cases_have_peft_s_logits_without_an_adapter() {
    for case in CASES {
        let golden = Golden::open(case, DType::F64);
        let (config, weights, head, adapter) = golden.parts();
        let dir = tempfile::tempdir().unwrap();
        let merged = adapter.merge(&config, &weights, &head).unwrap();
        write_model(dir.path(), &config, &merged).unwrap();
        let model: Classifier<NdArray<f64>> = from_folder(dir.path(), &none(&adapter), DType::F64);
        assert_eq!(model.encoder().lowest_adapted(), config.layers);
        for split in ["train", "test"] {
            let sequences = golden.sequences(split, &config);
            let logits = model.forward(&sequences.iter().collect::<Vec<_>>());
            let want = golden.array(&format!("{split}.logits")).values;
            // Merged weights are rounded to f32.
            assert_close(case, &values(&logits), &want, 1e-6);
        }
    }
}

#[test]
fn a_merged_folder_is_named_as_hugging_face_names_it() {
    for (case, prefix) in [("bert_bare_qv_2l", "bert."), ("roberta_qv_2l", "roberta.")] {
        let golden = Golden::open(case, DType::F64);
        let (config, weights, head, adapter) = golden.parts();
        let merged = adapter.merge(&config, &weights, &head).unwrap();
        let stored = |tensors: &NamedTensors| {
            let dir = tempfile::tempdir().unwrap();
            let dir = dir.path().join("new/model");
            write_model(&dir, &config, tensors).unwrap();
            let bytes = std::fs::read(dir.join("model.safetensors")).unwrap();
            let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
            let names: Vec<String> = file.names().into_iter().map(String::from).collect();
            (names, EncoderConfig::from_dir(&dir).unwrap())
        };
        let (names, written) = stored(&merged);
        let labels = Some(Labels::Numbered(golden.classes()));
        assert_eq!(written.labels, labels, "{case}");
        for name in &names {
            assert!(
                name.starts_with(prefix) != name.starts_with("classifier."),
                "{name}"
            );
        }
        let bare = merged
            .into_iter()
            .filter(|(name, _)| !name.starts_with("classifier."))
            .collect();
        let (names, written) = stored(&bare);
        assert!(!names.iter().any(|name| name.starts_with(prefix)));
        assert_eq!(written, config, "{case}");
    }
}

/// Returns a model whose B is not 0, with several ranks and α, and rank-stabilised scaling if `stabilised`.
fn with_patterns(recipe: &Recipe, stabilised: bool) -> Parts {
    let mut parts = recipe.parts();
    let is_bert = parts.config.architecture == Architecture::Bert;
    let pooler = is_bert.then_some("pooler.dense");
    let names = Projection::ALL
        .map(Projection::path)
        .into_iter()
        .chain(pooler);
    let mut lora = LoraConfig::new(recipe.rank, recipe.alpha, names);
    lora.use_rslora = stabilised;
    lora.rank_pattern = [("value".into(), recipe.rank + 2)].into();
    lora.alpha_pattern = [("value".into(), 0.7), ("intermediate.dense".into(), 3.3)].into();
    let mut adapter = Adapter::init(lora, &parts.config, recipe.seed).unwrap();
    let mut numbers = Numbers::new(recipe.seed ^ 3);
    for factors in &mut adapter.factors {
        factors.b = numbers.vector(factors.b.len(), 0.4);
    }
    parts.adapter = adapter;
    parts.head_block = false;
    parts
}

fn merging_in_place_changes_no_output<B: Backend>(
    recipe: &Recipe,
    parts: &Parts,
    dtype: DType,
    tolerance: f64,
) {
    let sequences = recipe.sequences(&parts.config);
    let batch = Batch::new(&sequences.iter().collect::<Vec<_>>());
    let model: Classifier<B> = parts.model(dtype);
    let merged = merged_in_place(model.encoder());
    assert_eq!(merged.lowest_adapted(), parts.config.layers);
    let want = values(&model.encoder().forward(&batch));
    assert_close("logits", &values(&merged.forward(&batch)), &want, tolerance);
}

fn merged_folders_have_the_same_outputs<B: Backend>(
    recipe: &Recipe,
    parts: &Parts,
    dtype: DType,
    tolerance: f64,
) {
    let dir = tempfile::tempdir().unwrap();
    let (adapter_dir, merged_dir) = (dir.path().join("adapter"), dir.path().join("merged"));
    parts.adapter.save(&adapter_dir, &parts.config).unwrap();
    let adapter = Adapter::load(&adapter_dir, &parts.config).unwrap();
    let merged = adapter
        .merge(&parts.config, &parts.weights, &parts.head)
        .unwrap();
    let unsaved = parts
        .adapter
        .merge(&parts.config, &parts.weights, &parts.head);
    assert_eq!(merged, unsaved.unwrap());
    write_model(&merged_dir, &parts.config, &merged).unwrap();

    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    let want = values(&parts.model::<B>(dtype).forward(&references));
    let plain: Classifier<B> = from_folder(&merged_dir, &none(&adapter), dtype);
    assert_close(
        "logits",
        &values(&plain.forward(&references)),
        &want,
        tolerance,
    );
}

/// Checks that every weight of the base model comes back within the roundings of both directions, and everything else
/// bit for bit.
fn unmerging_restores_the_weights(parts: &Parts) {
    let dir = tempfile::tempdir().unwrap();
    let (config, adapter) = (&parts.config, &parts.adapter);
    let merged = adapter.merge(config, &parts.weights, &parts.head).unwrap();
    write_model(dir.path(), config, &merged).unwrap();
    let weights = Weights::open(dir.path()).unwrap();
    let back = adapter.unmerge(config, &weights, &parts.head).unwrap();
    let base = none(adapter)
        .merge(config, &parts.weights, &parts.head)
        .unwrap();
    let adapted: Vec<String> = adapter
        .targets
        .iter()
        .map(|target| format!("{}.weight", target.place.module()))
        .collect();
    assert!(back.keys().eq(base.keys()));
    for (name, (shape, want)) in &base {
        let (merged, (found, got)) = (&merged[name].1, &back[name]);
        assert_eq!(found, shape);
        if !adapted.contains(name) {
            assert_eq!((merged, got), (want, want), "{name}");
            continue;
        }
        assert_ne!(merged, want, "{name}");
        for ((got, want), merged) in got.iter().zip(want).zip(merged) {
            // Each of the two roundings is at most half a unit in the last place.
            let bound = (merged.abs().max(want.abs()) * f32::EPSILON).max(f32::MIN_POSITIVE);
            assert!(
                (got - want).abs() <= bound,
                "{name}: {got}, {want}, {merged}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn merged_and_unmerged_outputs_are_equal(recipe in recipes(), stabilised: bool) {
        let parts = with_patterns(&recipe, stabilised);
        merging_in_place_changes_no_output::<NdArray<f64>>(&recipe, &parts, DType::F64, 1e-12);
        merging_in_place_changes_no_output::<Flex>(&recipe, &parts, DType::F64, 1e-12);
        merging_in_place_changes_no_output::<Flex>(&recipe, &parts, DType::F32, 1e-5);
    }

    #[test]
    fn a_merged_folder_is_the_adapted_model(recipe in recipes(), stabilised: bool) {
        let parts = with_patterns(&recipe, stabilised);
        merged_folders_have_the_same_outputs::<NdArray<f64>>(&recipe, &parts, DType::F64, 1e-5);
        merged_folders_have_the_same_outputs::<Flex>(&recipe, &parts, DType::F32, 1e-5);
    }

    #[test]
    fn unmerging_restores_the_base_model_to_rounding(recipe in recipes(), stabilised: bool) {
        unmerging_restores_the_weights(&with_patterns(&recipe, stabilised));
    }
}
