use std::collections::BTreeMap;

use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{
    HeadSource, HeadWeights, NamedTensors, Weights, head_tensors, pooler_tensors,
};
use tangent_lora::{Architecture, EncoderConfig, inspect};

use crate::folder::{
    GOLDEN, Stored, folder, golden, read_json, small, small_config, small_tensors,
};

#[test]
fn golden_heads_come_from_where_they_should() {
    for case in GOLDEN {
        let dir = golden(case);
        let config = EncoderConfig::from_dir(&dir.join("model")).unwrap();
        let weights = Weights::open(&dir.join("model")).unwrap();
        let adapter = Adapter::load(&dir.join("adapter"), &config).unwrap();
        let facts = read_json(dir.join("expected.json"));
        let from = facts["head"].as_str().unwrap();
        let apart = dir.join("head/head.safetensors");
        let trained = match from.starts_with("head/") {
            true => Some(Weights::open_file(&apart).unwrap().read_all().unwrap()),
            false => adapter.head.clone(),
        };
        let head = HeadWeights::load(&config, &weights, trained.as_ref(), None, 0).unwrap();
        let source = if from.starts_with("model/") {
            HeadSource::Checkpoint
        } else {
            HeadSource::Adapter
        };
        assert_eq!(
            (head.source, head.classes as u64),
            (source, facts["classes"].as_u64().unwrap()),
            "{case}"
        );
        let file = Weights::open_file(&dir.join(from)).unwrap();
        for (name, (shape, values)) in head.tensors(&config) {
            let stored = if from.starts_with("adapter/") {
                format!("base_model.model.{name}")
            } else {
                name
            };
            assert_eq!(
                file.tensor(&stored, &shape).unwrap(),
                values,
                "{case}: {stored}"
            );
        }
        let (dense, dense_source) = match config.architecture {
            Architecture::Bert => ("pooler.dense.weight", HeadSource::Checkpoint),
            Architecture::Roberta => ("classifier.dense.weight", source),
        };
        assert_eq!(head.dense_source, dense_source, "{case}");
        if dense_source == HeadSource::Checkpoint {
            let shape = [config.hidden_size; 2];
            assert_eq!(
                weights.tensor(dense, &shape).unwrap(),
                head.dense.weight,
                "{case}"
            );
        }
    }
}

#[test]
fn a_bare_checkpoint_gets_a_seeded_head() {
    for architecture in ["bert", "roberta"] {
        let config = small_config(architecture);
        let mut tensors = small_tensors(&config);
        tensors.retain(|name, _| !name.starts_with("classifier"));
        let dir = folder(&small(architecture), &tensors);
        let head = |classes, seed| {
            HeadWeights::load(
                &config,
                &Weights::open(dir.path()).unwrap(),
                None,
                classes,
                seed,
            )
            .unwrap()
        };
        let three = head(Some(3), 5);
        assert_eq!((three.source, three.classes), (HeadSource::Seeded, 3));
        assert_eq!(
            (three.output.weight.len(), &three.output.bias),
            (18, &vec![0.0; 3])
        );
        assert!(
            three.output.weight.iter().all(|w| w.abs() < 6.0 * 0.02)
                && three.output.weight[0] != 0.0
        );
        assert_eq!(three, head(Some(3), 5));
        assert_ne!(three.output, head(Some(3), 6).output);
        assert_eq!(head(None, 5).classes, 2);
        // BERT's pooler is in the file; RoBERTa's dense map is part of the missing head.
        let dense_source = if architecture == "bert" {
            HeadSource::Checkpoint
        } else {
            HeadSource::Seeded
        };
        assert_eq!(three.dense_source, dense_source);
        assert_ne!(three.dense.weight[..18], three.output.weight[..]);
    }
}

#[test]
fn a_checkpoint_without_pooler_gets_a_seeded_one() {
    let config = small_config("bert");
    let mut tensors = small_tensors(&config);
    tensors.retain(|name, _| !name.starts_with("pooler"));
    let dir = folder(&small("bert"), &tensors);
    let weights = Weights::open(dir.path()).unwrap();
    let head = HeadWeights::load(&config, &weights, None, None, 0).unwrap();
    assert_eq!(
        (head.source, head.dense_source),
        (HeadSource::Checkpoint, HeadSource::Seeded)
    );
    assert_eq!(
        head.pooler(&config)["pooler.dense.bias"],
        (vec![6], vec![0.0; 6])
    );
}

#[test]
fn a_part_that_is_not_whole_is_refused_whatever_tensor_is_missing() {
    for architecture in ["bert", "roberta"] {
        let config = small_config(architecture);
        let whole = small_tensors(&config);
        let zeros = |(name, shape): (String, Vec<usize>)| {
            let count = shape.iter().product();
            (name, (shape, vec![0.0; count]))
        };
        let trained: NamedTensors = head_tensors(&config, 2).into_iter().map(zeros).collect();
        let parts = [pooler_tensors(&config), head_tensors(&config, 2)].concat();
        for (missing, _) in parts {
            let lacks = format!("has no tensor `{missing}`");
            let mut tensors = whole.clone();
            tensors.remove(&missing);
            let dir = folder(&small(architecture), &tensors);
            let weights = Weights::open(dir.path()).unwrap();
            for classes in [None, Some(2)] {
                let error = HeadWeights::load(&config, &weights, None, classes, 0).unwrap_err();
                assert!(error.to_string().contains(&lacks), "{error}");
            }
            let found = inspect(dir.path()).unwrap();
            assert_eq!(found.missing, std::slice::from_ref(&missing));
            assert_eq!(
                (found.head, found.classes),
                (HeadSource::Checkpoint, Some(2))
            );

            let mut halved = trained.clone();
            if halved.remove(&missing).is_some() {
                let error = HeadWeights::load(&config, &weights, Some(&halved), Some(2), 0);
                let message = error.unwrap_err().to_string();
                assert_eq!(message, format!("the trained head {lacks}"));
            }
        }
    }
}

#[test]
fn a_head_that_does_not_fit_is_refused() {
    let config = small_config("roberta");
    let mut tensors = small_tensors(&config);
    let load = |tensors: &BTreeMap<String, Stored>, classes| {
        let dir = folder(&small("roberta"), tensors);
        let weights = Weights::open(dir.path()).unwrap();
        HeadWeights::load(&config, &weights, None, classes, 0)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        load(&tensors, Some(3)),
        "the head of the checkpoint has 2 outputs, the task needs 3; choose a task with 2, or a model without a head"
    );
    tensors.remove("classifier.dense.bias");
    assert!(load(&tensors, None).contains("has no tensor `classifier.dense.bias`"));

    let weights = folder(&small("roberta"), &tensors);
    let weights = Weights::open(weights.path()).unwrap();
    let load = |trained: &[(&str, Vec<usize>, usize)], classes| {
        let trained = trained
            .iter()
            .map(|(name, shape, count)| (name.to_string(), (shape.clone(), vec![0.0; *count])));
        HeadWeights::load(&config, &weights, Some(&trained.collect()), classes, 0)
            .unwrap_err()
            .to_string()
    };
    let output = ("classifier.out_proj.weight", vec![2, 6], 12);
    assert!(
        load(std::slice::from_ref(&output), Some(1))
            .starts_with("the head of the adapter has 2 outputs, the task needs 1")
    );
    assert_eq!(
        load(&[], None),
        "the trained head has no tensor `classifier.dense.weight`"
    );
    assert_eq!(
        load(&[output, ("classifier.dense.weight", vec![5, 6], 30)], None),
        "the trained head: tensor `classifier.dense.weight` has shape [5, 6], expected [6, 6]"
    );
}
