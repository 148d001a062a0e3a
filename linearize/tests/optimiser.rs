//! Steps and clipping on given gradients, against PyTorch's: `data/optimisers.py` made them.

use serde_json::Value;
use tangent_linearize::optimiser::{AdamW, Optimiser, Sgd, clip};

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn steps_are_those_of_pytorch_with_and_without_clipping() {
    let file: Value = serde_json::from_str(include_str!("data/optimisers.json")).unwrap();
    let rate = file["rate"].as_f64().unwrap();
    let gradients: Vec<Vec<f64>> = file["gradients"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let runs = file["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 12);
    for run in runs {
        let setting = |key: &str| run[key].as_f64().unwrap();
        let mut optimiser: Box<dyn Optimiser> = match run["optimiser"].as_str().unwrap() {
            "adamw" => Box::new(AdamW::new(setting("weight_decay"))),
            _ => Box::new(Sgd::new(setting("momentum"))),
        };
        let mut theta = numbers(&file["start"]);
        let path = run["theta"].as_array().unwrap();
        assert_eq!(path.len(), gradients.len());
        for (step, (gradient, want)) in gradients.iter().zip(path).enumerate() {
            let mut gradient = gradient.clone();
            if let Some(max) = run["clip"].as_f64() {
                clip(&mut gradient, max);
            }
            theta = optimiser.step(&theta, &gradient, rate);
            for (x, want) in theta.iter().zip(numbers(want)) {
                assert!(
                    (x - want).abs() <= 1e-14,
                    "{} clipped to {}, step {step}: {x} for {want}",
                    run["optimiser"],
                    run["clip"]
                );
            }
        }
    }
}
