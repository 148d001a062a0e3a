//! The files of a result: which files there are, and how they are written.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use tangent_datasets::Label;
use tangent_ntk_core::{BlockKernels, Kernel, Readout};

use super::record::KernelResult;
use super::{figure, files};
use serde_json::Value;
use tangent_base::Result;
use tangent_base::output::Output;
use tangent_base::record;
use tangent_base::source::Sample;
use tangent_files::tensors::{self, Tensor};

/// The matrices that are written.
pub(super) struct Matrices {
    pub(super) total: Kernel,
    /// The kernels of all blocks, if they were kept.
    pub(super) blocks: Option<BlockKernels>,
    /// What a regression on the kernel needs of the training examples.
    pub(super) train: Fitted,
    /// The same for the test examples, if there are any.
    pub(super) test: Option<Fitted>,
}

/// What a regression on the kernel needs besides the kernel. Its prediction is f₀(x) + k(x, X)(K + σI)⁻¹(Y − f₀(X)).
pub(super) struct Fitted {
    /// The model's outputs at θ₀, `[n, C]`.
    pub(super) outputs: DMatrix<f64>,
    /// f₀: the readout of the outputs, `[n, k]`, in the order of the kernel's rows.
    pub(super) start: DMatrix<f64>,
    /// Y: the readout of the correct outputs (one-hot for classes), `[n, k]`.
    pub(super) targets: DMatrix<f64>,
    /// The examples' rows in the files of the data.
    pub(super) ids: Vec<i64>,
}

impl Fitted {
    /// Collects what a regression needs from a sample and the model's outputs on it.
    ///
    /// # Errors
    /// The readout does not suit the number of outputs.
    pub(super) fn of(sample: &Sample, outputs: &DMatrix<f64>, readout: Readout) -> Result<Self> {
        let (n, count) = outputs.shape();
        let directions = readout.directions(count)?;
        let read = |values: &DMatrix<f64>| {
            let rows = tangent_ntk_core::read(&directions, values.transpose().as_slice());
            DMatrix::from_row_slice(n, directions.len(), &rows)
        };
        let right = |i: usize, c: usize| match sample.drawn.examples[i].label {
            Label::Class(class) => f64::from(class == c),
            Label::Score(score) => score,
        };
        Ok(Self {
            start: read(outputs),
            targets: read(&DMatrix::from_fn(n, count, right)),
            outputs: outputs.clone(),
            ids: sample.drawn.examples.iter().map(|e| e.id as i64).collect(),
        })
    }

    /// Returns each matrix with its name in `kernel.safetensors`.
    fn named(&self, prefix: &str) -> Named<&DMatrix<f64>> {
        let all = [
            ("outputs", &self.outputs),
            ("f0", &self.start),
            ("targets", &self.targets),
        ];
        let name = |(name, matrix)| (format!("{prefix}{name}"), matrix);
        all.map(name).into()
    }
}

/// Values, each with its name in the files.
type Named<T> = Vec<(String, T)>;

impl Matrices {
    /// Returns each kernel with its name in the files.
    fn named(&self) -> Named<&DMatrix<f64>> {
        let blocks = self.blocks.iter().flat_map(|kernels| {
            let kept = kernels.blocks().expect("they were kept");
            kernels.names().iter().zip(kept)
        });
        let mut named = vec![("kernel".to_owned(), &self.total.train)];
        named.extend(
            self.test
                .as_ref()
                .map(|_| ("cross".to_owned(), &self.total.cross)),
        );
        for (name, kernel) in blocks {
            named.push((format!("blocks/{name}"), &kernel.train));
            let cross = |_| (format!("cross_blocks/{name}"), &kernel.cross);
            named.extend(self.test.as_ref().map(cross));
        }
        named
    }

    /// Returns the matrices and the ids that `kernel.safetensors` holds besides the kernels.
    fn fitted(&self) -> (Named<&DMatrix<f64>>, Named<&[i64]>) {
        let (mut matrices, mut ids) = (Vec::new(), Vec::new());
        for (prefix, fitted) in [("", Some(&self.train)), ("test_", self.test.as_ref())] {
            if let Some(fitted) = fitted {
                matrices.extend(fitted.named(prefix));
                ids.push((format!("{prefix}ids"), &fitted.ids[..]));
            }
        }
        (matrices, ids)
    }
}

/// Returns the names of the files, each with a description of its content.
pub(super) fn contents(matrices: &Matrices, pictures: bool) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let kernels = matrices.named();
    let names: Vec<&str> = kernels.iter().map(|(name, _)| name.as_str()).collect();
    let (fitted, ids) = matrices.fitted();
    let fitted = fitted.into_iter().map(|(name, _)| name);
    let fitted: Vec<String> = fitted
        .chain(ids.into_iter().map(|(name, _)| name))
        .collect();
    files.insert(
        "kernel.safetensors".into(),
        format!(
            "f64 matrices {}; for regression {}",
            names.join(", "),
            fitted.join(", ")
        ),
    );
    for (name, matrix) in kernels {
        let (rows, columns) = matrix.shape();
        files.insert(format!("{name}.npy"), format!("{rows} × {columns}, f64"));
    }
    if pictures {
        for name in ["spectrum.svg", "spectrum.png"] {
            files.insert(name.into(), "eigenvalues, noise floor and ridge".into());
        }
    }
    files
}

/// Writes every file, `result.json` last, and returns what that holds.
pub(super) fn write(
    result: &KernelResult,
    matrices: &Matrices,
    output: &mut Output,
) -> Result<Value> {
    let named = matrices.named();
    for (name, matrix) in &named {
        output.file(&format!("{name}.npy"), |out| files::write_npy(matrix, out))?;
    }
    let (fitted, ids) = matrices.fitted();
    let matrices = named.into_iter().chain(fitted);
    let tensors = matrices
        .map(|(name, matrix)| (name, files::by_rows(matrix)))
        .chain(
            ids.into_iter()
                .map(|(name, ids)| (name, Tensor::integers(ids))),
        );
    output.written_by("kernel.safetensors", |path| tensors::to_file(path, tensors))?;
    if let Some(spectrum) = &result.spectrum {
        output.picture("spectrum", &figure::chart(result, spectrum))?;
    }
    record::write(output, "result.json", result)
}
