//! Decides when two spellings name the same class.

use super::number::Number;

/// The name of a class. Equal names are one class, and classes are numbered in the order of their names.
///
/// Numbers come first and are compared by value; words are compared by their bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Number(Number),
    Word(String),
}

impl Name {
    /// Returns the name that a label cell contains.
    pub(crate) fn of(label: &str) -> Self {
        let label = label.trim();
        match Number::parse(label) {
            Some(number) => Self::Number(number),
            None => Self::Word(label.to_owned()),
        }
    }

    /// Returns the form in which a model's label and a class are compared: letter case is ignored, `_`, `-` and
    /// blanks are the same, and `LABEL_7`, the label of a model without class names, is the number 7.
    pub(crate) fn likeness(label: &str) -> Self {
        match Self::of(label) {
            Self::Word(word) => {
                let parts = word.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-'));
                let parts: Vec<String> = parts
                    .filter(|part| !part.is_empty())
                    .map(str::to_lowercase)
                    .collect();
                match parts.as_slice() {
                    [label, number] if label == "label" && is_index(number) => Self::of(number),
                    _ => Self::Word(parts.join(" ")),
                }
            }
            number => number,
        }
    }

    /// Returns the name as an index, if it is a whole number that is not negative.
    pub(crate) fn index(&self) -> Option<usize> {
        match self {
            Self::Number(number) => number.index(),
            Self::Word(_) => None,
        }
    }

    /// Returns the text of the name: a number in its plainest spelling, a word as it is.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Number(number) => number.plain(),
            Self::Word(word) => word.clone(),
        }
    }
}

/// Returns whether the label of an output is only a number and names no class: `LABEL_7` for any output, and `7` for
/// output 7.
pub(crate) fn is_placeholder(label: &str, output: usize) -> bool {
    let number = Name::likeness(label).index();
    match Name::of(label) {
        Name::Number(_) => number == Some(output),
        Name::Word(_) => number.is_some(),
    }
}

fn is_index(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_value_and_words_by_bytes() {
        assert_eq!(Name::of("1.0"), Name::of(" 01 "));
        assert_ne!(Name::of("true"), Name::of("True"));
        let mut names = ["b", "10", "Z", "9", "-1", "nan", "1e0"].map(Name::of);
        names.sort();
        let plain: Vec<String> = names.iter().map(Name::plain).collect();
        assert_eq!(plain, ["-1", "1", "9", "10", "Z", "b", "nan"]);
    }

    #[test]
    fn likeness_looks_past_case_and_joints() {
        for (a, b) in [
            ("Not_Entailment", "not entailment"),
            ("NOT-equivalent", "not_equivalent"),
            ("LABEL_7", "7.0"),
            ("label 07", "label_7"),
            ("-1", "-1.0"),
        ] {
            assert_eq!(Name::likeness(a), Name::likeness(b), "{a} {b}");
        }
        assert_ne!(
            Name::likeness("entailment"),
            Name::likeness("not_entailment")
        );
        assert_ne!(Name::likeness("LABEL_x"), Name::likeness("x"));
        assert!(
            is_placeholder("LABEL_0", 3)
                && is_placeholder("Label-12", 12)
                && is_placeholder("7", 7)
        );
        assert!(
            !is_placeholder("0", 3) && !is_placeholder("label", 0) && !is_placeholder("LABEL_x", 0)
        );
    }
}
