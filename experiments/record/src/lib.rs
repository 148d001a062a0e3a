//! Result files: JSON with a `format`, sealed by the SHA-256 of all other fields when it is written, and checked when it
//! is read.
//!
//! ```
//! use serde_json::{Value, json};
//! use tangent_record::{parse, seal};
//!
//! let sealed = seal(json!({"format": "example 1", "value": 0.5})).to_string();
//! let (result, was_sealed) = parse::<Value>(sealed.as_bytes(), "example 1")?;
//! assert!(was_sealed && result["value"] == 0.5);
//! assert!(parse::<Value>(sealed.replace("0.5", "0.6").as_bytes(), "example 1").is_err());
//! # Ok::<(), String>(())
//! ```

mod hash;
mod parse;
mod seal;

pub use hash::Hash;
pub use parse::parse;
pub use seal::{check, seal};
