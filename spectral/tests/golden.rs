//! Spectra of the golden cases' kernels, computed with PyTorch in f64.

#[path = "../../lora/tests/common/cases.rs"]
mod cases;

use cases::{CASES, array, read};
use nalgebra::{DMatrix, DVector};
use tangent_spectral::{Precision, Spectrum};

fn values(file: &[u8], key: &str) -> Option<Vec<f64>> {
    array(file, key).map(|array| array.values)
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
        let file = read(case, "expected_f64.safetensors");
        let json: serde_json::Value = serde_json::from_slice(&read(case, "expected.json")).unwrap();
        let mut seen = 0;
        for readout in ["margin", "trace", "full"] {
            let Some(k) = values(&file, &format!("kernel.{readout}")) else {
                continue;
            };
            let spectrum = Spectrum::of_gram(&square(&k), Precision::F64).unwrap();
            let want = values(&file, &format!("eigenvalues.{readout}")).unwrap();
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
        let file = read(case, "expected_f64.safetensors");
        for readout in ["margin", "trace", "full"] {
            let Some(m) = values(&file, &format!("sign_kernel.{readout}")) else {
                continue;
            };
            let want = values(&file, &format!("eigenvalues.sign_symmetric.{readout}")).unwrap();
            let spectrum = Spectrum::of_symmetric_part(&square(&m), Precision::F64).unwrap();
            assert_near(&spectrum, want);
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} sign kernels");
}
