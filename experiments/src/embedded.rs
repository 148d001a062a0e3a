//! The encoder that ships inside the program: 12 layers of width 64, RoBERTa-shaped, made by `tangent pretrain`.

use tangent_datasets::Tokenizer;
use tangent_lora::EncoderConfig;
use tangent_lora::weights::Weights;

use crate::Result;
use crate::pretrain::Record;
use crate::source::{EMBEDDED, ModelSource};

const CONFIG: &str = include_str!("../assets/embedded/config.json");
const WEIGHTS: &[u8] = include_bytes!("../assets/embedded/model.safetensors");
const TOKENIZER: &str = include_str!("../assets/embedded/tokenizer.json");
const RECORD: &str = include_str!("../assets/embedded/pretraining.json");

/// The encoder and its tokenizer.
///
/// # Errors
/// None, unless the program was built with damaged files.
pub fn load() -> Result<ModelSource> {
    let config = serde_json::from_str(CONFIG).expect("a test reads it");
    Ok(ModelSource {
        name: EMBEDDED.into(),
        revision: None,
        config: EncoderConfig::from_json(&config)?,
        weights: Weights::from_bytes("the embedded model.safetensors", WEIGHTS)?,
        tokenizer: Tokenizer::from_bytes(TOKENIZER.as_bytes())?,
    })
}

/// How it was pretrained.
pub fn record() -> Record {
    serde_json::from_str(RECORD).expect("a test reads it")
}
