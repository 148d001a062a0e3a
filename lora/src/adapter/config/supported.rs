use serde_json::{Map, Value, json};

use crate::adapter::folder::{CONFIG_FILE, invalid};
use crate::adapter::{LoraConfig, Start};
use crate::error::Error;

/// Keys of PEFT 0.21 that have no field and do not change an adapter that is loaded.
const WITHOUT_MEANING: [&str; 9] = [
    "alora_invocation_tokens",
    "auto_mapping",
    "inference_mode",
    "megatron_core",
    "peft_type",
    "peft_version",
    "qalora_group_size",
    "revision",
    "bias",
];

/// Keys that say how an adapter is initialised or run, and do not change an adapter that is loaded.
const OF_START_OR_RUN: [&str; 6] = [
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "loftq_config",
    "lora_ga_config",
    "runtime_config",
];

/// Refuses every setting that PEFT offers and this crate does not implement; the error names the key.
///
/// PEFT names its variants of LoRA `use_…` and `…_config`. A variant newer than this crate is therefore refused too,
/// and is not read as plain LoRA.
pub(in crate::adapter) fn refuse_unsupported(keys: &Map<String, Value>) -> Result<(), Error> {
    let allowed_only = |key: &str, allowed: &[Value], supported: &str| match keys.get(key) {
        Some(value) if !is_off(value) && !allowed.contains(value) => {
            Err(unsupported(key, value, supported))
        }
        _ => Ok(()),
    };
    if keys.get("peft_type").is_none_or(is_off) {
        return Err(invalid("peft_type", "is missing; it must be \"LORA\""));
    }
    allowed_only("peft_type", &[json!("LORA")], "only \"LORA\" is")?;
    allowed_only("bias", &[json!("none")], "only \"none\" is")?;
    for key in [
        "lora_bias",
        "layer_replication",
        "target_parameters",
        "trainable_token_indices",
        "alora_invocation_tokens",
    ] {
        allowed_only(key, &[], "leave it out")?;
    }
    if let Some((key, value)) = keys
        .iter()
        .find(|(key, value)| is_variant(key) && !is_off(value))
    {
        return Err(unsupported(
            key,
            value,
            "only plain LoRA and rank-stabilised scaling (`use_rslora`) are",
        ));
    }
    match keys.get("init_lora_weights") {
        Some(start @ Value::String(name)) => match Start::refusal(name) {
            Some(why) => Err(unsupported("init_lora_weights", start, why)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Returns one sentence, which names the key, for each setting that is ignored.
pub(in crate::adapter) fn ignored(config: &LoraConfig, fields: &Map<String, Value>) -> Vec<String> {
    let mut ignored = Vec::new();
    let mut ignore = |key: &str, why: &str| {
        ignored.push(format!("adapter_config.json: `{key}` is ignored: {why}"));
    };
    if config.fan_in_fan_out {
        ignore(
            "fan_in_fan_out",
            "the linear maps of these models store their weights [out, in]",
        );
    }
    let of_eva = |key| key == "eva_config" && config.init_lora_weights == Start::Eva;
    let asked = config.keys.iter().filter(|(_, value)| !is_off(value));
    for key in asked.map(|(key, _)| key.as_str()) {
        if OF_START_OR_RUN.contains(&key) {
            if !of_eva(key) {
                ignore(key, "it does not change an adapter that is loaded");
            }
        } else if !WITHOUT_MEANING.contains(&key) && !fields.contains_key(key) {
            ignore(key, "PEFT 0.21 does not know this key");
        }
    }
    ignored
}

fn is_variant(key: &str) -> bool {
    let is_named_so = key.starts_with("use_") || key.ends_with("_config");
    is_named_so && key != "use_rslora" && !OF_START_OR_RUN.contains(&key)
}

/// Returns whether a value means "off": null, false, or an empty list or map.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        _ => false,
    }
}

pub(in crate::adapter) fn unsupported(key: &str, value: &Value, supported: &str) -> Error {
    Error::Unsupported {
        file: CONFIG_FILE,
        key: key.into(),
        value: value.to_string(),
        supported: supported.into(),
    }
}
