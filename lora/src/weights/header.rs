use std::collections::BTreeSet;
use std::fmt;

use safetensors::tensor::Metadata;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The largest header that the format allows.
const MAX_LENGTH: u64 = 100_000_000;

/// Returns the length of the header of a file of `length` bytes that begins with `first`; an error if it exceeds the
/// file's length or the format's limit.
pub(super) fn length(first: [u8; 8], length: u64) -> Result<usize, String> {
    let announced = u64::from_le_bytes(first);
    let fits = announced <= MAX_LENGTH && announced <= length.saturating_sub(8);
    match usize::try_from(announced) {
        Ok(header) if fits => Ok(header),
        _ => Err(format!(
            "it has {length} bytes and announces a header of {announced}"
        )),
    }
}

/// Returns the tensors that a header describes. Their bytes must follow one another without gap or overlap and fit
/// their shapes, and no two tensors may have the same name.
pub(super) fn parse(header: &[u8]) -> Result<Metadata, String> {
    let wrong = |e| format!("its header: {e}");
    let _: DistinctKeys = serde_json::from_slice(header).map_err(wrong)?;
    serde_json::from_slice(header).map_err(wrong)
}

/// An object in which no key occurs twice. A parser of maps would silently keep the last value of such a key.
struct DistinctKeys;

impl<'de> Deserialize<'de> for DistinctKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for DistinctKeys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, IgnoredAny)) = map.next_entry::<String, _>()? {
            if let Some(twice) = keys.replace(key) {
                return Err(A::Error::custom(format_args!(
                    "it describes `{twice}` twice"
                )));
            }
        }
        Ok(self)
    }
}
