//! The statements that are checked, in words.

use tangent_linearize::checks::{Form, Statement};

/// The paper's eleven statements and this project's own: for each its name, and what it says.
pub(super) const STATEMENTS: [(Statement, &str, &str); 12] = [
    (
        Statement::Lemma1,
        "Lemma 1",
        "The kernel changes slowly with θ: Lip(k) ≤ 2 Lip(f) Lip(∇f).",
    ),
    (
        Statement::Lemma2,
        "Lemma 2",
        "The NTK is positive semidefinite: K ⪰ 0.",
    ),
    (
        Statement::Lemma3,
        "Lemma 3",
        "The steps (4) with the selective rule (8) tend to gradient flow whose pull is λ where the inner product is not \
         negative, and 0 elsewhere.",
    ),
    (
        Statement::Theorem1,
        "Theorem 1",
        "Along the flow with the selective rule the loss falls (7).",
    ),
    (
        Statement::Theorem2,
        "Theorem 2",
        "The distance ‖θ_t − θ₀‖ is bounded for every λ_t (9), and in closed form for a constant λ (10), λ → 0 (11), \
         t → ∞ (65).",
    ),
    (
        Statement::Theorem3,
        "Theorem 3",
        "Fine-tuning stays near the linear flow without a pull: the gap is at most b (t − (1 − exp(−λt))/λ) (12).",
    ),
    (
        Statement::Theorem4,
        "Theorem 4",
        "With λ ≥ λ∘, or for a short time, that gap is at most linear in t.",
    ),
    (
        Statement::Theorem5,
        "Theorem 5",
        "The ridge risk lies between (σ‖Y‖/(σ + λmax(K)))² and (σ‖Y‖/(σ + λmin(K)))² (18).",
    ),
    (
        Statement::Theorem6,
        "Theorem 6",
        "A block's kernel S moves every eigenvalue of K ≻ 0 by a factor within 1 ± η (20).",
    ),
    (
        Statement::Theorem7,
        "Theorem 7",
        "With a block added, the root of the ratio of ridge risks is within a factor a of ρ, the ratio of λmax (21).",
    ),
    (
        Statement::Corollary1,
        "Corollary 1",
        "The same for two candidates, within a factor b = a₁a₂ of ρ₁₂ (22).",
    ),
    (
        Statement::RegularisedComparator,
        "Erratum 5",
        "Not the paper's: the gap to the linear flow with the same pull is bounded uniformly in t.",
    ),
];

/// Returns the name of a form.
pub(super) fn form_name(form: Form) -> &'static str {
    match form {
        Form::Stated => "as stated",
        Form::Printed => "as printed",
        Form::Repaired => "as repaired",
    }
}
