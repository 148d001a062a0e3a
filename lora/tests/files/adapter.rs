use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig, Modules, Naming, OneOrMany, Start};
use tangent_lora::weights::Weights;
use tempfile::TempDir;

use crate::folder::{GOLDEN, Stored, golden, read_json, small_config, stored, write_stored};

const TENSORS: &str = "adapter_model.safetensors";
const CONFIG: &str = "adapter_config.json";

fn encoder(case: &str) -> EncoderConfig {
    EncoderConfig::from_dir(&golden(case).join("model")).unwrap()
}

#[test]
fn golden_adapters_are_read_and_written_unchanged() {
    for case in GOLDEN {
        let (dir, encoder) = (golden(case).join("adapter"), encoder(case));
        let adapter = Adapter::load(&dir, &encoder).unwrap();
        let facts = read_json(golden(case).join("expected.json"));
        let blocks = facts["blocks"].as_array().unwrap();
        assert_eq!(adapter.targets.len(), blocks.len(), "{case}");
        let mut start = 0;
        for (target, block) in adapter.targets.iter().zip(blocks) {
            let (a, b) = target.shapes(&encoder);
            assert_eq!(target.name(), block["name"], "{case}");
            assert_eq!(
                target.module(&encoder, adapter.naming),
                block["module"],
                "{case}"
            );
            assert_eq!(
                (json!(a), json!(b)),
                (block["a_shape"].clone(), block["b_shape"].clone()),
                "{case}"
            );
            assert_eq!(json!(start), block["start"], "{case}");
            start += target.parameters(&encoder);
            assert_eq!(json!(target.scaling), facts["scaling"], "{case}");
        }
        let trained = facts["head"].as_str().unwrap().starts_with("adapter/");
        assert_eq!(adapter.head.is_some(), trained, "{case}");

        let written = tempfile::tempdir().unwrap();
        adapter.save(written.path(), &encoder).unwrap();
        let bytes = |dir: &Path| fs::read(dir.join(TENSORS)).unwrap();
        assert!(
            bytes(written.path()) == bytes(&dir),
            "{case}: PEFT's own bytes"
        );
        assert_eq!(
            read_json(written.path().join(CONFIG)),
            read_json(dir.join(CONFIG)),
            "{case}"
        );
        assert_eq!(
            Adapter::load(written.path(), &encoder).unwrap(),
            adapter,
            "{case}"
        );
    }
}

#[test]
fn a_configuration_keeps_what_has_no_field_and_shows_what_changed() {
    let json = json!({
        "peft_type": "LORA", "r": 4, "lora_alpha": 8.0, "target_modules": ["value", "query"],
        "rank_pattern": null, "a_note": { "of": [1, 2.5] }, "peft_version": "0.0.1",
    });
    let mut config = LoraConfig::from_json(json.clone()).unwrap();
    let with = |changes: Value| {
        let mut all = json.clone();
        all.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        all.as_object_mut().unwrap().extend([
            ("bias".into(), json!("none")),
            ("inference_mode".into(), json!(true)),
        ]);
        all
    };
    assert_eq!(config.to_json(), with(json!({})));
    config.rank = 2;
    config.alpha_pattern.insert("query".into(), 1.5);
    config.layers_to_transform = Some(OneOrMany::Many(vec![1]));
    let changed = json!({ "r": 2, "alpha_pattern": { "query": 1.5 }, "layers_to_transform": [1] });
    assert_eq!(config.to_json(), with(changed));
}

#[test]
fn a_new_configuration_is_read_back() {
    let mut config = LoraConfig::new(4, 16.0, ["query", "value"]).on_layers([0, 1]);
    config.init_lora_weights = Start::Gaussian;
    config.exclude_modules = Some(Modules::Pattern(r".*\.1\..*query".into()));
    let json = config.to_json();
    assert_eq!(
        (&json["lora_alpha"], &json["peft_type"]),
        (&json!(16), &json!("LORA"))
    );
    let read = LoraConfig::from_json(json.clone()).unwrap();
    assert_eq!(read.to_json(), json);
    assert_eq!(
        read.targets(&small_config("bert")).unwrap(),
        config.targets(&small_config("bert")).unwrap()
    );
}

#[test]
fn what_peft_offers_beyond_plain_lora_is_refused_by_name() {
    for (key, value) in [
        ("peft_type", json!("IA3")),
        ("bias", json!("all")),
        ("lora_bias", json!(true)),
        ("layer_replication", json!([[0, 2]])),
        ("target_parameters", json!(["query.weight"])),
        ("trainable_token_indices", json!([1])),
        ("alora_invocation_tokens", json!([3])),
        ("use_dora", json!(true)),
        ("use_qalora", json!(true)),
        ("use_bdlora", json!({ "nblocks": 1 })),
        ("megatron_config", json!({ "a": 1 })),
        ("arrow_config", json!({ "top_k": 3 })),
        ("use_a_variant_of_tomorrow", json!(true)),
        ("init_lora_weights", json!("pissa")),
        ("init_lora_weights", json!("olora")),
        ("init_lora_weights", json!("loftq")),
        ("init_lora_weights", json!("corda")),
        ("init_lora_weights", json!("lora_ga")),
        ("init_lora_weights", json!("pissa_niter_4")),
        ("init_lora_weights", json!("mica")),
        ("init_lora_weights", json!("a start of tomorrow")),
        ("kasa_config", json!({ "beta": 1.0 })),
        ("velora_config", json!({ "scale": 1.0 })),
        ("a_config_of_tomorrow_config", json!({ "on": true })),
    ] {
        let mut json = json!({ "peft_type": "LORA", "target_modules": ["query"] });
        json[key] = value.clone();
        let message = LoraConfig::from_json(json).unwrap_err().to_string();
        let start = format!("adapter_config.json: `{key}` = {value} is not implemented; ");
        assert!(
            message.starts_with(&start) && message.len() > start.len(),
            "{message}"
        );
    }
}

#[test]
fn senseless_values_are_named() {
    for (key, value, start) in [
        ("r", json!(0), "`r` must be a rank of at least 1"),
        ("r", json!(-4), "`r` = -4: "),
        (
            "rank_pattern",
            json!({ "query": 0 }),
            "`rank_pattern` has \"query\" = 0, which must be a rank of at least 1",
        ),
        ("r", json!(4.5), "`r` = 4.5: 4.5 is no whole number ≥ 0"),
        ("r", json!("4"), "`r` = \"4\": "),
        ("r", json!(1e300), "`r` = 1e+300: "),
        (
            "rank_pattern",
            json!({ "query": -1.0 }),
            "`rank_pattern` = {\"query\":-1.0}: ",
        ),
        (
            "peft_type",
            json!([]),
            "`peft_type` is missing; it must be \"LORA\"",
        ),
        ("lora_alpha", json!("eight"), "`lora_alpha` = \"eight\": "),
        (
            "layers_to_transform",
            json!([-1]),
            "`layers_to_transform` = [-1]: ",
        ),
        ("target_modules", json!(3), "`target_modules` = 3: "),
        (
            "init_lora_weights",
            json!(1),
            "`init_lora_weights` = 1: must be true, false or \"gaussian\"",
        ),
        (
            "peft_type",
            json!(null),
            "`peft_type` is missing; it must be \"LORA\"",
        ),
    ] {
        let mut json = json!({ "peft_type": "LORA", "target_modules": ["query"] });
        json[key] = value;
        let message = LoraConfig::from_json(json).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("adapter_config.json: {start}")),
            "{message}"
        );
    }
    assert!(
        LoraConfig::from_json(json!("LORA"))
            .unwrap_err()
            .to_string()
            .contains("no JSON object")
    );
}

#[test]
fn a_start_is_peft_s_and_each_block_s_own() {
    let mut encoder = small_config("bert");
    (encoder.hidden_size, encoder.intermediate_size) = (64, 256);
    let init = |config: &LoraConfig, seed| Adapter::init(config.clone(), &encoder, seed).unwrap();
    let mut config = LoraConfig::new(32, 64.0, ["query", "output.dense"]);
    let all = init(&config, 7);
    assert_eq!(all.targets.len(), 6);
    for (target, factors) in all.targets.iter().zip(&all.factors) {
        let ([rank, input], [output, _]) = target.shapes(&encoder);
        let bound = 1.0 / (input as f32).sqrt();
        assert_eq!(factors.b, vec![0.0; output * rank]);
        assert_eq!(factors.a.len(), rank * input);
        let largest = factors.a.iter().fold(0f32, |m, a| m.max(a.abs()));
        assert!(
            largest <= bound && largest > 0.99 * bound,
            "{largest} of {bound}"
        );
    }
    assert_eq!(init(&config, 7), all);
    assert_ne!(init(&config, 8).factors, all.factors);
    assert_ne!(all.factors[0], all.factors[3]);
    let alone = init(&LoraConfig::new(32, 64.0, ["query"]).on_layers([1]), 7);
    let same = all
        .targets
        .iter()
        .position(|t| t.place == alone.targets[0].place)
        .unwrap();
    assert_eq!(alone.factors[0], all.factors[same]);

    config.init_lora_weights = Start::Gaussian;
    let a = &init(&config, 7).factors[same].a;
    let deviation = (a.iter().map(|a| a * a).sum::<f32>() / a.len() as f32).sqrt();
    assert!((deviation * 32.0 - 1.0).abs() < 0.1, "{deviation}");
    config.init_lora_weights = Start::Random;
    let b = &init(&config, 7).factors[same].b;
    let largest = b.iter().fold(0f32, |m, b| m.max(b.abs()));
    assert!(largest <= 1.0 / 32f32.sqrt() && largest > 0.99 / 32f32.sqrt());
}

#[test]
fn a_head_is_announced_to_peft() {
    let encoder = small_config("roberta");
    let mut adapter = Adapter::init(LoraConfig::new(2, 4.0, ["query"]), &encoder, 0).unwrap();
    let head = tangent_lora::weights::head_tensors(&encoder, 3)
        .into_iter()
        .map(|(name, shape)| {
            let count = shape.iter().product();
            (name, (shape, vec![0.5; count]))
        });
    adapter.head = Some(head.collect());
    let dir = tempfile::tempdir().unwrap();
    // Saving creates the folder.
    let dir = dir.path().join("new/adapter");
    adapter.save(&dir, &encoder).unwrap();
    let json = read_json(dir.join(CONFIG));
    assert_eq!(
        (&json["modules_to_save"], &json["task_type"]),
        (&json!(["classifier", "score"]), &json!("SEQ_CLS"))
    );
    let read = Adapter::load(&dir, &encoder).unwrap();
    assert_eq!(
        (read.head, read.factors, read.naming),
        (adapter.head, adapter.factors, Naming::Prefixed)
    );
}

/// Returns the folder of an adapter for the query maps of both layers of a small BERT, with `change` made to its
/// tensors.
fn edited(change: impl FnOnce(&mut BTreeMap<String, Stored>)) -> TempDir {
    let encoder = small_config("bert");
    let dir = tempfile::tempdir().unwrap();
    Adapter::init(LoraConfig::new(2, 4.0, ["query"]), &encoder, 0)
        .unwrap()
        .save(dir.path(), &encoder)
        .unwrap();
    let path = dir.path().join(TENSORS);
    let tensors = Weights::open_file(&path).unwrap().read_all().unwrap();
    let mut tensors = tensors
        .into_iter()
        .map(|(name, (shape, values))| (name, stored(&shape, &values)))
        .collect();
    change(&mut tensors);
    write_stored(&path, &tensors);
    dir
}

fn refusal(dir: &TempDir) -> String {
    let message = Adapter::load(dir.path(), &small_config("bert"))
        .unwrap_err()
        .to_string();
    message.replace(&dir.path().join(TENSORS).display().to_string(), "FILE")
}

#[test]
fn an_adapter_for_another_base_is_refused_with_module_and_shapes() {
    let module = "bert.encoder.layer.1.attention.self.query";
    let key = |factor: &str| format!("base_model.model.{module}.lora_{factor}.weight");
    let wider = edited(|tensors| drop(tensors.insert(key("A"), stored(&[2, 8], &[0.0; 16]))));
    assert_eq!(
        refusal(&wider),
        format!(
            "FILE: the adapter was made for another base model: `{module}` has lora_A of shape [2, 8], this model needs [2, 6]"
        )
    );
    let higher = edited(|tensors| drop(tensors.insert(key("B"), stored(&[6, 3], &[0.0; 18]))));
    assert!(refusal(&higher).ends_with("has lora_B of shape [6, 3], this model needs [6, 2]"));
    let lacking = edited(|tensors| drop(tensors.remove(&key("B"))));
    assert_eq!(
        refusal(&lacking),
        format!(
            "FILE has no `{}`, which adapter_config.json announces: the adapter was made for another base model, \
             or is not whole",
            key("B")
        )
    );
    let other = edited(|tensors| {
        *tensors = std::mem::take(tensors)
            .into_iter()
            .map(|(key, t)| (key.replace(".bert.", ".roberta."), t))
            .collect();
    });
    assert!(
        refusal(&other).ends_with("the adapter was made for another base model, or is not whole")
    );
    let nan = edited(|tensors| drop(tensors.insert(key("A"), stored(&[2, 6], &[f32::NAN; 12]))));
    assert!(refusal(&nan).contains(&format!(
        "tensor `{}` has the value NaN at [0, 0]",
        key("A")
    )));
}

#[test]
fn tensors_of_no_module_are_left_out_with_a_warning() {
    let whole = edited(|_| ());
    let read = |dir: &TempDir| Adapter::load(dir.path(), &small_config("bert")).unwrap();
    let deeper = |factor: &str| {
        format!("base_model.model.bert.encoder.layer.2.attention.self.query.lora_{factor}.weight")
    };
    let too_deep = edited(|tensors| {
        tensors.insert(deeper("A"), stored(&[2, 6], &[0.0; 12]));
        tensors.insert(deeper("B"), stored(&[6, 2], &[0.0; 12]));
    });
    let adapter = read(&too_deep);
    assert_eq!(adapter.factors, read(&whole).factors);
    let path = too_deep.path().join(TENSORS);
    assert_eq!(
        adapter.warnings,
        [format!(
            "{}: `{}` and 1 more belong to no module that adapter_config.json selects in this model: perhaps the \
             adapter was made for another base model, or its configuration was changed; left out, as PEFT does",
            path.display(),
            deeper("A")
        )]
    );
}

#[test]
fn a_head_of_another_shape_or_absent_is_refused() {
    let head = |weight: Stored| {
        edited(|tensors| {
            tensors.insert("base_model.model.classifier.weight".into(), weight);
            tensors.insert(
                "base_model.model.classifier.bias".into(),
                stored(&[2], &[0.0; 2]),
            );
        })
    };
    assert!(
        Adapter::load(
            head(stored(&[2, 6], &[0.0; 12])).path(),
            &small_config("bert")
        )
        .unwrap()
        .head
        .is_some()
    );
    assert!(
        refusal(&head(stored(&[2, 4], &[0.0; 8])))
            .ends_with("`classifier` has weight of shape [2, 4], this model needs [2, 6]")
    );
    for (name, shape) in [("weight", vec![2, 6]), ("bias", vec![2])] {
        let half = edited(|tensors| {
            let values = vec![0.0; shape.iter().product()];
            let key = format!("base_model.model.classifier.{name}");
            tensors.insert(key, stored(&shape, &values));
        });
        let message = refusal(&half);
        assert!(
            message.starts_with("FILE has no `base_model.model.classifier."),
            "{message}"
        );
    }
    let promised = edited(|_| ());
    let path = promised.path().join(CONFIG);
    let mut json = read_json(&path);
    json["modules_to_save"] = json!(["classifier", "score"]);
    fs::write(&path, json.to_string()).unwrap();
    assert!(refusal(&promised).starts_with("FILE has no `base_model.model.classifier."));
}

#[test]
fn missing_files_are_named() {
    let dir = edited(|_| ());
    let expected =
        "is not there: an adapter's folder holds adapter_config.json and adapter_model.safetensors";
    fs::remove_file(dir.path().join(TENSORS)).unwrap();
    assert_eq!(refusal(&dir), format!("FILE {expected}"));
    fs::remove_file(dir.path().join(CONFIG)).unwrap();
    assert!(refusal(&dir).ends_with(&format!("{CONFIG} {expected}")));
}

#[test]
fn the_golden_adapters_of_other_architectures_are_refused_here() {
    let message = Adapter::load(&golden("roberta_qv_2l/adapter"), &encoder("bert_qv_2l"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("the adapter was made for another base model"),
        "{message}"
    );
}
