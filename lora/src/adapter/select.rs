use fancy_regex::Regex;

use super::config::invalid;
use super::modules::{Place, adaptable, modules};
use super::pattern::{ends_in, full_match, is_match, layer_index};
use super::supported::HEADS;
use super::{LoraConfig, Modules, Naming, OneOrMany, Target};
use crate::config::EncoderConfig;
use crate::error::Error;

impl LoraConfig {
    /// The modules of an encoder that this configuration adapts, sorted by layer and path, chosen by PEFT's rules:
    /// by suffix, full path or regular expression, less the excluded ones and those of other layers.
    ///
    /// PEFT only asks that something matches; here every entry of a list has to.
    ///
    /// # Errors
    /// An entry that matches no module, or a module that has no adapter here (an embedding, the pooler); a layer out
    /// of range; nothing selected; a malformed regular expression.
    pub fn targets(&self, config: &EncoderConfig) -> Result<Vec<Target>, Error> {
        self.targets_and_naming(config).map(|(targets, _)| targets)
    }

    /// The same, with the names that the modules were found under: with the prefix, unless only a bare encoder has
    /// modules of these names.
    pub(super) fn targets_and_naming(&self, config: &EncoderConfig) -> Result<(Vec<Target>, Naming), Error> {
        let order = match self.task_type.as_deref() {
            Some("FEATURE_EXTRACTION") => [Naming::Bare, Naming::Prefixed],
            _ => [Naming::Prefixed, Naming::Bare],
        };
        let [first, second] = order.map(|naming| Ok((self.targets_named(config, naming)?, naming)));
        match first {
            Err(Error::MatchesNothing { .. } | Error::NothingSelected { .. }) if second.is_ok() => second,
            first => first,
        }
    }

    pub(super) fn targets_named(&self, config: &EncoderConfig, naming: Naming) -> Result<Vec<Target>, Error> {
        let selection = Selection::new(self, config)?;
        let modules = modules(config, naming);
        self.check_entries(config, &modules)?;
        let mut places = Vec::new();
        for (path, place) in &modules {
            if selection.includes(path)? {
                let not_adaptable = || Error::NotAdaptable { module: path.clone(), adaptable: adaptable() };
                places.push((place.ok_or_else(not_adaptable)?, path));
            }
        }
        if places.is_empty() {
            return Err(Error::NothingSelected { reason: self.what_rules_all_out() });
        }
        places.sort_unstable();
        let (ranks, alphas) = (Overrides::new(&self.rank_pattern)?, Overrides::new(&self.alpha_pattern)?);
        let targets = places.iter().map(|&((layer, projection), path)| {
            let rank = ranks.of(path)?.unwrap_or(self.rank);
            let alpha = alphas.of(path)?.unwrap_or(self.alpha);
            let scaling = alpha / if self.use_rslora { (rank as f64).sqrt() } else { rank as f64 };
            Ok(Target { layer, projection, rank, alpha, scaling })
        });
        let targets = targets.collect::<Result<Vec<_>, Error>>()?;
        let paths: Vec<&str> = places.iter().map(|(_, path)| path.as_str()).collect();
        ranks.all_used("rank_pattern", &paths)?;
        alphas.all_used("alpha_pattern", &paths)?;
        Ok(targets)
    }

    /// Every entry of a list has to name a module, whatever its layer.
    fn check_entries(&self, config: &EncoderConfig, modules: &[(String, Option<Place>)]) -> Result<(), Error> {
        let Some(Modules::Names(entries)) = &self.target_modules else {
            return Ok(());
        };
        match entries.iter().find(|entry| !modules.iter().any(|(path, _)| is_or_ends_in(path, entry))) {
            None => Ok(()),
            Some(entry) => match layer_in(entry).filter(|&index| index >= config.layers) {
                Some(index) => Err(Error::LayerOutOfRange { index, layers: config.layers }),
                None => Err(Error::MatchesNothing { entry: entry.clone(), adaptable: adaptable() }),
            },
        }
    }

    fn what_rules_all_out(&self) -> String {
        match &self.target_modules {
            Some(Modules::Pattern(pattern)) => format!("no module's whole path matches target_modules = \"{pattern}\""),
            Some(Modules::Names(names)) if names.is_empty() => "target_modules is empty".into(),
            _ if self.exclude_modules.is_some() => "exclude_modules and layers_to_transform leave none".into(),
            _ => "layers_to_transform and layers_pattern leave none".into(),
        }
    }
}

/// PEFT's rule for one module, compiled.
struct Selection<'a> {
    targets: Matcher<'a>,
    exclude: Option<Matcher<'a>>,
    /// Parts of a path whose modules are saved whole and so never adapted.
    saved: Vec<&'a str>,
    layers: Option<(&'a [usize], Vec<Regex>)>,
}

enum Matcher<'a> {
    Names(&'a [String]),
    Pattern(Regex),
}

impl<'a> Selection<'a> {
    fn new(config: &'a LoraConfig, encoder: &EncoderConfig) -> Result<Self, Error> {
        let targets = config.target_modules.as_ref().ok_or_else(|| invalid("target_modules", "is missing"))?;
        let layers = config.layers_to_transform.as_ref().map_or(&[][..], OneOrMany::as_slice);
        if let Some(&index) = layers.iter().find(|&&index| index >= encoder.layers) {
            return Err(Error::LayerOutOfRange { index, layers: encoder.layers });
        }
        let patterns = config.layers_pattern.as_ref().map_or(&[][..], OneOrMany::as_slice);
        if matches!(targets, Modules::Pattern(_)) && config.layers_to_transform.is_some() {
            return Err(invalid("layers_to_transform", "cannot be used where target_modules is a regular expression"));
        }
        if layers.is_empty() && !patterns.is_empty() {
            return Err(invalid("layers_pattern", "needs layers_to_transform"));
        }
        let any = ["[^.]*".to_string()];
        let patterns = if patterns.is_empty() { &any } else { patterns };
        let patterns = patterns.iter().map(|pattern| layer_index("layers_pattern", pattern)).collect::<Result<_, _>>()?;
        let mut saved: Vec<&str> = config.modules_to_save.iter().flatten().map(String::as_str).collect();
        if config.task_type.as_deref() == Some("SEQ_CLS") {
            saved.extend(HEADS);
        }
        Ok(Self {
            targets: Matcher::new("target_modules", targets)?,
            exclude: config.exclude_modules.as_ref().map(|m| Matcher::new("exclude_modules", m)).transpose()?,
            saved,
            layers: (!layers.is_empty()).then_some((layers, patterns)),
        })
    }

    fn includes(&self, path: &str) -> Result<bool, Error> {
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
            let found = pattern.captures(path).map_err(|e| invalid("layers_pattern", format!("cannot be matched: {e}")))?;
            if let Some(found) = found {
                return Ok(found.get(1).and_then(|index| index.as_str().parse().ok()).is_some_and(|i| layers.contains(&i)));
            }
        }
        Ok(false)
    }
}

impl<'a> Matcher<'a> {
    fn new(key: &str, modules: &'a Modules) -> Result<Self, Error> {
        match modules {
            Modules::Names(names) => Ok(Matcher::Names(names)),
            Modules::Pattern(pattern) => Ok(Matcher::Pattern(full_match(key, pattern)?)),
        }
    }

    fn matches(&self, path: &str) -> Result<bool, Error> {
        match self {
            Matcher::Names(names) => Ok(names.iter().any(|name| is_or_ends_in(path, name))),
            Matcher::Pattern(pattern) => is_match(pattern, path),
        }
    }
}

/// `rank_pattern` or `alpha_pattern`: the first key, in their order, that a path ends in.
struct Overrides<'a, T>(Vec<(&'a str, Regex, T)>);

impl<'a, T: Copy> Overrides<'a, T> {
    fn new(patterns: &'a std::collections::BTreeMap<String, T>) -> Result<Self, Error> {
        let compile = |(key, &value): (&'a String, &T)| Ok((key.as_str(), ends_in("rank_pattern", key)?, value));
        patterns.iter().map(compile).collect::<Result<_, Error>>().map(Self)
    }

    fn of(&self, path: &str) -> Result<Option<T>, Error> {
        for (_, regex, value) in &self.0 {
            if is_match(regex, path)? {
                return Ok(Some(*value));
            }
        }
        Ok(None)
    }

    fn all_used(&self, key: &str, paths: &[&str]) -> Result<(), Error> {
        for (pattern, regex, _) in &self.0 {
            if !paths.iter().any(|path| is_match(regex, path).unwrap_or(false)) {
                return Err(invalid(key, format!("has \"{pattern}\", which no adapted module's path ends in")));
            }
        }
        Ok(())
    }
}

fn is_or_ends_in(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The layer that an entry names, as in `encoder.layer.7.output.dense`.
fn layer_in(entry: &str) -> Option<usize> {
    let mut parts = entry.split('.').skip_while(|&part| part != "layer");
    parts.next()?;
    parts.next()?.parse().ok()
}
