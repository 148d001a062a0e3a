//! The eleven results: a line for each, with its verdicts and how close it comes to its bounds.

use tangent_linearize::checks::{Form, Statement};
use tangent_spectral::theorems::Verdict;

use super::bounds::bounds;
use super::statements::{STATEMENTS, form_name};
use super::tally::Tally;
use super::theorems::Theorems;
use super::tree::{Cell, Column, Element, Kind, Section, Table, Tone};
use tangent_base::cli::four_digits;
use tangent_commands::theorems::{AdamW, SettingRecord};

/// Adds the findings to the section of the results.
pub(super) fn fill(section: &mut Section, theorems: &Theorems) {
    section.push(Element::Paragraph(
        "A statement is checked on functions whose constants are proved (holds, fails) and on the model, whose \
         constants are estimated from below (consistent, inconsistent: a violation then proves nothing against the \
         statement). It is void, and not counted, where a hypothesis is not met. Slack is given as measured/bound \
         where the two are nearest: 1 reaches the bound, above 1 is a violation."
            .into(),
    ));
    section.push(Element::Table(eleven(theorems)));
    section.push(Element::Table(bounds(theorems)));
    section.push(Element::Table(settings(&theorems.settings)));
    if let Some(pulls) = theorems.pulls() {
        let pulls: Vec<String> = pulls.iter().map(|pull| format!("{pull:?}")).collect();
        let mut text = format!(
            "Strengths of the pull: {} times λ∘ = 2 E Lip(f)/r.",
            pulls.join(", ")
        );
        let ridges = theorems.ridges();
        let ridges: Vec<String> = ridges.iter().map(|sigma| format!("{sigma:e}")).collect();
        if !ridges.is_empty() {
            text += &format!(
                " Theorems 6 and 7 and Corollary 1 are checked at σ = {} too, the tables' ridge.",
                ridges.join(", ")
            );
        }
        section.push(Element::Paragraph(text));
    }
    if let Some(adamw) = &theorems.adamw {
        section.push(Element::Paragraph(optimiser(adamw)));
    }
    section.push(Element::Paragraph(format!(
        "Made by `{}`.",
        theorems.provenance.command
    )));
}

/// Returns a table with a line for each result.
fn eleven(theorems: &Theorems) -> Table {
    let row = |(statement, name, words): (Statement, &str, &str)| {
        let of_form =
            |form: Form| Tally::of(theorems, |_, f| f.statement == statement && f.form == form);
        let forms = theorems.forms(statement).into_iter();
        let tallies: Vec<(Form, Tally)> = forms.map(|form| (form, of_form(form))).collect();
        let (verdict, sentence) = match tallies.is_empty() {
            true => (
                Cell::toned("○ not checked", Tone::Signed),
                "This file does not have it.".into(),
            ),
            false => {
                let sentences: Vec<String> = tallies
                    .iter()
                    .map(|(form, tally)| sentence(*form, tally))
                    .collect();
                (overall(&tallies), sentences.join("\n"))
            }
        };
        vec![
            Cell::new(name),
            verdict,
            Cell::new(words),
            Cell::new(sentence),
        ]
    };
    Table {
        caption: "The eleven results, and this project's own bound".into(),
        columns: vec![
            Column::new("result", Kind::Name),
            Column::new("verdict", Kind::Words),
            Column::new("statement", Kind::Text),
            Column::new("what it comes to", Kind::Text),
        ],
        rows: STATEMENTS.into_iter().map(row).collect(),
    }
}

/// Returns the verdict on each form of a statement: a sign and the name of the form.
fn overall(tallies: &[(Form, Tally)]) -> Cell {
    let of_form = |(form, tally): &(Form, Tally)| {
        let sign = match (tally.violations(), tally.met()) {
            (0, 0) => "○",
            (0, _) => "✓",
            _ => "✗",
        };
        format!("{sign} {}", form_name(*form))
    };
    let text: Vec<String> = tallies.iter().map(of_form).collect();
    Cell::toned(text.join("\n"), Tone::Signed)
}

/// Returns a sentence that sums up the verdicts on a form.
fn sentence(form: Form, tally: &Tally) -> String {
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
    format!("A{}: {text}.", form.strip_prefix('a').unwrap_or(form))
}

fn settings(settings: &[SettingRecord]) -> Table {
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
        let constants = [s.lip_f, s.lip_gradient, s.residual, s.radius].map(Some);
        let constants = constants.into_iter().chain([s.lambda_circle]);
        row.extend(constants.map(|value| Cell::new(number_if_any(value))));
        row.push(Cell::new(s.obtained.clone()));
        table.rows.push(row);
    }
    table
}

fn number_if_any(value: Option<f64>) -> String {
    value.map_or("–".into(), four_digits)
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
        number_if_any(adamw.free_bound),
        number_if_any(adamw.bound)
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
        assert_eq!(seven[1].text, "✗ as printed\n✓ as repaired");
        assert_eq!(
            seven[3].text,
            "As printed: refuted in 1 of 1 checks, by up to 25.00 times the bound: (21) on sin(Aθ).\n\
             As repaired: within the bound in all 1 checks, at most 0.5000 of it."
        );
        assert_eq!(
            line("Theorem 6")[3].text,
            "As stated: says nothing here, for example since K is singular."
        );
        assert_eq!(line("Lemma 1")[1].text, "○ not checked");
    }
}
