//! Compares token ids with those of Hugging Face's Python package `tokenizers`.

mod common;

use common::shared;
use tangent_datasets::{Encoded, Error, Lengths, Tokenizer};

const PLANES: (&str, &str) = ("A plane is taking off.", "An air plane is taking off.");
const COUNT: (&str, &str) = ("one two three four five six seven eight nine ten", "a b c");
const SAILORS: &str = "The sailors rode the breeze clear of the rocks.";
const CREME: &str = "  Crème brûlée isn't 2.5% cheaper — is it?  ";

fn tokenizer(name: &str) -> Tokenizer {
    Tokenizer::from_file(shared("tokenizers").join(name)).unwrap()
}

fn expect(encoded: Encoded, ids: &[u32], second: usize, truncated: usize) {
    assert_eq!(encoded.ids, ids);
    let first = ids.len() - second;
    let types: Vec<u32> = (0..ids.len()).map(|i| u32::from(i >= first)).collect();
    assert_eq!(encoded.types, types);
    assert_eq!(encoded.truncated, truncated);
}

#[test]
fn bert() {
    let bert = tokenizer("bert-uncased");
    assert_eq!(bert.vocabulary_size(), 30522);
    let one = |text, max| bert.encode(text, None, max).unwrap();
    let sailors = [
        101, 1996, 11279, 8469, 1996, 9478, 3154, 1997, 1996, 5749, 1012, 102,
    ];
    expect(one(SAILORS, 12), &sailors, 0, 0);
    let creme = [
        101, 13675, 21382, 7987, 9307, 2063, 3475, 1005, 1056, 1016, 1012, 1019, 1003, 16269, 1517,
        2003, 2009, 1029, 102,
    ];
    expect(one(CREME, 128), &creme, 0, 0);
    expect(
        one(SAILORS, 9),
        &[101, 1996, 11279, 8469, 1996, 9478, 3154, 1997, 102],
        0,
        3,
    );
    let two = |pair: (&str, &str), max| bert.encode(pair.0, Some(pair.1), max).unwrap();
    let planes = [
        101, 1037, 4946, 2003, 2635, 2125, 1012, 102, 2019, 2250, 4946, 2003, 2635, 2125, 1012, 102,
    ];
    expect(two(PLANES, 512), &planes, 8, 0);
    expect(
        two(PLANES, 9),
        &[101, 1037, 4946, 2003, 102, 2019, 2250, 4946, 102],
        4,
        7,
    );
    expect(
        two(COUNT, 9),
        &[101, 2028, 2048, 2093, 102, 1037, 1038, 1039, 102],
        4,
        7,
    );
    expect(
        two(COUNT, 12),
        &[
            101, 2028, 2048, 2093, 2176, 2274, 2416, 102, 1037, 1038, 1039, 102,
        ],
        4,
        4,
    );
    let one_type = bert
        .clone()
        .with_type_vocab_size(1)
        .encode(PLANES.0, Some(PLANES.1), 512)
        .unwrap();
    assert_eq!(one_type.types, [0; 16]);
}

#[test]
fn roberta() {
    let roberta = tokenizer("roberta-base/tokenizer.json");
    assert_eq!(roberta.vocabulary_size(), 50265);
    let one = |text, max| roberta.encode(text, None, max).unwrap();
    expect(
        one(SAILORS, 12),
        &[0, 133, 21362, 12783, 5, 24572, 699, 9, 5, 10889, 4, 2],
        0,
        0,
    );
    let creme = [
        0, 1437, 5309, 8025, 1794, 5378, 27564, 462, 9703, 965, 75, 132, 4, 245, 207, 7246, 93, 16,
        24, 116, 1437, 1437, 2,
    ];
    expect(one(CREME, 128), &creme, 0, 0);
    expect(
        one(SAILORS, 9),
        &[0, 133, 21362, 12783, 5, 24572, 699, 9, 2],
        0,
        3,
    );
    let two = |pair: (&str, &str), max| roberta.encode(pair.0, Some(pair.1), max).unwrap();
    let planes = [
        0, 250, 3286, 16, 602, 160, 4, 2, 2, 4688, 935, 3286, 16, 602, 160, 4, 2,
    ];
    expect(two(PLANES, 512), &planes, 0, 0);
    expect(
        two(PLANES, 9),
        &[0, 250, 3286, 2, 2, 4688, 935, 3286, 2],
        0,
        8,
    );
    expect(two(COUNT, 9), &[0, 1264, 80, 130, 2, 2, 102, 741, 2], 0, 8);
    expect(
        two(COUNT, 12),
        &[0, 1264, 80, 130, 237, 292, 2, 2, 102, 741, 740, 2],
        0,
        5,
    );
    assert_eq!(
        (roberta.id("<mask>"), roberta.id("<pad>")),
        (Some(50264), Some(1))
    );
    assert_eq!(roberta.special_ids(), [0, 1, 2, 3, 50264]);
}

#[test]
fn truncation_and_unknown_tokens_are_counted() {
    let bert = tokenizer("bert-uncased");
    let encoded = [
        bert.encode(SAILORS, None, 9).unwrap(),
        bert.encode("a \u{1f9ff} b", None, 9).unwrap(),
    ];
    let lengths = Lengths::of(&encoded);
    let expected = Lengths {
        examples: 2,
        tokens: 14,
        longest: 9,
        truncated_examples: 1,
        truncated_tokens: 3,
        unknown_tokens: 1,
    };
    assert_eq!(lengths, expected);
}

#[test]
fn a_file_written_again_gives_the_same_ids() {
    let bert = tokenizer("bert-uncased");
    let again = Tokenizer::from_bytes(bert.to_json().as_bytes()).unwrap();
    assert_eq!(
        again.encode(CREME, Some(SAILORS), 40).unwrap(),
        bert.encode(CREME, Some(SAILORS), 40).unwrap()
    );
    assert_eq!(bert.decode(&[101, 1037, 4946, 102]).unwrap(), "a plane");
}

#[test]
fn errors() {
    let bert = tokenizer("bert-uncased");
    let message = bert.encode("a", Some("b"), 3).unwrap_err().to_string();
    assert_eq!(
        message,
        "a maximum length of 3 leaves no room beside the 3 special tokens; use at least 4"
    );
    let folder = tempfile::TempDir::new().unwrap();
    assert!(
        matches!(Tokenizer::from_file(folder.path()), Err(Error::Io { path, .. }) if path.ends_with("tokenizer.json"))
    );
    let file = folder.path().join("tokenizer.json");
    std::fs::write(&file, "{\"version\": \"1.0\"}").unwrap();
    let message = Tokenizer::from_file(&file).unwrap_err().to_string();
    assert!(
        message.contains("tokenizer.json: not a usable tokenizer:"),
        "{message}"
    );
}
