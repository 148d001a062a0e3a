use crate::config::{Architecture, EncoderConfig};

/// A tensor's name and the shape that it must have.
pub(crate) type Expected = (String, Vec<usize>);

/// Returns every tensor of the embeddings and the layers, with its shape; linear weights are `[out, in]`.
pub fn encoder_tensors(config: &EncoderConfig) -> Vec<(String, Vec<usize>)> {
    let layers = (0..config.layers).flat_map(|layer| layer_tensors(config, layer));
    embedding_tensors(config)
        .into_iter()
        .chain(layers)
        .collect()
}

/// Returns the tensors before the first layer.
pub(crate) fn embedding_tensors(config: &EncoderConfig) -> Vec<Expected> {
    let h = config.hidden_size;
    let table = |name: &str, rows| {
        (
            format!("embeddings.{name}_embeddings.weight"),
            vec![rows, h],
        )
    };
    let mut tensors = vec![
        table("word", config.vocab_size),
        table("position", config.max_positions),
        table("token_type", config.type_vocab_size),
    ];
    tensors.extend(affine("embeddings.LayerNorm".into(), vec![h], h));
    tensors
}

/// Returns the tensors of one layer.
pub(crate) fn layer_tensors(config: &EncoderConfig, layer: usize) -> Vec<Expected> {
    let (h, wide) = (config.hidden_size, config.intermediate_size);
    let module = |path: &str| format!("encoder.layer.{layer}.{path}");
    let norm = |path: &str| affine(module(path), vec![h], h);
    let mut tensors = Vec::new();
    for path in [
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
    ] {
        tensors.extend(linear(module(path), h, h));
    }
    tensors.extend(norm("attention.output.LayerNorm"));
    tensors.extend(linear(module("intermediate.dense"), h, wide));
    tensors.extend(linear(module("output.dense"), wide, h));
    tensors.extend(norm("output.LayerNorm"));
    tensors
}

/// Returns the names and shapes of BERT's pooler, which belongs to the encoder and is read by the head; none for RoBERTa.
pub fn pooler_tensors(config: &EncoderConfig) -> Vec<(String, Vec<usize>)> {
    match config.architecture {
        Architecture::Bert => linear(
            "pooler.dense".into(),
            config.hidden_size,
            config.hidden_size,
        )
        .into(),
        Architecture::Roberta => Vec::new(),
    }
}

/// Returns the tensors of a classification head with `classes` outputs, which fine-tuning trains.
pub fn head_tensors(config: &EncoderConfig, classes: usize) -> Vec<(String, Vec<usize>)> {
    let h = config.hidden_size;
    match config.architecture {
        Architecture::Bert => linear("classifier".into(), h, classes).into(),
        Architecture::Roberta => [
            linear("classifier.dense".into(), h, h),
            linear("classifier.out_proj".into(), h, classes),
        ]
        .concat(),
    }
}

/// Returns whether an optional part, the head or the pooler, exists: if any of its tensors exists, all of them must.
pub(crate) fn is_there(part: &[(String, Vec<usize>)], has: impl Fn(&str) -> bool) -> bool {
    part.iter().any(|(name, _)| has(name))
}

/// Returns the number of outputs of the head whose tensors have the shapes that `shape` gives; `None` if there is no
/// head, and `otherwise` if the tensors that show the number are missing.
pub(crate) fn head_outputs<'a>(
    config: &EncoderConfig,
    shape: impl Fn(&str) -> Option<&'a [usize]>,
    otherwise: usize,
) -> Option<usize> {
    let head = head_tensors(config, otherwise);
    is_there(&head, |name| shape(name).is_some()).then(|| {
        // The weight and the bias of the last map.
        let last_map = head.iter().rev().take(2).rev();
        let mut outputs = last_map.map(|(name, _)| shape(name)?.first().copied());
        outputs.find_map(|outputs| outputs).unwrap_or(otherwise)
    })
}

fn linear(module: String, input: usize, output: usize) -> [(String, Vec<usize>); 2] {
    affine(module, vec![output, input], output)
}

fn affine(module: String, weight: Vec<usize>, bias: usize) -> [(String, Vec<usize>); 2] {
    [
        (format!("{module}.weight"), weight),
        (format!("{module}.bias"), vec![bias]),
    ]
}
