//! Tests of a published checkpoint on published data: all-MiniLM-L6-v2 (`make minilm`) and STS-B.

use std::path::{Path, PathBuf};
use std::process::Command;

use burn::tensor::{DType, Tensor};
use burn_flex::{Flex, FlexDevice};
use serde_json::Value;
use tangent_datasets::{Dataset, Example, Options, Split, Task, Tokenizer};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadWeights, Weights};
use tangent_lora::{Batch, Classifier, EncoderConfig, Sequence};
use tempfile::TempDir;

fn minilm() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/all-MiniLM-L6-v2");
    assert!(
        dir.join("model.safetensors").exists(),
        "all-MiniLM-L6-v2 is not in models/; run `make minilm`"
    );
    dir
}

fn glue() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/glue");
    assert!(
        dir.exists(),
        "GLUE's files are looked for in ../shared/data/glue beside the repository"
    );
    dir
}

/// Returns one unit vector for each text: the normalised mean of its last hidden states.
fn embed(model: &Classifier<Flex>, sequences: &[Sequence]) -> Vec<Vec<f64>> {
    sequences
        .chunks(32)
        .flat_map(|chunk| {
            let batch = Batch::new(&chunk.iter().collect::<Vec<_>>());
            let states = model.encoder().hidden_states(&batch);
            let last = states.last().expect("an encoder has layers").clone();
            let width = last.dims()[1];
            batch
                .spans()
                .ranges()
                .map(|rows| {
                    let mean: Tensor<Flex, 2> = last.clone().slice([rows, 0..width]).mean_dim(0);
                    let mean: Vec<f64> = mean
                        .to_data()
                        .convert::<f64>()
                        .to_vec()
                        .expect("just converted");
                    let norm = mean.iter().map(|v| v * v).sum::<f64>().sqrt();
                    mean.into_iter().map(|v| v / norm).collect()
                })
                .collect::<Vec<Vec<f64>>>()
        })
        .collect()
}

/// Returns the ranks from 0; equal values share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (run.len() as f64 - 1.0) / 2.0;
        run.iter().for_each(|&i| ranks[i] = rank);
        start += run.len();
    }
    ranks
}

fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - mean) * (y - mean))
            .sum::<f64>()
    };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

#[test]
fn sentence_similarities_are_those_that_the_checkpoint_is_known_for() {
    let dir = minilm();
    let config = EncoderConfig::from_dir(&dir).unwrap();
    let weights = Weights::open(&dir).unwrap();
    let head = HeadWeights::load(&config, &weights, None, Some(2), 0).unwrap();
    let adapter = Adapter::init(
        LoraConfig::new(1, 1.0, ["query"]).on_layers([0]),
        &config,
        0,
    )
    .unwrap();
    let model = Classifier::<Flex>::build(
        &config,
        &weights,
        &head,
        &adapter,
        false,
        &FlexDevice,
        DType::F32,
    )
    .unwrap();
    let tokenizer = Tokenizer::from_file(dir.join("tokenizer.json")).unwrap();
    let task = Task::named("sts-b").unwrap();
    let dev = Dataset::load(&task, Some(&glue()), Split::Dev, &Options::default()).unwrap();
    assert_eq!(dev.examples.len(), 1500);

    let side = |text: fn(&Example) -> &str| {
        let sequences: Vec<Sequence> = dev
            .examples
            .iter()
            .map(|example| {
                let encoded = tokenizer.encode(text(example), None, 128).unwrap();
                Sequence::new(&config, &encoded.ids, &encoded.types).unwrap()
            })
            .collect();
        embed(&model, &sequences)
    };
    let (left, right) = (
        side(|e| &e.text),
        side(|e| e.pair.as_deref().expect("STS-B has pairs")),
    );
    let cosine = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let similarities: Vec<f64> = left.iter().zip(&right).map(cosine).collect();
    let scores: Vec<f64> = dev.examples.iter().map(|e| e.label.value()).collect();
    let correlation = spearman(&similarities, &scores);
    assert!((correlation - 0.867).abs() < 5e-4, "Spearman {correlation}");
}

/// Returns `result.json` of `tangent kernel` on all-MiniLM-L6-v2 and CoLA.
fn kernel(more: &[&str]) -> Value {
    let out = TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tangent"))
        .args([
            "kernel",
            "--quiet",
            "--task",
            "cola",
            "--targets",
            "query,value",
            "--model",
        ])
        .arg(minilm())
        .arg("--data")
        .arg(glue())
        .arg("--output")
        .arg(out.path())
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&std::fs::read(out.path().join("result.json")).unwrap()).unwrap()
}

#[test]
fn the_kernel_of_a_real_model_on_real_sentences() {
    let result = kernel(&["-n", "32", "--layers", "0,3,5"]);
    assert_eq!(result["model"]["blocks"].as_array().unwrap().len(), 6);
    let spectrum = &result["spectrum"];
    assert_eq!(spectrum["numerical_rank"], 32);
    let number = |value: &Value| value.as_f64().unwrap();
    assert!(number(&spectrum["lambda_min"]) > number(&spectrum["row_floor"]));
    let sum: f64 = spectrum["eigenvalues"]
        .as_array()
        .unwrap()
        .iter()
        .map(number)
        .sum();
    let trace = number(&spectrum["trace"]);
    assert!((sum - trace).abs() < 1e-10 * trace);
}

#[test]
fn a_thousand_sentences_and_all_layers_within_four_gigabytes() {
    let result = kernel(&["-n", "1000", "--all-blocks", "--memory", "4GB"]);
    assert_eq!(result["blocks"].as_array().unwrap().len(), 12);
    assert!(result["times"]["peak_memory"].as_f64().unwrap() < 4e9);
}
