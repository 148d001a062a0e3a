//! Python's `re` on the paths of modules, with the groups that PEFT puts around a pattern, which may refer back to them.

use fancy_regex::Regex;

use super::folder::invalid;
use crate::error::Error;

/// A whole path: what `re.fullmatch` accepts.
pub(super) fn full_match(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!("^(?:{pattern})$"))
}

/// A key of `rank_pattern` or `alpha_pattern`: matches a path that ends in it, after a dot or from the start.
pub(super) fn ends_in(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:(.*\.)?({pattern})$)"))
}

/// An entry of `modules_to_save`: matches the path of the module and of everything in it.
pub(super) fn is_or_is_in(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:(^|.*\.){pattern}($|\..*))"))
}

/// Finds the first numbered part of a path after a part that matches `pattern`: the group `idx`.
pub(super) fn layer_index(key: &str, pattern: &str) -> Result<Regex, Error> {
    let whole = format!(r"^(?:(?:^|.*?\.){pattern}\.(?P<idx>\d+)\.)");
    compile(key, pattern, &whole)
}

/// Finds the first numbered part of a path after any part but the first: the group `idx`.
pub(super) fn any_layer_index(key: &str) -> Result<Regex, Error> {
    compile(key, "", r"^.*?\.[^.]*\.(?P<idx>\d+)\.")
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
