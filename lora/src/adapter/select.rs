use super::modules::{Place, adaptable, modules};
use super::overrides::Overrides;
use super::rule::{Rule, is_or_ends_in};
use super::{LoraConfig, Modules, Naming, Target};
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
    pub(super) fn targets_and_naming(
        &self,
        config: &EncoderConfig,
    ) -> Result<(Vec<Target>, Naming), Error> {
        let order = match self.task_type.as_deref() {
            Some("FEATURE_EXTRACTION") => [Naming::Bare, Naming::Prefixed],
            _ => [Naming::Prefixed, Naming::Bare],
        };
        let [first, second] = order.map(|naming| Ok((self.targets_named(config, naming)?, naming)));
        match first {
            Err(Error::MatchesNothing { .. } | Error::NothingSelected { .. }) if second.is_ok() => {
                second
            }
            first => first,
        }
    }

    pub(super) fn targets_named(
        &self,
        config: &EncoderConfig,
        naming: Naming,
    ) -> Result<Vec<Target>, Error> {
        let rule = Rule::new(self, config)?;
        let modules = modules(config, naming);
        self.check_entries(config, &modules)?;
        let mut places = Vec::new();
        for (path, place) in &modules {
            if rule.includes(path)? {
                let not_adaptable = || Error::NotAdaptable {
                    module: path.clone(),
                    adaptable: adaptable(),
                };
                places.push((place.ok_or_else(not_adaptable)?, path));
            }
        }
        if places.is_empty() {
            return Err(Error::NothingSelected {
                reason: self.what_rules_all_out(),
            });
        }
        places.sort_unstable();
        let (ranks, alphas) = (
            Overrides::new("rank_pattern", &self.rank_pattern)?,
            Overrides::new("alpha_pattern", &self.alpha_pattern)?,
        );
        let targets = places.iter().map(|&((layer, projection), path)| {
            let rank = ranks.of(path)?.unwrap_or(self.rank);
            let alpha = alphas.of(path)?.unwrap_or(self.alpha);
            let scaling = alpha
                / if self.use_rslora {
                    (rank as f64).sqrt()
                } else {
                    rank as f64
                };
            Ok(Target {
                layer,
                projection,
                rank,
                alpha,
                scaling,
            })
        });
        let targets = targets.collect::<Result<Vec<_>, Error>>()?;
        let paths: Vec<&str> = places.iter().map(|(_, path)| path.as_str()).collect();
        ranks.all_used(&paths)?;
        alphas.all_used(&paths)?;
        Ok(targets)
    }

    /// Every entry of a list has to name a module, whatever its layer.
    fn check_entries(
        &self,
        config: &EncoderConfig,
        modules: &[(String, Option<Place>)],
    ) -> Result<(), Error> {
        let Some(Modules::Names(entries)) = &self.target_modules else {
            return Ok(());
        };
        match entries
            .iter()
            .find(|entry| !modules.iter().any(|(path, _)| is_or_ends_in(path, entry)))
        {
            None => Ok(()),
            Some(entry) => match layer_in(entry).filter(|&index| index >= config.layers) {
                Some(index) => Err(Error::LayerOutOfRange {
                    index,
                    layers: config.layers,
                }),
                None => Err(Error::MatchesNothing {
                    entry: entry.clone(),
                    adaptable: adaptable(),
                }),
            },
        }
    }

    fn what_rules_all_out(&self) -> String {
        match &self.target_modules {
            Some(Modules::Pattern(pattern)) => {
                format!("no module's whole path matches target_modules = \"{pattern}\"")
            }
            Some(Modules::Names(names)) if names.is_empty() => "target_modules is empty".into(),
            _ if self.exclude_modules.is_some() => {
                "exclude_modules and layers_to_transform leave none".into()
            }
            _ => "layers_to_transform and layers_pattern leave none".into(),
        }
    }
}

/// The layer that an entry names, as in `encoder.layer.7.output.dense`.
fn layer_in(entry: &str) -> Option<usize> {
    let mut parts = entry.split('.').skip_while(|&part| part != "layer");
    parts.next()?;
    parts.next()?.parse().ok()
}
