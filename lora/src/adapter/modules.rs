use super::{Naming, Projection};
use crate::config::{Architecture, EncoderConfig};

/// Where an adapter can be put.
pub(super) type Place = (usize, Projection);

/// The path of every module with a name that PEFT could match, and the place of those that can be adapted.
pub(super) fn modules(config: &EncoderConfig, naming: Naming) -> Vec<(String, Option<Place>)> {
    let prefix = naming.prefix(config.architecture);
    let mut modules = Vec::new();
    if naming == Naming::Prefixed {
        modules.push((config.architecture.name().to_string(), None));
        let head: &[&str] = match config.architecture {
            Architecture::Bert => &["classifier"],
            Architecture::Roberta => &["classifier", "classifier.dense", "classifier.out_proj"],
        };
        modules.extend(head.iter().map(|path| (path.to_string(), None)));
    }
    let mut push = |path: &str, place| modules.push((format!("{prefix}{path}"), place));
    for path in [
        "",
        ".word_embeddings",
        ".position_embeddings",
        ".token_type_embeddings",
        ".LayerNorm",
    ] {
        push(&format!("embeddings{path}"), None);
    }
    if config.architecture == Architecture::Bert {
        push("pooler", None);
        push("pooler.dense", None);
    }
    push("encoder", None);
    push("encoder.layer", None);
    for layer in 0..config.layers {
        push(&format!("encoder.layer.{layer}"), None);
        for path in CONTAINERS {
            push(&format!("encoder.layer.{layer}.{path}"), None);
        }
        for projection in Projection::ALL {
            push(
                &format!("encoder.layer.{layer}.{projection}"),
                Some((layer, projection)),
            );
        }
    }
    modules
}

/// Modules of a layer that are no linear map.
const CONTAINERS: [&str; 7] = [
    "attention",
    "attention.self",
    "attention.output",
    "attention.output.LayerNorm",
    "intermediate",
    "output",
    "output.LayerNorm",
];

/// What can be adapted, for messages.
pub(super) fn adaptable() -> String {
    Projection::ALL.map(Projection::path).join(", ")
}
