use crate::error::Error;

/// What PEFT's `LoraConfig` is written to.
pub(super) const CONFIG_FILE: &str = "adapter_config.json";

/// The factors, and the head where it was trained.
pub(super) const TENSORS_FILE: &str = "adapter_model.safetensors";

/// The same as old versions of PEFT wrote it.
pub(super) const PICKLE_FILE: &str = "adapter_model.bin";

/// What an adapter's folder should hold, for messages.
pub(super) const EXPECTED: &str =
    "an adapter's folder holds adapter_config.json and adapter_model.safetensors";

/// A key of the configuration has a value that cannot be.
pub(super) fn invalid(key: &str, problem: impl Into<String>) -> Error {
    Error::Config {
        file: CONFIG_FILE,
        key: key.into(),
        problem: problem.into(),
    }
}
