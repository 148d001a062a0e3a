use std::path::Path;

use serde_json::{Map, Value, json};

use super::order::{self, Order};
use crate::adapter::LoraConfig;
use crate::adapter::folder::{CONFIG_FILE, EXPECTED};
use crate::error::Error;
use crate::text::{parse_json, read_bytes};

impl LoraConfig {
    /// Reads `dir/adapter_config.json`.
    ///
    /// # Errors
    /// The file does not exist or is not JSON; or as [`LoraConfig::from_json`].
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(CONFIG_FILE);
        Self::parse(&path, &read_bytes(&path, EXPECTED)?)
    }

    /// Reads the bytes of an `adapter_config.json`; the patterns keep their order.
    ///
    /// # Errors
    /// The bytes are not JSON; or as [`LoraConfig::from_json`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::parse(Path::new(CONFIG_FILE), bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let mut config = Self::from_json(parse_json(path, bytes)?)?;
        parse_json::<Order>(path, bytes)?.restore(&mut config);
        Ok(config)
    }

    /// Returns an `adapter_config.json` that PEFT reads: every key as it was read, except those whose field has
    /// changed.
    pub fn to_json(&self) -> Value {
        let mut keys = self.keys.clone();
        let before = match self.keys.is_empty() {
            true => Map::new(),
            false => Self::from_json(keys.clone().into())
                .unwrap_or_default()
                .fields(),
        };
        for (key, value) in self.fields() {
            if before.get(&key) != Some(&value) {
                keys.insert(key, value);
            }
        }
        for (key, value) in [
            ("peft_type", json!("LORA")),
            ("bias", json!("none")),
            ("inference_mode", json!(true)),
        ] {
            keys.entry(key).or_insert(value);
        }
        keys.into()
    }

    /// Returns the text of [`LoraConfig::to_json`], with the keys of the patterns in their order.
    pub fn to_text(&self) -> String {
        let json = self.to_json();
        let ordered = json
            .as_object()
            .and_then(|keys| order::write(self, keys).ok());
        ordered.unwrap_or_else(|| format!("{json:#}"))
    }
}
