//! Which modules of an encoder an adapter adapts, by PEFT's rules.

pub(in crate::adapter) mod modules;
mod overrides;
mod pattern;
mod place;
mod projection;
mod rule;
mod saved;
mod target;

pub use place::Place;
pub use projection::Projection;
pub(in crate::adapter) use saved::Saved;
pub use target::{Naming, Target};

use std::collections::HashSet;

use crate::adapter::config::task;
use crate::adapter::folder::invalid;
use crate::adapter::{LoraConfig, Modules, OneOrMany};
use crate::config::EncoderConfig;
use crate::error::Error;
use modules::{Module, Role, adaptable, modules};
use overrides::Overrides;
use rule::{Rule, ends};

/// The modules that a configuration selects in an encoder, by PEFT's rules.
pub(in crate::adapter) struct Selection {
    /// The adapted modules, sorted by position.
    pub targets: Vec<Target>,
    /// The naming under which the modules were found.
    pub naming: Naming,
    /// The paths of selected modules that no classification head reads.
    pub unread: Vec<String>,
    /// The parts that the adapter saves whole.
    pub saved: Saved,
    /// The settings that fit nothing in the model and that PEFT ignores: an error if a new adapter is asked for, a
    /// warning if an adapter is loaded.
    pub unfit: Vec<Error>,
    /// Whether `exclude_modules` is set but excludes no module of the model.
    pub excludes_nothing: bool,
}

impl LoraConfig {
    /// Returns the modules of an encoder that this configuration adapts, sorted by layer and path. PEFT's rules choose
    /// them: by suffix, full path or regular expression, without the excluded modules and those in other layers.
    ///
    /// PEFT only requires that something matches. Here every entry of a list, every layer and every key of a pattern
    /// must match. [`Adapter::load`](crate::adapter::Adapter::load) is as lenient as PEFT, with a warning.
    ///
    /// # Errors
    /// An entry matches no module, or a module that cannot be adapted here (an embedding, the classification head); a
    /// layer is out of range; nothing is selected; a regular expression is malformed; a part that is saved whole is
    /// neither the head nor the pooler.
    pub fn targets(&self, config: &EncoderConfig) -> Result<Vec<Target>, Error> {
        Ok(self.strict_selection(config)?.targets)
    }

    /// Returns the selection, or an error if a setting does not fit the model. The likelier naming for the task is
    /// used, or the other one if the names match only there.
    pub(in crate::adapter) fn strict_selection(
        &self,
        config: &EncoderConfig,
    ) -> Result<Selection, Error> {
        let strict = |naming| {
            let mut selection = self.selection(config, naming)?;
            match selection.unfit.is_empty() {
                true => Ok(selection),
                false => Err(selection.unfit.swap_remove(0)),
            }
        };
        let [first, second] = task::namings(self);
        match strict(first) {
            Err(error @ (Error::MatchesNothing { .. } | Error::NothingSelected { .. })) => {
                strict(second).map_err(|_| error)
            }
            first => first,
        }
    }

    /// Returns the selection that PEFT makes in a model with these names.
    pub(in crate::adapter) fn selection(
        &self,
        config: &EncoderConfig,
        naming: Naming,
    ) -> Result<Selection, Error> {
        let rule = Rule::new(self)?;
        let modules = modules(config, naming);
        let saved = Saved::new(self, &modules)?;
        let mut unfit = self.unfit_entries(config, &modules);
        let (mut selected, mut unread, mut excluded) = (Vec::new(), Vec::new(), false);
        for module in &modules {
            excluded |= rule.excludes(module)?;
            if !rule.includes(module)? {
                continue;
            }
            match module.role {
                Role::Adaptable(place) => selected.push((place, module.path.as_str())),
                Role::Unread => unread.push(module.path.clone()),
                Role::Head | Role::Pooler | Role::Other => {
                    return Err(Error::NotAdaptable {
                        module: module.path.clone(),
                        adaptable: adaptable(),
                    });
                }
            }
        }
        if selected.is_empty() {
            let nothing = || Error::NothingSelected {
                reason: self.what_rules_all_out(),
            };
            return Err(unfit.drain(..).next().unwrap_or_else(nothing));
        }
        selected.sort_unstable();
        let (ranks, alphas) = (
            Overrides::new("rank_pattern", &self.rank_pattern)?,
            Overrides::new("alpha_pattern", &self.alpha_pattern)?,
        );
        let targets = selected.iter().map(|&(place, path)| {
            let rank = ranks.of(path)?.unwrap_or(self.rank);
            let alpha = alphas.of(path)?.unwrap_or(self.alpha);
            let scaling = alpha
                / if self.use_rslora {
                    (rank as f64).sqrt()
                } else {
                    rank as f64
                };
            Ok(Target {
                place,
                rank,
                alpha,
                scaling,
            })
        });
        let targets = targets.collect::<Result<_, Error>>()?;
        let paths: Vec<&str> = selected.iter().map(|&(_, path)| path).collect();
        unfit.extend(ranks.unused(&paths)?);
        unfit.extend(alphas.unused(&paths)?);
        Ok(Selection {
            targets,
            naming,
            unread,
            saved,
            unfit,
            excludes_nothing: rule.has_exclusions() && !excluded,
        })
    }

    /// Returns an error for each layer that the model does not have, for each entry that names none of its modules in
    /// any layer, and for missing `target_modules`.
    fn unfit_entries(&self, config: &EncoderConfig, modules: &[Module]) -> Vec<Error> {
        let out_of_range = |index| Error::LayerOutOfRange {
            index,
            layers: config.layers,
        };
        let layers = self.layers_to_transform.as_ref();
        let layers = layers.map_or(&[][..], OneOrMany::as_slice).iter().copied();
        let mut unfit: Vec<Error> = layers
            .filter(|&index| index >= config.layers)
            .map(out_of_range)
            .collect();
        match &self.target_modules {
            None => unfit.push(invalid("target_modules", "is missing")),
            Some(Modules::Pattern(_)) => {}
            Some(Modules::Names(entries)) => {
                let names: HashSet<&str> = modules
                    .iter()
                    .flat_map(|module| ends(&module.path))
                    .collect();
                let others = entries
                    .iter()
                    .filter(|entry| !names.contains(entry.as_str()));
                unfit.extend(others.map(|entry| {
                    let layer = layer_in(entry).filter(|&index| index >= config.layers);
                    let matches_nothing = || Error::MatchesNothing {
                        entry: entry.clone(),
                        adaptable: adaptable(),
                    };
                    layer.map_or_else(matches_nothing, out_of_range)
                }));
            }
        }
        unfit
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

/// Returns the layer that an entry names, as in `encoder.layer.7.output.dense`.
fn layer_in(entry: &str) -> Option<usize> {
    let mut parts = entry.split('.').skip_while(|&part| part != "layer");
    parts.next()?;
    parts.next()?.parse().ok()
}
