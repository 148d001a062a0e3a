//! `task_type`: the model class that PEFT wraps, and what it saves of it unasked.

use super::{LoraConfig, Naming};

/// Heads of classifiers that PEFT lists in `modules_to_save`, whichever of them the model has.
pub(super) const HEADS: [&str; 2] = ["classifier", "score"];

/// Types of PEFT's whose models have no head of their own to save.
const OTHERS: [&str; 3] = ["CAUSAL_LM", "SEQ_2_SEQ_LM", "FEATURE_EXTRACTION"];

/// The modules that PEFT saves whole for the sake of the task, beside those of `modules_to_save`.
pub(super) fn saved_modules(config: &LoraConfig) -> &'static [&'static str] {
    match config.task_type.as_deref() {
        Some("SEQ_CLS" | "TOKEN_CLS") => &HEADS,
        Some("QUESTION_ANS") => &["qa_outputs"],
        _ => &[],
    }
}

/// How the modules of a model for the task are likely to be named, the likeliest first.
pub(super) fn namings(config: &LoraConfig) -> [Naming; 2] {
    match config.task_type.as_deref() {
        Some("FEATURE_EXTRACTION") => [Naming::Bare, Naming::Prefixed],
        _ => [Naming::Prefixed, Naming::Bare],
    }
}

/// What is not as it would be in an adapter of a sequence classifier.
pub(super) fn warning(config: &LoraConfig, has_head: bool) -> Option<String> {
    match config.task_type.as_deref()? {
        "SEQ_CLS" | "FEATURE_EXTRACTION" => None,
        "TOKEN_CLS" if has_head => Some(
            "adapter_config.json: `task_type` is \"TOKEN_CLS\": the adapter's head was trained on every token; it is \
             applied to the pooled first one"
                .into(),
        ),
        task if task == "TOKEN_CLS" || task == "QUESTION_ANS" || OTHERS.contains(&task) => {
            Some(format!(
                "adapter_config.json: `task_type` is \"{task}\": the adapter was trained for another task than the \
                 classification of sequences"
            ))
        }
        other => Some(format!(
            "adapter_config.json: `task_type` = \"{other}\" is none of PEFT's and is ignored"
        )),
    }
}
