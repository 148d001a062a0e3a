//! Tables 7 and 8: Algorithm 1 on a model, with a file of its own for each run.

use burn::tensor::{DType, backend::Backend};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use tangent_linearize::lipschitz::{InputProtocol, draw_pairs, input_lipschitz};
use tangent_linearize::{Full, FullOptions};
use tangent_lora::{Batch, Classifier, Sequence};
use tangent_ntk_core::Monitor;

use super::runs::{Group, read_run, write_run};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::device::OnDevice;
use tangent_base::source::Prepared;

/// A ring of Algorithm 1, as the run's file holds it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Ring {
    pub(crate) r: f64,
    pub(crate) l_avg: f64,
    pub(crate) l_upper: f64,
}

impl Group<'_> {
    /// Returns the rings of Algorithm 1 up to `max_radius`: read from their file if that exists, else computed now.
    pub(crate) fn rings(
        &self,
        max_radius: f64,
        pairs: usize,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Vec<Ring>> {
        let inputs = self.inputs(console)?;
        let what = serde_json::json!({
            "rings": max_radius, "pairs": pairs, "models": self.profile.models, "sentences": self.profile.sentences,
        });
        let file = self.file(&inputs, &what);
        if let Some(rings) = read_run(&file) {
            return Ok(rings);
        }
        let prepared = inputs.prepare(&console.quieted())?;
        let job = Rings {
            group: self,
            prepared: &prepared,
            max_radius,
            pairs,
            console,
            interrupt,
        };
        let rings = self.machine.device.run(self.machine.precision, job)?;
        write_run(&file, &rings)?;
        Ok(rings)
    }
}

struct Rings<'a> {
    group: &'a Group<'a>,
    prepared: &'a Prepared,
    max_radius: f64,
    pairs: usize,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

/// The number of radii of Algorithm 1.
const RADII: usize = 10;

impl OnDevice for Rings<'_> {
    type Output = Vec<Ring>;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Vec<Ring>> {
        let Group {
            profile,
            machine,
            seed,
            ..
        } = self.group;
        let model = self.prepared.classifier::<B>(true, device, dtype)?;
        let sequences = self.distinct();
        let options = FullOptions {
            threads: machine.threads,
            ..FullOptions::default()
        };
        let full = Full::new(&model, &sequences, options)?;
        let inputs = means(&model, &sequences);
        let pairs = draw_pairs(sequences.len(), self.pairs, *seed)?;
        let protocol = InputProtocol {
            max_radius: self.max_radius,
            radii: RADII,
            models: profile.models,
            seed: *seed,
        };
        let bar = self
            .console
            .bar("Algorithm 1", "models", (RADII * profile.models) as u64);
        let progress = |done: usize, total: usize| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let monitor = Monitor::silent()
            .with_progress(&progress)
            .with_cancel(self.interrupt.flag());
        let rings = input_lipschitz(&full, &pairs, &inputs, &protocol, &monitor)?;
        bar.finish_and_clear();
        let ring = |ring: tangent_linearize::lipschitz::InputRing| Ring {
            r: ring.radius,
            l_avg: ring.average,
            l_upper: ring.upper,
        };
        Ok(rings.into_iter().map(ring).collect())
    }
}

impl Rings<'_> {
    /// Returns the first distinct training sentences, as many as the profile asks for: two equal ones have distance 0,
    /// by which Algorithm 1 would divide.
    fn distinct(&self) -> Vec<Sequence> {
        let mut seen = std::collections::BTreeSet::new();
        let encoded = self
            .prepared
            .train
            .encoded
            .iter()
            .zip(&self.prepared.train.sequences);
        encoded
            .filter(|(encoded, _)| seen.insert(encoded.ids.clone()))
            .map(|(_, sequence)| sequence.clone())
            .take(self.group.profile.sentences)
            .collect()
    }
}

/// Returns x for each example, `[n, h]`: the mean of the embedding layer's output over its tokens.
fn means<B: Backend>(model: &Classifier<B>, sequences: &[Sequence]) -> DMatrix<f64> {
    let batch = Batch::new(&sequences.iter().collect::<Vec<_>>());
    let states = model.encoder().embeddings.forward(&batch);
    let h = states.dims()[1];
    let mut rows = Vec::with_capacity(sequences.len() * h);
    for range in batch.spans().ranges() {
        let mean = states.clone().slice([range, 0..h]).mean_dim(0);
        rows.extend(mean.into_data().iter::<f64>());
    }
    DMatrix::from_row_slice(sequences.len(), h, &rows)
}
