use super::modules::Module;
use crate::adapter::LoraConfig;
use crate::adapter::config::supported::unsupported;
use crate::adapter::config::task::HEADS;
use crate::error::Error;

/// The parts of a model that an adapter says it saves whole: `modules_to_save`.
#[derive(Debug, Default)]
pub(in crate::adapter) struct Saved {
    pub head: bool,
    pub pooler: bool,
    /// The entries that match no module of this model.
    pub ignored: Vec<String>,
}

impl Saved {
    /// Applies PEFT's rule: a module is saved whole if its path ends in an entry, with or without a dot before the
    /// entry.
    pub(in crate::adapter) fn new(config: &LoraConfig, modules: &[Module]) -> Result<Self, Error> {
        let mut saved = Self::default();
        for entry in config.modules_to_save.iter().flatten() {
            let mut found = modules
                .iter()
                .filter(|module| module.path.ends_with(entry.as_str()))
                .peekable();
            if *entry == HEADS[0] {
                saved.head = true;
            } else if found.peek().is_none() {
                if !HEADS.contains(&entry.as_str()) {
                    saved.ignored.push(entry.clone());
                }
            } else if found.all(|module| module.role.is_of_pooler()) {
                saved.pooler = true;
            } else {
                return Err(unsupported(
                    "modules_to_save",
                    &entry.as_str().into(),
                    "only the head, \"classifier\", and the pooler, \"pooler\", are",
                ));
            }
        }
        Ok(saved)
    }
}
