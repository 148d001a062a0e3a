use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};
use serde_json::json;
use tangent_lora::EncoderConfig;
use tangent_lora::weights::{
    Weights, encoder_tensors, pooler_tensors, write_file, write_safetensors,
};

use crate::folder::{
    GOLDEN, Stored, folder, golden, minilm, small, small_config, small_tensors, stored,
    write_stored,
};

const QUERY: &str = "encoder.layer.1.attention.self.query.weight";

fn open(dir: &Path) -> Result<Weights, String> {
    Weights::open(dir).map_err(|e| e.to_string())
}

#[test]
fn golden_checkpoints_are_read_whole() {
    for case in GOLDEN {
        let dir = golden(case).join("model");
        let config = EncoderConfig::from_dir(&dir).unwrap();
        let weights = Weights::open(&dir).unwrap();
        let bytes = fs::read(dir.join("model.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let prefix = if case.contains("bare") {
            "".into()
        } else {
            format!("{}.", config.architecture.name())
        };
        for (name, shape) in [encoder_tensors(&config), pooler_tensors(&config)].concat() {
            let values = weights.tensor(&name, &shape).unwrap();
            let expected = file.tensor(&format!("{prefix}{name}")).unwrap();
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            assert_eq!(bytes, expected.data(), "{case}: {name}");
        }
        assert_eq!(weights.names().count(), file.len());
    }
}

#[test]
fn minilm_has_the_published_hash_and_every_tensor() {
    let dir = minilm();
    let config = EncoderConfig::from_dir(&dir).unwrap();
    let weights = Weights::open(&dir).unwrap();
    assert_eq!(
        weights.sha256(),
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    );
    for (name, shape) in [encoder_tensors(&config), pooler_tensors(&config)].concat() {
        weights.tensor(&name, &shape).unwrap();
    }
}

#[test]
fn prefixes_and_old_names_are_understood() {
    let config = small_config("roberta");
    let plain = small_tensors(&config);
    let old = plain.iter().map(|(name, tensor)| {
        let name = name
            .replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta");
        (
            if name.starts_with("classifier") {
                name
            } else {
                format!("roberta.{name}")
            },
            tensor.clone(),
        )
    });
    let old = folder(&small("roberta"), &old.collect());
    let weights = Weights::open(old.path()).unwrap();
    assert!(weights.names().eq(plain.keys()));
    for (name, (_, shape, bytes)) in &plain {
        let values = weights.tensor(name, shape).unwrap();
        assert_eq!(
            &values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<_>>(),
            bytes
        );
    }
}

#[test]
fn every_floating_point_type_becomes_f32() {
    // These values are exact in all of the types.
    let values = [0.5f32, -1.0, 2.5, 0.0, -0.125, 96.0];
    let bytes = |dtype| -> Vec<u8> {
        match dtype {
            Dtype::F16 => values
                .iter()
                .flat_map(|&v| f16::from_f32(v).to_le_bytes())
                .collect(),
            Dtype::BF16 => values
                .iter()
                .flat_map(|&v| bf16::from_f32(v).to_le_bytes())
                .collect(),
            Dtype::F64 => values
                .iter()
                .flat_map(|&v| f64::from(v).to_le_bytes())
                .collect(),
            _ => values.iter().flat_map(|&v| v.to_le_bytes()).collect(),
        }
    };
    let types = [Dtype::F16, Dtype::BF16, Dtype::F32, Dtype::F64];
    let tensors = types.map(|dtype| (format!("{dtype:?}"), (dtype, vec![2, 3], bytes(dtype))));
    let dir = folder(&small("bert"), &tensors.into());
    let weights = Weights::open(dir.path()).unwrap();
    for dtype in types {
        assert_eq!(
            weights.tensor(&format!("{dtype:?}"), &[2, 3]).unwrap(),
            values
        );
        assert_eq!(
            weights.info(&format!("{dtype:?}")).unwrap(),
            (&[2, 3][..], dtype)
        );
    }
}

#[test]
fn shards_are_one_checkpoint() {
    let tensors = small_tensors(&small_config("bert"));
    let whole = folder(&small("bert"), &tensors);
    let dir = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (BTreeMap::new(), BTreeMap::new());
    let mut map = serde_json::Map::new();
    for (index, (name, tensor)) in tensors.iter().enumerate() {
        let (shard, file) = if index % 3 == 0 {
            (&mut second, "b.safetensors")
        } else {
            (&mut first, "a.safetensors")
        };
        shard.insert(name.clone(), tensor.clone());
        map.insert(name.clone(), json!(file));
    }
    write_stored(&dir.path().join("a.safetensors"), &first);
    write_stored(&dir.path().join("b.safetensors"), &second);
    let index = dir.path().join("model.safetensors.index.json");
    fs::write(
        &index,
        json!({ "metadata": { "total_size": 0 }, "weight_map": map }).to_string(),
    )
    .unwrap();
    let (sharded, whole) = (
        Weights::open(dir.path()).unwrap(),
        Weights::open(whole.path()).unwrap(),
    );
    assert_eq!(sharded.read_all().unwrap(), whole.read_all().unwrap());
    assert_ne!(sharded.sha256(), whole.sha256());

    map.insert("nowhere.weight".into(), json!("b.safetensors"));
    fs::write(&index, json!({ "weight_map": map }).to_string()).unwrap();
    let message = open(dir.path()).unwrap_err();
    assert!(message.contains(
        "b.safetensors has no tensor `nowhere.weight`, where model.safetensors.index.json places it"
    ));
    map.insert("nowhere.weight".into(), json!("c.safetensors"));
    fs::write(&index, json!({ "weight_map": map }).to_string()).unwrap();
    assert!(
        open(dir.path())
            .unwrap_err()
            .contains("c.safetensors is not there")
    );
    fs::write(&index, "{}").unwrap();
    assert!(
        open(dir.path())
            .unwrap_err()
            .contains("index.json: missing field `weight_map`")
    );
}

#[test]
fn a_missing_tensor_is_named_with_its_file() {
    let mut tensors = small_tensors(&small_config("bert"));
    tensors.remove(QUERY);
    let dir = folder(&small("bert"), &tensors);
    let message = open(dir.path())
        .unwrap()
        .tensor(QUERY, &[6, 6])
        .unwrap_err()
        .to_string();
    let path = dir.path().join("model.safetensors");
    let closest = "encoder.layer.0.attention.self.query.weight";
    assert_eq!(
        message,
        format!(
            "{} has no tensor `{QUERY}` (the closest it has is `{closest}`)",
            path.display()
        )
    );
}

#[test]
fn a_wrong_shape_is_told_with_the_right_one() {
    let dir = folder(&small("bert"), &small_tensors(&small_config("bert")));
    let message = open(dir.path())
        .unwrap()
        .tensor(QUERY, &[6, 8])
        .unwrap_err()
        .to_string();
    let path = dir.path().join("model.safetensors");
    assert_eq!(
        message,
        format!(
            "{}: tensor `{QUERY}` has shape [6, 6], expected [6, 8]",
            path.display()
        )
    );
}

#[test]
fn values_that_are_not_finite_are_refused_with_their_place() {
    let shape = vec![2usize, 3];
    let infinite = [0.0f32, 1.0, 2.0, 3.0, 4.0, f32::NEG_INFINITY];
    let tensors: BTreeMap<String, Stored> = BTreeMap::from([
        (
            "nan".into(),
            stored(&shape, &[0.0, 1.0, 2.0, 3.0, f32::NAN, 5.0]),
        ),
        (
            "half".into(),
            (
                Dtype::F16,
                shape.clone(),
                infinite
                    .iter()
                    .flat_map(|&v| f16::from_f32(v).to_le_bytes())
                    .collect(),
            ),
        ),
        (
            "wide".into(),
            (
                Dtype::F64,
                shape.clone(),
                [1e300f64; 6].iter().flat_map(|v| v.to_le_bytes()).collect(),
            ),
        ),
        ("whole".into(), (Dtype::I64, shape.clone(), vec![0; 48])),
    ]);
    let dir = folder(&small("bert"), &tensors);
    let weights = open(dir.path()).unwrap();
    let path = dir.path().join("model.safetensors");
    for (name, problem) in [
        (
            "nan",
            "has the value NaN at [1, 1]; every weight must be a finite f32".to_string(),
        ),
        (
            "half",
            "has the value -inf at [1, 2]; every weight must be a finite f32".to_string(),
        ),
        (
            "wide",
            format!(
                "has the value {} at [0, 0]; every weight must be a finite f32",
                1e300
            ),
        ),
        (
            "whole",
            "is of type I64; weights may be F64, F32, F16 or BF16".to_string(),
        ),
    ] {
        let message = weights.tensor(name, &shape).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("{}: tensor `{name}` {problem}", path.display())
        );
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let dir = folder(&small("bert"), &small_tensors(&small_config("bert")));
    let path = dir.path().join("model.safetensors");
    let whole = fs::read(&path).unwrap();
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let message = open(dir.path()).unwrap_err();
        let start = format!(
            "{} is not a complete safetensors file (it has {length} bytes",
            path.display()
        );
        assert!(
            message.starts_with(&start) && message.ends_with("fetch or write it again"),
            "{message}"
        );
    }
    let mut longer = whole.clone();
    longer.push(0);
    fs::write(&path, longer).unwrap();
    assert!(
        open(dir.path())
            .unwrap_err()
            .contains("its header announces")
    );
    fs::write(&path, b"\x02\0\0\0\0\0\0\0[]").unwrap();
    assert!(open(dir.path()).unwrap_err().contains("its header: "));
    fs::remove_file(&path).unwrap();
    assert!(
        open(dir.path())
            .unwrap_err()
            .contains("model.safetensors is not there: a model's folder holds")
    );
}

#[test]
fn two_tensors_of_one_name_are_refused() {
    let tensor = stored(&[1], &[1.0]);
    let names = ["bert.pooler.dense.bias", "pooler.dense.bias"]
        .map(|name| (name.to_string(), tensor.clone()));
    let dir = folder(&small("bert"), &names.into());
    let message = open(dir.path()).unwrap_err();
    assert!(
        message.ends_with("tensors `bert.pooler.dense.bias` and `pooler.dense.bias` are both `pooler.dense.bias`; remove one of them")
    );
}

#[test]
fn what_is_written_is_read_back_and_does_not_depend_on_order() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = ([1.0f32, -0.0, 3.5], [f32::MIN_POSITIVE; 4]);
    let mut tensors = vec![
        ("b".to_string(), vec![2, 2], &b[..]),
        ("a".to_string(), vec![3], &a[..]),
    ];
    let (one, two) = (
        dir.path().join("one.safetensors"),
        dir.path().join("two.safetensors"),
    );
    write_safetensors(&one, &tensors).unwrap();
    tensors.reverse();
    write_safetensors(&two, &tensors).unwrap();
    assert_eq!(fs::read(&one).unwrap(), fs::read(&two).unwrap());
    let plain = dir.path().join("plain");
    fs::write(&plain, "").unwrap();
    let permissions = |path| fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(&one), permissions(&plain));
    let weights = Weights::open_file(&one).unwrap();
    assert_eq!(
        (
            weights.tensor("a", &[3]).unwrap(),
            weights.tensor("b", &[2, 2]).unwrap()
        ),
        (a.to_vec(), b.to_vec())
    );
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let taken = dir.path().join("taken");
    fs::create_dir(&taken).unwrap();
    // The target is a folder instead of a file, so only the last step fails, which is the renaming.
    assert!(
        write_file(&taken, b"text")
            .unwrap_err()
            .to_string()
            .starts_with(&taken.display().to_string())
    );
    let lost = dir.path().join("no/such/folder.safetensors");
    let message = write_safetensors(&lost, &[]).unwrap_err().to_string();
    assert_eq!(
        message,
        format!(
            "{} is not there: the folder to write to must exist",
            lost.display()
        )
    );
    let uneven = write_safetensors(&dir.path().join("x"), &[("a".into(), vec![2], &[1.0])]);
    assert!(
        uneven
            .unwrap_err()
            .to_string()
            .ends_with("tensor `a` has shape [1], expected [2]")
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
