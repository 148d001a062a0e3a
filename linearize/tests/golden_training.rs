//! Comparisons with PyTorch: steps of SGD and AdamW under every rule, losses, gradients and Jacobian–vector products.

#[path = "../../lora/tests/common/mod.rs"]
mod golden;

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn_flex::Flex;
use burn_ndarray::NdArray;
use golden::cases::CASES;
use golden::{Golden, assert_close, tolerance};
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, State, Stepping, Trainer};
use tangent_linearize::{
    Full, FullOptions, Linearized, LinearizedOptions, Objective, Predictor, Targets,
};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Monitor, Trainable};

/// The start of each run, its rule, and the rule's name in the files.
const RUNS: [(&str, Rule, &str); 8] = [
    ("anchor", Rule::None, "none"),
    ("mixed", Rule::None, "none"),
    ("mixed", Rule::Always, "always"),
    ("mixed", Rule::Penalty, "penalty"),
    ("mixed", Rule::SelectiveGlobal, "selective_global"),
    ("mixed", Rule::SelectivePerTensor, "selective_per_tensor"),
    ("mixed", Rule::Spd, "spd"),
    ("downhill", Rule::SelectiveGlobal, "selective_global"),
];

/// A case with its model.
struct Case<B: Backend> {
    golden: Golden,
    model: Classifier<B>,
    train: Vec<Sequence>,
    test: Vec<Sequence>,
    targets: Targets,
    dtype: DType,
}

impl<B: Backend> Case<B> {
    fn open(name: &'static str, dtype: DType) -> Self {
        let golden = Golden::open(name, dtype);
        let model = golden.model::<B>(dtype);
        Self {
            train: golden.sequences("train", model.config()),
            test: golden.sequences("test", model.config()),
            targets: Targets::Classes(golden.labels("train")),
            golden,
            model,
            dtype,
        }
    }

    fn full<'a>(&'a self, examples: &'a [Sequence]) -> Full<'a, Classifier<B>> {
        Full::new(&self.model, examples, FullOptions::default()).unwrap()
    }

    #[track_caller]
    fn assert(&self, key: &str, got: &[f64]) {
        let want = self.golden.array(key).values;
        let what = format!("{}/{key}", self.golden.name);
        assert_close(&what, got, &want, tolerance(self.dtype));
    }
}

/// Checks every case on a backend.
fn for_every_case<B: Backend>(dtype: DType, check: impl Fn(&Case<B>)) {
    for name in CASES {
        check(&Case::<B>::open(name, dtype));
    }
}

fn theta_is_the_files<B: Backend>(case: &Case<B>) {
    let theta = case.model.theta();
    case.assert("theta.anchor", &theta);
    let tensors = case.model.tensors();
    let wanted = case.golden.facts["tensors"].as_array().unwrap();
    assert_eq!(tensors.len(), wanted.len());
    let mut start = 0;
    for (tensor, wanted) in tensors.iter().zip(wanted) {
        assert_eq!(wanted["start"], start, "{}", tensor.name);
        start += tensor.parameters;
        let key = wanted["adapter_key"].as_str().unwrap();
        let key = key
            .strip_suffix(".weight")
            .filter(|key| key.contains("lora_"))
            .unwrap_or(key);
        assert!(key.ends_with(&tensor.name), "{} is not {key}", tensor.name);
    }
    assert_eq!(start, theta.len());
    // A model moved to its own parameters does not change.
    let same = case.model.at(&theta);
    assert_eq!(same.theta(), theta);
    let outputs = |model: &Classifier<B>| {
        let full = Full::new(model, &case.test, FullOptions::default()).unwrap();
        full.forward(&model.theta(), &full.all()).unwrap()
    };
    assert_eq!(outputs(&same), outputs(&case.model));
    case.assert("test.logits", &outputs(&same));
}

fn steps<B: Backend>(case: &Case<B>) {
    let full = case.full(&case.train);
    let anchor = full.start().to_vec();
    let optimisers = [
        ("sgd", Stepping::Sgd { momentum: 0.0 }, 2e-3, 1),
        ("adamw", Stepping::AdamW { weight_decay: 0.01 }, 1e-3, 3),
    ];
    for (name, optimiser, rate, epochs) in optimisers {
        for (start, rule, rule_name) in RUNS {
            let recipe = Recipe {
                objective: Objective::CrossEntropy,
                rule,
                lambda: 0.6,
                optimiser,
                rate,
                schedule: Schedule::Constant,
                batch: case.train.len(),
                epochs,
                ..Recipe::default()
            };
            let mut theta = anchor.clone();
            if start != "anchor" {
                let offset = case.golden.exact(&format!("theta.start_offset.{start}"));
                theta
                    .iter_mut()
                    .zip(offset.values)
                    .for_each(|(x, o)| *x += o);
            }
            let mut trainer = Trainer::new(&full, &case.targets, recipe).unwrap();
            let optimiser = Default::default();
            trainer
                .restore(State {
                    step: 0,
                    theta,
                    optimiser,
                })
                .unwrap();
            while trainer.step().unwrap().is_some() {}
            case.assert(
                &format!("train.{name}.{start}.{rule_name}"),
                trainer.theta(),
            );
        }
    }
}

fn gradients_and_losses<B: Backend>(case: &Case<B>) {
    let full = case.full(&case.train);
    let (squared_loss, squared) = match case.golden.classes() {
        2 => ("loss.squared_margin", "gradient.squared_margin"),
        _ => ("loss.squared_logits", "gradient.squared_logits"),
    };
    let outputs = full.forward(full.start(), &full.all()).unwrap();
    for (objective, key) in [
        (Objective::CrossEntropy, "loss.cross_entropy"),
        (Objective::Squared, squared_loss),
    ] {
        let loss = objective.total(&outputs, &case.targets);
        let what = format!("{}/{key}", case.golden.name);
        let want = case.golden.scalar(key, case.dtype);
        assert_close(&what, &[loss], &[want], tolerance(case.dtype));
    }
    let gradient = |objective: Objective| {
        let weight = objective.weight(case.train.len());
        let cotangent = |place: usize, z: &[f64], into: &mut [f64]| {
            objective.derivative(z, case.targets.label(place), into);
            into.iter_mut().for_each(|x| *x *= weight);
        };
        full.gradient(full.start(), &full.all(), &cotangent)
            .unwrap()
            .1
    };
    case.assert("gradient.cross_entropy", &gradient(Objective::CrossEntropy));
    case.assert(squared, &gradient(Objective::Squared));
}

/// Checks the pushforward of both models along θ̇ without the head's entries and, if the head is trained, with them.
fn pushforwards<B: Backend>(case: &Case<B>) {
    let adapters = case.golden.facts["lora_parameters"].as_u64().unwrap() as usize;
    let all = case.golden.exact("theta.dot").values;
    let mut lora = all.clone();
    lora[adapters..].fill(0.0);
    for (split, examples) in [("train", &case.train), ("test", &case.test)] {
        let full = case.full(examples);
        let kept = LinearizedOptions::default();
        let recomputed = LinearizedOptions {
            memory: Some(0),
            ..kept
        };
        let silent = Monitor::silent();
        let tangents = [kept, recomputed]
            .map(|options| Linearized::new(&case.model, examples, options, &silent).unwrap());
        for (key, dot, there) in [
            ("lora", &lora, true),
            ("all", &all, case.golden.head_trained()),
        ] {
            if !there {
                continue;
            }
            let key = format!("jvp.{key}.{split}");
            let (start, every) = (full.start(), full.all());
            case.assert(&key, &full.pushforward(start, &every, dot).unwrap());
            for tangent in &tangents {
                case.assert(&key, &tangent.pushforward(start, &every, dot).unwrap());
            }
        }
    }
}

macro_rules! on_every_backend {
    ($($check:ident => $name:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn flex_f64() {
                for_every_case::<Flex>(DType::F64, $check);
            }

            #[test]
            fn flex_f32() {
                for_every_case::<Flex>(DType::F32, $check);
            }

            #[test]
            fn ndarray_f64() {
                for_every_case::<NdArray<f64>>(DType::F64, $check);
            }
        })*
    };
}

on_every_backend! {
    theta_is_the_files => theta_is_that_of_the_files,
    steps => steps_are_those_of_pytorch,
    gradients_and_losses => gradients_are_those_of_pytorch,
    pushforwards => products_are_those_of_forward_mode,
}
