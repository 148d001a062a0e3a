use std::collections::HashSet;

use fancy_regex::Regex;

use super::modules::Module;
use super::pattern::{any_layer_index, full_match, is_match, is_or_is_in, layer_index};
use crate::adapter::config::task;
use crate::adapter::folder::invalid;
use crate::adapter::{LoraConfig, Modules, OneOrMany};
use crate::error::Error;

/// The modules that PEFT adapts in BERT and RoBERTa if `target_modules` is missing.
const DEFAULT_TARGETS: [&str; 2] = ["query", "value"];

/// PEFT's rule that decides whether a module is adapted, compiled.
pub(in crate::adapter) struct Rule<'a> {
    targets: Matcher<'a>,
    exclude: Option<Matcher<'a>>,
    /// Matches the modules that are saved whole and are therefore never adapted.
    saved: Vec<Regex>,
    layers: Option<(&'a [usize], Vec<Regex>)>,
}

enum Matcher<'a> {
    /// PEFT's shorthand for every linear map.
    AllLinear,
    /// Whole paths, or the ends of paths after a dot.
    Names(HashSet<&'a str>),
    /// Whole paths that match the regular expression of this key.
    Pattern(&'static str, Regex),
}

impl<'a> Rule<'a> {
    pub(in crate::adapter) fn new(config: &'a LoraConfig) -> Result<Self, Error> {
        let targets = match &config.target_modules {
            None => Matcher::Names(DEFAULT_TARGETS.into()),
            Some(Modules::Pattern(all)) if all.eq_ignore_ascii_case("all-linear") => {
                Matcher::AllLinear
            }
            Some(modules) => Matcher::new("target_modules", modules)?,
        };
        let layers = config.layers_to_transform.as_ref();
        let layers_asked = layers.map_or(&[][..], OneOrMany::as_slice);
        let patterns = config.layers_pattern.as_ref();
        let patterns = patterns.map_or(&[][..], OneOrMany::as_slice);
        // A single empty string is PEFT's way to leave the key out; a list that contains one is not.
        let patterns = match &config.layers_pattern {
            Some(OneOrMany::One(text)) if text.is_empty() => &[][..],
            _ => patterns,
        };
        if matches!(config.target_modules, Some(Modules::Pattern(_))) {
            let problem = "cannot be used where target_modules is a regular expression";
            if !layers_asked.is_empty() {
                return Err(invalid("layers_to_transform", problem));
            }
            if !patterns.is_empty() {
                return Err(invalid("layers_pattern", problem));
            }
        }
        if layers.is_none() && !patterns.is_empty() {
            return Err(invalid("layers_pattern", "needs layers_to_transform"));
        }
        let patterns = match patterns {
            [] => vec![any_layer_index("layers_pattern")?],
            patterns => patterns
                .iter()
                .map(|pattern| layer_index("layers_pattern", pattern))
                .collect::<Result<_, _>>()?,
        };
        let saved = config.modules_to_save.iter().flatten();
        let saved = saved
            .map(String::as_str)
            .chain(task::saved_modules(config).iter().copied());
        Ok(Self {
            targets,
            exclude: config
                .exclude_modules
                .as_ref()
                .filter(|modules| !modules.is_empty())
                .map(|modules| Matcher::new("exclude_modules", modules))
                .transpose()?,
            saved: saved
                .map(|module| is_or_is_in("modules_to_save", module))
                .collect::<Result<_, _>>()?,
            layers: (!layers_asked.is_empty()).then_some((layers_asked, patterns)),
        })
    }

    /// Returns whether `exclude_modules` contains anything.
    pub(in crate::adapter) fn has_exclusions(&self) -> bool {
        self.exclude.is_some()
    }

    /// Returns whether `exclude_modules` keeps a module from being adapted.
    pub(in crate::adapter) fn excludes(&self, module: &Module) -> Result<bool, Error> {
        match &self.exclude {
            Some(exclude) => exclude.matches(module),
            None => Ok(false),
        }
    }

    pub(in crate::adapter) fn includes(&self, module: &Module) -> Result<bool, Error> {
        if self.excludes(module)? {
            return Ok(false);
        }
        for saved in &self.saved {
            if is_match("modules_to_save", saved, &module.path)? {
                return Ok(false);
            }
        }
        // A module that the list names by its whole path is adapted whatever its layer.
        if let Matcher::Names(names) = &self.targets
            && names.contains(module.path.as_str())
        {
            return Ok(true);
        }
        Ok(self.targets.matches(module)? && self.has_layer(&module.path)?)
    }

    fn has_layer(&self, path: &str) -> Result<bool, Error> {
        let Some((layers, patterns)) = &self.layers else {
            return Ok(true);
        };
        for pattern in patterns {
            let found = pattern
                .captures(path)
                .map_err(|e| invalid("layers_pattern", format!("cannot be matched: {e}")))?;
            if let Some(found) = found {
                return Ok(found
                    .name("idx")
                    .and_then(|index| index.as_str().parse().ok())
                    .is_some_and(|i| layers.contains(&i)));
            }
        }
        Ok(false)
    }
}

impl<'a> Matcher<'a> {
    fn new(key: &'static str, modules: &'a Modules) -> Result<Self, Error> {
        match modules {
            Modules::Names(names) => Ok(Matcher::Names(names.iter().map(String::as_str).collect())),
            Modules::Pattern(pattern) => Ok(Matcher::Pattern(key, full_match(key, pattern)?)),
        }
    }

    fn matches(&self, module: &Module) -> Result<bool, Error> {
        match self {
            Matcher::AllLinear => Ok(module.role.is_linear()),
            Matcher::Names(names) => Ok(ends(&module.path).any(|end| names.contains(end))),
            Matcher::Pattern(key, pattern) => is_match(key, pattern, &module.path),
        }
    }
}

/// Returns the names by which a list may refer to a module: its path, and what follows each dot of the path.
pub(in crate::adapter) fn ends(path: &str) -> impl Iterator<Item = &str> {
    let after_dots = path
        .match_indices('.')
        .filter_map(|(dot, _)| path.get(dot + 1..));
    std::iter::once(path).chain(after_dots)
}
