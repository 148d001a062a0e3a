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
        "Fine-tuning stays near the linear flow without a pull: the gap is at most b (t − (1 − exp(−λt))/λ) (12).",
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
         statement). It is void, and not counted, where a hypothesis is not met. Slack is given as measured/bound \
         where the two are nearest: 1 reaches the bound, above 1 is a violation."
            .into(),
    ));
    section.push(Block::Table(eleven(theorems)));
    section.push(Block::Table(bounds(theorems)));
    section.push(Block::Table(settings(&theorems.settings)));
    let pulls = theorems.config["pulls"].as_array();
    if let Some(pulls) = pulls {
        let pulls: Vec<String> = pulls.iter().map(ToString::to_string).collect();
        let text = format!(
            "Strengths of the pull: {} times λ∘ = 2 E Lip(f)/r.",
            pulls.join(", ")
        );
        section.push(Block::Paragraph(text));
    }
    if let Some(adamw) = &theorems.adamw {
        section.push(Block::Paragraph(optimiser(adamw)));
    }
    section.push(Block::Paragraph(format!(
        "Made by `{}`.",
        theorems.command()
    )));
}

/// Findings of one kind, with the functions that they were made on.
struct Tally<'a> {
    found: Vec<(&'a Setting, &'a Found)>,
}

impl<'a> Tally<'a> {
    fn of(theorems: &'a Theorems, keep: impl Fn(&Setting, &Found) -> bool) -> Self {
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
        match counts.is_empty() {
            true => Cell::toned("–", Tone::Muted),
            false => Cell::toned(counts.join("\n"), Tone::Signed),
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

/// A line for each result.
fn eleven(theorems: &Theorems) -> Table {
    let row = |(statement, name, words): (String, String, String)| {
        let forms = forms(theorems, &statement);
        let of_form =
            |form: &String| Tally::of(theorems, |_, f| f.statement == statement && f.form == *form);
        let tallies: Vec<(&String, Tally)> =
            forms.iter().map(|form| (form, of_form(form))).collect();
        let (verdict, sentence) = match tallies.is_empty() {
            true => (
                Cell::toned("○ not checked", Tone::Signed),
                "This file does not have it.".into(),
            ),
            false => {
                let sentences: Vec<String> = tallies
                    .iter()
                    .map(|(form, tally)| sentence(form, tally))
                    .collect();
                (overall(&tallies), sentences.join("\n"))
            }
        };
        vec![
            Cell::new(name),
            Cell::new(words),
            verdict,
            Cell::new(sentence),
        ]
    };
    Table {
        caption: "The eleven results, and this project's own bound".into(),
        columns: vec![
            Column::new("result", Kind::Name),
            Column::new("statement", Kind::Text),
            Column::new("verdict", Kind::Words),
            Column::new("what it comes to", Kind::Text),
        ],
        rows: statements(theorems).into_iter().map(row).collect(),
    }
}

/// The verdict on every form of a statement, in a sign and a word.
fn overall(tallies: &[(&String, Tally)]) -> Cell {
    let of_form = |(form, tally): &(&String, Tally)| {
        let sign = match (tally.violations(), tally.met()) {
            (0, 0) => "○",
            (0, _) => "✓",
            _ => "✗",
        };
        format!("{sign} {}", form_name(form))
    };
    let text: Vec<String> = tallies.iter().map(of_form).collect();
    Cell::toned(text.join("\n"), Tone::Signed)
}

/// What the verdicts on a form come to.
fn sentence(form: &str, tally: &Tally) -> String {
    let met = tally.met();
    let nearest = tally.tightest();
    let at_most = nearest.map_or(String::new(), |(ratio, ..)| {
        format!(", at most {} of it", four_digits(ratio))
    });
    let by_up_to = nearest.map_or(String::new(), |(ratio, setting, found)| {
        let times = four_digits(ratio);
        format!(
            ", by up to {times} times the bound: {} on {}",
            found.what, setting.name
        )
    });
    let text = match (
        tally.count(Verdict::Fails),
        tally.count(Verdict::Inconsistent),
    ) {
        (0, 0) if met == 0 => {
            let why = tally
                .unmet()
                .map_or(String::new(), |why| format!(", for example since {why}"));
            format!("says nothing here{why}")
        }
        (0, 0) => format!("within the bound in all {met} checks{at_most}"),
        (0, beyond) => {
            format!("exceeded in {beyond} of {met} checks, all with estimated constants{by_up_to}")
        }
        (fails, _) => format!("refuted in {fails} of {met} checks{by_up_to}"),
    };
    let form = form_name(form);
    format!("A{}: {text}.", form.strip_prefix('a').unwrap_or(&form))
}

/// A line for each bound of each form.
fn bounds(theorems: &Theorems) -> Table {
    const PROVED: &str = "proved constants";
    const MODEL: &str = "the model";
    let mut rows = Vec::new();
    for (statement, name, _) in statements(theorems) {
        for form in forms(theorems, &statement) {
            for what in whats(theorems, &statement, &form) {
                let tally = |knowledge: Knowledge| {
                    Tally::of(theorems, |setting, found| {
                        setting.knowledge == knowledge
                            && (&found.statement, &found.form, &found.what)
                                == (&statement, &form, &what)
                    })
                };
                let (proved, model) = (tally(Knowledge::Certified), tally(Knowledge::Estimated));
                rows.push(vec![
                    Cell::new(name.clone()),
                    Cell::new(form_name(&form)),
                    Cell::new(what.clone()),
                    proved.verdicts(),
                    proved.slack(),
                    model.verdicts(),
                    model.slack(),
                ]);
            }
        }
    }
    merge(&mut rows, 0);
    merge(&mut rows, 1);
    Table {
        caption: "Every bound: counts of verdicts, and slack as measured/bound".into(),
        columns: vec![
            Column::new("result", Kind::Name),
            Column::new("form", Kind::Words),
            Column::new("bound", Kind::Text),
            Column::of(PROVED, "verdicts", Kind::Words),
            Column::of(PROVED, "slack", Kind::Number),
            Column::of(MODEL, "verdicts", Kind::Words),
            Column::of(MODEL, "slack", Kind::Number),
        ],
        rows,
    }
}

/// The known statements, then those of the file that are not known.
fn statements(theorems: &Theorems) -> Vec<(String, String, String)> {
    let known = STATEMENTS.map(|(key, name, words)| (key.into(), name.into(), words.into()));
    let mut all: Vec<(String, String, String)> = known.to_vec();
    for found in found(theorems) {
        if all.iter().all(|(key, ..)| *key != found.statement) {
            let name = found.statement.replace('_', " ");
            all.push((found.statement.clone(), name, String::new()));
        }
    }
    all
}

/// The forms in which a statement is checked, the paper's first.
fn forms(theorems: &Theorems, statement: &str) -> Vec<String> {
    const ORDER: [&str; 3] = ["stated", "printed", "repaired"];
    let of_it = found(theorems).filter(|found| found.statement == statement);
    let mut forms = each_once(of_it.map(|found| &found.form));
    forms.sort_by_key(|form| {
        ORDER
            .iter()
            .position(|known| known == form)
            .unwrap_or(ORDER.len())
    });
    forms
}

/// The bounds of a form.
fn whats(theorems: &Theorems, statement: &str, form: &str) -> Vec<String> {
    let of_it = found(theorems).filter(|found| found.statement == statement && found.form == form);
    each_once(of_it.map(|found| &found.what))
}

fn found(theorems: &Theorems) -> impl Iterator<Item = &Found> {
    theorems
        .settings
        .iter()
        .flat_map(|setting| &setting.findings)
}

/// In the order of their first appearance.
fn each_once<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}

fn form_name(form: &str) -> String {
    format!("as {}", form.replace('_', " "))
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
            Column::new("constants", Kind::Text),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_a_line_and_every_form_its_verdict() {
        let theorems: Theorems = serde_json::from_value(super::super::samples::theorems()).unwrap();
        let table = eleven(&theorems);
        let names: Vec<_> = table.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(names.len(), 12);
        let line = |name: &str| &table.rows[names.iter().position(|n| *n == name).unwrap()];
        let seven = line("Theorem 7");
        assert_eq!(seven[2].text, "✗ as printed\n✓ as repaired");
        assert_eq!(
            seven[3].text,
            "As printed: refuted in 1 of 1 checks, by up to 25.00 times the bound: (21) on sin(Aθ).\n\
             As repaired: within the bound in all 1 checks, at most 0.5000 of it."
        );
        assert_eq!(
            line("Theorem 6")[3].text,
            "As stated: says nothing here, for example since K is singular."
        );
        assert_eq!(line("Lemma 1")[2].text, "○ not checked");
    }

    #[test]
    fn bounds_are_counted_apart_for_proved_and_estimated_constants() {
        let theorems: Theorems = serde_json::from_value(super::super::samples::theorems()).unwrap();
        let rows = bounds(&theorems).rows;
        let texts = |row: usize| {
            rows[row]
                .iter()
                .map(|c| c.text.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(0),
            ["Theorem 6", "as stated", "(21)", "–", "–", "○ void 1", "–"]
        );
        assert_eq!(
            texts(1),
            [
                "Theorem 7",
                "as printed",
                "(21)",
                "✗ fails 1",
                "25.00",
                "–",
                "–"
            ]
        );
        assert_eq!(texts(2)[3..5], ["✓ holds 1", "0.5000"]);
        assert_eq!((rows[1][0].rows, rows[2][0].rows), (2, 0));
    }
}
