use std::path::Path;

use super::{NamedTensors, head_tensors, write_file, write_safetensors};
use crate::adapter::Naming;
use crate::config::{Architecture, EncoderConfig, Labels};
use crate::error::Error;

/// Writes `config.json` and `model.safetensors` into `dir`, which is created if needed. Hugging Face's library and
/// [`Weights::open`](super::Weights::open) read such a folder.
///
/// If a head is among the tensors, the encoder's own tensors get the architecture's prefix, as in
/// `BertForSequenceClassification`, and the configuration has the head's labels; without a head, the names are those of
/// a bare encoder. A tokenizer is not written: copy the base model's.
///
/// # Errors
/// The folder cannot be created or written to; the disk is full; a tensor has another number of entries than its shape.
pub fn write_model(
    dir: &Path,
    config: &EncoderConfig,
    tensors: &NamedTensors,
) -> Result<(), Error> {
    std::fs::create_dir_all(dir)
        .map_err(|e| Error::io(dir, "the folder to write to must be creatable", e))?;
    let heads = head_tensors(config, 1);
    let is_head = |name: &str| heads.iter().any(|(head, _)| head == name);
    let labels = heads
        .last()
        .and_then(|(bias, _)| tensors.get(bias))
        .and_then(|(shape, _)| shape.first().copied());
    let prefix = match labels {
        Some(_) => Naming::Prefixed.prefix(config.architecture),
        None => "",
    };
    let listed: Vec<_> = tensors
        .iter()
        .map(|(name, (shape, values))| {
            let prefix = if is_head(name) { "" } else { prefix };
            (format!("{prefix}{name}"), shape.clone(), values.as_slice())
        })
        .collect();
    write_safetensors(&dir.join("model.safetensors"), &listed)?;
    let config = match labels {
        Some(count) => with_head(config, count),
        None => config.clone(),
    };
    let json = format!("{:#}\n", config.to_json());
    write_file(&dir.join("config.json"), json.as_bytes())
}

/// Returns the configuration of a sequence classifier with `count` outputs; labels keep their names if there are
/// `count` of them.
fn with_head(config: &EncoderConfig, count: usize) -> EncoderConfig {
    let named = config.labels.clone();
    let class = match config.architecture {
        Architecture::Bert => "BertForSequenceClassification",
        Architecture::Roberta => "RobertaForSequenceClassification",
    };
    EncoderConfig {
        labels: named
            .filter(|labels| labels.count() == count)
            .or(Some(Labels::Numbered(count))),
        architectures: vec![class.into()],
        ..config.clone()
    }
}
