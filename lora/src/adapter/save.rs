use std::path::Path;

use super::config::task::HEADS;
use super::folder::{CONFIG_FILE, TENSORS_FILE};
use super::{Adapter, LoraConfig, keys};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{HeadSource, HeadWeights, write_file, write_safetensors};

/// The name of BERT's pooler in `modules_to_save`.
const POOLER: &str = "pooler";

impl Adapter {
    /// Writes `adapter_config.json` and `adapter_model.safetensors` into `dir`, as PEFT does; the folder is created if
    /// needed. If the adapter has a head or a pooler, the configuration lists it in `modules_to_save`.
    ///
    /// # Errors
    /// The folder cannot be created or written to; the disk is full.
    pub fn save(&self, dir: &Path, encoder: &EncoderConfig) -> Result<(), Error> {
        std::fs::create_dir_all(dir)
            .map_err(|e| Error::io(dir, "the folder to write to must be creatable", e))?;
        let mut tensors = Vec::new();
        for (target, factors) in self.targets.iter().zip(&self.factors) {
            let module = target.module(encoder, self.naming);
            let ((a, b), [key_a, key_b]) = (target.shapes(encoder), keys::factors(&module));
            tensors.push((key_a, a.to_vec(), factors.a.as_slice()));
            tensors.push((key_b, b.to_vec(), factors.b.as_slice()));
        }
        for (name, (shape, values)) in self.head.iter().flatten() {
            let key = keys::whole(name, encoder.architecture, self.naming);
            tensors.push((key, shape.clone(), values));
        }
        write_safetensors(&dir.join(TENSORS_FILE), &tensors)?;
        let text = self.config_with_whole_parts().to_text();
        write_file(&dir.join(CONFIG_FILE), text.as_bytes())
    }

    /// Returns the adapter with the parts of `head` that the seed drew, to be saved: whoever loads the adapter would
    /// otherwise draw other values. If anything was drawn, the whole head is added; else the adapter does not change.
    #[must_use]
    pub fn with_drawn(mut self, head: &HeadWeights, encoder: &EncoderConfig) -> Self {
        if head.drawn(encoder).is_empty() {
            return self;
        }
        let mut whole = self.head.take().unwrap_or_default();
        whole.extend(head.tensors(encoder));
        if head.dense_source != HeadSource::Checkpoint {
            whole.extend(head.pooler(encoder));
        }
        Self {
            head: Some(whole),
            ..self
        }
    }

    /// Returns the configuration, which lists every part that is saved whole: PEFT would not load the part otherwise.
    fn config_with_whole_parts(&self) -> LoraConfig {
        let mut config = self.config.clone();
        let has = |part: &str| {
            let names = self.head.iter().flat_map(|whole| whole.keys());
            names
                .filter_map(|name| name.split('.').next())
                .any(|first| first == part)
        };
        let listed = self.config.modules_to_save.iter().flatten();
        let is_listed = |part: &str| listed.clone().any(|module| module == part);
        let mut missing = Vec::new();
        if has(HEADS[0]) && !is_listed(HEADS[0]) {
            missing.extend(HEADS.into_iter().filter(|head| !is_listed(head)));
            config.task_type.get_or_insert_with(|| "SEQ_CLS".into());
        }
        // The pooler may be listed by a longer path.
        if has(POOLER) && !listed.clone().any(|module| module.contains(POOLER)) {
            missing.push(POOLER);
        }
        if !missing.is_empty() {
            let modules = config.modules_to_save.get_or_insert_default();
            modules.extend(missing.into_iter().map(String::from));
        }
        config
    }
}
