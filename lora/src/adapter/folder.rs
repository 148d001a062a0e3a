use crate::error::Error;

/// The file that contains PEFT's `LoraConfig`.
pub(super) const CONFIG_FILE: &str = "adapter_config.json";

/// The file that contains the factors, and the head if it was trained.
pub(super) const TENSORS_FILE: &str = "adapter_model.safetensors";

/// The file that old versions of PEFT wrote instead of [`TENSORS_FILE`].
pub(super) const PICKLE_FILE: &str = "adapter_model.bin";

/// What an adapter's folder should contain, for messages.
pub(super) const EXPECTED: &str =
    "an adapter's folder holds adapter_config.json and adapter_model.safetensors";

/// Returns the error for a key of the configuration with an invalid value.
pub(super) fn invalid(key: &str, problem: impl Into<String>) -> Error {
    Error::Config {
        file: CONFIG_FILE,
        key: key.into(),
        problem: problem.into(),
    }
}
