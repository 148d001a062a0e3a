use fancy_regex::Regex;

use super::folder::invalid;
use crate::error::Error;

/// A regular expression of Python's `re`, anchored at both ends: what `re.fullmatch` accepts.
pub(super) fn full_match(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!("^(?:{pattern})$"))
}

/// A pattern of `rank_pattern` or `alpha_pattern`: matches a path that ends in it, after a dot or from the start.
pub(super) fn ends_in(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:.*\.)?(?:{pattern})$"))
}

/// Finds the first numbered part of a path after a part that matches `pattern`.
pub(super) fn layer_index(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:.*?\.)?(?:{pattern})\.(\d+)\."))
}

/// Whether a path matches the pattern of a key; one that takes too long to decide is an error.
pub(super) fn is_match(key: &str, regex: &Regex, path: &str) -> Result<bool, Error> {
    regex
        .is_match(path)
        .map_err(|e| invalid(key, format!("cannot be matched: {e}")))
}

fn compile(key: &str, pattern: &str, whole: &str) -> Result<Regex, Error> {
    Regex::new(whole).map_err(|e| {
        invalid(
            key,
            format!("= \"{pattern}\" is no regular expression: {e}"),
        )
    })
}
