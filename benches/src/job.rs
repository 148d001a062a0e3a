//! The job that is timed: it computes every block's kernel from a loaded model and token ids.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::DType;
use burn_flex::{Flex, FlexDevice};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{HeadWeights, Weights};
use tangent_lora::{Classifier, EncoderConfig, Sequence};
use tangent_ntk_core::{BlockKernels, Jacobian, Model, Monitor, Options, Readout, batches};

/// A model, examples and options.
pub struct Job {
    /// The model with its adapters, in f32 on Flex.
    pub model: Classifier<Flex>,
    /// The examples.
    pub examples: Vec<Sequence>,
    /// The options: the readout (margin or all logits) and the number of threads.
    pub options: Options,
}

impl Job {
    /// Loads a checkpoint, an adapter, and token ids from a JSON file: a list of lists.
    ///
    /// # Errors
    /// A file cannot be read, or is invalid.
    pub fn load(
        model: &Path,
        adapter: &Path,
        tokens: &Path,
        readout: Readout,
        threads: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let config = EncoderConfig::from_dir(model)?;
        let weights = Weights::open(model)?;
        let adapter = Adapter::load(adapter, &config)?;
        let head = HeadWeights::load(&config, &weights, adapter.head.as_ref(), Some(2), 0)?;
        let model = Classifier::build(
            &config,
            &weights,
            &head,
            &adapter,
            false,
            &FlexDevice,
            DType::F32,
        )?;
        let ids: Vec<Vec<u32>> = serde_json::from_str(&std::fs::read_to_string(tokens)?)?;
        let examples = ids
            .iter()
            .map(|ids| Sequence::new(&config, ids, &vec![0; ids.len()]))
            .collect::<Result<_, _>>()?;
        let options = Options {
            readout: Some(readout),
            threads,
            ..Options::default()
        };
        Ok(Self {
            model,
            examples,
            options,
        })
    }

    /// Returns all S_l, and the time that they took.
    ///
    /// # Errors
    /// The computation fails.
    pub fn kernels(&self) -> Result<(BlockKernels, Duration), Box<dyn Error>> {
        let start = Instant::now();
        let kernels = BlockKernels::compute(
            &self.model,
            &self.examples,
            &[],
            &self.options,
            &Monitor::silent(),
        )?;
        Ok((kernels, start.elapsed()))
    }

    /// Returns the micro-batches in which the kernels are computed.
    pub fn batches(&self) -> Vec<Vec<usize>> {
        let sizes: Vec<usize> = self.examples.iter().map(|x| self.model.size(x)).collect();
        batches(&sizes, self.options.batch)
    }

    /// Returns the time of the Jacobian's rows alone, on the same number of threads.
    ///
    /// # Errors
    /// The computation fails.
    pub fn rows(&self) -> Result<Duration, Box<dyn Error>> {
        let start = Instant::now();
        let rows = Jacobian::compute(
            &self.model,
            &self.examples,
            &self.options,
            &Monitor::silent(),
        )?;
        let elapsed = start.elapsed();
        drop(rows);
        Ok(elapsed)
    }
}
