//! Files that were damaged, cut, or made to do harm: the error comes at once and names the file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::Weights;

use crate::folder::{folder, small, small_config, small_tensors, stored, write_stored};

/// Returns a safetensors file with this header and these bytes.
fn safetensors(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

fn refusal(bytes: &[u8]) -> String {
    Weights::from_bytes("FILE", bytes.to_vec())
        .unwrap_err()
        .to_string()
}

#[test]
fn headers_that_lie_are_refused() {
    let tensor = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
    };
    let of = |tensors: &[(&str, String)]| {
        let entries: Vec<String> = tensors
            .iter()
            .map(|(name, t)| format!("\"{name}\":{t}"))
            .collect();
        format!("{{{}}}", entries.join(",")).into_bytes()
    };
    let f32 = |shape: &str, offsets: &str| tensor("F32", shape, offsets);
    for (header, data) in [
        // Offsets that overlap, leave a gap, run backwards, or end beyond the file.
        (
            of(&[("a", f32("[2]", "[0,8]")), ("b", f32("[2]", "[4,12]"))]),
            12,
        ),
        (
            of(&[("a", f32("[1]", "[0,4]")), ("b", f32("[1]", "[8,12]"))]),
            12,
        ),
        (of(&[("a", f32("[1]", "[4,0]"))]), 4),
        (of(&[("a", f32("[4]", "[0,16]"))]), 8),
        (of(&[("a", f32("[1]", "[0,18446744073709551615]"))]), 4),
        // Shapes whose number of entries overflows or does not fit the bytes.
        (of(&[("a", f32("[4294967296,4294967296]", "[0,0]"))]), 0),
        (of(&[("a", f32("[4611686018427387904]", "[0,0]"))]), 0),
        (of(&[("a", f32("[18446744073709551615,2]", "[0,8]"))]), 8),
        (of(&[("a", f32("[3]", "[0,8]"))]), 8),
        (of(&[("a", f32("[-1]", "[0,4]"))]), 4),
        (of(&[("a", f32("[1.5]", "[0,4]"))]), 4),
        // The same name twice.
        (
            of(&[("a", f32("[1]", "[0,4]")), ("a", f32("[1]", "[0,4]"))]),
            4,
        ),
        (
            of(&[("a", f32("[0]", "[0,0]")), ("a", f32("[1]", "[0,4]"))]),
            4,
        ),
        // Types, keys and whole headers that do not exist in the format.
        (of(&[("a", tensor("F9", "[1]", "[0,1]"))]), 1),
        (br#"{"a":{"dtype":"F32","shape":[1]}}"#.to_vec(), 4),
        (b"[]".to_vec(), 0),
        (b"".to_vec(), 0),
        (b"{".to_vec(), 0),
        (b"{\"\xff\":1}".to_vec(), 0),
        (vec![b'['; 5000], 0),
    ] {
        let message = refusal(&safetensors(&header, &vec![0; data]));
        let text = String::from_utf8_lossy(&header);
        assert!(
            message.starts_with("FILE is not a complete safetensors file ("),
            "{text}: {message}"
        );
    }
    for length in [1 << 63, u64::MAX, u64::MAX - 7, 100_000_001, 3] {
        let bytes = [&u64::to_le_bytes(length)[..], b"{}"].concat();
        assert!(refusal(&bytes).contains(&format!("announces a header of {length}")));
    }
    // Empty tensors are valid and have the shape that the header gives.
    let empty = safetensors(
        &of(&[("a", f32("[0,5]", "[0,0]")), ("b", f32("[]", "[0,4]"))]),
        &[0; 4],
    );
    let weights = Weights::from_bytes("FILE", empty).unwrap();
    assert!(weights.tensor("a", &[0, 5]).unwrap().is_empty());
    assert_eq!(weights.tensor("b", &[]).unwrap(), [0.0]);
    assert!(weights.tensor("a", &[5]).is_err());
}

#[test]
fn small_floats_are_no_weights() {
    for dtype in ["F8_E4M3", "F8_E5M2", "U8", "BOOL"] {
        let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[2],"data_offsets":[0,2]}}}}"#);
        let weights = Weights::from_bytes("FILE", safetensors(header.as_bytes(), &[0; 2])).unwrap();
        let message = weights.tensor("a", &[2]).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("FILE: tensor `a` is of type {dtype}; weights may be F64, F32, F16 or BF16")
        );
    }
}

#[test]
fn an_index_names_files_of_its_own_folder() {
    let outside = tempfile::tempdir().unwrap();
    let dir = outside.path().join("model");
    fs::create_dir_all(dir.join("inner")).unwrap();
    let tensors = BTreeMap::from([("a".to_string(), stored(&[1], &[1.0]))]);
    for place in [
        "x.safetensors",
        "model/x.safetensors",
        "model/inner/x.safetensors",
    ] {
        write_stored(&outside.path().join(place), &tensors);
    }
    let open = |file: &str| {
        let index = json!({ "weight_map": { "a": file } });
        fs::write(dir.join("model.safetensors.index.json"), index.to_string()).unwrap();
        Weights::open(&dir).map_err(|e| e.to_string())
    };
    assert!(open("x.safetensors").is_ok());
    let absolute = outside.path().join("x.safetensors").display().to_string();
    for file in [
        "../x.safetensors",
        "inner/x.safetensors",
        "./x.safetensors",
        &absolute,
        "..",
        ".",
        "",
    ] {
        let message = open(file).unwrap_err();
        assert!(
            message.contains(&format!("names the file `{file}`; a shard stands in")),
            "{message}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_folder_in_place_of_a_file_is_named_and_not_waited_for() {
    let names = ["config.json", "model.safetensors"];
    let adapter_names = ["adapter_config.json", "adapter_model.safetensors"];
    let encoder = small_config("bert");
    let model = folder(&small("bert"), &small_tensors(&encoder));
    let adapter = tempfile::tempdir().unwrap();
    let new = Adapter::init(LoraConfig::new(1, 1.0, ["query"]), &encoder, 0).unwrap();
    new.save(adapter.path(), &encoder).unwrap();
    let load = |path: &Path| match path.file_name().unwrap().to_str().unwrap() {
        "config.json" => EncoderConfig::from_dir(model.path()).map(drop),
        name if name.starts_with("model") => Weights::open(model.path()).map(drop),
        _ => Adapter::load(adapter.path(), &encoder).map(drop),
    };
    let files = names.map(|name| model.path().join(name)).into_iter();
    let files: Vec<_> = files
        .chain(adapter_names.map(|name| adapter.path().join(name)))
        .collect();
    for path in &files {
        load(path).unwrap();
        let aside = path.with_extension("aside");
        fs::rename(path, &aside).unwrap();
        let message = format!(
            "{} is no regular file; put the file itself there",
            path.display()
        );
        fs::create_dir(path).unwrap();
        assert_eq!(load(path).unwrap_err().to_string(), message);
        fs::remove_dir(path).unwrap();
        crate::folder::pipe(path);
        assert_eq!(load(path).unwrap_err().to_string(), message);
        fs::remove_file(path).unwrap();
        // A link to the file works like the file.
        std::os::unix::fs::symlink(&aside, path).unwrap();
        load(path).unwrap();
    }
    fs::remove_file(&files[1]).unwrap();
    crate::folder::pipe(&model.path().join("model.safetensors.index.json"));
    assert!(
        load(&files[1])
            .unwrap_err()
            .to_string()
            .ends_with("put the file itself there")
    );
}

#[test]
fn texts_of_other_programs_are_read_or_named() {
    let dir = folder(&small("bert"), &small_tensors(&small_config("bert")));
    let path = dir.path().join("config.json");
    let text = small("bert").to_string();
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        EncoderConfig::from_dir(dir.path()).map_err(|e| e.to_string())
    };
    let marked = ["\u{feff}", &text].concat();
    assert_eq!(read(marked.as_bytes()).unwrap(), small_config("bert"));
    let nan = text.replace("\"hidden_act\"", "\"dropout\": NaN, \"hidden_act\"");
    assert!(
        read(nan.as_bytes())
            .unwrap_err()
            .contains("line 1 has NaN, which Python writes")
    );
    assert!(
        read(b"\xff\xfe{\0")
            .unwrap_err()
            .ends_with("is no UTF-8 text (byte 0); save it as UTF-8")
    );
    assert!(
        read("[".repeat(100_000).as_bytes())
            .unwrap_err()
            .contains("recursion limit")
    );
    // The extra keys are as transformers 4 and transformers 5 write them.
    for extra in [
        json!({ "torch_dtype": "float16", "gradient_checkpointing": false, "position_embedding_type": "absolute" }),
        json!({ "dtype": "bfloat16", "is_decoder": false, "pruned_heads": {}, "tie_word_embeddings": true }),
        json!({ "_name_or_path": "x", "use_cache": true, "classifier_dropout": null, "bos_token_id": null }),
    ] {
        let mut json = small("bert");
        json.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        assert_eq!(
            read(json.to_string().as_bytes()).unwrap(),
            small_config("bert")
        );
    }
}
