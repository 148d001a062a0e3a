//! What the paper's tables and figures have in common: their sizes as data, the runs that they are made of, and the
//! numbers that the paper prints.

mod adapted;
mod blocks;
mod layer_choices;
mod part;
mod profile;
mod reference;
mod request;
mod rings;
mod runs;
mod settings;

use std::time::{Instant, SystemTime};

use serde_json::Value;
use tangent_base::record::Provenance;

pub use adapted::Adapted;
pub(crate) use layer_choices::{LAYER_CHOICES, LayerRun, layer_run, layer_runs, printed_of_choice};
pub(crate) use part::{Failed, FailedPart, collect, complete, kept};
pub(crate) use profile::{
    ALPHA, LAMBDA, LAMBDA_OF_CHOICES, NTK_N, RANK, ROWS_OF_J, SIGMA, SWEEP, WARMUP,
};
pub use profile::{Profile, TaskSizes, scaled_layers};
pub(crate) use reference::{numbers, tables};
pub use request::Request;
pub(crate) use rings::Ring;
pub(crate) use runs::{Group, Observed, Trained};
pub use settings::{PaperArgs, ProfileName};

/// Returns the provenance of a result of the paper.
pub(crate) fn provenance(
    command: String,
    config: Value,
    began: (SystemTime, Instant),
    warnings: Vec<String>,
) -> Provenance {
    Provenance::new(command, config, &CONVENTIONS, began, warnings)
}

/// The choices that this project made where the paper is silent.
pub(crate) const CONVENTIONS: [&str; 12] = [
    "Table 1 adapts W_q and W_v of layers {0,5,11}; a model of L layers takes round(l (L − 1)/11) for layer l",
    "LoRA starts as in PEFT: A from U(±1/√in), B = 0; head N(0, 0.02), zero bias; the head is trained",
    "the selective rule tests ⟨g(θ_{t−1}), θ_{t−1} − θ₀⟩, the gradient of the data term alone",
    "cross-entropy is the mean over a batch; weight decay 0; dropout 0",
    "training losses are of the first 200 training rows",
    "norms are over all that is trained; values at the last step; R_max is the largest of all steps",
    "f-gap: mean over the evaluation set of the logits' L2 difference; KL: mean KL(softmax full ‖ softmax linearized)",
    "Algorithm 1: f = logits, x = the mean over tokens of the embedding layer's output, v over all that is trained, \
     pairs among 64 different sentences, R_max of one's own Table 6, λ = 5",
    "λ = 1 in Tables 2 and 3, in the figures and in the study",
    "the NTK is over LoRA's A and B, the head left out, of the margin logit₁ − logit₀ on the first 32 rows of the \
     training sample, which is drawn at random, and in the study on all of them; σ = 1e-4",
    "κ at the start of training; losses, accuracy and the tasks' metrics at its end",
    "the seed decides sample, A, head, order of examples, pairs and models",
];
