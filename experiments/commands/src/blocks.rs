//! The kernels of all blocks of a model on a task, from which those of any choice are sums.

use burn::tensor::{DType, backend::Backend};
use nalgebra::{DMatrix, DVector};
use tangent_ntk_core::{Block, BlockKernels, Keep, Model, Monitor, Options};

use crate::announce;
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::device::OnDevice;
use tangent_base::settings::MachineConfig;
use tangent_base::source::{Prepared, fitted};

/// Kernels of every block, with what the ridge regression fits.
pub struct Blocks {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// S_l, each `[n, n]`.
    pub kernels: Vec<DMatrix<f64>>,
    /// f_θ₀(X), the margin.
    pub start: DVector<f64>,
    /// Y.
    pub targets: DVector<f64>,
    /// Examples.
    pub examples: usize,
    /// Layers of the model.
    pub depth: usize,
    /// Seconds of the pass.
    pub seconds: f64,
}

impl Blocks {
    /// Computes those of a prepared model's adapter, the head left out, on its training rows.
    ///
    /// # Errors
    /// Whatever the model fails at, memory that does not suffice, an interruption.
    pub fn compute(
        prepared: &Prepared,
        machine: &MachineConfig,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let job = Job {
            prepared,
            threads: machine.threads,
            memory: machine.budget() / 2,
            console,
            interrupt,
        };
        machine.device.run(machine.precision, job)
    }

    /// K_C = Σ S_l.
    pub fn sum(&self, choice: &[usize]) -> DMatrix<f64> {
        let n = self.start.len();
        choice
            .iter()
            .fold(DMatrix::zeros(n, n), |sum, &l| sum + &self.kernels[l])
    }
}

/// The places of the blocks of these layers whose target is one of `chosen`, among all `targets`.
///
/// A block's target is the longest at the end of its slot: `output.dense` ends `attention.output.dense` too.
pub fn places<T: AsRef<str> + PartialEq>(
    blocks: &[Block],
    layers: &[usize],
    chosen: &[T],
    targets: &[T],
) -> Vec<usize> {
    let of_target = |slot: &str| {
        let ends = |target: &&T| {
            let before = slot.strip_suffix(target.as_ref());
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let ends = targets.iter().filter(ends);
        ends.max_by_key(|target| target.as_ref().len())
    };
    let chosen = |block: &Block| {
        let in_layer = block.layer.is_some_and(|layer| layers.contains(&layer));
        in_layer && of_target(&block.slot).is_some_and(|target| chosen.contains(target))
    };
    let all = blocks.iter().enumerate();
    all.filter(|(_, block)| chosen(block))
        .map(|(place, _)| place)
        .collect()
}

struct Job<'a> {
    prepared: &'a Prepared,
    threads: usize,
    memory: usize,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

impl OnDevice for Job<'_> {
    type Output = Blocks;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Blocks> {
        let model = self.prepared.classifier::<B>(false, device, dtype)?;
        let (readout, targets) = fitted(
            &self.prepared.targets(&self.prepared.train),
            self.prepared.target.outputs(),
        );
        let options = Options {
            readout: Some(readout),
            keep: Keep::Blocks,
            threads: self.threads,
            memory: Some(self.memory),
            ..Options::default()
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let examples = &self.prepared.train.sequences;
        announce::kernels(&model, examples, &[], &options, self.console)?;
        let clock = std::time::Instant::now();
        let computed = BlockKernels::compute(&model, examples, &[], &options, &monitor)?;
        let seconds = clock.elapsed().as_secs_f64();
        let directions = readout.directions(self.prepared.target.outputs())?;
        // Row by row, as the kernel's rows are.
        let outputs = computed.train_outputs().transpose();
        let start = DVector::from_vec(tangent_ntk_core::read(&directions, outputs.as_slice()));
        let kernels = computed.into_blocks()?.into_iter();
        Ok(Blocks {
            blocks: model.blocks().to_vec(),
            kernels: kernels.map(|kernel| kernel.train).collect(),
            targets,
            start,
            examples: examples.len(),
            depth: self.prepared.source.config.layers,
            seconds,
        })
    }
}
