use fancy_regex::Regex;
use indexmap::IndexMap;

use super::pattern::{ends_in, is_match};
use crate::adapter::folder::invalid;
use crate::error::Error;

/// The values of `rank_pattern` or `alpha_pattern`. A path takes the value of the first key, in the file's order, that
/// it ends in.
pub(in crate::adapter) struct Overrides<'a, T> {
    key: &'static str,
    patterns: Vec<(&'a str, Regex, T)>,
}

impl<'a, T: Copy> Overrides<'a, T> {
    pub(in crate::adapter) fn new(
        key: &'static str,
        patterns: &'a IndexMap<String, T>,
    ) -> Result<Self, Error> {
        let compile = |(pattern, &value): (&'a String, &T)| {
            Ok((pattern.as_str(), ends_in(key, pattern)?, value))
        };
        let patterns = patterns.iter().map(compile).collect::<Result<_, Error>>()?;
        Ok(Self { key, patterns })
    }

    pub(in crate::adapter) fn of(&self, path: &str) -> Result<Option<T>, Error> {
        for (_, regex, value) in &self.patterns {
            if is_match(self.key, regex, path)? {
                return Ok(Some(*value));
            }
        }
        Ok(None)
    }

    /// Returns an error for every key that matches none of the paths; such a key is often misspelt.
    pub(in crate::adapter) fn unused(&self, paths: &[&str]) -> Result<Vec<Error>, Error> {
        let mut unused = Vec::new();
        for (pattern, regex, _) in &self.patterns {
            let mut used = false;
            for path in paths {
                used |= is_match(self.key, regex, path)?;
            }
            if !used {
                let problem = format!("has \"{pattern}\", which no adapted module's path ends in");
                unused.push(invalid(self.key, problem));
            }
        }
        Ok(unused)
    }
}
