//! The tasks of GLUE, in GLUE's own files and in Hugging Face's.

use std::borrow::Cow;

use super::Metric;
use super::label::Rule;
use super::published::{Layout, OnHub, Published};
use crate::read::Format;

const BINARY: Rule = Rule::Classes(&[&["0"], &["1"]]);
const ENTAILED: Rule = Rule::Classes(&[&["entailment", "0"], &["not_entailment", "1"]]);
const INFERENCE: Rule = Rule::Classes(&[
    &["entailment", "0"],
    &["neutral", "1"],
    &["contradiction", "2"],
]);
const SIMILARITY: Rule = Rule::Score { min: 0.0, max: 5.0 };

const ENTAILMENT: &[&[&str]] = &[
    &["entailment", "entailed", "entail"],
    &[
        "not_entailment",
        "nonentailment",
        "not_entailed",
        "non_entailment",
    ],
];
const SENTENCES: &[&str] = &["sentence1", "sentence2"];

/// The values that most of the tasks share.
const GLUE: Published = Published {
    name: "",
    classes: &[],
    metric: Metric::Accuracy,
    folders: &[],
    train: &["train"],
    dev: &["dev", "validation"],
    layouts: &[],
    malformed: false,
    clean: |text| Cow::Borrowed(text),
    hub: on_hub(""),
};

const fn on_hub(folder: &'static str) -> OnHub {
    OnHub {
        repository: "nyu-mll/glue",
        revision: "bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c",
        folder,
        dev: "validation",
    }
}

pub(super) const TASKS: &[Published] = &[
    Published {
        name: "cola",
        classes: &[
            &["unacceptable", "not_acceptable", "ungrammatical"],
            &["acceptable", "grammatical"],
        ],
        metric: Metric::Matthews,
        folders: &["CoLA", "cola"],
        layouts: &[
            // The columns are source, label, the author's mark and sentence; there is no header.
            Layout {
                ending: "tsv",
                format: Format::Glue { header: false },
                text: &["column_4"],
                label: "column_2",
                rule: BINARY,
            },
            Layout::parquet(&["sentence"], "label", BINARY),
        ],
        hub: on_hub("cola"),
        ..GLUE
    },
    Published {
        name: "sst2",
        classes: &[&["negative", "neg"], &["positive", "pos"]],
        folders: &["SST-2", "sst2"],
        layouts: &[
            Layout::glue(&["sentence"], "label", BINARY),
            Layout::parquet(&["sentence"], "label", BINARY),
        ],
        hub: on_hub("sst2"),
        ..GLUE
    },
    Published {
        name: "mrpc",
        classes: &[
            &["not_equivalent", "nonequivalent", "not_paraphrase"],
            &["equivalent", "paraphrase"],
        ],
        metric: Metric::F1,
        folders: &["MRPC", "mrpc"],
        layouts: &[
            Layout::glue(&["#1 String", "#2 String"], "Quality", BINARY),
            Layout::parquet(SENTENCES, "label", BINARY),
        ],
        hub: on_hub("mrpc"),
        ..GLUE
    },
    Published {
        name: "rte",
        classes: ENTAILMENT,
        folders: &["RTE", "rte"],
        layouts: &[
            Layout::glue(SENTENCES, "label", ENTAILED),
            Layout::parquet(SENTENCES, "label", ENTAILED),
        ],
        hub: on_hub("rte"),
        ..GLUE
    },
    Published {
        name: "qnli",
        classes: ENTAILMENT,
        folders: &["QNLI", "qnli"],
        layouts: &[
            Layout::glue(&["question", "sentence"], "label", ENTAILED),
            Layout::parquet(&["question", "sentence"], "label", ENTAILED),
        ],
        hub: on_hub("qnli"),
        ..GLUE
    },
    Published {
        name: "mnli",
        classes: &[
            &["entailment", "entailed", "entail"],
            &["neutral"],
            &["contradiction", "contradictory", "contradict"],
        ],
        folders: &["MNLI", "mnli"],
        dev: &["dev_matched", "validation_matched"],
        layouts: &[
            Layout::glue(SENTENCES, "gold_label", INFERENCE),
            Layout::parquet(&["premise", "hypothesis"], "label", INFERENCE),
        ],
        hub: OnHub {
            dev: "validation_matched",
            ..on_hub("mnli")
        },
        ..GLUE
    },
    Published {
        name: "qqp",
        classes: &[
            &["not_duplicate", "nonduplicate", "unique"],
            &["duplicate", "is_duplicate"],
        ],
        metric: Metric::F1,
        folders: &["QQP", "qqp"],
        layouts: &[
            Layout::glue(&["question1", "question2"], "is_duplicate", BINARY),
            Layout::parquet(&["question1", "question2"], "label", BINARY),
        ],
        malformed: true,
        hub: on_hub("qqp"),
        ..GLUE
    },
    Published {
        name: "stsb",
        metric: Metric::Spearman,
        folders: &["STS-B", "stsb"],
        layouts: &[
            Layout::glue(SENTENCES, "score", SIMILARITY),
            Layout::parquet(SENTENCES, "label", SIMILARITY),
        ],
        hub: on_hub("stsb"),
        ..GLUE
    },
];
