//! Tasks of a user's own files: the columns, and the classes found among the labels.

use std::collections::BTreeMap;

use super::Target;
use super::name::Name;

/// The largest number of different labels that are taken for classes.
pub(crate) const MOST_CLASSES: usize = 100;

/// The columns of a user's own file.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) text: Vec<String>,
    pub(crate) label: String,
    pub(crate) regression: bool,
}

/// The classes found among labels, with the number of rows of each.
#[derive(Debug)]
pub(crate) struct Classes(BTreeMap<Name, usize>);

impl Classes {
    /// Returns the classes among `labels`.
    pub(crate) fn among<'a>(labels: impl IntoIterator<Item = &'a str>) -> Self {
        let mut rows = BTreeMap::new();
        for label in labels {
            *rows.entry(Name::of(label)).or_default() += 1;
        }
        Self(rows)
    }

    pub(crate) fn target(&self) -> Target {
        Target::Classes(self.0.keys().map(Name::plain).collect())
    }

    /// Returns the groups of classes that differ only in case, each as a list of names with their numbers of rows.
    pub(crate) fn alike(&self) -> Vec<String> {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, rows) in &self.0 {
            if let Name::Word(word) = name {
                let group = groups.entry(word.to_lowercase()).or_default();
                group.push(format!("`{word}` (rows: {rows})"));
            }
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .map(|group| group.join(" and "))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(labels: &[&str]) -> Vec<String> {
        match Classes::among(labels.iter().copied()).target() {
            Target::Classes(names) => names,
            Target::Score => unreachable!("classes were asked for"),
        }
    }

    #[test]
    fn numbers_by_value_and_words_by_bytes() {
        assert_eq!(names(&["10", "2", "-1", "2"]), ["-1", "2", "10"]);
        assert_eq!(names(&["spam", "ham", "10"]), ["10", "ham", "spam"]);
        assert_eq!(
            names(&["1", "0.0", "1.0", "0", "-0", "01", "1e0"]),
            ["0", "1"]
        );
        assert_eq!(
            names(&["nan", "inf", "1.5", "1.50", "infinity"]),
            ["1.5", "inf", "infinity", "nan"]
        );
    }

    #[test]
    fn words_that_differ_in_case_are_named() {
        let labels = ["true", "True", "yes", "true", "no", "NO", "No"];
        let alike = Classes::among(labels).alike();
        let expected = [
            "`NO` (rows: 1) and `No` (rows: 1) and `no` (rows: 1)",
            "`True` (rows: 1) and `true` (rows: 2)",
        ];
        assert_eq!(alike, expected);
        assert!(Classes::among(["a", "b", "1", "1.0"]).alike().is_empty());
    }
}
