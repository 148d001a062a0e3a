//! Tests which labels are the same class, and which output of a model a class is assigned to.

use std::fs;

use proptest::prelude::*;
use tangent_datasets::{Dataset, Label, Options, Result, Split, Target, Task};
use tempfile::TempDir;

/// Returns a CSV file with the texts `t0`, `t1`, … and these labels.
fn rows(labels: &[&str]) -> String {
    let lines = labels.iter().enumerate();
    let lines: String = lines.map(|(i, label)| format!("t{i},{label}\n")).collect();
    format!("text,label\n{lines}")
}

fn own(labels: &[&str]) -> Dataset {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, rows(labels)).unwrap();
    let task = Task::own(&["text".into()], "label", false).unwrap();
    Dataset::load(&task, Some(&path), Split::All, &Options::default()).unwrap()
}

fn classes(data: &Dataset) -> Vec<usize> {
    data.examples
        .iter()
        .map(|e| e.label.class().unwrap())
        .collect()
}

fn names(data: &Dataset) -> Vec<&str> {
    match &data.target {
        Target::Classes(names) => names.iter().map(String::as_str).collect(),
        Target::Score => panic!("classes were asked for"),
    }
}

fn strings(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

#[test]
fn numbers_are_compared_by_value() {
    for (labels, named, numbered) in [
        (
            &["1", "0.0", "1.0", "0"][..],
            &["0", "1"][..],
            &[1, 0, 1, 0][..],
        ),
        (&["1", "00", "01", "0"], &["0", "1"], &[1, 0, 1, 0]),
        (&["1e0", "-0", "+1", "0e5"], &["0", "1"], &[1, 0, 1, 0]),
        (
            &["10", "9", "1.5e1", "-3"],
            &["-3", "9", "10", "15"],
            &[2, 1, 3, 0],
        ),
        (&["0.50", ".5", "1", "x"], &["0.5", "1", "x"], &[0, 0, 1, 2]),
        // These are too long for a float, or are not numbers.
        (
            &["12345678901234567890123", "12345678901234567890124"],
            &["12345678901234567890123", "12345678901234567890124"],
            &[0, 1],
        ),
        (
            &["inf", "nan", "NaN", "1"],
            &["1", "NaN", "inf", "nan"],
            &[2, 3, 1, 0],
        ),
    ] {
        let data = own(labels);
        assert_eq!(
            (names(&data), classes(&data)),
            (named.to_vec(), numbered.to_vec()),
            "{labels:?}"
        );
    }
}

#[test]
fn words_that_differ_in_case_are_warned_of() {
    let data = own(&["True", "true", "false", "true"]);
    assert_eq!(names(&data), ["True", "false", "true"]);
    let [warning] = data.warnings.as_slice() else {
        panic!("{:?}", data.warnings);
    };
    let expected = "a.csv: in column `label` the labels `True` (rows: 1) and `true` (rows: 2) differ only in upper and lower case";
    assert!(warning.contains(expected), "{warning}");
    assert!(own(&["a", "b", "1", "1.0"]).warnings.is_empty());
}

#[test]
fn dev_labels_are_compared_with_those_of_train() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("train.csv"), rows(&["0", "1", "10"])).unwrap();
    fs::write(folder.path().join("dev.csv"), rows(&["1.0", "00", "1e1"])).unwrap();
    let task = Task::own(&["text".into()], "label", false).unwrap();
    let dev = Dataset::load(&task, Some(folder.path()), Split::Dev, &Options::default()).unwrap();
    assert_eq!(
        (names(&dev), classes(&dev)),
        (vec!["0", "1", "10"], vec![1, 0, 2])
    );
}

fn mnli() -> Dataset {
    let folder = TempDir::new().unwrap();
    let tsv = "index\tsentence1\tsentence2\tgold_label\n\
               0\ta\tb\tcontradiction\n1\tc\td\tneutral\n2\te\tf\tentailment\n";
    for file in ["train.tsv", "dev_matched.tsv"] {
        fs::write(folder.path().join(file), tsv).unwrap();
    }
    let task = Task::named("mnli").unwrap();
    Dataset::load(
        &task,
        Some(folder.path()),
        Split::Train,
        &Options::default(),
    )
    .unwrap()
}

#[test]
fn classes_are_the_outputs_that_bear_their_names() {
    let data = own(&["positive", "negative"]);
    let data = data
        .with_model_labels(&strings(&["Positive", "Negative"]))
        .unwrap();
    assert_eq!(
        (names(&data), classes(&data)),
        (vec!["positive", "negative"], vec![0, 1])
    );
    // This is the order that RoBERTa's authors gave the classes of MNLI.
    let roberta = strings(&["CONTRADICTION", "NEUTRAL", "ENTAILMENT"]);
    let data = mnli().with_model_labels(&roberta).unwrap();
    assert_eq!(names(&data), ["contradiction", "neutral", "entailment"]);
    assert_eq!(classes(&data), [0, 1, 2]);
    let eleven: Vec<String> = (0..11).map(|i| format!("LABEL_{i}")).collect();
    let labels: Vec<&str> = eleven.iter().map(String::as_str).collect();
    let data = own(&labels).with_model_labels(&eleven).unwrap();
    assert_eq!(classes(&data), (0..11).collect::<Vec<_>>());
    assert_eq!(data.target, Target::Classes(eleven));
    // The model has a class that does not occur in the data, and the classes are numbers.
    let data = own(&["2", "0"])
        .with_model_labels(&strings(&["LABEL_0", "LABEL_1", "label_2"]))
        .unwrap();
    assert_eq!(
        (names(&data), classes(&data)),
        (vec!["0", "LABEL_1", "2"], vec![2, 0])
    );
    assert!(data.warnings.is_empty());
}

#[test]
fn published_and_generated_classes_have_several_names() {
    let labels = [
        ("acceptability", ["Acceptable", "UNACCEPTABLE"]),
        ("sentiment", ["pos", "neg"]),
        ("reviews", ["POSITIVE", "NEGATIVE"]),
        ("paraphrase", ["same", "different"]),
    ];
    for (task, labels) in labels {
        let options = Options {
            generate: Some(2),
            ..Options::default()
        };
        let data =
            Dataset::load(&Task::named(task).unwrap(), None, Split::Train, &options).unwrap();
        let data = data.with_model_labels(&strings(&labels)).unwrap();
        assert_eq!(
            (classes(&data), data.warnings.len()),
            (vec![1, 0], 0),
            "{task}"
        );
    }
    for (task, labels) in [
        ("cola", ["acceptable", "unacceptable"]),
        ("sst2", ["POS", "NEG"]),
        ("mrpc", ["equivalent", "not-equivalent"]),
        ("qqp", ["duplicate", "Not Duplicate"]),
        ("rte", ["not_entailment", "entailment"]),
        ("qnli", ["NOT_ENTAILMENT", "ENTAILMENT"]),
        ("imdb", ["pos", "neg"]),
        ("yelp_polarity", ["positive", "negative"]),
    ] {
        let data = published(task, &[0, 1]);
        let data = data.with_model_labels(&strings(&labels)).unwrap();
        assert_eq!(
            (classes(&data), data.warnings.len()),
            (vec![1, 0], 0),
            "{task}"
        );
        // F1 is that of the class that had the number 1 before.
        assert_eq!(data.positive_class, 0, "{task}");
    }
}

/// Returns a data set of a published task that is built by hand.
fn published(task: &str, classes: &[usize]) -> Dataset {
    let mut data = mnli();
    data.task = task.to_owned();
    data.target = Target::Classes(match task {
        "cola" => strings(&["unacceptable", "acceptable"]),
        "mrpc" => strings(&["not_equivalent", "equivalent"]),
        "qqp" => strings(&["not_duplicate", "duplicate"]),
        "rte" | "qnli" => strings(&["entailment", "not_entailment"]),
        _ => strings(&["negative", "positive"]),
    });
    data.examples.truncate(classes.len());
    for (example, class) in data.examples.iter_mut().zip(classes) {
        example.label = Label::Class(*class);
    }
    data
}

#[test]
fn what_is_assumed_is_said() {
    let labels = strings(&["LABEL_0", "LABEL_1"]);
    let data = own(&["dog", "cat"]).with_model_labels(&labels).unwrap();
    assert_eq!(
        (names(&data), classes(&data)),
        (vec!["cat", "dog"], vec![1, 0])
    );
    let said = "the model's labels do not name the classes of the data: it is assumed that \
                class `cat` is output 0 (`LABEL_0`), class `dog` is output 1 (`LABEL_1`)";
    assert_eq!(data.warnings, [said]);
    // The hub numbers MNLI's classes, but a model that has only numbers may use another order.
    let data = mnli()
        .with_model_labels(&strings(&["LABEL_0", "LABEL_1", "LABEL_2"]))
        .unwrap();
    assert_eq!(classes(&data), [2, 1, 0]);
    let said = "the model's labels number the classes and do not name them: it is assumed that class `entailment` is output 0";
    assert!(data.warnings[0].starts_with(said), "{:?}", data.warnings);
}

#[test]
fn more_classes_than_outputs_are_refused() {
    let error = own(&["a", "b", "c"])
        .with_model_labels(&strings(&["a", "b"]))
        .unwrap_err();
    let message = error.to_string();
    let expected =
        "the data have the classes a, b, c, but the model has outputs only for these: a, b.";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn scores_stay_as_they_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, rows(&["0.5", "2"])).unwrap();
    let task = Task::own(&["text".into()], "label", true).unwrap();
    let load = || Dataset::load(&task, Some(&path), Split::All, &Options::default()).unwrap();
    let data = load().with_model_labels(&strings(&["LABEL_0"])).unwrap();
    assert_eq!(
        (data.examples, data.target),
        (load().examples, Target::Score)
    );
}

fn evaluated(train: &Dataset, labels: &[&str]) -> Result<Dataset> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("eval.csv");
    fs::write(&path, rows(labels)).unwrap();
    let task = Task::own(&["text".into()], "label", false)?;
    Dataset::load_evaluation(&task, &path, train, &Options::default())
}

#[test]
fn a_second_file_has_the_classes_of_the_first() {
    let train = own(&["1", "2", "3"]);
    let eval = evaluated(&train, &["3.0", "1", "01", "3"]).unwrap();
    assert_eq!(
        (names(&eval), classes(&eval)),
        (vec!["1", "2", "3"], vec![2, 0, 0, 2])
    );
    assert_eq!((eval.accounting.divided, eval.split), (None, Split::Dev));
    let error = evaluated(&train, &["3", "4"]).unwrap_err().to_string();
    assert!(
        error.ends_with("eval.csv, row 2 (line 3): label `4` is out of range; expected 1, 2, 3"),
        "{error}"
    );
    // The evaluation data can be loaded before or after the classes are put in the order of the model's outputs.
    let labels = strings(&["Dog", "Cat", "Cow"]);
    let train = own(&["cat", "dog"]);
    let before = evaluated(&train, &["dog", "cat"])
        .unwrap()
        .with_model_labels(&labels)
        .unwrap();
    let after = evaluated(&train.with_model_labels(&labels).unwrap(), &["dog", "cat"]).unwrap();
    assert_eq!(classes(&before), [0, 1]);
    assert_eq!(
        (before.examples, before.target),
        (after.examples, after.target)
    );
}

#[test]
fn a_second_folder_of_a_published_task() {
    let labels = strings(&["contradiction", "neutral", "entailment"]);
    let train = mnli().with_model_labels(&labels).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.tsv");
    fs::write(
        &path,
        "sentence1\tsentence2\tgold_label\na\tb\tcontradiction\nc\td\tentailment\ne\tf\t-\n",
    )
    .unwrap();
    let task = Task::named("mnli").unwrap();
    let eval = Dataset::load_evaluation(&task, &path, &train, &Options::default()).unwrap();
    assert_eq!((classes(&eval), &eval.target), (vec![0, 2], &train.target));
    assert_eq!(eval.accounting.dropped.unlabelled, 1);
    let task = Task::named("sentiment").unwrap();
    let error = Dataset::load_evaluation(&task, &path, &train, &Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is generated and reads no files"),
        "{error}"
    );
}

/// Names of classes that also differ by value and when case is ignored.
const NAMES: [&str; 8] = ["cat", "dog", "Not a bird", "0", "1", "7", "LABEL_3", "x-y"];

proptest! {
    /// Labels in any order and letter case give every class the output of its name.
    #[test]
    fn a_permutation_of_labels_permutes_the_classes(
        order in Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle(),
        count in 2..=NAMES.len(),
        upper: bool,
    ) {
        let labels: Vec<String> = order.iter().map(|&i| match upper {
            true => NAMES[i].to_uppercase().replace(' ', "_"),
            false => NAMES[i].to_owned(),
        }).collect();
        let data = own(&NAMES[..count]);
        let after = data.clone().with_model_labels(&labels).unwrap();
        prop_assert!(after.warnings.is_empty(), "{:?}", after.warnings);
        prop_assert_eq!(after.target.outputs(), NAMES.len());
        for (i, (old, new)) in data.examples.iter().zip(&after.examples).enumerate() {
            prop_assert_eq!((&old.text, old.id), (&new.text, new.id));
            let output = new.label.class().unwrap();
            prop_assert_eq!(order[output], i);
            prop_assert_eq!(names(&after)[output], NAMES[i]);
        }
    }

    /// Whatever the labels are, classes get different outputs, and a second call changes nothing.
    #[test]
    fn the_order_of_outputs_is_kept(
        data in prop::sample::subsequence(vec!["a", "A", "b", "0", "1", "2", "9", "LABEL_1"], 2..=5),
        labels in prop::collection::vec(prop::sample::select(vec!["a", "A", "B", "0", "1.0", "LABEL_0", "LABEL_1", "LABEL_2", "c", ""]), 5..8),
    ) {
        let data = own(&data);
        let labels = strings(&labels);
        let once = data.clone().with_model_labels(&labels).unwrap();
        let mut outputs = classes(&once);
        outputs.sort_unstable();
        outputs.dedup();
        prop_assert_eq!(outputs.len(), data.examples.len());
        let twice = once.clone().with_model_labels(&labels).unwrap();
        prop_assert_eq!(&once.examples, &twice.examples);
        prop_assert_eq!(&once.target, &twice.target);
    }
}
