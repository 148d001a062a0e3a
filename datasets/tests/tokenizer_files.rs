//! Damaged and unusual tokenizer files give an error that names the fault, never a panic, a hang or a large allocation.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tangent_datasets::Tokenizer;
use tempfile::TempDir;

/// Returns a folder with the files of a base of `tests/tokenizers`.
fn folder(base: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files(base).as_object().unwrap() {
        fs::write(folder.path().join(name), content.to_string()).unwrap();
    }
    folder
}

fn files(base: &str) -> Value {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokenizers/bases");
    let text = fs::read_to_string(dir.join(format!("{base}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn refusal(dir: &Path) -> String {
    Tokenizer::from_dir(dir).unwrap_err().to_string()
}

/// Returns the errors for a `wordpiece` folder with a changed `tokenizer.json`, read as BERT's and read as it is.
fn refusals(change: impl Fn(&mut Value)) -> [String; 2] {
    let dir = folder("wordpiece");
    let mut file = files("wordpiece")["tokenizer.json"].take();
    change(&mut file);
    fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
    let bert = refusal(dir.path());
    let config = json!({ "tokenizer_class": "PreTrainedTokenizerFast" });
    fs::write(dir.path().join("tokenizer_config.json"), config.to_string()).unwrap();
    [bert, refusal(dir.path())]
}

#[test]
fn only_regular_files_are_read() {
    for name in [
        "tokenizer.json",
        "tokenizer_config.json",
        "config.json",
        "special_tokens_map.json",
    ] {
        let dir = folder("wordpiece");
        let path = dir.path().join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir(&path).unwrap();
        let message = refusal(dir.path());
        assert!(
            message.contains(&format!("{name}: a folder is where a file should be")),
            "{message}"
        );
        fs::remove_dir(&path).unwrap();
        // Opening a pipe that nobody writes to would wait for ever.
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        if made.is_ok_and(|status| status.success()) {
            let message = refusal(dir.path());
            assert!(
                message.contains(&format!(
                    "{name}: a pipe, a socket or a device is where a file"
                )),
                "{message}"
            );
        }
    }
    let device = Tokenizer::from_file("/dev/zero").unwrap_err().to_string();
    assert!(device.contains("is where a file should be"), "{device}");
}

#[test]
fn files_that_are_no_text_or_no_json_are_named() {
    for (name, bytes, words) in [
        (
            "tokenizer.json",
            &b"{\"a\": \"\xff\"}"[..],
            "it is not UTF-8 text (byte 7)",
        ),
        ("tokenizer_config.json", b"{\"a\": ", "it is not JSON: EOF"),
        (
            "config.json",
            b"\xff\xfe{\x00}\x00",
            "it is not UTF-8 text (byte 0)",
        ),
        ("special_tokens_map.json", b"[]", "it holds no object"),
        (
            "added_tokens.json",
            b"{\"x\": \"y\"}",
            "`x` = \"y\", expected an id",
        ),
        (
            "tokenizer_config.json",
            b"{\"cls_token\": 7}",
            "`cls_token`: 7 is no token",
        ),
        (
            "special_tokens_map.json",
            b"{\"cls_token\": {\"lstrip\": true}}",
            "is no token: write its text",
        ),
        ("tokenizer.json", b"", "it is not JSON: EOF"),
        ("tokenizer.json", b"{}", "it has no object `model`"),
        (
            "tokenizer.json",
            b"{\"model\": {\"type\": \"WordPiece\"}}",
            "has no object `vocab`",
        ),
    ] {
        let dir = folder("wordpiece");
        fs::write(dir.path().join(name), bytes).unwrap();
        let message = refusal(dir.path());
        assert!(
            message.contains(name) && message.contains(words),
            "{message}"
        );
    }
    let dir = folder("wordpiece");
    fs::remove_file(dir.path().join("tokenizer.json")).unwrap();
    fs::write(dir.path().join("vocab.txt"), b"[UNK]\n\xe9\n").unwrap();
    let message = refusal(dir.path());
    assert!(
        message.contains("vocab.txt") && message.contains("not UTF-8 text (byte 6)"),
        "{message}"
    );
}

#[test]
fn json_with_a_byte_order_mark_is_read() {
    let dir = folder("byte_level");
    let plain = Tokenizer::from_dir(dir.path())
        .unwrap()
        .encode("the tavi", None, 9)
        .unwrap();
    for name in ["tokenizer.json", "config.json"] {
        let text = fs::read_to_string(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name), format!("\u{feff}{text}")).unwrap();
    }
    fs::write(
        dir.path().join("tokenizer_config.json"),
        "\u{feff}{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}",
    )
    .unwrap();
    let marked = Tokenizer::from_dir(dir.path())
        .unwrap()
        .encode("the tavi", None, 9)
        .unwrap();
    assert_eq!(marked, plain);
}

#[cfg(unix)]
#[test]
fn paths_that_are_not_utf8_work() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&path).unwrap();
    for (name, content) in files("wordpiece").as_object().unwrap() {
        fs::write(path.join(name), content.to_string()).unwrap();
    }
    assert!(Tokenizer::from_dir(&path).is_ok());
    assert!(Tokenizer::from_file(path.join("tokenizer.json")).is_ok());
    fs::write(path.join("tokenizer.json"), "?").unwrap();
    assert!(refusal(&path).contains("it is not JSON"));
}

#[test]
fn links_are_followed() {
    let (dir, links) = (folder("wordpiece"), TempDir::new().unwrap());
    for name in ["tokenizer.json", "config.json"] {
        std::os::unix::fs::symlink(dir.path().join(name), links.path().join(name)).unwrap();
    }
    let (one, other) = (
        Tokenizer::from_dir(dir.path()).unwrap(),
        Tokenizer::from_dir(links.path()).unwrap(),
    );
    assert_eq!(one.sha256(), other.sha256());
}

#[test]
fn ids_that_no_vocabulary_has_are_refused_before_anything_is_made_of_them() {
    for id in [
        json!(4_000_000_000_u64),
        json!(1_u64 << 40),
        json!(-1),
        json!(2.5),
        json!("7"),
        json!(null),
        json!(1 << 24),
    ] {
        let said = refusals(|file| file["model"]["vocab"]["molu"] = id.clone());
        for message in said {
            assert!(
                message.contains("the token \"molu\" has the id")
                    && message.contains("which is not a valid id"),
                "{message}"
            );
        }
    }
    let dir = folder("byte_level");
    let model = &files("byte_level")["tokenizer.json"]["model"];
    fs::remove_file(dir.path().join("tokenizer.json")).unwrap();
    let mut ids = model["vocab"].clone();
    ids["<s>"] = json!(4_000_000_000_u64);
    fs::write(dir.path().join("vocab.json"), ids.to_string()).unwrap();
    fs::write(dir.path().join("merges.txt"), "").unwrap();
    let message = refusal(dir.path());
    assert!(
        message.contains("vocab.json") && message.contains("\"<s>\" has the id 4000000000"),
        "{message}"
    );
}

#[test]
fn vocabularies_that_are_damaged_are_refused() {
    for message in refusals(|file| file["model"]["vocab"] = json!({})) {
        assert!(message.contains("its vocabulary is empty"), "{message}");
    }
    for message in refusals(|file| file["model"]["vocab"]["molu"] = json!(3)) {
        assert!(
            message.contains("\"[SEP]\" and \"molu\" have the same id 3"),
            "{message}"
        );
    }
    for message in refusals(|file| file["added_tokens"] = json!([{ "content": "x" }])) {
        assert!(message.contains("tokenizer.json"), "{message}");
    }
    let dir = folder("unigram");
    for (vocab, words) in [
        (json!([]), "its vocabulary is empty"),
        (json!([["a", 0.0]]), "unk_id"),
        (json!(["a"]), "not a list of pieces and scores"),
    ] {
        let mut file = files("unigram")["tokenizer.json"].take();
        file["model"]["vocab"] = vocab;
        fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
        let message = refusal(dir.path());
        assert!(message.contains(words), "{message}");
    }
    let dir = folder("byte_level");
    for (merges, words) in [
        (json!([["t", "zz"]]), "\"zz\" of the merge t zz"),
        (json!(["t h e"]), "is not one of two tokens"),
        (json!([["t", "t"]]), "\"tt\" of the merge t t"),
        (json!("t h"), "has no list `merges`"),
    ] {
        let mut file = files("byte_level")["tokenizer.json"].take();
        file["model"]["merges"] = merges;
        fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
        let message = refusal(dir.path());
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn an_added_token_far_away_makes_no_room() {
    let dir = folder("wordpiece");
    let mut file = files("wordpiece")["tokenizer.json"].take();
    let far = json!({ "id": 4_000_000_000_u64, "content": "<far>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true });
    file["added_tokens"].as_array_mut().unwrap().push(far);
    fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
    let tokenizer = Tokenizer::from_dir(dir.path()).unwrap();
    let size = file["model"]["vocab"].as_object().unwrap().len();
    assert_eq!(tokenizer.vocabulary_size(), size + 1);
    assert_eq!(
        tokenizer.encode("<far>", None, 9).unwrap().ids,
        [2, size as u32, 3]
    );
    assert!(tokenizer.to_json().len() < 40_000);
}

#[test]
fn an_unknown_word_without_an_unknown_token_is_an_error_at_its_text() {
    let dir = folder("wordpiece");
    let mut file = files("wordpiece")["tokenizer.json"].take();
    let vocab = file["model"]["vocab"].as_object_mut().unwrap();
    let id = vocab.remove("[UNK]").unwrap();
    vocab.insert("[unused]".into(), id);
    file["added_tokens"].as_array_mut().unwrap().remove(1);
    fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
    let tokenizer = Tokenizer::from_dir(dir.path()).unwrap();
    assert!(tokenizer.encode("the molu", None, 9).is_ok());
    let message = tokenizer.encode("the §", None, 9).unwrap_err().to_string();
    assert!(
        message.contains("tokenizing `the §`") && message.contains("Missing [UNK] token"),
        "{message}"
    );
}

#[test]
fn parts_nested_deep_are_refused_and_end() {
    let mut normalizer = json!({ "type": "Sequence", "normalizers": [{ "type": "Unheard" }] });
    for _ in 0..200 {
        normalizer = json!({ "type": "Sequence", "normalizers": [normalizer] });
    }
    let dir = folder("wordpiece");
    let mut file = files("wordpiece")["tokenizer.json"].take();
    file["normalizer"] = normalizer;
    fs::write(dir.path().join("tokenizer.json"), file.to_string()).unwrap();
    assert!(refusal(dir.path()).contains("recursion limit"));
}
