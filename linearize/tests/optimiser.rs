//! Comparisons of steps and clipping on given gradients with PyTorch; `data/optimisers.py` wrote the reference.

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

#[test]
fn a_step_that_is_taken_back_leaves_nothing_behind() {
    let gradient = |step: i32| -> Vec<f64> {
        let entry = |j: i32| f64::from(j - 2) * 0.3 + f64::from(step);
        (0..5).map(entry).collect()
    };
    let makers: [fn() -> Box<dyn Optimiser>; 4] = [
        || Box::new(AdamW::new(0.0)),
        || Box::new(AdamW::new(0.1)),
        || Box::new(Sgd::new(0.9)),
        || Box::new(Sgd::new(0.0)),
    ];
    for make in makers {
        let (mut plain, mut other) = (make(), make());
        let mut theta = vec![1.0, -2.0, 0.0, 3.0, -0.0];
        for step in 0..6 {
            let before = other.memory();
            assert_eq!(before, plain.memory());
            other.step(&theta, &[1e300; 5], 1e300);
            other.undo();
            assert_eq!(other.memory(), before, "step {step}");
            // A restored memory has no step to undo but otherwise works the same.
            if step == 3 {
                other.restore(before);
            }
            let next = plain.step(&theta, &gradient(step), 0.1);
            let bits = |theta: Vec<f64>| theta.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            let same = other.step(&theta, &gradient(step), 0.1);
            assert_eq!(bits(same), bits(next.clone()), "step {step}");
            theta = next;
        }
    }
}
