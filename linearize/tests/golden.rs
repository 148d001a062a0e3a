//! Comparisons of ridge regression and flow with the golden cases, which PyTorch computed in f64.

#[path = "../../lora/tests/common/cases.rs"]
mod cases;

use cases::CASES;
use nalgebra::{DMatrix, DVector};
use tangent_linearize::{GradientFlow, KernelRidge};

/// The strength of the pull in all cases; the ridge is half of it.
const LAMBDA: f64 = 0.6;
const TOLERANCE: f64 = 1e-9;

/// One file of a case.
struct File(Vec<u8>);

impl File {
    fn open(case: &str, name: &str) -> Self {
        Self(cases::read(case, name))
    }

    fn has(&self, key: &str) -> bool {
        cases::array(&self.0, key).is_some()
    }

    /// Returns a vector as a matrix of one row.
    #[track_caller]
    fn matrix(&self, key: &str) -> DMatrix<f64> {
        let array = cases::array(&self.0, key).unwrap_or_else(|| panic!("there is no {key}"));
        let rows = match array.shape[..] {
            [_] => 1,
            [rows, ..] => rows,
            [] => panic!("{key} is one number"),
        };
        DMatrix::from_row_slice(rows, array.values.len() / rows, &array.values)
    }

    /// Returns all entries, row-major.
    #[track_caller]
    fn vector(&self, key: &str) -> DVector<f64> {
        let transposed = self.matrix(key).transpose();
        DVector::from_column_slice(transposed.as_slice())
    }

    #[track_caller]
    fn labels(&self, key: &str) -> Vec<usize> {
        let labels = cases::integers(&self.0, key).unwrap_or_else(|| panic!("there is no {key}"));
        labels
            .into_iter()
            .map(|l| usize::try_from(l).expect("a label is not negative"))
            .collect()
    }
}

/// The start and the targets of a readout: ±1 for the margin, one-hot for all outputs.
struct Readout {
    name: &'static str,
    train: DVector<f64>,
    test: DVector<f64>,
    targets: DVector<f64>,
}

fn readouts(expected: &File, labels: &[usize]) -> Vec<Readout> {
    let classes = expected.matrix("train.logits").ncols();
    let one_hot = labels
        .iter()
        .flat_map(|&y| (0..classes).map(move |c| f64::from(c == y)));
    let mut all = vec![Readout {
        name: "full",
        train: expected.vector("train.logits"),
        test: expected.vector("test.logits"),
        targets: DVector::from_iterator(labels.len() * classes, one_hot),
    }];
    assert_eq!(expected.has("kernel.margin"), classes == 2);
    if classes == 2 {
        let margin = |key: &str| {
            let z = expected.matrix(key);
            z.column(1) - z.column(0)
        };
        let signs = labels.iter().map(|&y| if y == 1 { 1.0 } else { -1.0 });
        all.push(Readout {
            name: "margin",
            train: margin("train.logits"),
            test: margin("test.logits"),
            targets: DVector::from_iterator(labels.len(), signs),
        });
    }
    all
}

#[track_caller]
fn assert_near(got: &DVector<f64>, want: &DVector<f64>) {
    assert_eq!(got.len(), want.len());
    let gap = (got - want).amax() / want.amax();
    assert!(gap <= TOLERANCE, "{gap:e}");
}

fn for_each_readout(check: impl Fn(&File, &DMatrix<f64>, &DMatrix<f64>, &Readout)) {
    for case in CASES {
        let expected = File::open(case, "expected_f64.safetensors");
        let labels = File::open(case, "inputs.safetensors").labels("train.labels");
        for readout in readouts(&expected, &labels) {
            let k = expected.matrix(&format!("kernel.{}", readout.name));
            let cross = expected.matrix(&format!("kernel.{}.cross", readout.name));
            check(&expected, &k, &cross, &readout);
        }
    }
}

#[test]
fn ridge_on_training_and_test_examples() {
    for_each_readout(|expected, k, cross, r| {
        let ridge = KernelRidge::fit(k, &r.train, &r.targets, LAMBDA / 2.0).unwrap();
        let want = |split: &str| expected.vector(&format!("ridge.{}.{split}", r.name));
        assert_near(&ridge.predict(k, &r.train).unwrap(), &want("train"));
        assert_near(&(&r.targets - ridge.train_residual()), &want("train"));
        assert_near(&ridge.predict(cross, &r.test).unwrap(), &want("test"));
        let delta = want("delta").norm();
        assert!((ridge.distance() - delta).abs() <= TOLERANCE * delta);
    });
}

#[test]
fn the_printed_ridge() {
    for_each_readout(|expected, k, cross, r| {
        let printed = KernelRidge::printed(k, &r.targets, 1e-4).unwrap();
        let want = expected.vector(&format!("ridge.{}.printed.test", r.name));
        assert_near(&printed.change(cross).unwrap(), &want);
    });
}

#[test]
fn flow_plain_and_pulled() {
    for_each_readout(|expected, k, _, r| {
        for (kind, pull) in [("plain", 0.0), ("pulled", LAMBDA)] {
            let flow = GradientFlow::new(k, &r.train, &r.targets, pull).unwrap();
            let want = expected.matrix(&format!("flow.{}.{kind}", r.name));
            for (row, time) in [0.01, 0.1, 1.0].into_iter().enumerate() {
                assert_near(&flow.outputs(time).unwrap(), &want.row(row).transpose());
            }
        }
    });
}

#[test]
fn the_constants_are_those_of_the_cases() {
    for case in CASES {
        let json = cases::read(case, "expected.json");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("a golden file is JSON");
        assert_eq!(json["lambda_pull"], LAMBDA);
        assert_eq!(json["flow_times"], serde_json::json!([0.01, 0.1, 1.0]));
        assert_eq!(json["sigma"]["sigma=1e-4"], 1e-4);
    }
}
