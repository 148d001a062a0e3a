//! Counts of findings of one kind.

use tangent_linearize::checks::Finding;
use tangent_spectral::theorems::Verdict;

use super::theorems::Theorems;
use super::tree::{Cell, Tone};
use tangent_base::cli::four_digits;
use tangent_commands::theorems::SettingRecord;

/// Findings of one kind, with the settings in which they were made.
pub(super) struct Tally<'a> {
    found: Vec<(&'a SettingRecord, &'a Finding)>,
}

impl<'a> Tally<'a> {
    pub(super) fn of(
        theorems: &'a Theorems,
        keep: impl Fn(&SettingRecord, &Finding) -> bool,
    ) -> Self {
        let all = theorems
            .settings
            .iter()
            .flat_map(|setting| setting.findings.iter().map(move |found| (setting, found)));
        Self {
            found: all
                .filter(|(setting, found)| keep(setting, found))
                .collect(),
        }
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.found
            .iter()
            .filter(|(_, f)| f.check.verdict == verdict)
            .count()
    }

    pub(super) fn violations(&self) -> usize {
        self.count(Verdict::Fails) + self.count(Verdict::Inconsistent)
    }

    /// Returns the number of checks whose hypotheses are met.
    pub(super) fn met(&self) -> usize {
        self.found.len() - self.count(Verdict::Void)
    }

    pub(super) fn verdicts(&self) -> Cell {
        const NAMES: [(Verdict, &str); 5] = [
            (Verdict::Fails, "✗ fails"),
            (Verdict::Inconsistent, "✗ inconsistent"),
            (Verdict::Holds, "✓ holds"),
            (Verdict::Consistent, "✓ consistent"),
            (Verdict::Void, "○ void"),
        ];
        let counts: Vec<String> = NAMES
            .into_iter()
            .map(|(verdict, name)| (self.count(verdict), name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{name} {count}"))
            .collect();
        match counts.is_empty() {
            true => Cell::toned("–", Tone::Muted),
            false => Cell::toned(counts.join("\n"), Tone::Signed),
        }
    }

    /// Returns the finding whose measured side is closest to its bound, or farthest beyond it, with the ratio of the
    /// two.
    pub(super) fn tightest(&self) -> Option<(f64, &'a SettingRecord, &'a Finding)> {
        let ratios = self.found.iter().filter_map(|(setting, found)| {
            // A negative ratio says nothing about the slack.
            let ratio = found.check.ratio.filter(|r| *r >= 0.0)?;
            (found.check.verdict != Verdict::Void).then_some((ratio, *setting, *found))
        });
        ratios.max_by(|a, b| a.0.total_cmp(&b.0))
    }

    pub(super) fn slack(&self) -> Cell {
        Cell::new(
            self.tightest()
                .map_or("–".into(), |(ratio, ..)| four_digits(ratio)),
        )
    }

    /// Returns the first hypothesis that is not met, if there is one.
    pub(super) fn unmet(&self) -> Option<&'a str> {
        self.found
            .iter()
            .find_map(|(_, found)| found.check.unmet.as_deref())
    }
}
