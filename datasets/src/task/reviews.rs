//! The review tasks IMDb and Yelp, in the files of several publishers.

use std::borrow::Cow;

use super::Metric;
use super::label::Rule;
use super::published::{Layout, OnHub, Published};
use crate::read::Format;

const POLARITY: Rule = Rule::Classes(&[&["negative", "neg", "0"], &["positive", "pos", "1"]]);
// The publisher of the JSON objects numbers IMDb's classes the other way round: `0` is praise.
const PRAISE_FIRST: Rule = Rule::Classes(&[&["1"], &["0"]]);
const CLASSES: &[&[&str]] = &[&["negative", "neg"], &["positive", "pos"]];
const TRAIN: &[&str] = &["train"];
// The hub has no dev split of these tasks: the test split is the evaluation set, as is usual.
const DEV: &[&str] = &["dev", "validation", "test"];

const fn objects(rule: Rule) -> Layout {
    Layout {
        ending: "json",
        format: Format::JsonObjects,
        text: &["ori"],
        label: "label",
        rule,
    }
}

pub(super) const TASKS: &[Published] = &[
    Published {
        name: "imdb",
        classes: CLASSES,
        metric: Metric::Accuracy,
        folders: &["imdb", "IMDb", "plain_text"],
        train: TRAIN,
        dev: DEV,
        layouts: &[
            Layout {
                ending: "tsv",
                format: Format::QuotedTsv,
                text: &["Text"],
                label: "Sentiment",
                rule: POLARITY,
            },
            objects(PRAISE_FIRST),
            Layout::parquet(&["text"], "label", POLARITY),
            Layout::csv(&["text"], "label", POLARITY),
        ],
        malformed: false,
        clean: without_breaks,
        hub: OnHub {
            repository: "stanfordnlp/imdb",
            revision: "e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
            folder: "plain_text",
            dev: "test",
        },
    },
    Published {
        name: "yelp",
        layouts: &[
            Layout::csv(&["text"], "label2", Rule::Stars { first: 1.0 }),
            objects(Rule::Stars { first: 0.0 }),
            Layout::parquet(&["text"], "label", Rule::Stars { first: 0.0 }),
            Layout::csv(&["text"], "label", Rule::Stars { first: 0.0 }),
        ],
        hub: OnHub {
            repository: "Yelp/yelp_review_full",
            revision: "c1f9ee939b7d05667af864ee1cb066393154bf85",
            folder: "yelp_review_full",
            dev: "test",
        },
        ..YELP
    },
    Published {
        name: "yelp_polarity",
        folders: &["yelp_polarity", "plain_text"],
        layouts: &[
            Layout::parquet(&["text"], "label", POLARITY),
            Layout::csv(&["text"], "label", POLARITY),
        ],
        ..YELP
    },
];

const YELP: Published = Published {
    name: "",
    classes: CLASSES,
    metric: Metric::Accuracy,
    folders: &["yelp", "yelp_review_full"],
    train: TRAIN,
    dev: DEV,
    layouts: &[],
    malformed: false,
    clean: without_escapes,
    hub: OnHub {
        repository: "fancyzhx/yelp_polarity",
        revision: "bbf1c97a1f0cf005e5aded43839fd814654a1557",
        folder: "plain_text",
        dev: "test",
    },
};

/// Removes the line breaks of HTML from IMDb's texts, which were cut from web pages.
fn without_breaks(text: &str) -> Cow<'_, str> {
    if !text.contains("<br") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.replace("<br />", " ")
            .replace("<br/>", " ")
            .replace("<br>", " "),
    )
}

/// Replaces the escapes in Yelp's texts, which come from the file that they were first published in.
fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.replace("\\n", " ")
            .replace("\\\"\"", "\"")
            .replace("\\\"", "\""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(without_breaks("a.<br /><br />b"), "a.  b");
        assert_eq!(
            without_escapes(r#"we were \""fine\"" \n\nthen"#),
            r#"we were "fine"   then"#
        );
        assert!(matches!(without_breaks("plain"), Cow::Borrowed(_)));
    }
}
