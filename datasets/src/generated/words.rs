//! Sentences as lists of words, and their text.

/// Words and punctuation marks, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(pub(super) Vec<&'static str>);

/// A part of a sentence: words in one string, a list of words, or nothing.
pub(super) trait Part {
    fn append_to(self, words: &mut Vec<&'static str>);
}

impl Part for &'static str {
    fn append_to(self, words: &mut Vec<&'static str>) {
        words.extend(self.split_whitespace());
    }
}

impl Part for Words {
    fn append_to(self, words: &mut Vec<&'static str>) {
        words.extend(self.0);
    }
}

impl<P: Part> Part for Option<P> {
    fn append_to(self, words: &mut Vec<&'static str>) {
        if let Some(part) = self {
            part.append_to(words);
        }
    }
}

/// Joins parts to a list of words.
macro_rules! words {
    ($($part:expr),* $(,)?) => {{
        let mut list = Vec::new();
        $($crate::generated::words::Part::append_to($part, &mut list);)*
        $crate::generated::words::Words(list)
    }};
}
pub(super) use words;

impl Words {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the words as text: a capital letter at the beginning of each sentence, `an` instead of `a` where English
    /// needs it, and no space before punctuation.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut begins = true;
        for (i, &word) in self.0.iter().enumerate() {
            let next = self.0.get(i + 1);
            let word = if word == "a" && next.is_some_and(|next| takes_an(next)) {
                "an"
            } else {
                word
            };
            if i > 0 && !is_mark(word) {
                text.push(' ');
            }
            if begins {
                text.extend(word.chars().take(1).flat_map(char::to_uppercase));
                text.extend(word.chars().skip(1));
            } else {
                text.push_str(word);
            }
            begins = is_end(word);
        }
        text
    }
}

fn takes_an(word: &str) -> bool {
    word.starts_with(['a', 'e', 'i', 'o', 'u']) || word == "honest"
}

fn is_mark(word: &str) -> bool {
    matches!(word, "," | "." | "?")
}

fn is_end(word: &str) -> bool {
    matches!(word, "." | "?")
}

#[cfg(test)]
mod tests {
    #[test]
    fn written_as_english() {
        let clause = words![
            "it was a",
            Some("honest"),
            "friend , not",
            None::<&str>,
            "a",
            "thief ."
        ];
        let text = words![clause, "was it ?"].text();
        assert_eq!(text, "It was an honest friend, not a thief. Was it?");
    }
}
