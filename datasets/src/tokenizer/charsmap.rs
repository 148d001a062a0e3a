//! SentencePiece's character maps, which a `tokenizer.json` contains in base 64.

use serde_json::Value;

/// Returns the character maps of a normalizer and of the normalizers within it, in order.
pub(super) fn charsmaps(normalizer: &Value) -> Vec<&str> {
    if let Some(parts) = normalizer.get("normalizers").and_then(Value::as_array) {
        return parts.iter().flat_map(charsmaps).collect();
    }
    let map = normalizer.get("precompiled_charsmap");
    map.and_then(Value::as_str).into_iter().collect()
}

/// Returns whether a map has at least the length that its first bytes claim. The library allocates the claimed length,
/// so this must be checked before.
pub(super) fn is_whole(map: &str) -> bool {
    let digits = map.bytes().take(6).map(digit).collect::<Option<Vec<u32>>>();
    let Some([a, b, c, d, e, f]) = digits.as_deref() else {
        return false;
    };
    // The length is four little-endian bytes, in six digits of six bits.
    let bits = (u64::from((a << 18) | (b << 12) | (c << 6) | d) << 12) | u64::from((e << 6) | f);
    let size = u64::from(((bits >> 4) as u32).swap_bytes());
    size + 4 <= map.len() as u64 / 4 * 3
}

fn digit(symbol: u8) -> Option<u32> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = digits.iter().position(|&digit| digit == symbol)?;
    u32::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_map_is_as_long_as_it_says() {
        assert!(is_whole("BAAAAAEAAAA="), "4 bytes: 4, and 4 more");
        assert!(is_whole("AAAAAA=="), "no bytes after 0");
        assert!(!is_whole("CAAAAAEAAAA="), "8 bytes are said, 4 are there");
        assert!(!is_whole("/////wAA"));
        assert!(!is_whole("AAA"));
        assert!(!is_whole("????????"));
    }

    #[test]
    fn maps_are_found_in_order() {
        let map = |text: &str| json!({ "type": "Precompiled", "precompiled_charsmap": text });
        let nested =
            json!({ "normalizers": [{ "type": "NFC" }, map("a"), { "normalizers": [map("b")] }] });
        assert_eq!(charsmaps(&nested), ["a", "b"]);
        assert_eq!(charsmaps(&map("c")), ["c"]);
    }
}
