//! The encoder that ships as bytes inside the program: 12 layers of width 64, in the shape of RoBERTa. The crate also
//! holds the code that made it: masked-language-model pretraining on generated text, with burn's autodiff through the
//! layers of `lora`.

mod error;
mod growth;
mod masked_lm;
mod pretrain;
mod recipe;
mod record;
mod text;

use tangent_datasets::Tokenizer;
use tangent_lora::EncoderConfig;
use tangent_lora::weights::Weights;

pub use error::{Error, Result};
pub use growth::Growth;
pub use pretrain::{Pretrained, corpus_sha256, held_out_loss, pretrain};
pub use recipe::Recipe;
pub use record::{Record, verify};

/// The encoder's name, wherever a model's name is expected.
pub const NAME: &str = "embedded";

const CONFIG: &str = include_str!("../assets/config.json");
const WEIGHTS: &[u8] = include_bytes!("../assets/model.safetensors");
const TOKENIZER: &str = include_str!("../assets/tokenizer.json");
const RECORD: &str = include_str!("../assets/pretraining.json");

/// The encoder, in the same parts as a model's folder.
#[derive(Debug)]
pub struct Encoder {
    /// The encoder's sizes.
    pub config: EncoderConfig,
    /// The encoder's tensors, and those of `lm_head`.
    pub weights: Weights,
    /// The encoder's tokenizer.
    pub tokenizer: Tokenizer,
}

/// Returns the encoder.
///
/// # Errors
/// None, unless this crate was built with damaged files.
pub fn load() -> Result<Encoder> {
    let config = serde_json::from_str(CONFIG).expect("a test reads it");
    Ok(Encoder {
        config: EncoderConfig::from_json(&config)?,
        weights: Weights::from_bytes("the embedded model.safetensors", WEIGHTS)?,
        tokenizer: Tokenizer::from_bytes(TOKENIZER.as_bytes())?,
    })
}

/// Returns the record of the encoder's pretraining.
pub fn record() -> Record {
    serde_json::from_str(RECORD).expect("a test reads it")
}
