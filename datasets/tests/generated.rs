//! Tests of the generated tasks, corpus and vocabulary.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use tangent_datasets::generated::{Passage, corpus, tokenizer, vocabulary};
use tangent_datasets::{Dataset, Encoded, Example, Label, Options, Split, Target, Task, Tokenizer};

const TASKS: [&str; 4] = ["acceptability", "sentiment", "reviews", "paraphrase"];

fn load(task: &str, split: Split, generate: usize, seed: u64) -> Dataset {
    let options = Options {
        generate: Some(generate),
        seed,
        ..Options::default()
    };
    Dataset::load(&Task::named(task).unwrap(), None, split, &options).unwrap()
}

fn texts(examples: &[Example]) -> BTreeSet<(&str, Option<&str>)> {
    examples
        .iter()
        .map(|e| (e.text.as_str(), e.pair.as_deref()))
        .collect()
}

#[test]
fn two_balanced_classes_without_duplicates() {
    for task in TASKS {
        let data = load(task, Split::Train, 3000, 0);
        assert_eq!(data.target.outputs(), 2);
        let ones = data
            .examples
            .iter()
            .filter(|e| e.label == Label::Class(1))
            .count();
        assert_eq!(ones, 1500, "{task}");
        let account = &data.accounting;
        assert_eq!(
            (account.read, account.kept, account.duplicates),
            (3000, 3000, 0),
            "{task}"
        );
        assert!(data.examples.iter().enumerate().all(|(i, e)| e.id == i));
        assert_eq!(data.examples[0].pair.is_some(), task == "paraphrase");
        assert!(data.files.is_empty());
    }
}

#[test]
fn the_seed_fixes_every_example() {
    for task in TASKS {
        let long = load(task, Split::Train, 500, 7);
        assert_eq!(
            load(task, Split::Train, 200, 7).examples,
            long.examples[..200]
        );
        assert_ne!(
            load(task, Split::Train, 200, 8).examples,
            long.examples[..200]
        );
    }
    let defaults = Dataset::load(
        &Task::named("sentiment").unwrap(),
        None,
        Split::Dev,
        &Options::default(),
    );
    assert_eq!(defaults.unwrap().examples.len(), 1000);
}

#[test]
fn train_and_dev_share_nothing_even_with_other_seeds() {
    for task in TASKS {
        let train = load(task, Split::Train, 3000, 0);
        let train = texts(&train.examples);
        for seed in [0, 1] {
            let dev = load(task, Split::Dev, 1000, seed);
            assert!(train.is_disjoint(&texts(&dev.examples)), "{task}");
        }
    }
}

#[test]
fn reviews_have_the_length_asked_for() {
    let reviews = Task::named("reviews").unwrap();
    let mean = |review_words| {
        let options = Options {
            generate: Some(500),
            review_words,
            ..Options::default()
        };
        let data = Dataset::load(&reviews, None, Split::Train, &options).unwrap();
        let encoded = tokenizer().encode_all(&data.examples, 512).unwrap();
        // The tokenizer adds two special tokens.
        let lengths: Vec<usize> = encoded.iter().map(|e| e.ids.len() - 2).collect();
        assert!(
            lengths.iter().all(|&length| length <= review_words.1),
            "{:?}",
            lengths.iter().max()
        );
        lengths.iter().sum::<usize>() / lengths.len()
    };
    assert!((55..=66).contains(&mean((30, 100))), "{}", mean((30, 100)));
    assert!((23..=30).contains(&mean((30, 30))), "{}", mean((30, 30)));
}

#[test]
fn the_corpus_is_pinned() {
    let mut hash = Sha256::new();
    for Passage { text, pair } in corpus(0, 20_000) {
        hash.update(text);
        hash.update("\t");
        hash.update(pair.unwrap_or_default());
        hash.update("\n");
    }
    let hash = format!("{:x}", hash.finalize());
    assert_eq!(
        hash,
        "7d00f0b11138dab9ad99b91dcb3888566fde8605b22b0fe2ad03a9236e1764f4"
    );
    assert_eq!(corpus(0, 50), corpus(0, 100)[..50]);
    assert_ne!(corpus(1, 50), corpus(0, 50));
}

/// The vocabulary has every word that the grammars generate, and the grammars generate every word of the vocabulary.
#[test]
fn the_vocabulary_is_that_of_the_grammars() {
    let vocabulary = vocabulary();
    assert!(
        (600..=1500).contains(&vocabulary.len()),
        "{}",
        vocabulary.len()
    );
    let mut missing: BTreeSet<&str> = vocabulary.iter().skip(5).map(String::as_str).collect();
    let mut unknown = BTreeSet::new();
    let mut check = |text: &str| {
        let apart = text
            .to_lowercase()
            .replace(',', " ,")
            .replace('.', " .")
            .replace('?', " ?");
        for word in apart.split_whitespace() {
            missing.remove(word);
            if !vocabulary.iter().any(|known| known == word) {
                unknown.insert(word.to_owned());
            }
        }
    };
    for passage in corpus(0, 30_000) {
        check(&passage.text);
        passage.pair.iter().for_each(|pair| check(pair));
    }
    for task in TASKS {
        for example in load(task, Split::Train, 3000, 0).examples {
            check(&example.text);
            example.pair.iter().for_each(|pair| check(pair));
        }
    }
    assert_eq!(unknown, BTreeSet::new());
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn special_tokens_are_robertas() {
    let tokenizer = tokenizer();
    assert_eq!(
        vocabulary()[..5],
        ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    );
    assert_eq!(tokenizer.vocabulary_size(), vocabulary().len());
    assert_eq!(tokenizer.special_ids(), [0, 1, 2, 3, 4]);
    let id = |word: &str| tokenizer.id(word).unwrap();
    let (dog, barks) = (id("dog"), id("."));
    let one = tokenizer.encode("Dog.", None, 8).unwrap();
    assert_eq!(
        one,
        Encoded {
            ids: vec![0, dog, barks, 2],
            types: vec![0; 4],
            ..Encoded::default()
        }
    );
    let two = tokenizer.encode("Dog zebra.", Some("<mask>"), 16).unwrap();
    assert_eq!(two.ids, [0, dog, 3, barks, 2, 2, 4, 2]);
    assert_eq!((two.types, two.unknown), (vec![0; 8], 1));
    assert_eq!(tokenizer.decode(&two.ids).unwrap(), "dog .");
}

#[test]
fn the_tokenizer_survives_its_file() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), tokenizer().to_json()).unwrap();
    let read = Tokenizer::from_file(folder.path()).unwrap();
    assert_eq!(read.to_json(), tokenizer().to_json());
    for passage in corpus(5, 200) {
        let encode = |t: &Tokenizer| {
            t.encode(&passage.text, passage.pair.as_deref(), 128)
                .unwrap()
        };
        assert_eq!(encode(&read), encode(&tokenizer()));
    }
}

#[test]
fn classes_have_names() {
    let names = |task: &str| load(task, Split::Dev, 2, 0).target;
    assert_eq!(
        names("acceptability"),
        Target::Classes(vec!["unacceptable".into(), "acceptable".into()])
    );
    assert_eq!(
        names("paraphrase"),
        Target::Classes(vec!["different".into(), "same".into()])
    );
}
