use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a new adapter is initialised: `init_lora_weights`. It does not change an adapter that is loaded, whose factors
/// are in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Start {
    /// `true`: A is uniform in $\pm1/\sqrt{in}$ (Kaiming with $a = \sqrt5$), B = 0.
    #[default]
    Kaiming,
    /// `"gaussian"`: A is normal with standard deviation 1/rank, B = 0.
    Gaussian,
    /// `false`: A is uniform in $\pm1/\sqrt{in}$ and B is uniform in $\pm1/\sqrt{rank}$, so that the adapter changes
    /// the model from the start.
    Random,
    /// `"orthogonal"`: rows of A and columns of B in orthogonal subspaces. Such an adapter can be loaded, but not
    /// drawn.
    Orthogonal,
    /// `"eva"`: A from the activations of data, B = 0. Such an adapter can be loaded, but not drawn.
    Eva,
}

/// Initialisations that change the weights of the base model, so that an adapter's file does not contain the whole
/// change. They are prefixes, because PEFT accepts `pissa_niter_4` with any number.
const CHANGES_THE_BASE: [&str; 5] = ["pissa", "corda", "olora", "loftq", "lora_ga"];

impl Start {
    /// Returns why an adapter with this initialisation cannot be loaded; `None` if it can.
    pub(in crate::adapter) fn refusal(name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        if CHANGES_THE_BASE.iter().any(|start| name.starts_with(start)) {
            return Some(
                "it subtracts the adapter's start from the weights of the base model, which its file does not have; \
                 save the adapter by PEFT with `path_initial_model_for_weight_conversion`, which writes plain LoRA",
            );
        }
        match name.as_str() {
            "mica" => Some("it trains only A; only plain LoRA is"),
            "gaussian" | "orthogonal" | "eva" => None,
            _ => Some(
                "use true, false or \"gaussian\"; an adapter that is loaded may also have \"orthogonal\" or \"eva\"",
            ),
        }
    }
}

impl From<Start> for Value {
    fn from(start: Start) -> Self {
        match start {
            Start::Kaiming => json!(true),
            Start::Random => json!(false),
            Start::Gaussian => json!("gaussian"),
            Start::Orthogonal => json!("orthogonal"),
            Start::Eva => json!("eva"),
        }
    }
}

impl TryFrom<Value> for Start {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Bool(true) => Ok(Start::Kaiming),
            Value::Bool(false) => Ok(Start::Random),
            Value::String(name) => match name.to_ascii_lowercase().as_str() {
                "gaussian" => Ok(Start::Gaussian),
                "orthogonal" => Ok(Start::Orthogonal),
                "eva" => Ok(Start::Eva),
                _ => Err(EXPECTED),
            },
            _ => Err(EXPECTED),
        }
    }
}

const EXPECTED: &str = "must be true, false or \"gaussian\"";
