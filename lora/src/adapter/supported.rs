use serde_json::{Map, Value, json};

use super::Start;
use super::folder::{CONFIG_FILE, invalid};
use crate::error::Error;

/// Heads that PEFT lists in `modules_to_save`, whichever of them the model has.
pub(super) const HEADS: [&str; 2] = ["classifier", "score"];

/// Refuses by name what PEFT offers and this crate does not.
///
/// PEFT names its variants of LoRA `use_…` and `…_config`, so a variant newer than this crate is refused too, and
/// not read as plain LoRA.
pub(super) fn refuse_unsupported(keys: &Map<String, Value>) -> Result<(), Error> {
    let allowed_only = |key: &str, allowed: &[Value], supported: &str| match keys.get(key) {
        Some(value) if !is_off(value) && !allowed.contains(value) => {
            Err(unsupported(key, value, supported))
        }
        _ => Ok(()),
    };
    match keys.get("peft_type") {
        None | Some(Value::Null) => {
            return Err(invalid("peft_type", "is missing; it must be \"LORA\""));
        }
        _ => allowed_only("peft_type", &[json!("LORA")], "only \"LORA\" is")?,
    }
    allowed_only("bias", &[json!("none")], "only \"none\" is")?;
    for key in [
        "lora_bias",
        "layer_replication",
        "target_parameters",
        "trainable_token_indices",
        "alora_invocation_tokens",
        "ensure_weight_tying",
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
    if let Some(start @ Value::String(_)) = keys.get("init_lora_weights")
        && Start::try_from(start.clone()).is_err()
    {
        return Err(unsupported(
            "init_lora_weights",
            start,
            "true, false and \"gaussian\" are",
        ));
    }
    if let Some(Value::String(pattern)) = keys.get("target_modules")
        && pattern.eq_ignore_ascii_case("all-linear")
    {
        return Err(unsupported(
            "target_modules",
            &json!(pattern),
            "list the modules",
        ));
    }
    refuse_unsaved_modules(keys)
}

fn refuse_unsaved_modules(keys: &Map<String, Value>) -> Result<(), Error> {
    let Some(Value::Array(modules)) = keys.get("modules_to_save") else {
        return Ok(());
    };
    match modules
        .iter()
        .find(|module| !HEADS.iter().any(|head| *module == head))
    {
        Some(module) => Err(unsupported(
            "modules_to_save",
            module,
            "only the head, \"classifier\", is",
        )),
        None => Ok(()),
    }
}

fn is_variant(key: &str) -> bool {
    key != "use_rslora" && (key.starts_with("use_") || key.ends_with("_config"))
}

/// Whether a value says "not this": null, false, or nothing in it.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        _ => false,
    }
}

fn unsupported(key: &str, value: &Value, supported: &str) -> Error {
    Error::Unsupported {
        file: CONFIG_FILE,
        key: key.into(),
        value: value.to_string(),
        supported: supported.into(),
    }
}
