use crate::adapter::{Naming, Place, Projection};
use crate::config::{Architecture, EncoderConfig};

/// The role of a module for an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapter) enum Role {
    /// A linear map that can be adapted.
    Adaptable(Place),
    /// The pooler of a bare RoBERTa: a linear map that no classification head reads.
    Unread,
    /// A linear map of the classification head.
    Head,
    /// The module that contains the pooler's linear map.
    Pooler,
    /// Embeddings, norms, activations, dropout, and modules that contain other modules.
    Other,
}

impl Role {
    /// Returns whether PEFT's `all-linear` selects the module.
    pub(in crate::adapter) fn is_linear(self) -> bool {
        matches!(self, Role::Adaptable(_) | Role::Unread | Role::Head)
    }

    /// Returns whether the module is the pooler or a part of it.
    pub(in crate::adapter) fn is_of_pooler(self) -> bool {
        let map = Role::Adaptable(Place::Pooler);
        self == Role::Pooler || self == Role::Unread || self == map
    }
}

/// A module of the model in the Python library.
pub(in crate::adapter) struct Module {
    pub path: String,
    pub role: Role,
}

/// Returns every module that PEFT could match, from the embeddings to the head.
pub(in crate::adapter) fn modules(config: &EncoderConfig, naming: Naming) -> Vec<Module> {
    let prefix = naming.prefix(config.architecture);
    let mut modules = Vec::new();
    let mut push = |path: String, role| modules.push(Module { path, role });
    if naming == Naming::Prefixed {
        push(config.architecture.name().into(), Role::Other);
    }
    for path in EMBEDDINGS {
        push(format!("{prefix}{path}"), Role::Other);
    }
    push(format!("{prefix}encoder"), Role::Other);
    push(format!("{prefix}encoder.layer"), Role::Other);
    for layer in 0..config.layers {
        let path = format!("{prefix}encoder.layer.{layer}");
        for part in PARTS_OF_A_LAYER {
            push(format!("{path}.{part}"), Role::Other);
        }
        for projection in Projection::ALL {
            let place = Place::Layer(layer, projection);
            push(format!("{path}.{projection}"), Role::Adaptable(place));
        }
        push(path, Role::Other);
    }
    let pooler = match (config.architecture, naming) {
        (Architecture::Bert, _) => Some(Role::Adaptable(Place::Pooler)),
        (Architecture::Roberta, Naming::Bare) => Some(Role::Unread),
        (Architecture::Roberta, Naming::Prefixed) => None,
    };
    if let Some(map) = pooler {
        push(format!("{prefix}pooler"), Role::Pooler);
        push(format!("{prefix}pooler.dense"), map);
        push(format!("{prefix}pooler.activation"), Role::Other);
    }
    if naming == Naming::Prefixed {
        for &(path, role) in head(config.architecture) {
            push(path.into(), role);
        }
    }
    modules
}

fn head(architecture: Architecture) -> &'static [(&'static str, Role)] {
    match architecture {
        Architecture::Bert => &[("dropout", Role::Other), ("classifier", Role::Head)],
        Architecture::Roberta => &[
            ("classifier", Role::Other),
            ("classifier.dense", Role::Head),
            ("classifier.dropout", Role::Other),
            ("classifier.out_proj", Role::Head),
        ],
    }
}

const EMBEDDINGS: [&str; 6] = [
    "embeddings",
    "embeddings.word_embeddings",
    "embeddings.position_embeddings",
    "embeddings.token_type_embeddings",
    "embeddings.LayerNorm",
    "embeddings.dropout",
];

/// The modules of a layer that are not linear maps.
const PARTS_OF_A_LAYER: [&str; 11] = [
    "attention",
    "attention.self",
    "attention.self.dropout",
    "attention.output",
    "attention.output.LayerNorm",
    "attention.output.dropout",
    "intermediate",
    "intermediate.intermediate_act_fn",
    "output",
    "output.LayerNorm",
    "output.dropout",
];

/// Returns the paths of the modules that can be adapted, for messages.
pub(in crate::adapter) fn adaptable() -> String {
    Projection::ALL.map(Projection::path).join(", ")
}
