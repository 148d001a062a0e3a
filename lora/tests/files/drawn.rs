//! What a checkpoint lacks is drawn, reported, and saved with the adapter, so that whoever loads the adapter gets the
//! same function.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadSource, HeadWeights, Weights};
use tangent_lora::{Classifier, EncoderConfig, Sequence};
use tangent_ntk_core::{Model, Trainable};

use crate::folder::{folder, read_json, small, small_config, small_tensors};

/// Returns the folder that `peft/pooler.py` made.
fn peft() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/peft/pooler")
}

fn outputs(model: &Classifier<Flex>, sentences: &[Vec<u32>]) -> Vec<f64> {
    let sequences: Vec<Sequence> = sentences
        .iter()
        .map(|ids| Sequence::new(model.config(), ids, &vec![0; ids.len()]).unwrap())
        .collect();
    let references: Vec<&Sequence> = sequences.iter().collect();
    model.forward(&references).into_data().iter().collect()
}

fn built(
    config: &EncoderConfig,
    weights: &Weights,
    adapter: &Adapter,
    seed: u64,
    head_block: bool,
) -> (Classifier<Flex>, HeadWeights) {
    let trained = adapter.head.as_ref();
    let head = HeadWeights::load(config, weights, trained, Some(3), seed).unwrap();
    let model = Classifier::build(
        config,
        weights,
        &head,
        adapter,
        head_block,
        &FlexDevice,
        DType::F64,
    );
    (model.unwrap(), head)
}

#[test]
fn a_pooler_that_peft_saved_gives_peft_s_outputs_and_is_written_as_peft_writes_it() {
    let (model, adapter) = (peft().join("model"), peft().join("adapter"));
    let config = EncoderConfig::from_dir(&model).unwrap();
    let weights = Weights::open(&model).unwrap();
    let read = Adapter::load(&adapter, &config).unwrap();
    assert_eq!(read.warnings, [""; 0]);
    // The entry `dense` does not select the pooler, which is saved whole.
    assert_eq!(read.targets.len(), 8);
    let (built, head) = built(&config, &weights, &read, 0, true);
    assert_eq!(
        (head.source, head.dense_source),
        (HeadSource::Adapter, HeadSource::Adapter)
    );
    assert_eq!(head.drawn(&config), [""; 0]);
    let expected = read_json(peft().join("expected.json"));
    let sentences: Vec<Vec<u32>> = serde_json::from_value(expected["input_ids"].clone()).unwrap();
    let logits: Vec<[f64; 3]> = serde_json::from_value(expected["logits"].clone()).unwrap();
    let logits = logits.concat();
    for (got, want) in outputs(&built, &sentences).iter().zip(&logits) {
        assert!((got - want).abs() < 1e-12, "{got} {want}");
    }

    for adapter_written in [
        read.clone(),
        built.adapter(&read).with_drawn(&head, &config),
    ] {
        let written = tempfile::tempdir().unwrap();
        adapter_written.save(written.path(), &config).unwrap();
        let bytes = |dir: &Path| fs::read(dir.join("adapter_model.safetensors")).unwrap();
        assert!(bytes(written.path()) == bytes(&adapter), "PEFT's own bytes");
        let json = |dir: &Path| read_json(dir.join("adapter_config.json"));
        assert_eq!(json(written.path()), json(&adapter));
    }
}

/// Returns a small checkpoint without the tensors whose names begin with one of `parts`.
fn without(architecture: &str, parts: &[&str]) -> (EncoderConfig, tempfile::TempDir) {
    let config = small_config(architecture);
    let mut tensors = small_tensors(&config);
    tensors.retain(|name, _| !parts.iter().any(|part| name.starts_with(part)));
    (config, folder(&small(architecture), &tensors))
}

#[test]
fn an_adapter_saved_with_what_was_drawn_is_read_back_as_the_same_function() {
    let sentences = [vec![2, 5, 7, 3], vec![2, 9, 3]];
    for (architecture, parts, drawn) in [
        (
            "bert",
            &["pooler", "classifier"][..],
            &["pooler", "head"][..],
        ),
        ("bert", &["classifier"], &["head"]),
        ("roberta", &["classifier"], &["head"]),
    ] {
        let (config, model) = without(architecture, parts);
        let weights = Weights::open(model.path()).unwrap();
        let lora = LoraConfig::new(2, 4.0, ["query"]);
        let new = Adapter::init(lora, &config, 5).unwrap();
        for head_block in [false, true] {
            let (start, head) = built(&config, &weights, &new, 5, head_block);
            assert_eq!(head.drawn(&config), drawn);
            let theta = start.theta().into_iter();
            let moved: Vec<f64> = theta.map(|x| f64::from((x + 0.25) as f32)).collect();
            let moved = start.at(&moved);
            let kept = new.clone().with_drawn(&head, &config);
            let dir = tempfile::tempdir().unwrap();
            moved.adapter(&kept).save(dir.path(), &config).unwrap();

            let listed = read_json(dir.path().join("adapter_config.json"));
            let listed = listed["modules_to_save"].as_array().unwrap();
            let saves_pooler = listed.iter().any(|module| module == "pooler");
            assert_eq!(saves_pooler, drawn.contains(&"pooler"), "{architecture}");
            let read = Adapter::load(dir.path(), &config).unwrap();
            let want = outputs(&moved, &sentences);
            for seed in [5, 6] {
                let (back, head) = built(&config, &weights, &read, seed, head_block);
                assert_eq!(head.drawn(&config), [""; 0]);
                assert_eq!(
                    outputs(&back, &sentences),
                    want,
                    "{architecture} {parts:?} {seed}"
                );
            }
        }
    }
}

#[test]
fn a_pooler_alone_is_drawn_and_saved_with_the_checkpoint_s_head() {
    let (config, model) = without("bert", &["pooler"]);
    let weights = Weights::open(model.path()).unwrap();
    let new = Adapter::init(LoraConfig::new(2, 4.0, ["query"]), &config, 0).unwrap();
    let load = |trained: &Adapter, seed| {
        HeadWeights::load(&config, &weights, trained.head.as_ref(), None, seed).unwrap()
    };
    let head = load(&new, 3);
    assert_eq!(head.drawn(&config), ["pooler"]);
    let kept = new.with_drawn(&head, &config);
    let dir = tempfile::tempdir().unwrap();
    kept.save(dir.path(), &config).unwrap();
    let read = Adapter::load(dir.path(), &config).unwrap();
    let again = load(&read, 4);
    assert_eq!((&again.dense, &again.output), (&head.dense, &head.output));

    // The adapter has the pooler without the head, so the head is still the checkpoint's.
    let mut pooler = read.clone();
    let whole = pooler.head.as_mut().unwrap();
    whole.retain(|name, _| name.starts_with("pooler"));
    let alone = load(&pooler, 4);
    assert_eq!(
        (alone.source, alone.dense_source),
        (HeadSource::Checkpoint, HeadSource::Adapter)
    );
}

#[test]
fn nothing_is_added_to_an_adapter_where_nothing_is_drawn() {
    for architecture in ["bert", "roberta"] {
        let (config, model) = without(architecture, &[]);
        let weights = Weights::open(model.path()).unwrap();
        let head = HeadWeights::load(&config, &weights, None, None, 0).unwrap();
        let new = Adapter::init(LoraConfig::new(2, 4.0, ["query"]), &config, 0).unwrap();
        assert_eq!(new.clone().with_drawn(&head, &config), new);
    }
}

#[test]
fn an_adapter_on_a_pooler_that_is_drawn_is_refused() {
    let (config, model) = without("bert", &["pooler"]);
    let weights = Weights::open(model.path()).unwrap();
    let head = HeadWeights::load(&config, &weights, None, None, 0).unwrap();
    let adapter = Adapter::init(LoraConfig::new(2, 4.0, ["dense"]), &config, 0).unwrap();
    let error = Classifier::<Flex>::build(
        &config,
        &weights,
        &head,
        &adapter,
        false,
        &FlexDevice,
        DType::F32,
    );
    let message = error.unwrap_err().to_string();
    assert!(
        message
            .starts_with("the adapter adapts `pooler.dense`, which the checkpoint does not have"),
        "{message}"
    );
}
