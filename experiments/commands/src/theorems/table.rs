//! The result for people: one table for each statement.

use std::fmt::Write;

use tangent_linearize::checks::{Finding, Form, Statement};
use tangent_spectral::theorems::Verdict;

use super::record::TheoremsResult;

const STATEMENTS: [(Statement, &str); 12] = [
    (Statement::Lemma1, "Lemma 1 · Lip(k) ≤ 2 Lip(f) Lip(∇f)"),
    (Statement::Lemma2, "Lemma 2 · K ⪰ 0"),
    (
        Statement::Lemma3,
        "Lemma 3 · the flow is the limit of the steps",
    ),
    (Statement::Theorem1, "Theorem 1 · the loss falls"),
    (Statement::Theorem2, "Theorem 2 · the distance ‖θ_t − θ₀‖"),
    (
        Statement::Theorem3,
        "Theorem 3 · the gap to the linear flow without a pull",
    ),
    (Statement::Theorem4, "Theorem 4 · the same, linear in t"),
    (
        Statement::RegularisedComparator,
        "Erratum 5 · the gap to the linear flow with the pull",
    ),
    (Statement::Theorem5, "Theorem 5 · the ridge risk"),
    (
        Statement::Theorem6,
        "Theorem 6 · eigenvalues after parameters are added",
    ),
    (
        Statement::Theorem7,
        "Theorem 7 · the root of the ridge risk's ratio after parameters are added",
    ),
    (
        Statement::Corollary1,
        "Corollary 1 · the same of two additions",
    ),
];

/// Returns the tables of `tangent theorems`, as Markdown.
pub(super) fn table(result: &TheoremsResult) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string cannot fail");
    line("| setting | n | parameters | Lip(f) | Lip(∇f) | E | r | λ∘ | constants |".into());
    line("|---|---|---|---|---|---|---|---|---|".into());
    for s in &result.settings {
        line(format!(
            "| {} | {} | {} | {:.4} | {:.4} | {:.4} | {} | {} | {} |",
            s.name,
            s.n,
            s.parameters,
            s.lip_f,
            s.lip_gradient,
            s.residual,
            s.radius,
            s.lambda_circle
                .map_or("–".into(), |lambda| format!("{lambda:.3}")),
            s.obtained
        ));
    }
    for (statement, title) in STATEMENTS {
        line(format!("\n**{title}**\n"));
        line(
            "| what | form | setting | λ | t | measured | bound | slack | measured/bound | verdict |"
                .into(),
        );
        line("|---|---|---|---|---|---|---|---|---|---|".into());
        for setting in &result.settings {
            let of_it = |f: &&Finding| f.statement == statement;
            for finding in setting.findings.iter().filter(of_it) {
                line(row(&setting.name, finding));
            }
        }
    }
    if let Some(adamw) = &result.adamw {
        let number = |bound: Option<f64>| bound.map_or("–".into(), |b| format!("{b:.4}"));
        line(format!(
            "\nAdamW is no flow, and nothing is claimed of it: {} steps of η_step = {} under the selective rule with \
             λ = {:.3} reach ‖θ − θ₀‖ = {:.4} and R̃ = {:.4} (from {:.4}), where a flow over t = Σ η_step = {} would be \
             bounded by {} (11), and under a constant pull by {} (10).",
            adamw.steps,
            adamw.rate,
            adamw.lambda,
            adamw.distance,
            adamw.risk[1],
            adamw.risk[0],
            adamw.time,
            number(adamw.free_bound),
            number(adamw.bound)
        ));
    }
    out
}

fn row(setting: &str, finding: &Finding) -> String {
    let check = &finding.check;
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.3e}"));
    let verdict = match check.verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Fails => "**fails**".to_owned(),
        Verdict::Consistent => "consistent".to_owned(),
        Verdict::Inconsistent => "**inconsistent**".to_owned(),
        Verdict::Void => format!(
            "void: {}",
            check.unmet.as_deref().unwrap_or("a hypothesis is not met")
        ),
    };
    let form = match finding.form {
        Form::Stated => "as stated",
        Form::Printed => "printed",
        Form::Repaired => "repaired",
    };
    format!(
        "| {} | {form} | {setting} | {:.3} | {} | {:.3e} | {} | {} | {} | {verdict} |",
        finding.what,
        finding.lambda,
        number(finding.time),
        check.measured,
        number(check.bound),
        number(check.slack()),
        // A negative ratio has no meaning.
        check
            .ratio
            .filter(|ratio| *ratio >= 0.0)
            .map_or("–".to_owned(), |ratio| format!("{ratio:.3}")),
    )
}
