//! The generated tasks, corpus and vocabulary.

use std::collections::BTreeSet;

use tangent_datasets::generated::{corpus, tokenizer, vocabulary};
use tangent_datasets::{Dataset, Example, Label, Options, Split, Task};

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
fn words_outside_the_vocabulary() {
    let known: BTreeSet<String> = vocabulary().into_iter().collect();
    let mut unknown = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut all: Vec<String> = corpus(1, 60_000)
        .into_iter()
        .flat_map(|p| [Some(p.text), p.pair])
        .flatten()
        .collect();
    for task in TASKS {
        for e in load(task, Split::Train, 4000, 3).examples {
            all.push(e.text);
            all.extend(e.pair);
        }
    }
    for text in all {
        for word in text
            .to_lowercase()
            .replace(',', " , ")
            .replace('.', " . ")
            .replace('?', " ? ")
            .split_whitespace()
        {
            used.insert(word.to_owned());
            if !known.contains(word) {
                unknown.insert(word.to_owned());
            }
        }
    }
    let unused: Vec<_> = known
        .iter()
        .filter(|w| !used.contains(*w) && !w.starts_with('<'))
        .collect();
    println!(
        "UNKNOWN {}",
        unknown.into_iter().collect::<Vec<_>>().join(" ")
    );
    println!("UNUSED {unused:?} of {}", known.len());
}

#[test]
fn show() {
    for task in TASKS {
        for e in load(task, Split::Train, 24, 0).examples {
            println!("{} | {} | {:?}", e.label.value(), e.text, e.pair);
        }
    }
}
