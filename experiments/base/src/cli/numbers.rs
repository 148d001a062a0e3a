/// Returns a number with its thousands separated, such as `12,288`.
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

/// Returns a number with four significant digits, such as `0.1740` or `1.235e-7`.
pub fn four_digits(value: f64) -> String {
    match decimals(value) {
        Some(decimals) => format!("{value:.decimals$}"),
        None => format!("{value:.3e}"),
    }
}

/// Returns a mean and a deviation with the same decimals, those of four digits of the larger one: `0.6720 ± 0.0094`.
pub fn mean_and_deviation(mean: f64, deviation: f64) -> String {
    match decimals(mean.abs().max(deviation)) {
        Some(decimals) => format!("{mean:.decimals$} ± {deviation:.decimals$}"),
        None => format!("{mean:.3e} ± {deviation:.1e}"),
    }
}

/// Returns the number of decimals that show four digits; `None` if an exponent is shorter.
fn decimals(value: f64) -> Option<usize> {
    let size = value.abs();
    if size == 0.0 {
        return Some(0);
    }
    (1e-4..1e5)
        .contains(&size)
        .then(|| (3.0 - size.log10().floor()).clamp(0.0, 7.0) as usize)
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
    fn a_deviation_has_the_decimals_of_its_mean() {
        let text = super::mean_and_deviation;
        assert_eq!(text(0.672, 0.009352), "0.6720 ± 0.0094");
        assert_eq!(text(0.001, 80.34), "0.00 ± 80.34");
        assert_eq!(text(1.5e-8, 2.5e-9), "1.500e-8 ± 2.5e-9");
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
