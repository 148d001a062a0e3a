//! The names of a head's outputs, chosen as the Python library chooses them.

use serde_json::{Value, json};
use tangent_lora::weights::{HeadWeights, Weights, write_model};
use tangent_lora::{EncoderConfig, Labels};

use crate::folder::{folder, small, small_config, small_tensors};

fn read(changes: Value) -> EncoderConfig {
    let mut json = small("bert");
    for (key, value) in changes.as_object().unwrap() {
        json[key] = value.clone();
    }
    EncoderConfig::from_json(&json).unwrap()
}

fn named(names: &[&str]) -> Option<Labels> {
    Some(Labels::Named(names.iter().map(|n| n.to_string()).collect()))
}

#[test]
fn names_are_in_the_order_of_their_numbers() {
    let eleven: Vec<String> = (0..11).map(|i| format!("class {}", 10 - i)).collect();
    let by_number = |names: &[String]| -> Value {
        let entries = names.iter().enumerate();
        let map: serde_json::Map<_, _> = entries
            .map(|(i, name)| (i.to_string(), json!(name)))
            .collect();
        map.into()
    };
    let eleven_names = Some(Labels::Named(eleven.clone()));
    for (changes, labels) in [
        (
            json!({ "id2label": { "1": "yes", "0": "no" } }),
            named(&["no", "yes"]),
        ),
        (
            json!({ "id2label": { " 1": "yes", "0": "no" } }),
            named(&["no", "yes"]),
        ),
        (json!({ "id2label": by_number(&eleven) }), eleven_names),
        (json!({ "id2label": ["no", "yes"] }), named(&["no", "yes"])),
        (
            json!({ "id2label": { "0": 3, "1": true } }),
            named(&["3", "true"]),
        ),
        (
            json!({ "label2id": { "b": 0, "a": 1 } }),
            named(&["b", "a"]),
        ),
        (
            json!({ "label2id": { "b": "0", "a": "1" }, "num_labels": 2 }),
            named(&["b", "a"]),
        ),
        (
            json!({ "id2label": { "0": "b", "1": "a" }, "label2id": { "b": 0, "a": 1 }, "num_labels": 2 }),
            named(&["b", "a"]),
        ),
        (json!({ "num_labels": 3 }), Some(Labels::Numbered(3))),
        (
            json!({ "id2label": { "0": "LABEL_0", "1": "LABEL_1" } }),
            Some(Labels::Numbered(2)),
        ),
        (
            json!({ "id2label": { "0": "LABEL_1", "1": "LABEL_0" } }),
            named(&["LABEL_1", "LABEL_0"]),
        ),
        (json!({ "id2label": null, "label2id": {} }), None),
        (
            json!({ "problem_type": "regression", "num_labels": 1 }),
            Some(Labels::Numbered(1)),
        ),
        (
            json!({ "problem_type": "single_label_classification" }),
            None,
        ),
    ] {
        let config = read(changes.clone());
        assert_eq!(config.labels, labels, "{changes}");
        assert!(
            config.warnings.is_empty(),
            "{changes}: {:?}",
            config.warnings
        );
        let written = EncoderConfig::from_json(&config.to_json()).unwrap();
        assert_eq!(written, config, "{changes}");
    }
}

#[test]
fn contradictions_are_decided_as_by_transformers_and_told() {
    let two = json!({ "0": "no", "1": "yes" });
    for (changes, labels, word) in [
        (
            json!({ "id2label": two, "num_labels": 3 }),
            Some(Labels::Numbered(3)),
            "num_labels = 3",
        ),
        (
            json!({ "id2label": two, "label2id": { "yes": 0, "no": 1 } }),
            named(&["no", "yes"]),
            "label2id",
        ),
        (
            json!({ "id2label": two, "label2id": { "LABEL_0": 0, "LABEL_1": 1 } }),
            named(&["no", "yes"]),
            "label2id",
        ),
        (
            json!({ "id2label": { "0": "a", "2": "b" } }),
            Some(Labels::Numbered(2)),
            "gap",
        ),
        (
            json!({ "id2label": { "1": "a", "2": "b" } }),
            Some(Labels::Numbered(2)),
            "gap",
        ),
        (
            json!({ "id2label": { "0": "a", "00": "b" } }),
            Some(Labels::Numbered(2)),
            "gap",
        ),
        (
            json!({ "id2label": { "zero": "a" } }),
            Some(Labels::Numbered(1)),
            "no number",
        ),
        (
            json!({ "id2label": { "0": null, "1": "a" } }),
            Some(Labels::Numbered(2)),
            "no text",
        ),
        (
            json!({ "id2label": { "0": "a", "1": "a" } }),
            Some(Labels::Numbered(2)),
            "one name",
        ),
        (
            json!({ "problem_type": "regression", "id2label": two }),
            named(&["no", "yes"]),
            "regression",
        ),
        (
            json!({ "problem_type": "single_label_classification", "num_labels": 1 }),
            Some(Labels::Numbered(1)),
            "one output",
        ),
    ] {
        let config = read(changes.clone());
        assert_eq!(config.labels, labels, "{changes}");
        let [warning] = &config.warnings[..] else {
            panic!("{changes}: {:?}", config.warnings)
        };
        assert!(
            warning.starts_with("config.json: ") && warning.contains(word),
            "{changes}: {warning}"
        );
    }
}

#[test]
fn several_labels_for_one_example_are_refused() {
    let mut json = small("roberta");
    json["problem_type"] = json!("multi_label_classification");
    assert_eq!(
        EncoderConfig::from_json(&json).unwrap_err().to_string(),
        "config.json: `problem_type` = \"multi_label_classification\" is not implemented; a head here gives each \
         example one label or one score"
    );
}

#[test]
fn results_have_no_new_words_where_labels_have_no_names() {
    let labels = |config: &EncoderConfig| json!(config)["labels"].clone();
    assert_eq!(labels(&small_config("bert")), json!(null));
    assert_eq!(labels(&read(json!({ "num_labels": 3 }))), json!(3));
    let two =
        json!({ "id2label": { "0": "no", "1": "yes" }, "num_labels": 5, "architectures": ["X"] });
    let config = read(two);
    assert_eq!(labels(&config), json!(5));
    let keys = json!(config);
    let keys: Vec<&String> = keys.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 13, "{keys:?}");
    assert_eq!(
        labels(&read(json!({ "id2label": ["no", "yes"] }))),
        json!(["no", "yes"])
    );
}

#[test]
fn names_survive_a_model_that_is_written() {
    let config = read(json!({ "id2label": ["no", "yes"] }));
    let model = folder(&config.to_json(), &small_tensors(&config));
    let tensors = Weights::open(model.path()).unwrap().read_all().unwrap();
    let written = tempfile::tempdir().unwrap();
    write_model(written.path(), &config, &tensors).unwrap();
    let read = EncoderConfig::from_dir(written.path()).unwrap();
    assert_eq!(read.labels, named(&["no", "yes"]));
}

#[test]
fn a_head_that_is_not_what_the_names_say_is_told() {
    let of = |changes: Value, task: Option<usize>| {
        let config = read(changes);
        let model = folder(&config.to_json(), &small_tensors(&config));
        let weights = Weights::open(model.path()).unwrap();
        HeadWeights::load(&config, &weights, None, task, 0)
            .unwrap()
            .warnings
    };
    assert!(of(json!({ "id2label": ["no", "yes"] }), Some(2)).is_empty());
    let [three] = &of(json!({ "id2label": ["no", "yes", "perhaps"] }), None)[..] else {
        panic!("the head has two outputs")
    };
    assert!(
        three.contains("names 3 labels, the head has 2 outputs"),
        "{three}"
    );
    for class in [
        "BertForTokenClassification",
        "BertForMultipleChoice",
        "BertForMaskedLM",
    ] {
        let [warning] = &of(json!({ "architectures": [class] }), None)[..] else {
            panic!("{class} has another head")
        };
        assert!(warning.contains(class), "{warning}");
    }
    for classes in [
        json!(["BertForSequenceClassification"]),
        json!([]),
        json!(null),
        json!(3),
    ] {
        assert!(of(json!({ "architectures": classes }), None).is_empty());
    }
}
