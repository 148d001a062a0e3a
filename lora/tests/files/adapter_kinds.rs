//! Adapters as they occur: what PEFT reads as plain LoRA is read, and what is ignored gives a warning.

use std::fs;

use serde_json::{Value, json};
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig, Naming, Place, Start};
use tangent_lora::weights::Weights;

use crate::folder::{adapter_folder, small_config, stored, write_stored, zeros};

const QUERIES: [&str; 2] = [
    "bert.encoder.layer.0.attention.self.query",
    "bert.encoder.layer.1.attention.self.query",
];

/// Returns the factors of rank 2 of these modules, each h → h.
fn factors_of(modules: &[&str]) -> Vec<(String, Vec<usize>)> {
    let key = |module, factor| format!("base_model.model.{module}.lora_{factor}.weight");
    let factors = modules.iter().flat_map(|module| {
        [
            (key(module, "A"), vec![2, 6]),
            (key(module, "B"), vec![6, 2]),
        ]
    });
    factors.collect()
}

/// Loads an adapter of rank 2 on these modules of a small encoder, each h → h, with these keys in its configuration.
fn load_on(encoder: &EncoderConfig, modules: &[&str], keys: &Value) -> Result<Adapter, String> {
    let mut json =
        json!({ "peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["query"] });
    for (key, value) in keys.as_object().unwrap() {
        json[key] = value.clone();
    }
    let folder = adapter_folder(&json.to_string(), &zeros(factors_of(modules)));
    Adapter::load(folder.path(), encoder).map_err(|e| e.to_string())
}

fn load(keys: Value) -> Adapter {
    load_on(&small_config("bert"), &QUERIES, &keys).unwrap_or_else(|e| panic!("{keys}: {e}"))
}

#[test]
fn what_changes_nothing_is_read_without_a_word() {
    for keys in [
        json!({ "r": 2.0, "lora_alpha": 4.0 }),
        json!({ "lora_dropout": 0.5 }),
        json!({ "lora_dropout": 7 }),
        json!({ "lora_dropout": null }),
        json!({ "bias": "none", "fan_in_fan_out": false }),
        json!({ "bias": null, "rank_pattern": null, "alpha_pattern": null }),
        json!({ "modules_to_save": [] }),
        json!({ "layers_pattern": "" }),
        json!({ "layers_pattern": [], "layers_to_transform": [] }),
        json!({ "layers_to_transform": [0, 1], "layers_pattern": "layer" }),
        json!({ "init_lora_weights": "orthogonal" }),
        json!({ "init_lora_weights": "eva" }),
        json!({ "init_lora_weights": "eva", "eva_config": { "rho": 2.0 } }),
        json!({ "init_lora_weights": "gaussian" }),
        json!({ "init_lora_weights": false }),
        json!({ "init_lora_weights": null }),
        json!({ "loftq_config": {}, "eva_config": null, "runtime_config": null }),
        json!({ "task_type": null }),
        json!({ "task_type": "SEQ_CLS" }),
        json!({ "revision": "main", "base_model_name_or_path": "x", "peft_version": "0.21.2" }),
        json!({ "auto_mapping": { "base_model_class": "X" }, "megatron_core": "megatron.core" }),
        json!({ "qalora_group_size": 16, "use_qalora": false, "use_dora": false }),
        json!({ "something_new": null, "use_something_new": false, "something_new_config": {} }),
        json!({ "inference_mode": false }),
    ] {
        let adapter = load(keys.clone());
        assert_eq!(adapter.targets.len(), 2, "{keys}");
        assert_eq!(adapter.warnings, [""; 0], "{keys}");
        let scaling: Vec<f64> = adapter
            .targets
            .iter()
            .map(|target| target.scaling)
            .collect();
        assert_eq!(scaling, [2.0; 2], "{keys}");
    }
}

#[test]
fn what_is_passed_over_is_told_with_its_key() {
    for (keys, words) in [
        (
            json!({ "target_modules": ["query", "q_lin"] }),
            &["`q_lin` in target_modules"][..],
        ),
        (
            json!({ "target_modules": ["q_lin", "query", "v_lin"] }),
            &["`q_lin`", "`v_lin`"],
        ),
        (
            json!({ "target_modules": ["query", "bert.encoder.layer.9.output.dense"] }),
            &["layer 9 is out of range"],
        ),
        (
            json!({ "layers_to_transform": [0, 1, 2] }),
            &["layer 2 is out of range"],
        ),
        (
            json!({ "rank_pattern": { "value": 3 } }),
            &["`rank_pattern` has \"value\""],
        ),
        (
            json!({ "alpha_pattern": { "^query": 40, "q_lin": 1 } }),
            &["\"^query\"", "\"q_lin\""],
        ),
        (
            json!({ "exclude_modules": ["nothing"] }),
            &["`exclude_modules` names no module"],
        ),
        (
            json!({ "modules_to_save": ["lm_head"] }),
            &["`modules_to_save` names \"lm_head\""],
        ),
        (
            json!({ "fan_in_fan_out": true }),
            &["`fan_in_fan_out` is ignored"],
        ),
        (
            json!({ "eva_config": { "rho": 2.0 } }),
            &["`eva_config` is ignored"],
        ),
        (
            json!({ "corda_config": { "verbose": true } }),
            &["`corda_config` is ignored"],
        ),
        (
            json!({ "loftq_config": { "loftq_bits": 4 } }),
            &["`loftq_config` is ignored"],
        ),
        (
            json!({ "runtime_config": { "ephemeral_gpu_offload": true } }),
            &["`runtime_config` is ignored"],
        ),
        (
            json!({ "ensure_weight_tying": true }),
            &["`ensure_weight_tying` is ignored"],
        ),
        (
            json!({ "something_new": 3 }),
            &["`something_new` is ignored"],
        ),
        (
            json!({ "task_type": "TOKEN_CLS" }),
            &["`task_type` is \"TOKEN_CLS\""],
        ),
        (
            json!({ "task_type": "CAUSAL_LM" }),
            &["`task_type` is \"CAUSAL_LM\""],
        ),
        (
            json!({ "task_type": "QUESTION_ANS" }),
            &["`task_type` is \"QUESTION_ANS\""],
        ),
        (
            json!({ "task_type": "seq_cls" }),
            &["`task_type` = \"seq_cls\" is not a task type of PEFT"],
        ),
    ] {
        let adapter = load(keys.clone());
        assert_eq!(adapter.targets.len(), 2, "{keys}");
        assert_eq!(
            adapter.warnings.len(),
            words.len(),
            "{keys}: {:?}",
            adapter.warnings
        );
        for (warning, word) in adapter.warnings.iter().zip(words) {
            assert!(warning.contains(word), "{keys}: {warning}");
        }
    }
}

#[test]
fn a_new_adapter_is_asked_for_what_the_model_has() {
    let encoder = small_config("bert");
    let refusal = |config: LoraConfig| Adapter::init(config, &encoder, 0).unwrap_err().to_string();
    assert!(refusal(LoraConfig::new(2, 2.0, ["query", "q_lin"])).contains("`q_lin`"));
    let deep = LoraConfig::new(2, 2.0, ["query"]).on_layers([0, 2]);
    assert!(refusal(deep).starts_with("layer 2 is out of range"));
    for start in [Start::Orthogonal, Start::Eva] {
        let mut config = LoraConfig::new(2, 2.0, ["query"]);
        config.init_lora_weights = start;
        let message = refusal(config);
        assert!(
            message.contains("`init_lora_weights` = ") && message.contains("for a new adapter")
        );
    }
}

#[test]
fn target_modules_left_out_are_peft_s_own() {
    let modules = QUERIES.map(|query| query.replace("query", "value"));
    let all: Vec<&str> = QUERIES
        .into_iter()
        .chain(modules.iter().map(String::as_str))
        .collect();
    let keys = json!({ "target_modules": null });
    let adapter = load_on(&small_config("bert"), &all, &keys).unwrap();
    assert_eq!(adapter.targets.len(), 4);
    let [warning] = &adapter.warnings[..] else {
        panic!("{:?}", adapter.warnings)
    };
    assert!(warning.contains("query and value are taken"), "{warning}");
}

#[test]
fn factors_of_a_model_without_a_pooler_leave_the_pooler_as_it_is() {
    let outputs = [0, 1].map(|layer| format!("bert.encoder.layer.{layer}.attention.output.dense"));
    let outputs = outputs.each_ref().map(String::as_str);
    let keys = json!({ "target_modules": ["attention.output.dense", "pooler.dense"] });
    let adapter = load_on(&small_config("bert"), &outputs, &keys).unwrap();
    assert_eq!(adapter.targets.len(), 2);
    assert!(adapter.warnings[0].contains("`bert.pooler.dense` is selected and has no factors"));

    let with_pooler = [outputs[0], outputs[1], "bert.pooler.dense"];
    let adapter = load_on(&small_config("bert"), &with_pooler, &keys).unwrap();
    assert_eq!(
        (adapter.targets[2].place, adapter.warnings.len()),
        (Place::Pooler, 0)
    );
    assert_eq!(adapter.targets[2].name(), "pooler.dense");

    // Only the pooler is selected, and the file has no factors for it either.
    let alone = load_on(
        &small_config("bert"),
        &[],
        &json!({ "target_modules": ["pooler.dense"] }),
    );
    assert!(
        alone
            .unwrap_err()
            .contains("base_model.model.pooler.dense.lora_A.weight")
    );
}

#[test]
fn a_roberta_s_pooler_is_left_out() {
    let encoder = small_config("roberta");
    let queries = QUERIES.map(|query| query.replace("bert.", ""));
    let modules = [queries[0].as_str(), queries[1].as_str(), "pooler.dense"];
    let keys =
        json!({ "target_modules": ["query", "pooler.dense"], "task_type": "FEATURE_EXTRACTION" });
    let adapter = load_on(&encoder, &modules, &keys).unwrap();
    assert_eq!((adapter.targets.len(), adapter.naming), (2, Naming::Bare));
    let [warning] = &adapter.warnings[..] else {
        panic!("{:?}", adapter.warnings)
    };
    assert!(warning.contains("`pooler.dense` is adapted and no classification head"));

    let pooler = [("weight", vec![6, 6]), ("bias", vec![6])];
    let pooler =
        pooler.map(|(name, shape)| (format!("base_model.model.pooler.dense.{name}"), shape));
    let text = r#"{"peft_type": "LORA", "r": 2, "target_modules": ["query"], "modules_to_save": ["pooler"]}"#;
    let folder = adapter_folder(
        text,
        &zeros(factors_of(&modules[..2]).into_iter().chain(pooler)),
    );
    let adapter = Adapter::load(folder.path(), &encoder).unwrap();
    assert_eq!(adapter.head, None);
    let [warning] = &adapter.warnings[..] else {
        panic!("{:?}", adapter.warnings)
    };
    assert!(
        warning.contains("saves a pooler, which no classification head"),
        "{warning}"
    );
}

#[test]
fn keys_of_patterns_keep_the_order_of_the_file() {
    let encoder = small_config("bert");
    let texts = [
        r#"{"query": 5, "layer.0.attention.self.query": 50}"#,
        r#"{"z": 1, "query": 7, "a": 2, "bert.encoder.layer.1.*": 3}"#,
        // A key that occurs twice keeps its first position and its last value, as in Python.
        r#"{"query": 1, "layer.0.*": 9, "query": 2.5}"#,
    ];
    let keys = [
        &["query", "layer.0.attention.self.query"][..],
        &["z", "query", "a", "bert.encoder.layer.1.*"],
        &["query", "layer.0.*"],
    ];
    let alphas = [5.0, 7.0, 2.5];
    for ((text, keys), alpha) in texts.into_iter().zip(keys).zip(alphas) {
        let text = format!(
            r#"{{"alpha_pattern": {text}, "peft_type": "LORA", "r": 2, "target_modules": ["query"]}}"#
        );
        let config = LoraConfig::from_bytes(text.as_bytes()).unwrap();
        assert!(config.alpha_pattern.keys().eq(keys), "{text}");
        let folder = adapter_folder(&text, &zeros(factors_of(&QUERIES)));
        let adapter = Adapter::load(folder.path(), &encoder).unwrap();
        assert_eq!(adapter.targets[0].alpha, alpha, "{text}");

        let written = tempfile::tempdir().unwrap();
        adapter.save(written.path(), &encoder).unwrap();
        let again = Adapter::load(written.path(), &encoder).unwrap();
        assert!(again.config.alpha_pattern.keys().eq(keys), "{text}");
        assert_eq!(again.targets, adapter.targets, "{text}");
    }
}

#[test]
fn factors_that_are_a_pickle_are_told_how_to_convert() {
    let folder = adapter_folder(r#"{"peft_type": "LORA"}"#, &zeros([]));
    let path = |name: &str| folder.path().join(name);
    fs::rename(path("adapter_model.safetensors"), path("adapter_model.bin")).unwrap();
    let message = Adapter::load(folder.path(), &small_config("bert"))
        .unwrap_err()
        .to_string();
    let start = format!(
        "{} is a pickle, which may hold code and is not read",
        path("adapter_model.bin").display()
    );
    assert!(message.starts_with(&start), "{message}");
    for word in [
        "save_file",
        "torch.load(\"adapter_model.bin\"",
        "\"adapter_model.safetensors\"",
        "weights_only=True",
    ] {
        assert!(message.contains(word), "{message}");
    }
    let model = tempfile::tempdir().unwrap();
    fs::write(model.path().join("pytorch_model.bin"), "").unwrap();
    let message = Weights::open(model.path()).unwrap_err().to_string();
    assert!(
        message.contains("torch.load(\"pytorch_model.bin\"")
            && message.contains("\"model.safetensors\"")
    );
}

#[test]
fn starts_that_change_the_base_model_are_refused_with_the_reason() {
    for start in [
        "pissa",
        "pissa_niter_16",
        "olora",
        "corda",
        "loftq",
        "lora_ga",
        "OLoRA",
    ] {
        let message = load_on(
            &small_config("bert"),
            &QUERIES,
            &json!({ "init_lora_weights": start }),
        );
        let message = message.unwrap_err();
        assert!(
            message.contains("subtracts the adapter's start from the weights of the base model")
        );
        assert!(
            message.contains("path_initial_model_for_weight_conversion"),
            "{message}"
        );
    }
}

#[test]
fn a_head_of_tokens_is_told() {
    let encoder = small_config("bert");
    let mut shapes = factors_of(&QUERIES);
    shapes.push(("base_model.model.classifier.weight".into(), vec![5, 6]));
    shapes.push(("base_model.model.classifier.bias".into(), vec![5]));
    let text =
        r#"{"peft_type": "LORA", "r": 2, "target_modules": ["query"], "task_type": "TOKEN_CLS"}"#;
    let folder = adapter_folder(text, &zeros(shapes));
    let adapter = Adapter::load(folder.path(), &encoder).unwrap();
    assert!(adapter.head.is_some());
    assert!(
        adapter.warnings[0].contains("trained on every token"),
        "{:?}",
        adapter.warnings
    );
}

#[test]
fn tensors_may_be_written_by_any_writer_in_any_float_type() {
    // The file has no `format: pt`, which other writers leave out.
    let folder = adapter_folder(
        r#"{"peft_type": "LORA", "r": 2, "target_modules": ["query"]}"#,
        &zeros([]),
    );
    let tensors = QUERIES.iter().flat_map(|module| {
        let key = |factor| format!("base_model.model.{module}.lora_{factor}.weight");
        [
            (key("A"), stored(&[2, 6], &[0.5; 12])),
            (key("B"), stored(&[6, 2], &[0.25; 12])),
        ]
    });
    write_stored(
        &folder.path().join("adapter_model.safetensors"),
        &tensors.collect(),
    );
    let adapter = Adapter::load(folder.path(), &small_config("bert")).unwrap();
    assert_eq!(adapter.factors[1].b, [0.25; 12]);
}
