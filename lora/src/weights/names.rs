/// Returns the name that this crate uses for a stored tensor: without the architecture's prefix, and with a layer
/// norm's parameters called `weight` and `bias` (old checkpoints say `gamma` and `beta`).
pub(super) fn canonical(stored: &str) -> String {
    let name = ["bert.", "roberta."]
        .iter()
        .find_map(|prefix| stored.strip_prefix(prefix))
        .unwrap_or(stored);
    match name.rsplit_once('.') {
        Some((module, "gamma")) => format!("{module}.weight"),
        Some((module, "beta")) => format!("{module}.bias"),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn prefixes_and_old_spellings_are_removed() {
        for (stored, name) in [
            (
                "bert.embeddings.LayerNorm.gamma",
                "embeddings.LayerNorm.weight",
            ),
            (
                "roberta.encoder.layer.3.output.LayerNorm.beta",
                "encoder.layer.3.output.LayerNorm.bias",
            ),
            (
                "encoder.layer.0.output.dense.bias",
                "encoder.layer.0.output.dense.bias",
            ),
            ("classifier.weight", "classifier.weight"),
            (
                "cls.predictions.transform.LayerNorm.gamma",
                "cls.predictions.transform.LayerNorm.weight",
            ),
        ] {
            assert_eq!(canonical(stored), name);
        }
    }
}
