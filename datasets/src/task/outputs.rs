//! Assigns the outputs of a model to classes.

use std::collections::BTreeMap;

use super::name::{Name, is_placeholder};
use crate::error::{Error, Result};

/// A class as the data name it, with synonyms.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) synonyms: &'static [&'static str],
    /// The number that the publisher of the data gives the class.
    pub(crate) number: Option<usize>,
}

impl Class {
    /// Returns a class of which only the name is known.
    pub(crate) fn of_name(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            synonyms: &[],
            number: None,
        }
    }
}

/// The assignment of an output to each class.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) outputs: Vec<usize>,
    /// The reason why the assignment is only an assumption; `None` if the names decided.
    pub(crate) assumed: Option<&'static str>,
}

/// Decides the output of every class, where `labels[i]` is the model's name of output i.
///
/// Three ways to match classes to labels are tried: equal text; names that are alike; names that are alike or else the
/// number that the publisher gives the class. The first that gives each class an output of its own decides. If none
/// does, a class that a label names has that output, and the other classes take the remaining outputs in order; but if
/// no label names a class and every class is a whole number below the number of outputs, class k has output k.
pub(crate) fn assign(classes: &[Class], labels: &[String]) -> Result<Assignment> {
    if classes.len() > labels.len() {
        let names: Vec<String> = classes.iter().map(|class| class.name.clone()).collect();
        return Err(Error::ModelLabels {
            classes: names.join(", "),
            labels: labels.join(", "),
        });
    }
    let exact = matches(
        classes,
        labels,
        |label| label.to_owned(),
        |class| vec![class.name.clone()],
    );
    if let Some(outputs) = all(&exact) {
        return Ok(Assignment {
            outputs,
            assumed: None,
        });
    }
    let named = matches(classes, labels, Name::likeness, |class| {
        let words = class.synonyms.iter().copied().chain([class.name.as_str()]);
        words.map(Name::likeness).collect()
    });
    let numbered = matches(classes, labels, Name::likeness, |class| {
        class
            .number
            .map(|n| Name::of(&n.to_string()))
            .into_iter()
            .collect()
    });
    // Some class has a name in the data but only its number in the model.
    let by_number = all(&named).is_none();
    let either: Vec<Option<usize>> = named
        .iter()
        .zip(&numbered)
        .map(|(name, number)| name.or(*number))
        .collect();
    if let Some(outputs) = all(&either) {
        return Ok(Assignment {
            outputs,
            assumed: by_number.then_some("number the classes and do not name them"),
        });
    }
    let names = named.into_iter().zip(exact).zip(classes);
    let kept = names.map(|((named, exact), class)| {
        let is_word = matches!(Name::of(&class.name), Name::Word(_));
        let names_it = |&output: &usize| {
            labels
                .get(output)
                .is_some_and(|l| !is_placeholder(l, output))
        };
        exact.filter(|_| is_word).or(named.filter(names_it))
    });
    let kept: Vec<Option<usize>> = kept.collect();
    let index = |class: &Class| Name::of(&class.name).index().filter(|&k| k < labels.len());
    let numbers: Vec<Option<usize>> = classes.iter().map(index).collect();
    let outputs = match all(&numbers) {
        Some(numbers) if kept.iter().all(Option::is_none) => numbers,
        _ => in_order(kept, labels.len()),
    };
    Ok(Assignment {
        outputs,
        assumed: Some("do not name the classes of the data"),
    })
}

/// Returns for each class the only output whose label has a key of the class; `None` if there is no such output, or
/// several, or if another class has the same one.
fn matches<K: Ord>(
    classes: &[Class],
    labels: &[String],
    key: impl Fn(&str) -> K,
    keys: impl Fn(&Class) -> Vec<K>,
) -> Vec<Option<usize>> {
    let mut outputs: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (output, label) in labels.iter().enumerate() {
        outputs.entry(key(label)).or_default().push(output);
    }
    let found = classes.iter().map(|class| {
        let mut keys = keys(class);
        keys.sort();
        keys.dedup();
        let of_class: Vec<usize> = keys
            .iter()
            .filter_map(|key| outputs.get(key))
            .flatten()
            .copied()
            .collect();
        match of_class.as_slice() {
            [output] => Some(*output),
            _ => None,
        }
    });
    let mut found: Vec<Option<usize>> = found.collect();
    let mut takers = vec![0_usize; labels.len()];
    for output in found.iter().flatten() {
        if let Some(takers) = takers.get_mut(*output) {
            *takers += 1;
        }
    }
    // If two classes are alike, it is unknown which of them the model means.
    for output in &mut found {
        *output = output.filter(|&o| takers.get(o) == Some(&1));
    }
    found
}

/// Returns the outputs, if every class has an output of its own.
fn all(found: &[Option<usize>]) -> Option<Vec<usize>> {
    let outputs: Vec<usize> = found.iter().copied().collect::<Option<_>>()?;
    let mut distinct = outputs.clone();
    distinct.sort_unstable();
    distinct.dedup();
    (distinct.len() == outputs.len()).then_some(outputs)
}

/// Gives the classes without an output the remaining outputs, in order.
fn in_order(kept: Vec<Option<usize>>, count: usize) -> Vec<usize> {
    let free: Vec<usize> = (0..count)
        .filter(|output| !kept.contains(&Some(*output)))
        .collect();
    let mut free = free.into_iter();
    kept.into_iter()
        .filter_map(|output| output.or_else(|| free.next()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(names: &[&str]) -> Vec<Class> {
        names.iter().map(|name| Class::of_name(name)).collect()
    }

    /// Returns the outputs, and whether they are assumed.
    fn outputs(classes: &[&str], labels: &[&str]) -> (Vec<usize>, bool) {
        let labels: Vec<String> = labels.iter().map(|l| (*l).to_owned()).collect();
        let found = assign(&own(classes), &labels).unwrap();
        (found.outputs, found.assumed.is_some())
    }

    #[test]
    fn names_that_are_alike() {
        for (classes, labels, expected) in [
            (
                &["negative", "positive"][..],
                &["POSITIVE", "NEGATIVE"][..],
                &[1, 0][..],
            ),
            (&["0", "1"], &["LABEL_1", "LABEL_0"], &[1, 0]),
            (&["0", "1"], &["1", "0"], &[1, 0]),
            (&["not-a", "a"], &["A", "NOT A"], &[1, 0]),
            // Equal text takes precedence over likeness.
            (&["Yes", "yes"], &["yes", "Yes"], &[1, 0]),
            (
                &["LABEL_1", "LABEL_10", "LABEL_2"],
                &["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_10"],
                &[1, 3, 2],
            ),
            (&["b"], &["a", "b", "c"], &[1]),
        ] {
            assert_eq!(
                outputs(classes, labels),
                (expected.to_vec(), false),
                "{classes:?}"
            );
        }
    }

    #[test]
    fn what_is_assumed_without_names() {
        for (classes, labels, expected) in [
            (
                &["cat", "dog"][..],
                &["LABEL_0", "LABEL_1"][..],
                &[0, 1][..],
            ),
            (&["cat", "dog"], &["x", "y", "z"], &[0, 1]),
            // Classes that are whole numbers are outputs if all of them can be; else they take the outputs in order.
            (&["0", "2"], &["x", "y", "z"], &[0, 2]),
            (
                &["1", "2", "3"],
                &["LABEL_0", "LABEL_1", "LABEL_2"],
                &[0, 1, 2],
            ),
            // A class that a label names keeps that output.
            (&["a", "b", "c"], &["c", "x", "a"], &[2, 1, 0]),
            // Labels with the same name decide nothing.
            (&["neg", "pos"], &["POS", "pos"], &[0, 1]),
            (&["Yes", "yes"], &["no", "YES"], &[0, 1]),
            // A label that is a number names a class, unless it is the number of its own output.
            (&["0", "2"], &["a", "b", "0"], &[2, 0]),
            (&["1", "2", "3"], &["0", "1", "2"], &[0, 1, 2]),
            (&["LABEL_1", "x"], &["LABEL_0", "LABEL_1"], &[1, 0]),
        ] {
            assert_eq!(
                outputs(classes, labels),
                (expected.to_vec(), true),
                "{classes:?}"
            );
        }
    }

    #[test]
    fn more_classes_than_labels_are_refused() {
        let error = assign(&own(&["a", "b"]), &["b".to_owned()]).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("a, b") && message.contains(": b"),
            "{message}"
        );
    }
}
