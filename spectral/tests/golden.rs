//! Spectra of the golden cases' kernels, computed with PyTorch in f64.

use nalgebra::{DMatrix, DVector};
use safetensors::{Dtype, SafeTensors};
use std::path::Path;
use tangent_spectral::{Precision, Spectrum};

const CASES: [&str; 6] = [
    "bert_bare_qv_2l",
    "bert_qkv_3l_layer0",
    "bert_qv_2l",
    "roberta_all_3l",
    "roberta_qv_2l",
    "roberta_qv_3l_layer1_zeroB",
];

fn read(case: &str, name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lora/tests/golden");
    let path = folder.join(case).join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("golden case missing: {}: {e}", path.display()))
}

/// The tensor's values, row-major, if it is there.
fn values(tensors: &SafeTensors<'_>, key: &str) -> Option<Vec<f64>> {
    let view = tensors.tensor(key).ok()?;
    assert_eq!(view.dtype(), Dtype::F64, "{key}");
    let bytes = view.data().as_chunks().0.iter();
    Some(bytes.map(|b| f64::from_le_bytes(*b)).collect())
}

fn square(values: &[f64]) -> DMatrix<f64> {
    let n = values.len().isqrt();
    DMatrix::from_row_slice(n, n, values)
}

fn assert_near(got: &Spectrum, want: Vec<f64>) {
    let want = DVector::from_vec(want);
    let gap = (DVector::from_column_slice(got.raw()) - &want).amax();
    assert!(gap <= 1e-12 * want.amax(), "{gap:e}");
}

#[test]
fn eigenvalues_and_condition_numbers() {
    for case in CASES {
        let bytes = read(case, "expected_f64.safetensors");
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&read(case, "expected.json")).unwrap();
        let mut seen = 0;
        for readout in ["margin", "trace", "full"] {
            let Some(k) = values(&tensors, &format!("kernel.{readout}")) else {
                continue;
            };
            let spectrum = Spectrum::of_gram(&square(&k), Precision::F64).unwrap();
            let want = values(&tensors, &format!("eigenvalues.{readout}")).unwrap();
            assert_near(&spectrum, want);

            let scalars = &json["scalars"]["f64"][format!("spectrum.{readout}")];
            let near = |got: f64, key: &str, want: &serde_json::Value| {
                let want = want.as_f64().unwrap();
                assert!(
                    (got - want).abs() <= 1e-9 * want,
                    "{case} {readout} {key}: {got} {want}"
                );
            };
            near(spectrum.lambda_max(), "λmax", &scalars["lambda_max"]);
            for (sigma, key) in [(1e-4, "sigma=1e-4"), (0.3, "sigma=lambda/2")] {
                let kappa = spectrum.condition(sigma).unwrap().kappa;
                near(kappa, key, &scalars["kappa"][key]);
            }
            seen += 1;
        }
        assert!(seen >= 2, "{case} has kernels of trace and full at least");
    }
}

#[test]
fn symmetric_part_of_the_sign_kernel() {
    let mut seen = 0;
    for case in CASES {
        let bytes = read(case, "expected_f64.safetensors");
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        for readout in ["margin", "trace", "full"] {
            let Some(m) = values(&tensors, &format!("sign_kernel.{readout}")) else {
                continue;
            };
            let want = values(&tensors, &format!("eigenvalues.sign_symmetric.{readout}")).unwrap();
            let spectrum = Spectrum::of_symmetric_part(&square(&m), Precision::F64).unwrap();
            assert_near(&spectrum, want);
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} sign kernels");
}
