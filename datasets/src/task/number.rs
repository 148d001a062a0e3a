//! Exact decimal numbers.

use std::cmp::Ordering;

/// A finite decimal number, independent of how it is written: `1`, `01`, `1.0` and `10e-1` are equal.
///
/// The number is exact, while a float would be rounded: numbers of twenty digits that differ in the last digit stay
/// different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// The number is 0.d₁d₂… · 10^point.
    point: i64,
    /// The digits d₁d₂… without zeros at either end; empty for the number 0.
    digits: String,
}

/// The largest number of places before or after the point; a longer number is written with an exponent.
const PLACES: i64 = 40;
/// The largest absolute value of an exponent; text with a larger exponent is not a number.
const LARGEST_EXPONENT: i64 = 1_000_000_000_000;

impl Number {
    /// Returns the number that `text` writes: digits with an optional sign, point and exponent. Returns `None` for all
    /// other texts, including `inf` and `nan`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let sound = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && exponent.abs() <= LARGEST_EXPONENT;
        if !sound {
            return None;
        }
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let digits = digits.trim_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                point: 0,
                digits,
            });
        }
        Some(Self {
            negative,
            point: i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent,
            digits,
        })
    }

    /// Returns the number as an index, if it is a whole number that is not negative.
    pub(crate) fn index(&self) -> Option<usize> {
        self.plain().parse().ok()
    }

    /// Returns the plainest spelling: no sign but `-`, no unnecessary zeros, and an exponent only if there would be
    /// more than forty places.
    pub(crate) fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        if digits.is_empty() {
            return "0".to_owned();
        }
        let length = digits.len() as i64;
        if self.point.abs() > PLACES || self.point - length < -PLACES {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{dot}{rest}e{}", self.point - 1);
        }
        if self.point <= 0 {
            let zeros = "0".repeat(self.point.unsigned_abs() as usize);
            return format!("{sign}0.{zeros}{digits}");
        }
        if self.point >= length {
            let zeros = "0".repeat((self.point - length) as usize);
            return format!("{sign}{digits}{zeros}");
        }
        let (whole, fraction) = digits.split_at(self.point as usize);
        format!("{sign}{whole}.{fraction}")
    }

    /// Returns −1, 0 or 1.
    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = self
            .point
            .cmp(&other.point)
            .then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then(if self.negative {
            magnitude.reverse()
        } else {
            magnitude
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_value_has_one_plain_spelling() {
        for (plain, spellings) in [
            ("0", &["0", "00", "-0", "0.0", "+0", "0e7", ".0", "0."][..]),
            (
                "1",
                &["1", "01", "1.0", "1.", "1e0", "10e-1", "+1", "0.1E1"],
            ),
            ("-1.5", &["-1.5", "-01.50", "-15e-1"]),
            ("100", &["100", "1e2", "1.00e+2"]),
            ("0.001", &["0.001", "1e-3", ".001"]),
            ("1.25e100", &["1.25e100", "125e98"]),
            ("1e-50", &["1e-50", "0.1e-49"]),
        ] {
            for spelling in spellings {
                let number = Number::parse(spelling).unwrap();
                assert_eq!(number.plain(), plain, "{spelling}");
            }
        }
        let (a, b) = ("123456789012345678901", "123456789012345678902");
        assert_ne!(Number::parse(a), Number::parse(b));
    }

    #[test]
    fn words_are_no_numbers() {
        for word in [
            "",
            "-",
            "+",
            ".",
            "e1",
            "1e",
            "nan",
            "NaN",
            "inf",
            "-infinity",
            "1_000",
            "1,5",
            "0x1",
            "1 ",
            "--1",
            "1.2.3",
            "١",
            "1e99999999999999999999",
            "true",
        ] {
            assert_eq!(Number::parse(word), None, "{word}");
        }
    }

    proptest! {
        /// Rust's own parser of floats is the reference for what is a number, for its value and for its order.
        #[test]
        fn agrees_with_floats(a in "[+-]?[0-9]{0,4}\\.?[0-9]{0,3}(e[+-]?[0-9]{1,2})?", b in "-?[0-9]{1,3}(\\.[0-9]{1,2})?") {
            let (x, y) = (Number::parse(&a), Number::parse(&b).unwrap());
            prop_assert_eq!(x.is_some(), a.parse::<f64>().is_ok());
            if let Some(x) = x {
                let (f, g): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
                prop_assert_eq!(x.plain().parse::<f64>().unwrap(), f);
                prop_assert_eq!(x.cmp(&y), f.partial_cmp(&g).unwrap());
                prop_assert_eq!(Number::parse(&x.plain()), Some(x));
            }
        }
    }
}
