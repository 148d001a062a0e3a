//! Loads real files of published tasks and accounts for every row.

mod common;

use common::shared;
use tangent_datasets::{Dataset, Error, Label, Metric, Options, Split, Target, Task};

fn load(task: &str, data: &str, split: Split) -> Dataset {
    let task = Task::named(task).unwrap();
    let data = Dataset::load(&task, Some(&shared(data)), split, &Options::default()).unwrap();
    let account = &data.accounting;
    let elsewhere = account.divided.as_ref().map_or(0, |d| match split {
        Split::Train => d.dev,
        Split::Dev => d.train,
        Split::All => 0,
    });
    assert_eq!(
        account.read,
        account.kept + account.dropped.total() + elsewhere
    );
    assert_eq!(account.kept, data.examples.len());
    assert_eq!(account.duplicates, data.duplicates().len());
    assert_eq!(
        data.files.iter().map(|file| file.rows).sum::<usize>(),
        account.read
    );
    assert!(data.files.iter().all(|file| file.sha256.len() == 64));
    data
}

fn ones(data: &Dataset) -> usize {
    data.examples
        .iter()
        .filter(|e| e.label == Label::Class(1))
        .count()
}

/// The numbers of rows, rows of class 1, duplicates and texts with two labels are those counted without this crate.
#[test]
fn glue_rows_and_duplicates() {
    let (train, dev) = (Split::Train, Split::Dev);
    let cases = [
        ("cola", train, 8551, 6023, 19, 11),
        ("cola", dev, 1043, 721, 4, 3),
        ("sst2", train, 67349, 37569, 371, 5),
        ("sst2", dev, 872, 444, 0, 0),
        ("mrpc", train, 3668, 2474, 0, 0),
        ("mrpc", dev, 408, 279, 0, 0),
        ("rte", train, 2490, 1241, 2, 0),
        ("rte", dev, 277, 131, 0, 0),
        ("stsb", train, 5749, 0, 43, 4),
        ("stsb", dev, 1500, 0, 2, 0),
    ];
    for (task, split, rows, class_one, duplicates, contradicting) in cases {
        let data = load(task, "glue", split);
        let account = &data.accounting;
        assert_eq!((account.read, account.kept), (rows, rows), "{task}");
        assert_eq!(ones(&data), class_one, "{task}");
        assert_eq!(
            (account.duplicates, account.contradicting),
            (duplicates, contradicting),
            "{task}"
        );
        assert_eq!(account.divided, None);
    }
}

#[test]
fn texts_are_those_of_the_files() {
    let cola = load("cola", "glue/CoLA", Split::Train);
    assert_eq!(
        cola.examples[0].text,
        "Our friends won't buy this analysis, let alone the next one we propose."
    );
    // The last row does not end in a line feed.
    assert_eq!(
        cola.examples[8550].text,
        "What all did you get for Christmas?"
    );
    assert_eq!(
        cola.target,
        Target::Classes(vec!["unacceptable".into(), "acceptable".into()])
    );
    let sst2 = load("SST-2", "glue", Split::Train);
    assert_eq!(
        sst2.examples[0].text,
        "hide new secretions from the parental units "
    );
    let mrpc = load("mrpc", "glue", Split::Dev);
    let first = &mrpc.examples[0];
    assert!(
        first
            .text
            .starts_with("He said the foodservice pie business doesn 't fit")
    );
    // A quotation mark at the beginning of a field is text.
    assert!(
        first
            .pair
            .as_deref()
            .unwrap()
            .starts_with("\" The foodservice pie business does not")
    );
    assert_eq!(first.label, Label::Class(1));
    let stsb = load("stsb", "glue", Split::Dev);
    assert_eq!(stsb.examples[1].label, Label::Score(4.75));
    assert_eq!(
        (stsb.target, stsb.metric),
        (Target::Score, Metric::Spearman)
    );
}

#[test]
fn the_hash_is_that_of_the_file() {
    let cola = load("cola", "glue", Split::Dev);
    assert_eq!(cola.files[0].name, "dev.tsv");
    assert_eq!(
        cola.files[0].sha256,
        "8c013e21dc39957cac37378d87bebe225b694a0d5fe13eded66c2856628833fd"
    );
}

#[test]
fn a_task_with_one_split_is_divided() {
    let train = load("qnli", "glue", Split::Train);
    let dev = load("qnli", "glue", Split::Dev);
    let division = train.accounting.divided.clone().unwrap();
    assert_eq!((division.train, division.dev), (4371, 1092));
    assert_eq!(dev.accounting.divided, Some(division));
    let mut ids: Vec<usize> = train
        .examples
        .iter()
        .chain(&dev.examples)
        .map(|e| e.id)
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..5463).collect::<Vec<_>>());
    // The division is stratified: 2761 of 5463 rows are of class 1.
    assert!((ones(&dev) as f64 - 1092.0 * 2761.0 / 5463.0).abs() < 1.0);
    let task = Task::named("qnli").unwrap();
    let other = Options {
        seed: 1,
        ..Options::default()
    };
    let other = Dataset::load(&task, Some(&shared("glue")), Split::Dev, &other).unwrap();
    assert_ne!(other.examples, dev.examples);
}

#[test]
fn k_shot_folders_have_glue_columns() {
    for (task, classes) in [("mnli", 3), ("qnli", 2), ("qqp", 2)] {
        for seed in [13, 21, 42] {
            for split in [Split::Train, Split::Dev] {
                let data = load(
                    task,
                    &format!("kshot/{}/16-{seed}", task.to_uppercase()),
                    split,
                );
                for class in 0..classes {
                    let members = data
                        .examples
                        .iter()
                        .filter(|e| e.label == Label::Class(class));
                    assert_eq!(members.count(), 16, "{task} {seed} class {class}");
                }
                assert_eq!(data.accounting.divided, None);
            }
        }
    }
}

/// Publishers number the classes in different orders, but class 1 must praise in every file, judged by its words.
#[test]
fn class_one_praises() {
    const PRAISE: [&str; 5] = ["great", "excellent", "wonderful", "best", "love"];
    const BLAME: [&str; 6] = ["bad", "worst", "awful", "terrible", "boring", "waste"];
    let praise = |text: &str| {
        let text = text.to_lowercase();
        let count = |words: &[&str]| words.iter().map(|w| text.matches(w).count()).sum::<usize>();
        count(&PRAISE) as f64 - count(&BLAME) as f64
    };
    for (task, data) in [("imdb", "imdb"), ("yelp", "yelp"), ("sst2", "glue")] {
        for split in [Split::Train, Split::Dev] {
            let data = load(task, data, split);
            let [blaming, praising] = [0, 1].map(|class| {
                let members = data
                    .examples
                    .iter()
                    .filter(|e| e.label == Label::Class(class));
                let (n, sum) =
                    members.fold((0.0, 0.0), |(n, sum), e| (n + 1.0, sum + praise(&e.text)));
                sum / n
            });
            assert!(
                praising > blaming,
                "{task} {split:?}: class 1 {praising}, class 0 {blaming}"
            );
        }
    }
}

#[test]
fn imdb_in_both_layouts() {
    let train = load("imdb", "imdb", Split::Train);
    assert_eq!((train.accounting.read, ones(&train)), (1651, 830));
    assert_eq!(train.accounting.cleaned, 837);
    let dev = load("imdb", "", Split::Dev);
    assert_eq!(
        (dev.accounting.read, ones(&dev), dev.accounting.duplicates),
        (1000, 500, 1)
    );
    // The examples are in the order of the file, not in that of its keys sorted as text.
    assert!(
        dev.examples[2]
            .text
            .starts_with("This movie is brilliant in every way.")
    );
    assert_eq!(dev.examples[2].label, Label::Class(1));
    assert!(
        train
            .examples
            .iter()
            .chain(&dev.examples)
            .all(|e| !e.text.contains("<br"))
    );
}

#[test]
fn yelp_in_both_layouts() {
    let train = load("yelp", "yelp", Split::Train);
    // 750 rows have one star, and 435 have two.
    assert_eq!(
        (train.accounting.read, ones(&train)),
        (5000, 5000 - 750 - 435)
    );
    let dev = load("yelp", "yelp", Split::Dev);
    assert_eq!((dev.accounting.read, ones(&dev)), (1000, 600));
    assert!(dev.accounting.cleaned > 300);
    assert!(dev.examples.iter().all(|e| !e.text.contains("\\n")));
}

#[test]
fn a_single_file_of_a_task_is_divided() {
    let dev = load("sst2", "glue/SST-2/dev.tsv", Split::Dev);
    assert_eq!(
        dev.accounting.divided.as_ref().map(|d| (d.train, d.dev)),
        Some((698, 174))
    );
}

#[test]
fn what_is_not_there_is_named() {
    let load = |task: &str, data: Option<&str>| {
        let task = Task::named(task)?;
        let data = data.map(shared);
        Dataset::load(&task, data.as_deref(), Split::Train, &Options::default())
    };
    let error = load("colla", None).unwrap_err();
    assert!(matches!(&error, Error::UnknownTask { known, .. } if known.contains("cola, sst2")));
    let error = load("cola", None).unwrap_err().to_string();
    assert_eq!(
        error,
        "task `cola` is read from files: say where they are (--data DIR)"
    );
    let error = load("sentiment", Some("glue")).unwrap_err().to_string();
    assert!(error.contains("is generated and reads no files"), "{error}");
    let error = load("qqp", Some("glue")).unwrap_err().to_string();
    assert!(error.contains("no data of task `qqp` in"), "{error}");
    assert!(error.contains("looked for train.tsv"), "{error}");
    let error = load("sst2", Some("glue/CoLA")).unwrap_err().to_string();
    assert!(
        error.contains("train.tsv: no column `sentence`; the file has: gj04"),
        "{error}"
    );
}
