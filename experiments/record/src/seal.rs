use std::collections::BTreeMap;

use serde_json::Value;

use crate::Hash;

/// The field of a result file that holds the hash of all others.
const SEAL: &str = "sha256";

/// Returns a result with a field `sha256` that holds the hash of its other fields, so that a later reader can detect
/// edits.
///
/// A value that is not an object has no fields, and is returned unchanged.
pub fn seal(mut result: Value) -> Value {
    let hash = of_fields(&result);
    if let (Value::Object(fields), Some(hash)) = (&mut result, hash) {
        fields.insert(SEAL.into(), hash.into());
    }
    result
}

/// Returns whether a result is as it was sealed; `None` if it was never sealed.
pub fn check(result: &Value) -> Option<bool> {
    let seal = result.get(SEAL)?;
    Some(seal.as_str() == of_fields(result).as_deref())
}

/// Returns the hash of all fields except the seal, in the order of their names.
fn of_fields(result: &Value) -> Option<String> {
    let fields = result.as_object()?.iter();
    let rest: BTreeMap<_, _> = fields.filter(|(name, _)| *name != SEAL).collect();
    let mut hash = Hash::default();
    hash.update(&serde_json::to_vec(&rest).ok()?);
    Some(hash.hex())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_seal_breaks_with_any_edit_and_survives_the_file() {
        let sealed = seal(json!({"b": [0.1, 1e-300, null], "a": {"λ": 5}}));
        assert_eq!(sealed["sha256"].as_str().map(str::len), Some(64));
        let text = serde_json::to_string_pretty(&sealed).unwrap();
        let mut read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(check(&read), Some(true));
        assert_eq!(seal(read.clone()), sealed);
        read["b"][0] = 0.2.into();
        assert_eq!(check(&read), Some(false));
        assert_eq!(check(&json!({"a": 1})), None);
        assert_eq!(check(&json!({"a": 1, "sha256": 7})), Some(false));
    }
}
