//! The keys of an adapter's tensors, as PEFT writes them.

use super::Naming;
use crate::config::Architecture;

/// The prefix that PEFT puts before the path of a module.
const WRAPPER: &str = "base_model.model.";

/// Returns the keys of A and B of the module with this path.
pub(super) fn factors(module: &str) -> [String; 2] {
    ["lora_A", "lora_B"].map(|factor| format!("{WRAPPER}{module}.{factor}.weight"))
}

/// Returns the key of a tensor of a part that is saved whole. The names of a head's tensors are the same in every
/// model; those of a pooler's tensors have the encoder's prefix.
pub(super) fn whole(name: &str, architecture: Architecture, naming: Naming) -> String {
    let prefix = match name.starts_with("pooler.") {
        true => naming.prefix(architecture),
        false => "",
    };
    format!("{WRAPPER}{prefix}{name}")
}

/// Returns how the modules are named in a file with these keys.
pub(super) fn naming<'a>(
    mut keys: impl Iterator<Item = &'a str>,
    architecture: Architecture,
) -> Naming {
    let prefixed = format!("{WRAPPER}{}", Naming::Prefixed.prefix(architecture));
    match keys.any(|key| key.starts_with(&prefixed)) {
        true => Naming::Prefixed,
        false => Naming::Bare,
    }
}
