//! Compares tokenizer folders with what transformers 5.23.0 makes of them (`tokenizers/variants.py`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tangent_datasets::{Error, Tokenizer};
use tempfile::TempDir;

#[derive(Deserialize)]
struct Golden {
    transformers: String,
    texts: Vec<(String, Option<String>, usize)>,
    variants: Vec<Variant>,
}

/// A folder, as a base and the changes to it.
#[derive(Deserialize)]
struct Variant {
    name: String,
    base: String,
    #[serde(default)]
    files: BTreeMap<String, Value>,
    #[serde(default)]
    set: Vec<(String, String, Value)>,
    #[serde(default)]
    cut: Vec<(String, String)>,
    #[serde(default)]
    without: Vec<String>,
    refused: Option<String>,
    max_length: Option<usize>,
    #[serde(default)]
    encoded: Vec<Option<(Vec<u32>, Value)>>,
}

fn here() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokenizers"))
}

fn golden() -> Golden {
    let text = fs::read_to_string(here().join("variants.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

impl Variant {
    fn folder(&self) -> TempDir {
        let base = here().join("bases").join(format!("{}.json", self.base));
        let mut files: BTreeMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(base).unwrap()).unwrap();
        files.extend(self.files.clone());
        for (file, pointer, value) in &self.set {
            let (parent, key) = parent(files.get_mut(file).unwrap(), pointer);
            match parent {
                Value::Array(list) if key == "-" => list.push(value.clone()),
                Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
                parent => parent[key] = value.clone(),
            }
        }
        for (file, pointer) in &self.cut {
            let (parent, key) = parent(files.get_mut(file).unwrap(), pointer);
            match parent {
                Value::Array(list) => drop(list.remove(key.parse().unwrap())),
                parent => drop(parent.as_object_mut().unwrap().remove(&key).unwrap()),
            }
        }
        let folder = TempDir::new().unwrap();
        for (name, content) in files {
            if !self.without.contains(&name) {
                let text = content
                    .as_str()
                    .map_or_else(|| content.to_string(), str::to_owned);
                fs::write(folder.path().join(name), text).unwrap();
            }
        }
        folder
    }

    /// Returns the differences from transformers, one on each line.
    fn differences(&self, texts: &[(String, Option<String>, usize)]) -> Vec<String> {
        let folder = self.folder();
        let read = Tokenizer::from_dir(folder.path());
        let tokenizer = match (read, &self.refused) {
            (Err(error), Some(words)) if error.to_string().contains(words) => return Vec::new(),
            (Err(error), _) => return vec![format!("is refused: {error}")],
            (Ok(_), Some(words)) => return vec![format!("is not refused ({words})")],
            (Ok(tokenizer), None) => tokenizer,
        };
        let mut lines = Vec::new();
        if tokenizer.max_length() != self.max_length {
            let (is, should) = (tokenizer.max_length(), self.max_length);
            lines.push(format!("max_length {is:?}, not {should:?}"));
        }
        assert_eq!(self.encoded.len(), texts.len(), "{}", self.name);
        // The files that `to_json` and `to_config_json` write give the same tokenizer.
        let again = TempDir::new().unwrap();
        fs::write(again.path().join("tokenizer.json"), tokenizer.to_json()).unwrap();
        fs::write(
            again.path().join("tokenizer_config.json"),
            tokenizer.to_config_json(),
        )
        .unwrap();
        let again = Tokenizer::from_dir(again.path()).unwrap();
        for ((text, pair, length), expected) in texts.iter().zip(&self.encoded) {
            let encoded = tokenizer.encode(text, pair.as_deref(), *length);
            let written = again.encode(text, pair.as_deref(), *length);
            let (encoded, written) = match (encoded, written) {
                (Ok(encoded), Ok(written)) => (encoded, written),
                (Err(Error::Encode { .. }), Err(Error::Encode { .. })) if expected.is_none() => {
                    continue;
                }
                (encoded, written) => {
                    lines.push(format!("{text:?}: {encoded:?}, written again {written:?}"));
                    continue;
                }
            };
            if written != encoded {
                lines.push(format!("{text:?}: {encoded:?}, written again {written:?}"));
            }
            let Some((ids, types)) = expected else {
                lines.push(format!("{text:?}: not refused"));
                continue;
            };
            let types = match types {
                Value::Array(types) => types.iter().map(|t| t.as_u64().unwrap() as u32).collect(),
                _ => vec![0; ids.len()],
            };
            if (&encoded.ids, &encoded.types) != (ids, &types) {
                lines.push(format!(
                    "{text:?}, {pair:?}, {length}:\n    {:?} {:?}\n    {ids:?} {types:?} expected",
                    encoded.ids, encoded.types
                ));
            }
        }
        lines
    }
}

/// Returns the value in which the last part of a JSON pointer is a key, and this key.
fn parent<'a>(file: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (path, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    (file.pointer_mut(path).unwrap(), key)
}

#[test]
fn every_folder_is_read_as_transformers_reads_it() {
    let golden = golden();
    assert_eq!(golden.transformers, "5.23.0");
    assert!(golden.variants.len() >= 150 && golden.texts.len() >= 20);
    let mut wrong = Vec::new();
    for variant in &golden.variants {
        for line in variant.differences(&golden.texts) {
            wrong.push(format!("{}: {line}", variant.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Compares the warnings of some variants with the expected sentences.
#[test]
fn what_is_assumed_or_ignored_is_said() {
    let golden = golden();
    let said = |name: &str| {
        let variant = golden.variants.iter().find(|variant| variant.name == name);
        let folder = variant
            .unwrap_or_else(|| panic!("no variant {name}"))
            .folder();
        Tokenizer::from_dir(folder.path())
            .unwrap()
            .warnings()
            .to_vec()
    };
    // Usual folders give no warnings.
    for name in [
        "bert",
        "bert, class named",
        "vocab.txt",
        "roberta",
        "roberta, class named",
        "vocab.json and merges.txt",
        "roberta as it is",
        "xlm-roberta",
        "llama",
        "gpt2, ends asked for",
        "llama 3",
        "model_max_length",
        "truncation_side left",
        "roberta, unknown token in the file",
        "roberta, merges as texts",
    ] {
        assert_eq!(said(name), [""; 0], "{name}");
    }
    for (name, words) in [
        (
            "bert, cased by tokenizer_config",
            "tokenizer.json: its normalizer",
        ),
        (
            "bert, normalizer of the file cased",
            "tokenizer.json: its normalizer",
        ),
        (
            "bert, no normalizer",
            "tokenizer.json: its normalizer null is not used",
        ),
        (
            "bert, other pre-tokenizer",
            "tokenizer.json: its pre_tokenizer",
        ),
        (
            "bert, no post-processor",
            "tokenizer.json: its post_processor null is not used",
        ),
        (
            "bert, another post-processor",
            "tokenizer.json: its post_processor",
        ),
        (
            "bert, template without its tokens",
            "tokenizer.json: its post_processor",
        ),
        (
            "bert, short words only",
            "its model's max_input_chars_per_word 4",
        ),
        (
            "bert, WordLevel model",
            "its WordLevel model is read as WordPiece",
        ),
        (
            "bert, code of its own",
            "tokenizer_config.json: auto_map is ignored",
        ),
        (
            "bert as it is",
            "tokenizer_config.json: do_lower_case = false is ignored",
        ),
        ("bert as it is", "the token types of pairs are all 0"),
        (
            "bert as it is, no post-processor",
            "no post_processor puts special tokens",
        ),
        (
            "roberta as it is, no post-processor",
            "no post_processor puts special tokens",
        ),
        (
            "bert as it is, other places in the template",
            "puts in \"[CLS]\" with the id 5, which in the vocabulary is \"the\"",
        ),
        (
            "vocab.txt, a token twice",
            "vocab.txt: the token \"molu\" is on the lines",
        ),
        (
            "vocab.txt, byte order mark",
            "vocab.txt: the file begins with a byte order mark",
        ),
        (
            "vocab.txt, no unknown token",
            "lacks the unknown token \"[UNK]\"",
        ),
        ("unk null", "lacks the unknown token \"None\""),
        ("tokens without ids", "the vocabulary has no token for"),
        (
            "no mask in the vocabulary",
            "\"[MASK]\" is not in the vocabulary and has the id",
        ),
        (
            "special_tokens_map after added_tokens_decoder",
            "special_tokens_map.json: cls_token = \"the\" is ignored",
        ),
        (
            "added_tokens_decoder",
            "added_tokens.json: the file is ignored",
        ),
        (
            "an added token's id is far away",
            "\"<new>\" is written with the id 4000000000 but has",
        ),
        (
            "roberta, space before in the file",
            "tokenizer.json: its pre_tokenizer",
        ),
        (
            "roberta as it is, space before in the file",
            "tokenizer_config.json: add_prefix_space = false is ignored",
        ),
        ("roberta, dropout", "its model's dropout 0.5 is not used"),
        (
            "roberta as it is, dropout",
            "the dropout of its model is off",
        ),
        ("roberta, bytes missing", "lacks the symbols of"),
    ] {
        let said = said(name);
        assert!(
            said.iter().any(|line| line.contains(words)),
            "{name}: {words} in {said:?}"
        );
    }
}

#[test]
fn special_tokens_that_no_vocabulary_has_need_no_row() {
    let golden = golden();
    let named = |name: &str| {
        let variant = golden
            .variants
            .iter()
            .find(|variant| variant.name == name)
            .unwrap();
        Tokenizer::from_dir(variant.folder().path()).unwrap()
    };
    let (whole, less) = (named("bert"), named("no mask in the vocabulary"));
    assert_eq!(less.vocabulary_size(), whole.vocabulary_size() - 1);
    assert_eq!(less.id("[MASK]"), Some(whole.vocabulary_size() as u32 - 1));
    // Tokens that the file itself adds belong to the model and are counted.
    let added = named("added tokens in the file");
    assert_eq!(added.vocabulary_size(), whole.vocabulary_size() + 3);
}

#[test]
fn the_hash_is_that_of_the_files_that_are_read() {
    let golden = golden();
    let hash = |name: &str| {
        let variant = golden
            .variants
            .iter()
            .find(|variant| variant.name == name)
            .unwrap();
        Tokenizer::from_dir(variant.folder().path())
            .unwrap()
            .sha256()
            .to_owned()
    };
    assert_eq!(hash("bert").len(), 64);
    assert_eq!(hash("bert"), hash("bert"));
    assert_eq!(hash("bert"), hash("vocab.txt beside tokenizer.json"));
    assert_ne!(hash("bert"), hash("bert, class named"));
    assert_ne!(hash("bert, accents kept"), hash("bert, class named"));
    assert_ne!(hash("vocab.txt"), hash("vocab.txt, no last line end"));
}
