/// `12,288`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with the four digits that count: `0.1740`, `1.235e-7`.
pub fn four_digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".into()
    } else if !(1e-4..1e5).contains(&size) {
        format!("{value:.3e}")
    } else {
        let decimals = (3.0 - size.log10().floor()).clamp(0.0, 7.0) as usize;
        format!("{value:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn four_digits_count() {
        let cases = [
            (0.0, "0"),
            (0.174, "0.1740"),
            (-11618.0, "-11618"),
            (1.2346e-7, "1.235e-7"),
            (1e5, "1.000e5"),
        ];
        for (number, text) in cases {
            assert_eq!(super::four_digits(number), text);
        }
    }

    #[test]
    fn thousands() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, text) in cases {
            assert_eq!(super::grouped(number), text);
        }
    }
}
