use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::{Keys, invalid, unsupported};
use crate::error::Error;

/// More outputs than any classification head has; a file that gives a larger number is damaged.
const MAX_LABELS: usize = 1 << 24;

/// The outputs of a classification head, in their order.
///
/// Serialises to the list of the names, or to the number of outputs if they have no names of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Labels {
    /// The number of outputs, which the Python library calls `LABEL_0`, `LABEL_1`, ….
    Numbered(usize),
    /// One name for each output.
    Named(Vec<String>),
}

impl Labels {
    /// Returns C, the number of outputs.
    pub fn count(&self) -> usize {
        match self {
            Labels::Numbered(count) => *count,
            Labels::Named(names) => names.len(),
        }
    }

    /// Returns the names that the file gives; `None` if the outputs are only numbered.
    pub fn names(&self) -> Option<&[String]> {
        match self {
            Labels::Numbered(_) => None,
            Labels::Named(names) => Some(names),
        }
    }

    /// Returns what the Python library calls output `index`: its name, or one such as `LABEL_3`.
    pub fn name(&self, index: usize) -> Cow<'_, str> {
        match self.names().and_then(|names| names.get(index)) {
            Some(name) => name.into(),
            None => format!("LABEL_{index}").into(),
        }
    }

    fn of_names(names: Vec<String>) -> Self {
        let numbered = Labels::Numbered(names.len());
        let default = names
            .iter()
            .enumerate()
            .all(|(index, name)| *name == numbered.name(index));
        match default {
            true => numbered,
            false => Labels::Named(names),
        }
    }
}

/// Returns the labels that `id2label`, `label2id` and `num_labels` give, which may contradict each other. As in the
/// Python library, the labels have no names if `num_labels` is not the size of `id2label`; otherwise `id2label`
/// decides, or `label2id` if `id2label` is missing.
pub(super) fn labels(keys: &Keys, warnings: &mut Vec<String>) -> Result<Option<Labels>, Error> {
    let by_number = keys
        .get("id2label")
        .map(|value| numbered_names(value, "id2label"))
        .transpose()?;
    let by_name = keys.get("label2id").and_then(named_numbers);
    let count = keys.at_most("num_labels", MAX_LABELS)?;
    let labels = match (by_number, count) {
        (Some(names), Some(count)) if names.count() != count => {
            warnings.push(format!(
                "config.json: num_labels = {count} contradicts id2label, which has {}; the head is taken to have \
                 {count} outputs without names",
                names.count()
            ));
            Some(Labels::Numbered(count))
        }
        (Some(Names::Good(names)), _) => {
            if by_name.is_some_and(|other| other != names) {
                warnings.push(
                    "config.json: id2label and label2id contradict each other; id2label is taken"
                        .into(),
                );
            }
            Some(Labels::of_names(names))
        }
        (Some(Names::Unusable { count, why }), _) => {
            warnings.push(format!(
                "config.json: id2label {why}; the head is taken to have {count} outputs without names"
            ));
            Some(Labels::Numbered(count))
        }
        (None, count) => match by_name {
            Some(names) if count.is_none_or(|count| count == names.len()) => {
                Some(Labels::of_names(names))
            }
            _ => count.map(Labels::Numbered),
        },
    };
    check_problem(keys, labels.as_ref(), warnings)?;
    Ok(labels)
}

/// The result of reading a map from numbers to names, or a list of names.
enum Names {
    Good(Vec<String>),
    Unusable { count: usize, why: &'static str },
}

impl Names {
    fn count(&self) -> usize {
        match self {
            Names::Good(names) => names.len(),
            Names::Unusable { count, .. } => *count,
        }
    }
}

fn numbered_names(value: &Value, key: &str) -> Result<Names, Error> {
    let entries: Vec<(Option<u64>, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(number, name)| (number.trim().parse().ok(), name))
            .collect(),
        Value::Array(list) => (0..).map(Some).zip(list).collect(),
        _ => return Err(invalid(key, format!("= {value} must map numbers to names"))),
    };
    if entries.is_empty() {
        return Err(invalid(key, "must name at least one label"));
    }
    let count = entries.len();
    let unusable = |why| Ok(Names::Unusable { count, why });
    let mut names = BTreeMap::new();
    for (number, name) in entries {
        let (Some(number), Some(name)) = (number, as_name(name)) else {
            return unusable("has a key that is no number or a name that is no text");
        };
        names.insert(number, name);
    }
    if names.len() < count
        || !(0..)
            .zip(names.keys())
            .all(|(index, number)| index == *number)
    {
        return unusable("does not number its labels 0, 1, 2, … without a gap");
    }
    let names: Vec<String> = names.into_values().collect();
    match names.iter().collect::<BTreeSet<_>>().len() == count {
        true => Ok(Names::Good(names)),
        false => unusable("gives two labels one name"),
    }
}

/// Returns the names of a map from names to 0, 1, …, in the order of the numbers; `None` if the value is anything else.
fn named_numbers(value: &Value) -> Option<Vec<String>> {
    let map = value.as_object().filter(|map| !map.is_empty())?;
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    };
    let swapped: Option<Map<String, Value>> = map
        .iter()
        .map(|(name, value)| Some((number(value)?.to_string(), name.clone().into())))
        .collect();
    match numbered_names(&swapped?.into(), "label2id") {
        Ok(Names::Good(names)) if names.len() == map.len() => Some(names),
        _ => None,
    }
}

fn as_name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Checks `problem_type`: refuses multi-label classification, and warns if the type does not fit the number of outputs.
fn check_problem(
    keys: &Keys,
    labels: Option<&Labels>,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let outputs = labels.map(Labels::count);
    match (keys.text("problem_type")?, outputs) {
        (Some("multi_label_classification"), _) => Err(unsupported(
            "problem_type",
            &"multi_label_classification".into(),
            "a head here gives each example one label or one score",
        )),
        (Some("regression"), Some(outputs)) if outputs > 1 => {
            warnings.push(format!(
                "config.json: problem_type is \"regression\" with {outputs} outputs; the head's outputs are read as \
                 those of {outputs} classes"
            ));
            Ok(())
        }
        (Some("single_label_classification"), Some(1)) => {
            warnings.push(
                "config.json: problem_type is \"single_label_classification\" with one output; the output is read as a \
                 score"
                    .into(),
            );
            Ok(())
        }
        _ => Ok(()),
    }
}
