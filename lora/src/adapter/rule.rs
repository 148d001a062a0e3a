use fancy_regex::Regex;

use super::folder::invalid;
use super::pattern::{full_match, is_match, layer_index};
use super::supported::HEADS;
use super::{LoraConfig, Modules, OneOrMany};
use crate::config::EncoderConfig;
use crate::error::Error;

/// PEFT's rule for one module, compiled.
pub(super) struct Rule<'a> {
    targets: Matcher<'a>,
    exclude: Option<Matcher<'a>>,
    /// Parts of a path whose modules are saved whole and so never adapted.
    saved: Vec<&'a str>,
    layers: Option<(&'a [usize], Vec<Regex>)>,
}

enum Matcher<'a> {
    Names(&'a [String]),
    Pattern(&'static str, Regex),
}

impl<'a> Rule<'a> {
    pub(super) fn new(config: &'a LoraConfig, encoder: &EncoderConfig) -> Result<Self, Error> {
        let targets = config
            .target_modules
            .as_ref()
            .ok_or_else(|| invalid("target_modules", "is missing"))?;
        let layers = config
            .layers_to_transform
            .as_ref()
            .map_or(&[][..], OneOrMany::as_slice);
        if let Some(&index) = layers.iter().find(|&&index| index >= encoder.layers) {
            return Err(Error::LayerOutOfRange {
                index,
                layers: encoder.layers,
            });
        }
        let patterns = config
            .layers_pattern
            .as_ref()
            .map_or(&[][..], OneOrMany::as_slice);
        if matches!(targets, Modules::Pattern(_)) && config.layers_to_transform.is_some() {
            return Err(invalid(
                "layers_to_transform",
                "cannot be used where target_modules is a regular expression",
            ));
        }
        if layers.is_empty() && !patterns.is_empty() {
            return Err(invalid("layers_pattern", "needs layers_to_transform"));
        }
        let any = ["[^.]*".to_string()];
        let patterns = if patterns.is_empty() { &any } else { patterns };
        let patterns = patterns
            .iter()
            .map(|pattern| layer_index("layers_pattern", pattern))
            .collect::<Result<_, _>>()?;
        let mut saved: Vec<&str> = config
            .modules_to_save
            .iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if config.task_type.as_deref() == Some("SEQ_CLS") {
            saved.extend(HEADS);
        }
        Ok(Self {
            targets: Matcher::new("target_modules", targets)?,
            exclude: config
                .exclude_modules
                .as_ref()
                .map(|m| Matcher::new("exclude_modules", m))
                .transpose()?,
            saved,
            layers: (!layers.is_empty()).then_some((layers, patterns)),
        })
    }

    pub(super) fn includes(&self, path: &str) -> Result<bool, Error> {
        if let Some(exclude) = &self.exclude
            && exclude.matches(path)?
        {
            return Ok(false);
        }
        if path.split('.').any(|part| self.saved.contains(&part)) {
            return Ok(false);
        }
        // A module that the list names by its whole path is adapted whatever its layer.
        if let Matcher::Names(names) = self.targets
            && names.iter().any(|name| name == path)
        {
            return Ok(true);
        }
        Ok(self.targets.matches(path)? && self.has_layer(path)?)
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
                    .get(1)
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
            Modules::Names(names) => Ok(Matcher::Names(names)),
            Modules::Pattern(pattern) => Ok(Matcher::Pattern(key, full_match(key, pattern)?)),
        }
    }

    fn matches(&self, path: &str) -> Result<bool, Error> {
        match self {
            Matcher::Names(names) => Ok(names.iter().any(|name| is_or_ends_in(path, name))),
            Matcher::Pattern(key, pattern) => is_match(key, pattern, path),
        }
    }
}

/// PEFT's test of a name in a list.
pub(super) fn is_or_ends_in(path: &str, name: &str) -> bool {
    path.strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}
