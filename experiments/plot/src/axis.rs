//! The ends and the marks of an axis.

use super::Scale;

/// An axis: its two ends, as values or as their decimal logarithms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
}

/// A mark of an axis: its position as a share of the axis, and its label.
pub(super) type AxisMark = (f64, String);

impl Axis {
    /// Returns an axis for the values that the scale can show, with `room` beyond them at each end, in shares of their
    /// range; `None` if there are no such values.
    pub(super) fn over(
        scale: Scale,
        values: impl Iterator<Item = f64>,
        room: (f64, f64),
    ) -> Option<Self> {
        let logarithmic = scale == Scale::Logarithmic;
        let places = values
            .filter(|&value| scale.holds(value))
            .map(|value| if logarithmic { value.log10() } else { value });
        let (mut low, mut high) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
            (a.min(v), b.max(v))
        });
        if low > high {
            return None;
        }
        if scale == Scale::FromZero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        // Halves, because the difference of two large numbers may be infinite.
        let half = high / 2.0 - low / 2.0;
        let least = 1e-9 * low.abs().max(high.abs());
        if half <= least {
            let by = match (logarithmic, low == 0.0) {
                (true, _) => 0.5,
                (false, true) => 1.0,
                (false, false) => 0.1 * low.abs(),
            };
            let from_zero = scale == Scale::FromZero;
            low -= if from_zero { 0.0 } else { by };
            high += by;
        } else {
            let from_zero = |end: f64| scale == Scale::FromZero && end == 0.0;
            low -= if from_zero(low) {
                0.0
            } else {
                2.0 * room.0 * half
            };
            high += if from_zero(high) {
                0.0
            } else {
                2.0 * room.1 * half
            };
        }
        let (low, high) = (low.max(f64::MIN / 4.0), high.min(f64::MAX / 4.0));
        Some(Self {
            low,
            high,
            logarithmic,
        })
    }

    /// Returns the position of a value as a share of the axis, from 0 at the low end to 1 at the high end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let place = if self.logarithmic {
            value.log10()
        } else {
            value
        };
        self.share_of(place)
    }

    fn share_of(&self, place: f64) -> f64 {
        ((place - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Returns the position of 0, if 0 lies between the ends.
    pub(super) fn zero(&self) -> Option<f64> {
        let between = !self.logarithmic && self.low < 0.0 && self.high > 0.0;
        between.then(|| self.share_of(0.0))
    }

    /// Returns the position where bars start: that of 0, or the low end of a logarithmic axis.
    pub(super) fn ground(&self) -> f64 {
        if self.logarithmic {
            0.0
        } else {
            self.share_of(0.0)
        }
    }

    /// Returns marks at round numbers: at most `most`, and at least one if possible.
    pub(super) fn marks(&self, most: usize) -> Vec<AxisMark> {
        let most = most.max(2);
        if !self.logarithmic {
            return self.marked(&round_numbers(self.low, self.high, most));
        }
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        if last - first >= 2 {
            let step = (1..)
                .find(|step| (last - first) / step < most as i32)
                .unwrap_or(1);
            let decades = (first..=last).filter(|k| k.rem_euclid(step) == 0);
            let plain = first >= -4 && last <= 5;
            return decades
                .map(|k| (self.share_of(f64::from(k)), decade(k, plain)))
                .collect();
        }
        // Fewer decades: 1, 2 and 5 of each decade, or round numbers if even these are too far apart.
        let (low, high) = (10_f64.powf(self.low), 10_f64.powf(self.high));
        let values: Vec<f64> = (first - 1..=last)
            .flat_map(|k| [1, 2, 5].map(|digit| format!("{digit}e{k}")))
            .filter_map(|text| text.parse().ok())
            .filter(|value| (low..=high).contains(value))
            .collect();
        if (3..=most).contains(&values.len()) {
            return self.marked(&values);
        }
        self.marked(&round_numbers(low, high, most.min(5)))
    }

    fn marked(&self, values: &[f64]) -> Vec<AxisMark> {
        let labels = labels(values);
        let shares = values.iter().map(|&value| self.share(value));
        shares.zip(labels).collect()
    }
}

/// Returns at most `most` multiples of 1, 2 or 5 times a power of ten.
fn round_numbers(low: f64, high: f64, most: usize) -> Vec<f64> {
    let rough = (high - low) / most as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return vec![low];
    }
    let power = rough.log10().floor() as i32;
    for (digit, exponent) in [
        (1, power),
        (2, power),
        (5, power),
        (1, power + 1),
        (2, power + 1),
    ] {
        let step: f64 = format!("{digit}e{exponent}").parse().unwrap_or(rough);
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        if last - first < most as f64 {
            // Parsed from decimal digits, so that 3 · 0.1 is 0.3.
            let multiples = (0..=(last - first).max(0.0) as usize).map(|i| first + i as f64);
            return multiples
                .map(|m| format!("{:.0}e{exponent}", m * f64::from(digit)))
                .filter_map(|text| text.parse().ok())
                .map(|value: f64| if value == 0.0 { 0.0 } else { value })
                .collect();
        }
    }
    vec![low, high]
}

/// Returns labels with as many digits as the exact values need.
fn labels(values: &[f64]) -> Vec<String> {
    let largest = values.iter().fold(0.0, |a: f64, v| a.max(v.abs()));
    let exponential = largest >= 1e6 || (largest > 0.0 && largest < 1e-3);
    let written = |digits: usize| -> Vec<String> {
        let write = |&value: &f64| match exponential {
            _ if value == 0.0 => "0".into(),
            true => format!("{value:.digits$e}"),
            false => format!("{value:.digits$}"),
        };
        values.iter().map(write).collect()
    };
    let exact = |texts: &[String]| {
        let close = |(text, value): (&String, &f64)| {
            let read: f64 = text.parse().unwrap_or(f64::NAN);
            (read - value).abs() <= 1e-6 * value.abs()
        };
        texts.iter().zip(values).all(close)
    };
    (0..12)
        .map(written)
        .find(|texts| exact(texts))
        .unwrap_or_else(|| written(3))
}

/// Returns the label of a power of ten.
fn decade(exponent: i32, plain: bool) -> String {
    match (plain, usize::try_from(-exponent)) {
        (false, _) => format!("1e{exponent}"),
        (true, Ok(decimals)) => format!("{:.decimals$}", 10_f64.powi(exponent)),
        (true, Err(_)) => format!("{:.0}", 10_f64.powi(exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: Axis, most: usize) -> Vec<String> {
        axis.marks(most).into_iter().map(|mark| mark.1).collect()
    }

    #[test]
    fn marks_are_round_numbers_that_their_labels_tell_exactly() {
        let over = |values: &[f64]| {
            let values = values.iter().copied();
            Axis::over(Scale::Linear, values, (0.0, 0.0)).expect("values")
        };
        assert_eq!(
            texts(over(&[0.0, 1.0]), 6),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(trimmed_zero)
        );
        assert_eq!(texts(over(&[-1.5, 2.5]), 5), ["-1", "0", "1", "2"]);
        assert_eq!(
            texts(over(&[0.0, 4e-5]), 5),
            ["0", "1e-5", "2e-5", "3e-5", "4e-5"]
        );
        assert_eq!(texts(over(&[0.25, 0.3]), 5), ["0.26", "0.28", "0.30"]);
    }

    fn trimmed_zero(text: &str) -> String {
        if text == "0.0" {
            "0".into()
        } else {
            text.into()
        }
    }

    #[test]
    fn a_logarithmic_axis_marks_decades_and_within_one_decade_round_numbers() {
        let over = |values: &[f64]| {
            let values = values.iter().copied();
            Axis::over(Scale::Logarithmic, values, (0.0, 0.0)).expect("values")
        };
        assert_eq!(
            texts(over(&[0.0, 0.01, 100.0]), 6),
            ["0.01", "0.1", "1", "10", "100"]
        );
        assert_eq!(
            texts(over(&[1e-12, 1.0]), 5),
            ["1e-12", "1e-9", "1e-6", "1e-3", "1e0"]
        );
        assert_eq!(texts(over(&[1.0, 10.0]), 6), ["1", "2", "5", "10"]);
        assert_eq!(
            texts(over(&[3.0, 3.4]), 5),
            ["3.0", "3.1", "3.2", "3.3", "3.4"]
        );
    }

    #[test]
    fn what_is_not_finite_and_on_a_logarithmic_axis_not_positive_has_no_place() {
        let values = [f64::NAN, f64::INFINITY, 0.0, -1.0];
        assert!(Axis::over(Scale::Logarithmic, values.into_iter(), (0.0, 0.0)).is_none());
        let axis = Axis::over(Scale::Linear, values.into_iter(), (0.0, 0.0)).expect("two values");
        assert_eq!((axis.low, axis.high), (-1.0, 0.0));
    }

    #[test]
    fn every_range_has_marks_whose_shares_are_within_the_axis() {
        let ranges = [
            (0.0, 0.0),
            (7.0, 7.0),
            (1.0, 1.0 + 1e-15),
            (-1e300, 1e308),
            (1e-300, 2e-300),
            (1e9, 1.1e9),
            (f64::MIN, f64::MAX),
        ];
        for (low, high) in ranges {
            for scale in [Scale::Linear, Scale::FromZero, Scale::Logarithmic] {
                let Some(axis) = Axis::over(scale, [low, high].into_iter(), (0.05, 0.05)) else {
                    continue;
                };
                let marks = axis.marks(6);
                assert!(
                    (1..=7).contains(&marks.len()),
                    "{low} {high} {scale:?} {marks:?}"
                );
                assert!(
                    marks.iter().all(|mark| (0.0..=1.0).contains(&mark.0)),
                    "{marks:?}"
                );
            }
        }
    }
}
