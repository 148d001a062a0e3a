//! `task_type`: the class of model that PEFT wraps, and the modules that PEFT saves for it without being asked.

use crate::adapter::{LoraConfig, Naming};

/// The names of heads of classifiers that PEFT adds to `modules_to_save`, whichever of them the model has.
pub(in crate::adapter) const HEADS: [&str; 2] = ["classifier", "score"];

/// The task types of PEFT whose models have no head of their own to save.
const OTHERS: [&str; 3] = ["CAUSAL_LM", "SEQ_2_SEQ_LM", "FEATURE_EXTRACTION"];

/// Returns the modules that PEFT saves whole for the task, in addition to those in `modules_to_save`.
pub(in crate::adapter) fn saved_modules(config: &LoraConfig) -> &'static [&'static str] {
    match config.task_type.as_deref() {
        Some("SEQ_CLS" | "TOKEN_CLS") => &HEADS,
        Some("QUESTION_ANS") => &["qa_outputs"],
        _ => &[],
    }
}

/// Returns the two ways to name the modules of a model for the task, the likelier one first.
pub(in crate::adapter) fn namings(config: &LoraConfig) -> [Naming; 2] {
    match config.task_type.as_deref() {
        Some("FEATURE_EXTRACTION") => [Naming::Bare, Naming::Prefixed],
        _ => [Naming::Prefixed, Naming::Bare],
    }
}

/// Returns a warning if `task_type` is not one whose adapters fit a sequence classifier.
pub(in crate::adapter) fn warning(config: &LoraConfig, has_head: bool) -> Option<String> {
    match config.task_type.as_deref()? {
        "SEQ_CLS" | "FEATURE_EXTRACTION" => None,
        "TOKEN_CLS" if has_head => Some(
            "adapter_config.json: `task_type` is \"TOKEN_CLS\": the adapter's head was trained on every token; it is \
             applied to the pooled first one"
                .into(),
        ),
        task if task == "TOKEN_CLS" || task == "QUESTION_ANS" || OTHERS.contains(&task) => {
            Some(format!(
                "adapter_config.json: `task_type` is \"{task}\": the adapter was not trained to classify whole \
                 sequences"
            ))
        }
        other => Some(format!(
            "adapter_config.json: `task_type` = \"{other}\" is not a task type of PEFT and is ignored"
        )),
    }
}
