//! The files of a result: which there are, and how they come into their folder.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use tangent_datasets::Label;
use tangent_ntk_core::{BlockKernels, Kernel, Readout};

use super::record::KernelResult;
use super::{figure, files};
use tangent_base::Result;
use tangent_base::output::Output;
use tangent_base::source::Sample;
use tangent_files::tensors::{self, Tensor};

/// The matrices that are written.
pub(super) struct Matrices {
    pub(super) total: Kernel,
    /// Every block's, if they were kept.
    pub(super) blocks: Option<BlockKernels>,
    /// What a regression on the kernel fits.
    pub(super) train: Fitted,
    /// The same of the test examples, if there are any.
    pub(super) test: Option<Fitted>,
}

/// What a regression on the kernel needs of the examples beside it: with K, f₀ and Y its prediction is
/// f₀(x) + k(x, X)(K + σI)⁻¹(Y − f₀(X)).
pub(super) struct Fitted {
    /// The model's outputs at θ₀, `[n, C]`.
    pub(super) outputs: DMatrix<f64>,
    /// f₀: what the readout reads of them, `[n, k]`, the kernel's rows in their order.
    pub(super) start: DMatrix<f64>,
    /// Y: what it would read of outputs that are right, one-hot for classes, `[n, k]`.
    pub(super) targets: DMatrix<f64>,
    /// Rows in the files.
    pub(super) ids: Vec<i64>,
}

impl Fitted {
    /// Of a sample and the model's outputs on it.
    ///
    /// # Errors
    /// A readout that does not suit the number of outputs.
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

    /// Each under the name that it has in `kernel.safetensors`.
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

/// Each under the name that it has in files.
type Named<T> = Vec<(String, T)>;

impl Matrices {
    /// Each under the name that it has in files.
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

    /// Those that `kernel.safetensors` has beside the kernels.
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

/// The files, and what is in them.
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

/// Writes every file, `result.json` last.
pub(super) fn write(result: &KernelResult, matrices: &Matrices, output: &mut Output) -> Result<()> {
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
    if result.spectrum.is_some() {
        for name in ["spectrum.svg", "spectrum.png"] {
            output.written_by(name, |path| figure::draw(result, path))?;
        }
    }
    output.json("result.json", result)
}
