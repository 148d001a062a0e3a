//! The kernels of all blocks of a model on a task. The kernel of a choice is the sum of its blocks' kernels.

use burn::tensor::{DType, backend::Backend};
use nalgebra::{DMatrix, DVector};
use tangent_ntk_core::{Block, BlockKernels, Keep, Model, Monitor, Options};

use crate::announce;
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::device::OnDevice;
use tangent_base::settings::MachineConfig;
use tangent_base::source::{Prepared, fitted};

/// The kernel of every block, with the outputs and targets that ridge regression needs.
pub struct Blocks {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The blocks' kernels S_l, each `[n, n]`.
    pub kernels: Vec<DMatrix<f64>>,
    /// f_θ₀(X): the readout of the outputs before training, in the order of the kernel's rows.
    pub start: DVector<f64>,
    /// The targets Y, in the same order.
    pub targets: DVector<f64>,
    /// The number of examples.
    pub examples: usize,
    /// The number of layers of the model.
    pub depth: usize,
    /// The seconds that computing the kernels took.
    pub seconds: f64,
}

impl Blocks {
    /// Computes the kernels of a prepared model's adapter, without the head, on its training examples.
    ///
    /// # Errors
    /// The model fails; memory does not suffice; an interruption.
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

    /// Returns the kernel of a choice, K_C = Σ S_l.
    pub fn sum(&self, choice: &[usize]) -> DMatrix<f64> {
        let n = self.start.len();
        choice
            .iter()
            .fold(DMatrix::zeros(n, n), |sum, &l| sum + &self.kernels[l])
    }
}

/// Returns the indices of the blocks that lie in one of `layers` and whose target, one of `targets`, is among `chosen`.
///
/// A block's target is the longest one that its slot ends with, because `attention.output.dense` also ends with
/// `output.dense`.
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
        // Row by row, in the order of the kernel's rows.
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
