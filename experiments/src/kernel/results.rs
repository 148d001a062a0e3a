//! The files of a result: which there are, and how they come into their folder.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use tangent_ntk_core::{BlockKernels, Kernel};

use super::record::KernelResult;
use super::{figure, files};
use crate::Result;
use crate::output::Output;

/// The matrices that are written.
pub(super) struct Matrices {
    pub(super) total: Kernel,
    /// Every block's, if they were kept.
    pub(super) blocks: Option<BlockKernels>,
    /// Whether there are test examples.
    pub(super) cross: bool,
}

impl Matrices {
    /// Each under the name that it has in files.
    fn named(&self) -> Vec<(String, &DMatrix<f64>)> {
        let blocks = self.blocks.iter().flat_map(|kernels| {
            let kept = kernels.blocks().expect("they were kept");
            kernels.names().iter().zip(kept)
        });
        let mut named = vec![("kernel".to_owned(), &self.total.train)];
        named.extend(self.cross.then(|| ("cross".to_owned(), &self.total.cross)));
        for (name, kernel) in blocks {
            named.push((format!("blocks/{name}"), &kernel.train));
            let cross = || (format!("cross_blocks/{name}"), &kernel.cross);
            named.extend(self.cross.then(cross));
        }
        named
    }
}

/// The files, and what is in them.
pub(super) fn contents(matrices: &Matrices, pictures: bool) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let matrices = matrices.named();
    let names: Vec<&str> = matrices.iter().map(|(name, _)| name.as_str()).collect();
    files.insert(
        "kernel.safetensors".into(),
        format!("f64 matrices {}", names.join(", ")),
    );
    for (name, matrix) in matrices {
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
    output.written_by("kernel.safetensors", |path| {
        files::write_safetensors(&named, path)
    })?;
    if result.spectrum.is_some() {
        for name in ["spectrum.svg", "spectrum.png"] {
            output.written_by(name, |path| figure::draw(result, path))?;
        }
    }
    output.json("result.json", result)
}
