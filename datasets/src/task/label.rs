//! Labels, and how a cell of the label column is read.

use serde::{Deserialize, Serialize};

use super::name::Name;

/// The label of one example.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// A class, as an index into the task's classes.
    Class(usize),
    /// A score.
    Score(f64),
}

impl Label {
    /// Returns the class, or `None` for a score.
    pub fn class(self) -> Option<usize> {
        match self {
            Self::Class(class) => Some(class),
            Self::Score(_) => None,
        }
    }

    /// Returns the score, or the number of the class.
    pub fn value(self) -> f64 {
        match self {
            Self::Class(class) => class as f64,
            Self::Score(score) => score,
        }
    }
}

/// How a published file writes its labels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// The spellings of each class.
    Classes(&'static [&'static [&'static str]]),
    /// One to five stars, written as the numbers from `first` on. Fewer than 3 stars are class 0, the others class 1.
    Stars { first: f64 },
    /// A number in this range.
    Score { min: f64, max: f64 },
}

/// The meaning of a cell of the label column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    Label(Label),
    /// The row is marked as having no label.
    Unlabelled,
    OutOfRange,
}

impl Rule {
    pub(crate) fn read(self, cell: &str) -> Reading {
        let found = match self {
            Self::Classes(spellings) => {
                let found = Name::of(cell);
                // MNLI marks rows without a majority label with `-`; the hub's test rows have -1.
                if cell == "-" || found == Name::of("-1") {
                    return Reading::Unlabelled;
                }
                let is_it =
                    |name: &&str| name.eq_ignore_ascii_case(cell) || Name::of(name) == found;
                let class = spellings.iter().position(|names| names.iter().any(is_it));
                class.map(Label::Class)
            }
            Self::Stars { first } => {
                let number = cell.strip_prefix("Review Stars:").unwrap_or(cell).trim();
                let stars = number.parse::<f64>().ok().map(|n| n - first + 1.0);
                stars
                    .filter(|s| (1.0..=5.0).contains(s))
                    .map(|s| Label::Class(usize::from(s >= 3.0)))
            }
            Self::Score { min, max } => cell
                .parse()
                .ok()
                .filter(|score| (min..=max).contains(score))
                .map(Label::Score),
        };
        found.map_or(Reading::OutOfRange, Reading::Label)
    }

    /// Returns a description of the valid labels, for an error.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Classes(spellings) => {
                let all: Vec<_> = spellings.iter().map(|names| names.join(" or ")).collect();
                all.join(", ")
            }
            Self::Stars { first } => format!("{first} to {}", first + 4.0),
            Self::Score { min, max } => format!("a number from {min} to {max}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_three_stars_are_class_zero() {
        let words = Rule::Stars { first: 1.0 };
        assert_eq!(
            words.read("Review Stars: 2.0"),
            Reading::Label(Label::Class(0))
        );
        assert_eq!(
            words.read("Review Stars: 3.0"),
            Reading::Label(Label::Class(1))
        );
        assert_eq!(words.read("0"), Reading::OutOfRange);
        let zero_based = Rule::Stars { first: 0.0 };
        assert_eq!(zero_based.read("1"), Reading::Label(Label::Class(0)));
        assert_eq!(zero_based.read("2"), Reading::Label(Label::Class(1)));
        assert_eq!(zero_based.read("5"), Reading::OutOfRange);
        assert_eq!(zero_based.expected(), "0 to 4");
    }

    #[test]
    fn classes_by_word_or_number() {
        let rule = Rule::Classes(&[&["entailment", "0"], &["not_entailment", "1"]]);
        assert_eq!(rule.read("not_entailment"), Reading::Label(Label::Class(1)));
        assert_eq!(rule.read("0"), Reading::Label(Label::Class(0)));
        // A column that once held missing labels has been turned into floats by its writer.
        assert_eq!(rule.read("1.0"), Reading::Label(Label::Class(1)));
        assert_eq!(rule.read("01"), Reading::Label(Label::Class(1)));
        for unlabelled in ["-", "-1", "-1.0"] {
            assert_eq!(rule.read(unlabelled), Reading::Unlabelled);
        }
        assert_eq!(rule.read("2"), Reading::OutOfRange);
        assert_eq!(rule.expected(), "entailment or 0, not_entailment or 1");
    }

    #[test]
    fn scores_must_be_numbers_in_range() {
        let rule = Rule::Score { min: 0.0, max: 5.0 };
        assert_eq!(rule.read("3.80"), Reading::Label(Label::Score(3.8)));
        for bad in ["5.1", "NaN", "", "high"] {
            assert_eq!(rule.read(bad), Reading::OutOfRange, "{bad}");
        }
    }
}
