//! Which modules are adapted, compared with PEFT's own answers, which `peft/selection.py` made.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use tangent_lora::adapter::{Adapter, LoraConfig, Naming, Projection};
use tangent_lora::weights::{NamedTensors, head_tensors, pooler_tensors};
use tangent_lora::{Architecture, EncoderConfig, Error};

use crate::folder::{adapter_folder, read_json, small_config, zeros};

fn lora(keys: &Value) -> LoraConfig {
    let mut json = json!({ "peft_type": "LORA", "r": 4, "lora_alpha": 6 });
    for (key, value) in keys.as_object().unwrap() {
        json[key] = value.clone();
    }
    LoraConfig::from_json(json).unwrap()
}

/// Returns what PEFT would save for these modules and for the parts that the configuration says are saved whole.
fn tensors(modules: &Value, text: &str, encoder: &EncoderConfig, prefix: &str) -> NamedTensors {
    let (h, wide) = (encoder.hidden_size, encoder.intermediate_size);
    let mut shapes = Vec::new();
    for (path, module) in modules.as_object().into_iter().flatten() {
        let rank = module["rank"].as_u64().unwrap() as usize;
        let (input, output) = match path.rsplit_once("layer.") {
            Some((_, rest)) if rest.ends_with("intermediate.dense") => (h, wide),
            Some((_, rest)) if rest[1..] == *".output.dense" => (wide, h),
            _ => (h, h),
        };
        shapes.push((format!("{path}.lora_A.weight"), vec![rank, input]));
        shapes.push((format!("{path}.lora_B.weight"), vec![output, rank]));
    }
    let saved = LoraConfig::from_bytes(text.as_bytes()).map(|config| config.modules_to_save);
    for module in saved.ok().flatten().into_iter().flatten() {
        match module.as_str() {
            "classifier" => shapes.extend(head_tensors(encoder, 2)),
            "pooler" | "pooler.dense" => {
                let pooler = pooler_tensors(encoder).into_iter();
                shapes.extend(pooler.map(|(name, shape)| (format!("{prefix}{name}"), shape)));
            }
            _ => {}
        }
    }
    let prefixed = |(name, shape)| (format!("base_model.model.{name}"), shape);
    zeros(shapes.into_iter().map(prefixed))
}

#[test]
fn modules_ranks_and_scalings_are_those_of_peft() {
    let table =
        read_json(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/peft/selection.json"));
    for case in table["cases"].as_array().unwrap() {
        let (architecture, bare) = match case["model"].as_str().unwrap().split_once(' ') {
            Some((architecture, _)) => (architecture, true),
            None => (case["model"].as_str().unwrap(), false),
        };
        let mut sizes = table["sizes"].clone();
        sizes["model_type"] = json!(architecture);
        let encoder = EncoderConfig::from_json(&sizes).unwrap();
        let text = case["adapter_config"].as_str().unwrap();
        let prefix = match bare {
            true => String::new(),
            false => format!("{architecture}."),
        };
        let file = tensors(&case["modules"], text, &encoder, &prefix);
        let folder = adapter_folder(text, &file);
        let loaded = Adapter::load(folder.path(), &encoder);
        let Some(expected) = case["modules"].as_object() else {
            // The adapter is refused because of its configuration, not because tensors are missing.
            let error = loaded.expect_err("PEFT refuses it");
            assert!(
                !matches!(error, Error::MissingAdapterTensor { .. }),
                "{case}: {error}"
            );
            continue;
        };
        let adapter = loaded.unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(adapter.naming == Naming::Bare, bare, "{text}");
        let modules: BTreeMap<String, &_> = adapter
            .targets
            .iter()
            .map(|t| (t.module(&encoder, adapter.naming), t))
            .collect();
        // No head of a RoBERTa reads the encoder's pooler.
        let unread = |path: &str| {
            encoder.architecture == Architecture::Roberta && path.starts_with("pooler.")
        };
        let read: Vec<&String> = expected.keys().filter(|path| !unread(path)).collect();
        assert!(modules.keys().eq(read), "{text}");
        let left_out = expected.len() - modules.len();
        let told = adapter.warnings.iter().filter(|w| w.contains("left out"));
        assert_eq!(told.count(), left_out, "{text}");
        for (path, target) in modules {
            assert_eq!(
                json!(target.rank),
                expected[&path]["rank"],
                "{text}: {path}"
            );
            assert_eq!(
                target.scaling,
                expected[&path]["scaling"].as_f64().unwrap(),
                "{text}: {path}"
            );
        }
        assert!(
            adapter.targets.is_sorted_by_key(|target| target.place),
            "{text}"
        );
    }
}

#[test]
fn the_order_inside_a_layer_is_that_of_the_paths() {
    assert!(Projection::ALL.is_sorted());
    assert!(Projection::ALL.map(Projection::path).is_sorted());
}

#[test]
fn what_selects_nothing_or_too_much_is_named() {
    let adaptable = "attention.output.dense, attention.self.key, attention.self.query, attention.self.value, \
                     intermediate.dense, output.dense";
    let nothing = |entry: &str| {
        format!(
            "`{entry}` in target_modules matches no module of this model; adaptable in every layer are {adaptable}"
        )
    };
    let too_much = |module: &str| {
        format!(
            "target_modules selects `{module}`, which cannot be adapted here; adaptable in every layer are {adaptable}"
        )
    };
    for (keys, message) in [
        (json!({ "target_modules": ["query", "q_proj"] }), nothing("q_proj")),
        (json!({ "target_modules": ["uery"] }), nothing("uery")),
        (json!({ "target_modules": ["pooler"] }), too_much("bert.pooler")),
        (json!({ "target_modules": ["dropout", "query"] }), too_much("bert.embeddings.dropout")),
        (json!({ "target_modules": "all-linear" }), too_much("classifier")),
        (json!({ "target_modules": ["word_embeddings"] }), too_much("bert.embeddings.word_embeddings")),
        (json!({ "target_modules": ["classifier"] }), too_much("classifier")),
        (
            json!({ "target_modules": ["query"], "layers_to_transform": [0, 2] }),
            "layer 2 is out of range: the model has 2 layers, 0 to 1".into(),
        ),
        (
            json!({ "target_modules": ["encoder.layer.7.attention.self.query"] }),
            "layer 7 is out of range: the model has 2 layers, 0 to 1".into(),
        ),
        (
            json!({ "target_modules": "query" }),
            "the adapter selects no module: no module's whole path matches target_modules = \"query\"".into(),
        ),
        (json!({ "target_modules": [] }), "the adapter selects no module: target_modules is empty".into()),
        (
            json!({ "target_modules": ["query"], "exclude_modules": ["query"] }),
            "the adapter selects no module: exclude_modules and layers_to_transform leave none".into(),
        ),
        (
            json!({ "target_modules": ["query"], "layers_to_transform": [0], "layers_pattern": "blocks" }),
            "the adapter selects no module: layers_to_transform and layers_pattern leave none".into(),
        ),
        (json!({}), "adapter_config.json: `target_modules` is missing".into()),
        (
            json!({ "target_modules": ".*query", "layers_to_transform": [0] }),
            "adapter_config.json: `layers_to_transform` cannot be used where target_modules is a regular expression".into(),
        ),
        (
            json!({ "target_modules": ["query"], "layers_pattern": "layer" }),
            "adapter_config.json: `layers_pattern` needs layers_to_transform".into(),
        ),
        (
            json!({ "target_modules": ["query"], "rank_pattern": { "value": 2 } }),
            "adapter_config.json: `rank_pattern` has \"value\", which no adapted module's path ends in".into(),
        ),
        (
            json!({ "target_modules": ["query"], "alpha_pattern": { "value": 2 } }),
            "adapter_config.json: `alpha_pattern` has \"value\", which no adapted module's path ends in".into(),
        ),
        (
            json!({ "target_modules": ["query"], "modules_to_save": ["classifier", "word_embeddings"] }),
            "adapter_config.json: `modules_to_save` = \"word_embeddings\" is not implemented; only the head, \
             \"classifier\", and the pooler, \"pooler\", are"
                .into(),
        ),
    ] {
        let error = lora(&keys).targets(&small_config("bert")).unwrap_err();
        assert_eq!(error.to_string(), message, "{keys}");
    }
    let roberta = lora(&json!({ "target_modules": ["dense"] })).targets(&small_config("roberta"));
    assert_eq!(
        roberta.unwrap_err().to_string(),
        too_much("classifier.dense")
    );
    // The regular expression tries every way to divide the path between its groups.
    let slow = r"(.*)(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5\6no";
    let error = lora(&json!({ "target_modules": slow })).targets(&small_config("bert"));
    let message = error.unwrap_err().to_string();
    let start = "adapter_config.json: `target_modules` cannot be matched: ";
    assert!(message.starts_with(start), "{message}");
    let error = lora(&json!({ "target_modules": "(query" }))
        .targets(&small_config("bert"))
        .unwrap_err();
    let start = "adapter_config.json: `target_modules` = \"(query\" is no regular expression: ";
    assert!(error.to_string().starts_with(start), "{error}");
    let error = lora(&json!({ "target_modules": ["key"], "alpha_pattern": { "[": 1 } }));
    let error = error.targets(&small_config("bert")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("adapter_config.json: `alpha_pattern` = \"[\" is no "),
        "{error}"
    );
}
