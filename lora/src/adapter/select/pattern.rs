//! Regular expressions on the paths of modules, as Python's `re` matches them. PEFT puts groups around a pattern, and
//! the pattern may refer back to these groups.

use fancy_regex::Regex;

use crate::adapter::folder::invalid;
use crate::error::Error;

/// Compiles a pattern for whole paths: it matches what `re.fullmatch` accepts.
pub(in crate::adapter) fn full_match(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!("^(?:{pattern})$"))
}

/// Compiles a key of `rank_pattern` or `alpha_pattern`: it matches a path that ends in the key, after a dot or from the
/// start.
pub(in crate::adapter) fn ends_in(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:(.*\.)?({pattern})$)"))
}

/// Compiles an entry of `modules_to_save`: it matches the path of the module and of everything inside the module.
pub(in crate::adapter) fn is_or_is_in(key: &str, pattern: &str) -> Result<Regex, Error> {
    compile(key, pattern, &format!(r"^(?:(^|.*\.){pattern}($|\..*))"))
}

/// Compiles a pattern whose group `idx` is the first numbered part of a path after a part that matches `pattern`.
pub(in crate::adapter) fn layer_index(key: &str, pattern: &str) -> Result<Regex, Error> {
    let whole = format!(r"^(?:(?:^|.*?\.){pattern}\.(?P<idx>\d+)\.)");
    compile(key, pattern, &whole)
}

/// Compiles a pattern whose group `idx` is the first numbered part of a path after any part except the first.
pub(in crate::adapter) fn any_layer_index(key: &str) -> Result<Regex, Error> {
    compile(key, "", r"^.*?\.[^.]*\.(?P<idx>\d+)\.")
}

/// Returns whether a path matches the pattern of a key; an error if the decision takes too long.
pub(in crate::adapter) fn is_match(key: &str, regex: &Regex, path: &str) -> Result<bool, Error> {
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
