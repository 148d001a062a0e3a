//! Faults of a model's folder, as building the model reports them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadWeights, Weights};
use tangent_lora::{Classifier, EncoderConfig, Error, inspect};
use tempfile::TempDir;

use crate::folder::{Stored, folder, small, small_config, small_tensors, stored};

fn build(dir: &Path) -> Result<Classifier<Flex>, Error> {
    let config = EncoderConfig::from_dir(dir)?;
    let weights = Weights::open(dir)?;
    let head = HeadWeights::load(&config, &weights, None, None, 0)?;
    let adapter = Adapter::init(LoraConfig::new(2, 4.0, ["query"]), &config, 0)?;
    Classifier::build(
        &config,
        &weights,
        &head,
        &adapter,
        false,
        &FlexDevice,
        DType::F32,
    )
}

/// Returns a small BERT's folder, with `change` made to its tensors.
fn edited(change: impl FnOnce(&mut BTreeMap<String, Stored>)) -> TempDir {
    let mut tensors = small_tensors(&small_config("bert"));
    change(&mut tensors);
    folder(&small("bert"), &tensors)
}

/// Returns the error for a folder's weights without the file's path, with which the message begins.
fn refusal(dir: &TempDir) -> String {
    let message = build(dir.path()).unwrap_err().to_string();
    let path = dir.path().join("model.safetensors");
    let rest = message.strip_prefix(&path.display().to_string());
    rest.unwrap_or_else(|| panic!("{message}")).into()
}

#[test]
fn a_folder_that_is_not_there_is_named_by_whatever_looks_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    let missing =
        |file: &str, holds: &str| format!("{} is not there: {holds}", nowhere.join(file).display());
    let model = "a model's folder holds config.json and model.safetensors";
    let adapter = "an adapter's folder holds adapter_config.json and adapter_model.safetensors";
    let no_config = missing("config.json", model);
    assert_eq!(build(&nowhere).unwrap_err().to_string(), no_config);
    assert_eq!(inspect(&nowhere).unwrap_err().to_string(), no_config);
    assert_eq!(
        Weights::open(&nowhere).unwrap_err().to_string(),
        missing("model.safetensors", model)
    );
    assert_eq!(
        Adapter::load(&nowhere, &small_config("bert"))
            .unwrap_err()
            .to_string(),
        missing("adapter_config.json", adapter)
    );
}

#[test]
fn a_whole_folder_is_built() {
    assert_eq!(build(edited(|_| ()).path()).unwrap().targets().len(), 2);
}

#[test]
fn a_truncated_file_is_refused_before_anything_is_read() {
    let dir = edited(|_| ());
    let path = dir.path().join("model.safetensors");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 4]).unwrap();
    assert_eq!(
        refusal(&dir),
        format!(
            " is not a complete safetensors file (it has {} bytes, its header announces {}); fetch or write it again",
            whole.len() - 4,
            whole.len()
        )
    );
}

#[test]
fn every_tensor_of_the_encoder_is_needed_whole() {
    let config = small_config("bert");
    // One tensor of each kind that is read separately, and the last tensor of the last layer.
    for name in [
        "embeddings.position_embeddings.weight",
        "embeddings.LayerNorm.bias",
        "encoder.layer.0.attention.self.key.bias",
        "encoder.layer.1.attention.output.LayerNorm.weight",
        "encoder.layer.1.output.dense.weight",
    ] {
        let lacking = edited(|tensors| drop(tensors.remove(name)));
        let start = format!(" has no tensor `{name}`");
        assert!(refusal(&lacking).starts_with(&start), "{name}");

        let (_, shape, _) = small_tensors(&config)[name].clone();
        let mut longer = shape.clone();
        longer[0] += 1;
        let values = vec![0.5; longer.iter().product()];
        let misshapen =
            edited(|tensors| drop(tensors.insert(name.into(), stored(&longer, &values))));
        assert_eq!(
            refusal(&misshapen),
            format!(": tensor `{name}` has shape {longer:?}, expected {shape:?}")
        );

        let mut values = vec![0.5; shape.iter().product()];
        *values.last_mut().unwrap() = f32::NAN;
        let last: Vec<usize> = shape.iter().map(|size| size - 1).collect();
        let nan = edited(|tensors| drop(tensors.insert(name.into(), stored(&shape, &values))));
        assert_eq!(
            refusal(&nan),
            format!(
                ": tensor `{name}` has the value NaN at {last:?}; every weight must be a finite f32"
            )
        );
    }
}

#[test]
fn weights_of_another_architecture_are_recognised_as_such() {
    let dir = edited(|tensors| {
        tensors.clear();
        tensors.insert(
            "transformer.wte.weight".into(),
            stored(&[11, 6], &[0.5; 66]),
        );
        tensors.insert("transformer.h.0.ln_1.bias".into(), stored(&[6], &[0.5; 6]));
    });
    assert_eq!(
        refusal(&dir),
        " has no tensor `encoder.layer.0.attention.self.query.weight` (none of its 2 is similar, the first is \
         `transformer.h.0.ln_1.bias`; is it a model of the architecture that config.json names?)"
    );
}
