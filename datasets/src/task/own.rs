//! A person's own files: which columns, and what the labels turn out to be.

use std::collections::BTreeSet;

use super::Target;

/// The most different labels that are taken for classes.
pub(crate) const MOST_CLASSES: usize = 100;

/// The columns of a person's own file.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) text: Vec<String>,
    pub(crate) label: String,
    pub(crate) regression: bool,
}

/// The classes among `labels`: integers by value, anything else by its bytes.
pub(crate) fn classes<'a>(labels: impl IntoIterator<Item = &'a str>) -> Target {
    let words: BTreeSet<&str> = labels.into_iter().collect();
    let mut words: Vec<&str> = words.into_iter().collect();
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
    if numbers.is_some() {
        words.sort_by_key(|word| word.parse::<i64>().unwrap_or_default());
    }
    Target::Classes(words.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(labels: &[&str]) -> Vec<String> {
        match classes(labels.iter().copied()) {
            Target::Classes(names) => names,
            Target::Score => unreachable!("classes were asked for"),
        }
    }

    #[test]
    fn integers_by_value_and_words_by_bytes() {
        assert_eq!(names(&["10", "2", "-1", "2"]), ["-1", "2", "10"]);
        assert_eq!(names(&["spam", "ham", "10"]), ["10", "ham", "spam"]);
    }
}
