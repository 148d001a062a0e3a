use proptest::prelude::*;
use serde_json::{Value, json};
use tangent_lora::{Activation, Architecture, EncoderConfig, Labels};

use crate::folder::{GOLDEN, golden, minilm, read_json, small};

/// Parses `small` with these keys changed; `null` stands for a missing key.
fn changed(model_type: &str, changes: Value) -> Result<EncoderConfig, String> {
    let mut json = small(model_type);
    for (key, value) in changes.as_object().unwrap() {
        json[key] = value.clone();
    }
    EncoderConfig::from_json(&json).map_err(|e| e.to_string())
}

#[test]
fn golden_configurations_are_read() {
    for case in GOLDEN {
        let config = EncoderConfig::from_dir(&golden(case).join("model")).unwrap();
        let json = read_json(golden(case).join("model/config.json"));
        assert_eq!(config.architecture.name(), json["model_type"]);
        assert_eq!(json!(config.hidden_size), json["hidden_size"]);
        assert_eq!(json!(config.layers), json["num_hidden_layers"]);
        assert_eq!(json!(config.heads), json["num_attention_heads"]);
        assert_eq!(json!(config.layer_norm_eps), json["layer_norm_eps"]);
        let names = json.get("id2label").and_then(Value::as_object);
        assert_eq!(
            config.labels,
            names.map(|names| Labels::Numbered(names.len()))
        );
        let offset = if config.architecture == Architecture::Roberta {
            2
        } else {
            0
        };
        assert_eq!(
            (config.position_offset(), config.max_tokens()),
            (offset, 40 - offset)
        );
    }
}

#[test]
fn minilm_is_read() {
    let config = EncoderConfig::from_dir(&minilm()).unwrap();
    assert_eq!(
        (
            config.layers,
            config.hidden_size,
            config.heads,
            config.max_tokens()
        ),
        (6, 384, 12, 512)
    );
    assert_eq!((config.labels, config.activation), (None, Activation::Gelu));
}

#[test]
fn optional_keys_have_the_library_s_defaults() {
    let bert = changed(
        "bert",
        json!({ "type_vocab_size": null, "hidden_act": null }),
    )
    .unwrap();
    assert_eq!(
        (bert.type_vocab_size, bert.pad_token_id, bert.labels),
        (2, 0, None)
    );
    assert_eq!(
        (bert.layer_norm_eps, bert.initializer_range, bert.activation),
        (1e-12, 0.02, Activation::Gelu)
    );
    let roberta = changed("roberta", json!({ "pad_token_id": null })).unwrap();
    assert_eq!(
        (
            roberta.pad_token_id,
            roberta.position_offset(),
            roberta.max_tokens()
        ),
        (1, 2, 7)
    );
}

#[test]
fn both_forms_of_gelu_have_many_names() {
    for (name, form) in [
        ("gelu", Activation::Gelu),
        ("gelu_python", Activation::Gelu),
        ("gelu_new", Activation::GeluTanh),
        ("gelu_fast", Activation::GeluTanh),
        ("gelu_accurate", Activation::GeluTanh),
        ("gelu_pytorch_tanh", Activation::GeluTanh),
        ("gelu_python_tanh", Activation::GeluTanh),
    ] {
        assert_eq!(
            changed("bert", json!({ "hidden_act": name }))
                .unwrap()
                .activation,
            form
        );
    }
}

#[test]
fn what_is_not_implemented_is_refused_by_name() {
    for (key, value) in [
        ("model_type", json!("distilbert")),
        ("hidden_act", json!("relu")),
        ("hidden_act", json!("gelu_10")),
        ("position_embedding_type", json!("relative_key")),
        ("is_decoder", json!(true)),
        ("add_cross_attention", json!(true)),
        ("pruned_heads", json!({ "0": [1] })),
        ("quantization_config", json!({ "bits": 8 })),
    ] {
        let message = changed("bert", json!({ key: value })).unwrap_err();
        assert!(
            message.starts_with(&format!(
                "config.json: `{key}` = {value} is not implemented; "
            )),
            "{message}"
        );
    }
    for case in ["gpt2", "opt"] {
        let message = changed(case, json!({})).unwrap_err();
        assert_eq!(
            message,
            format!(
                "config.json: `model_type` = \"{case}\" is not implemented; use a model of type \"bert\" or \"roberta\""
            )
        );
    }
}

#[test]
fn senseless_values_are_named() {
    for (changes, message) in [
        (
            json!({ "hidden_size": null }),
            "config.json: `hidden_size` is missing",
        ),
        (
            json!({ "model_type": null }),
            "config.json: `model_type` is missing; it must be \"bert\" or \"roberta\"",
        ),
        (
            json!({ "vocab_size": 0 }),
            "config.json: `vocab_size` must be at least 1",
        ),
        (
            json!({ "vocab_size": "many" }),
            "config.json: `vocab_size` = \"many\" must be a whole number ≥ 0",
        ),
        (
            json!({ "layer_norm_eps": -1.0 }),
            "config.json: `layer_norm_eps` = -1.0 must be a number > 0",
        ),
        (
            json!({ "num_attention_heads": 4 }),
            "config.json: `num_attention_heads` = 4 does not divide hidden_size = 6",
        ),
        (
            json!({ "hidden_act": 3 }),
            "config.json: `hidden_act` = 3 must be text",
        ),
        (
            json!({ "id2label": {} }),
            "config.json: `id2label` must name at least one label",
        ),
        (
            json!({ "num_labels": 0 }),
            "config.json: `num_labels` must be at least 1",
        ),
        (
            json!({ "type_vocab_size": 0 }),
            "config.json: `type_vocab_size` must be at least 1",
        ),
        (
            json!({ "pad_token_id": 1u64 << 40 }),
            "config.json: `pad_token_id` is larger than any token id",
        ),
    ] {
        assert_eq!(changed("bert", changes).unwrap_err(), message);
    }
    assert_eq!(
        changed("roberta", json!({ "pad_token_id": 8 })).unwrap_err(),
        "config.json: `max_position_embeddings` = 9 leaves no position after pad_token_id + 1 = 9"
    );
    assert!(
        EncoderConfig::from_json(&json!([]))
            .unwrap_err()
            .to_string()
            .contains("no JSON object")
    );
}

#[test]
fn a_missing_or_broken_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let message = EncoderConfig::from_dir(dir.path()).unwrap_err().to_string();
    let path = dir.path().join("config.json");
    let expected = "is not there: a model's folder holds config.json and model.safetensors";
    assert_eq!(message, format!("{} {expected}", path.display()));
    std::fs::write(&path, "{\"hidden_size\": ").unwrap();
    let message = EncoderConfig::from_dir(dir.path()).unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("{}: EOF while parsing", path.display())),
        "{message}"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        roberta: bool, tanh: bool, heads in 1usize..5, width in 1usize..9, layers in 1usize..4,
        labels in proptest::option::of(1usize..12), named: bool, epsilon in 1e-14f64..1e-3, padding in 0u32..5,
    ) {
        let mut config = crate::folder::small_config(if roberta { "roberta" } else { "bert" });
        config.activation = if tanh { Activation::GeluTanh } else { Activation::Gelu };
        (config.heads, config.hidden_size, config.layers) = (heads, heads * width, layers);
        let labels = labels.map(|count| match named {
            true => Labels::Named((0..count).map(|i| format!("{}", count - i)).collect()),
            false => Labels::Numbered(count),
        });
        (config.labels, config.layer_norm_eps, config.pad_token_id) = (labels, epsilon, padding);
        prop_assert_eq!(EncoderConfig::from_json(&config.to_json()).unwrap(), config);
    }
}
