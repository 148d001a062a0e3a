//! Sizes in a configuration that the checkpoint does not have or memory cannot hold are refused before anything of that
//! size is allocated; and tensors that the checkpoint has beyond these sizes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use serde_json::{Value, json};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadWeights, Weights};
use tangent_lora::{Classifier, EncoderConfig, Inspection, Trunk, inspect};

use crate::folder::{Stored, folder, small, small_config, small_tensors, stored};

/// Writes a folder with the small checkpoint and a small configuration with these changes.
fn resized(changes: &Value, tensors: &BTreeMap<String, Stored>) -> tempfile::TempDir {
    let mut json = small("bert");
    for (key, value) in changes.as_object().unwrap() {
        json[key] = value.clone();
    }
    folder(&json, tensors)
}

#[test]
fn sizes_that_the_checkpoint_has_not_are_refused_before_anything_of_that_size_is_made() {
    let start = Instant::now();
    let mut tensors = small_tensors(&small_config("bert"));
    let whole = tensors.clone();
    tensors.retain(|name, _| !name.starts_with("pooler") && !name.starts_with("classifier"));
    let big = |exponent: u32| 1u64 << exponent;
    for changes in [
        json!({ "hidden_size": big(40) }),
        json!({ "hidden_size": big(62), "num_attention_heads": big(62) }),
        json!({ "vocab_size": big(60) }),
        json!({ "intermediate_size": big(61) }),
        json!({ "max_position_embeddings": big(60) }),
        json!({ "type_vocab_size": big(60) }),
        json!({ "num_hidden_layers": big(14) }),
        json!({ "hidden_size": big(40), "vocab_size": big(40), "intermediate_size": big(40), "num_hidden_layers": 9000 }),
        json!({ "hidden_size": 12 }),
        json!({ "num_hidden_layers": 3 }),
    ] {
        for tensors in [&tensors, &whole] {
            let dir = resized(&changes, tensors);
            let config = EncoderConfig::from_dir(dir.path()).unwrap();
            let weights = Weights::open(dir.path()).unwrap();
            assert!(weights.check(&config).is_err(), "{changes}");
            let found = Inspection::of(config.clone(), &weights);
            assert!(
                !found.missing.is_empty() || !found.misshapen.is_empty(),
                "{changes}"
            );
            assert!(found.missing.len() < 40, "{changes}");
            // If no head has the changed sizes, a head of the small configuration is used.
            let small_head = HeadWeights::load(&small_config("bert"), &weights, None, None, 0);
            let head = match HeadWeights::load(&config, &weights, None, None, 0) {
                Ok(head) => head,
                Err(_) => match small_head {
                    Ok(head) => head,
                    Err(e) => panic!("{changes}: {e}"),
                },
            };
            let new = LoraConfig::new(1, 1.0, ["query"]);
            let small = Adapter::init(new, &small_config("bert"), 0).unwrap();
            let built = Classifier::<Flex>::build(
                &config,
                &weights,
                &head,
                &small,
                false,
                &FlexDevice,
                DType::F32,
            );
            assert!(built.is_err(), "{changes}");
            assert!(Trunk::<Flex>::load(&config, &weights, &FlexDevice, DType::F32).is_err());
        }
    }
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn numbers_that_no_model_has_are_refused_by_the_configuration() {
    for (changes, key) in [
        (
            json!({ "num_hidden_layers": 1u64 << 50 }),
            "num_hidden_layers",
        ),
        (
            json!({ "num_hidden_layers": u64::MAX }),
            "num_hidden_layers",
        ),
        (json!({ "hidden_size": u64::MAX }), "hidden_size"),
        (json!({ "vocab_size": 1u64 << 63 }), "vocab_size"),
        (json!({ "type_vocab_size": u64::MAX }), "type_vocab_size"),
        (json!({ "num_labels": 1u64 << 60 }), "num_labels"),
    ] {
        let mut json = small("bert");
        for (key, value) in changes.as_object().unwrap() {
            json[key] = value.clone();
        }
        let value = &json[key];
        assert_eq!(
            EncoderConfig::from_json(&json).unwrap_err().to_string(),
            format!("config.json: `{key}` = {value} is more than any model has")
        );
    }
}

#[test]
fn a_new_adapter_that_memory_cannot_hold_is_refused() {
    let mut wide = small_config("bert");
    (wide.hidden_size, wide.heads) = (1 << 44, 2);
    let small = small_config("bert");
    for (rank, encoder) in [
        (1 << 44, &small),
        (usize::MAX, &small),
        (usize::MAX / 24, &small),
        (1 << 20, &wide),
        (usize::MAX, &wide),
    ] {
        let new = LoraConfig::new(rank, 1.0, ["query", "value"]);
        assert!(new.parameters(encoder).unwrap() > 1 << 44);
        let message = Adapter::init(new, encoder, 0).unwrap_err().to_string();
        assert!(
            message.starts_with("lora_A of `layer.0.attention.self.query` of shape [")
                && message.ends_with("] does not fit in memory; choose a smaller rank"),
            "{message}"
        );
    }
    let none = LoraConfig::new(0, 1.0, ["query"]);
    let rank_0 = "adapter_config.json: `r` must be a rank of at least 1";
    assert_eq!(none.parameters(&small).unwrap_err().to_string(), rank_0);
    assert_eq!(
        Adapter::init(none, &small, 0).unwrap_err().to_string(),
        rank_0
    );
    let mut patterned = LoraConfig::new(1, 1.0, ["query"]);
    patterned.rank_pattern = [("query".into(), 0)].into();
    assert!(Adapter::init(patterned, &small, 0).is_err());

    let eight = LoraConfig::new(8, 8.0, ["query", "output.dense"]);
    // query is 6 → 6; output.dense is 6 → 6 after attention and 10 → 6 after the feed-forward part; two layers have
    // them.
    assert_eq!(eight.parameters(&small).unwrap(), 2 * 8 * (12 + 12 + 16));
}

#[test]
fn layers_and_tensors_of_no_use_are_told() {
    let config = small_config("bert");
    let tensors = small_tensors(&config);
    let unused = |changes: &[(&str, Vec<usize>)], layers: usize, model_type: &str| {
        let mut tensors = tensors.clone();
        for (name, shape) in changes {
            let count = shape.iter().product();
            tensors.insert(name.to_string(), stored(shape, &vec![0.0; count]));
        }
        let dir = folder(&small(model_type), &tensors);
        let mut config = small_config(model_type);
        config.layers = layers;
        let sentences = Weights::open(dir.path()).unwrap().unused(&config);
        let path = dir.path().join("model.safetensors").display().to_string();
        sentences
            .iter()
            .map(|s| s.replace(&path, "FILE"))
            .collect::<Vec<_>>()
    };
    assert_eq!(unused(&[], 2, "bert"), [""; 0]);
    assert_eq!(
        unused(&[], 1, "bert"),
        [
            "FILE: the file has layers up to encoder.layer.1, config.json uses the first 1 of them (num_hidden_layers)"
        ]
    );
    // Tensors that every published checkpoint may have.
    let known = [
        ("embeddings.position_ids", vec![1, 9]),
        ("cls.predictions.bias", vec![11]),
        ("lm_head.bias", vec![11]),
    ];
    assert_eq!(unused(&known, 2, "bert"), [""; 0]);
    let relative = (
        "encoder.layer.0.attention.self.distance_embedding.weight",
        vec![17, 3],
    );
    assert_eq!(
        unused(std::slice::from_ref(&relative), 2, "bert"),
        [format!(
            "FILE: `{}` belong to no part of the model that config.json describes and are not used",
            relative.0
        )]
    );
    let many: Vec<(String, Vec<usize>)> = (0..5)
        .map(|i| (format!("encoder.layer.0.other.{i}"), vec![1]))
        .collect();
    let many: Vec<(&str, Vec<usize>)> = many
        .iter()
        .map(|(name, shape)| (name.as_str(), shape.clone()))
        .collect();
    let [both, others] = &unused(&many, 1, "bert")[..] else {
        panic!("a layer and some tensors")
    };
    assert!(both.contains("encoder.layer.1"));
    assert!(
        others.contains("`encoder.layer.0.other.2` and 2 more belong"),
        "{others}"
    );
    // A head for tokens in a RoBERTa is not a head for sequences.
    let [head] = &unused(&[], 2, "roberta")[..] else {
        panic!("BERT's head is not RoBERTa's")
    };
    assert!(
        head.contains("`classifier.bias`, `classifier.weight` belong"),
        "{head}"
    );
}

#[test]
fn layers_that_are_not_there_are_listed_shortly() {
    let dir = resized(
        &json!({ "num_hidden_layers": 16000 }),
        &small_tensors(&small_config("bert")),
    );
    let found = inspect(dir.path()).unwrap();
    assert_eq!(found.missing.len(), 17);
    assert_eq!(found.missing[16], "encoder.layer.3 to encoder.layer.15999");
    assert_eq!(found.parameters.layers, 16000 * found.parameters.layer);
}
