use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a new adapter starts: `init_lora_weights`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Start {
    /// `true`: A uniform in $\pm1/\sqrt{in}$ (Kaiming with $a = \sqrt5$), B = 0.
    #[default]
    Kaiming,
    /// `"gaussian"`: A normal with standard deviation 1/rank, B = 0.
    Gaussian,
    /// `false`: A uniform in $\pm1/\sqrt{in}$ and B uniform in $\pm1/\sqrt{rank}$, so that the adapter changes the
    /// model from the start.
    Random,
}

impl From<Start> for Value {
    fn from(start: Start) -> Self {
        match start {
            Start::Kaiming => json!(true),
            Start::Random => json!(false),
            Start::Gaussian => json!("gaussian"),
        }
    }
}

impl TryFrom<Value> for Start {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Bool(true) => Ok(Start::Kaiming),
            Value::Bool(false) => Ok(Start::Random),
            Value::String(name) if name.eq_ignore_ascii_case("gaussian") => Ok(Start::Gaussian),
            _ => Err("must be true, false or \"gaussian\""),
        }
    }
}
