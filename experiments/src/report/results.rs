//! The eleven results: a line for each, with its verdicts and how near it comes to its bounds.

use tangent_spectral::theorems::{Knowledge, Verdict};

use super::theorems::{AdamW, Found, Setting, Theorems};
use super::tree::{Block, Cell, Column, Kind, Section, Table, Tone, merge};
use crate::cli::four_digits;

/// The paper's eleven, and this project's own, in words.
const STATEMENTS: [(&str, &str, &str); 12] = [
    (
        "lemma1",
        "Lemma 1",
        "The kernel changes slowly with θ: Lip(k) ≤ 2 Lip(f) Lip(∇f).",
    ),
    (
        "lemma2",
        "Lemma 2",
        "The NTK is positive semidefinite: K ⪰ 0.",
    ),
    (
        "lemma3",
        "Lemma 3",
        "The steps (4) with the selective rule (8) tend to gradient flow whose pull is λ where the inner product is not \
         negative, and 0 elsewhere.",
    ),
    (
        "theorem1",
        "Theorem 1",
        "Along the flow with the selective rule the loss falls (7).",
    ),
    (
        "theorem2",
        "Theorem 2",
        "The distance ‖θ_t − θ₀‖ is bounded for every λ_t (9), and in closed form for a constant λ (10), λ → 0 (11), \
         t → ∞ (65).",
    ),
    (
        "theorem3",
        "Theorem 3",
        "Fine-tuning stays near the linear flow without a pull: the gap is at most b (t − (1 − e^{−λt})/λ) (12).",
    ),
    (
        "theorem4",
        "Theorem 4",
        "With λ ≥ λ∘, or for a short time, that gap is at most linear in t.",
    ),
    (
        "theorem5",
        "Theorem 5",
        "The ridge risk lies between (σ‖Y‖/(σ + λmax(K)))² and (σ‖Y‖/(σ + λmin(K)))² (18).",
    ),
    (
        "theorem6",
        "Theorem 6",
        "A block's kernel S moves every eigenvalue of K ≻ 0 by a factor within 1 ± η (20).",
    ),
    (
        "theorem7",
        "Theorem 7",
        "With a block added, the root of the ratio of ridge risks is within a factor a of ρ, the ratio of λmax (21).",
    ),
    (
        "corollary1",
        "Corollary 1",
        "The same for two candidates, within a factor b = a₁a₂ of ρ₁₂ (22).",
    ),
    (
        "regularised_comparator",
        "Erratum 5",
        "Not the paper's: the gap to the linear flow with the same pull is bounded uniformly in t.",
    ),
];

/// Adds what was found to the section of the results.
pub(super) fn fill(section: &mut Section, theorems: &Theorems) {
    section.push(Block::Paragraph(
        "A statement is checked on functions whose constants are proved (holds, fails) and on the model, whose \
         constants are estimated from below (consistent, inconsistent: a violation then proves nothing against the \
         statement). It is void where a hypothesis is not met. Slack is given as measured/bound at its tightest: 1 \
         reaches the bound, above 1 is a violation."
            .into(),
    ));
    section.push(Block::Table(eleven(theorems)));
    section.push(Block::Table(settings(&theorems.settings)));
    section.push(Block::Paragraph(format!(
        "Strengths of the pull: {} times λ∘ = 2 E Lip(f)/r.",
        theorems.config["pulls"]
            .as_array()
            .map_or("some".into(), |pulls| {
                pulls
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            })
    )));
    section.push(Block::Paragraph(match &theorems.adamw {
        Some(adamw) => optimiser(adamw),
        None => "AdamW was not looked at.".into(),
    }));
    section.push(Block::Paragraph(format!(
        "Made by `{}`.",
        theorems.command()
    )));
}

/// A group of findings on one form of a statement.
#[derive(Default)]
struct Tally<'a> {
    found: Vec<(&'a Setting, &'a Found)>,
}

impl<'a> Tally<'a> {
    fn of(theorems: &'a Theorems, statement: &str, form: &str, knowledge: Knowledge) -> Self {
        let settings = theorems
            .settings
            .iter()
            .filter(|s| s.knowledge == knowledge);
        let found = settings.flat_map(|setting| setting.findings.iter().map(move |f| (setting, f)));
        Self {
            found: found
                .filter(|(_, f)| f.statement == statement && f.form == form)
                .collect(),
        }
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.found
            .iter()
            .filter(|(_, f)| f.check.verdict == verdict)
            .count()
    }

    fn violations(&self) -> usize {
        self.count(Verdict::Fails) + self.count(Verdict::Inconsistent)
    }

    /// Checks whose hypotheses are met.
    fn met(&self) -> usize {
        self.found.len() - self.count(Verdict::Void)
    }

    fn verdicts(&self) -> Cell {
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
        let tone = match (self.violations(), self.met()) {
            (0, 0) => Tone::Muted,
            (0, _) => Tone::Good,
            _ => Tone::Bad,
        };
        match counts.is_empty() {
            true => Cell::toned("–", Tone::Muted),
            false => Cell::toned(counts.join(", "), tone),
        }
    }

    /// The finding whose measured side is nearest to its bound, or farthest beyond it.
    fn tightest(&self) -> Option<(f64, &'a Setting, &'a Found)> {
        let ratios = self.found.iter().filter_map(|(setting, found)| {
            // Below 0 a share says nothing.
            let ratio = found.check.ratio.filter(|r| *r >= 0.0)?;
            (found.check.verdict != Verdict::Void).then_some((ratio, *setting, *found))
        });
        ratios.max_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn slack(&self) -> Cell {
        Cell::new(
            self.tightest()
                .map_or("–".into(), |(ratio, ..)| four_digits(ratio)),
        )
    }

    /// A hypothesis that is not met.
    fn unmet(&self) -> Option<&'a str> {
        self.found
            .iter()
            .find_map(|(_, found)| found.check.unmet.as_deref())
    }
}

fn eleven(theorems: &Theorems) -> Table {
    let mut table = Table {
        caption: "The eleven results, and this project's own bound".into(),
        columns: vec![
            Column::new("result", Kind::Name),
            Column::new("statement", Kind::Text),
            Column::new("form", Kind::Words),
            Column::of("functions with proved constants", "verdicts", Kind::Words),
            Column::of(
                "functions with proved constants",
                "measured/bound",
                Kind::Number,
            ),
            Column::of("model", "verdicts", Kind::Words),
            Column::of("model", "measured/bound", Kind::Number),
            Column::new("what it comes to", Kind::Text),
        ],
        rows: Vec::new(),
    };
    for (statement, name, words) in statements(theorems) {
        let first = table.rows.len();
        let forms = forms(theorems, &statement);
        let sentence = sentence(theorems, &statement, &forms);
        for form in &forms {
            let certified = Tally::of(theorems, &statement, form, Knowledge::Certified);
            let model = Tally::of(theorems, &statement, form, Knowledge::Estimated);
            table.rows.push(vec![
                Cell::new(name.clone()),
                Cell::new(words.clone()),
                Cell::new(form_name(form)),
                certified.verdicts(),
                certified.slack(),
                model.verdicts(),
                model.slack(),
                Cell::new(sentence.clone()),
            ]);
        }
        if forms.is_empty() {
            let mut row = vec![Cell::new(name), Cell::new(words)];
            row.extend((0..5).map(|_| Cell::toned("–", Tone::Muted)));
            row.push(Cell::new("Not checked in this file."));
            table.rows.push(row);
        }
        for column in [0, 1, 7] {
            span(&mut table.rows[first..], column);
        }
    }
    table
}

/// One cell over all rows.
fn span(rows: &mut [Vec<Cell>], column: usize) {
    let count = rows.len();
    for (place, row) in rows.iter_mut().enumerate() {
        row[column].rows = if place == 0 { count } else { 0 };
    }
}

/// The known statements, then those of the file that are not known.
fn statements(theorems: &Theorems) -> Vec<(String, String, String)> {
    let known =
        STATEMENTS.map(|(key, name, words)| (key.to_owned(), name.to_owned(), words.to_owned()));
    let mut all = known.to_vec();
    for found in theorems.settings.iter().flat_map(|s| &s.findings) {
        if all.iter().all(|(key, ..)| *key != found.statement) {
            all.push((
                found.statement.clone(),
                found.statement.replace('_', " "),
                String::new(),
            ));
        }
    }
    all
}

/// The forms in which a statement is checked, the paper's first.
fn forms(theorems: &Theorems, statement: &str) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    for found in theorems.settings.iter().flat_map(|s| &s.findings) {
        if found.statement == statement && !forms.contains(&found.form) {
            forms.push(found.form.clone());
        }
    }
    const ORDER: [&str; 4] = ["stated", "printed", "printed_eta_below_one", "repaired"];
    forms.sort_by_key(|form| {
        ORDER
            .iter()
            .position(|known| known == form)
            .unwrap_or(ORDER.len())
    });
    forms
}

fn form_name(form: &str) -> String {
    match form {
        "stated" => "as stated".into(),
        "printed_eta_below_one" => "printed, η < 1".into(),
        other => other.replace('_', " "),
    }
}

/// What the verdicts on all forms of a statement come to.
fn sentence(theorems: &Theorems, statement: &str, forms: &[String]) -> String {
    let of_form = |form: &String| {
        let certified = Tally::of(theorems, statement, form, Knowledge::Certified);
        let model = Tally::of(theorems, statement, form, Knowledge::Estimated);
        let (met, failed) = (
            certified.met() + model.met(),
            certified.count(Verdict::Fails) + model.count(Verdict::Fails),
        );
        let inconsistent =
            model.count(Verdict::Inconsistent) + certified.count(Verdict::Inconsistent);
        let mut text = match (failed, inconsistent, met) {
            (0, 0, 0) => {
                let why = certified.unmet().or(model.unmet());
                let why = why.map_or(String::new(), |why| format!(", for example because {why}"));
                format!("says nothing here{why}")
            }
            (0, 0, _) => {
                format!("is within its bound in all {met} checks whose hypotheses are met")
            }
            (0, _, _) => format!(
                "is exceeded in {inconsistent} of {met} checks, where constants are estimates from below"
            ),
            _ => format!("is refuted in {failed} of {met} checks"),
        };
        let tightest = [certified.tightest(), model.tightest()]
            .into_iter()
            .flatten();
        if let Some((ratio, setting, found)) = tightest.max_by(|a, b| a.0.total_cmp(&b.0)) {
            let how = if ratio > 1.0 { "farthest" } else { "tightest" };
            text += &format!(
                "; {how} {} for {} on {}",
                four_digits(ratio),
                found.what,
                setting.name
            );
        }
        let form = form_name(form);
        let (first, rest) = form.split_at(form.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest}, it {text}.", first.to_uppercase())
    };
    forms.iter().map(of_form).collect::<Vec<_>>().join(" ")
}

fn settings(settings: &[Setting]) -> Table {
    let number = |name| Column::new(name, Kind::Number);
    let mut table = Table {
        caption: "The functions of θ that the results are checked on, and their constants".into(),
        columns: vec![
            Column::new("function", Kind::Name),
            number("n"),
            number("parameters"),
            number("Lip(f)"),
            number("Lip(∇f)"),
            number("E"),
            number("r"),
            number("λ∘"),
            Column::new("constants", Kind::Words),
        ],
        rows: Vec::new(),
    };
    for s in settings {
        let mut row = vec![
            Cell::new(s.name.clone()),
            Cell::new(s.n.to_string()),
            Cell::new(s.parameters.to_string()),
        ];
        let constants = [
            s.lip_f,
            s.lip_gradient,
            s.residual,
            s.radius,
            s.lambda_circle,
        ];
        row.extend(constants.map(|value| Cell::new(four_digits(value))));
        row.push(Cell::new(s.obtained.clone()));
        table.rows.push(row);
    }
    merge(&mut table.rows, 0);
    table
}

fn optimiser(adamw: &AdamW) -> String {
    format!(
        "AdamW is no flow, and nothing is claimed of it: {} steps of η_step = {} under the selective rule with λ = {} \
         reach ‖θ − θ₀‖ = {} and R̃ = {} (from {}), where a flow over t = Σ η_step = {} would be bounded by {} (11), and \
         under a constant pull by {} (10).",
        adamw.steps,
        adamw.rate,
        four_digits(adamw.lambda),
        four_digits(adamw.distance),
        four_digits(adamw.risk[1]),
        four_digits(adamw.risk[0]),
        four_digits(adamw.time),
        four_digits(adamw.free_bound),
        four_digits(adamw.bound)
    )
}
