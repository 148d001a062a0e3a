use super::{Adapter, Factors, LoraConfig, Start, Target};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::random::Draws;

impl Adapter {
    /// A new adapter, started as `init_lora_weights` says.
    ///
    /// Every block draws from a stream of its own, so its values do not depend on which other blocks there are.
    ///
    /// # Errors
    /// As [`LoraConfig::targets`].
    pub fn init(config: LoraConfig, encoder: &EncoderConfig, seed: u64) -> Result<Self, Error> {
        let (targets, naming) = config.targets_and_naming(encoder)?;
        let start = config.init_lora_weights;
        let factors = targets
            .iter()
            .map(|target| draw(target, encoder, start, seed))
            .collect();
        Ok(Self {
            config,
            targets,
            factors,
            head: None,
            naming,
        })
    }
}

fn draw(target: &Target, encoder: &EncoderConfig, start: Start, seed: u64) -> Factors {
    let ([rank, input], [output, _]) = target.shapes(encoder);
    let stream = target.layer * super::Projection::ALL.len() + target.projection as usize;
    let mut draws = Draws::new(seed, stream as u64);
    let a = match start {
        Start::Gaussian => draws.normal(rank * input, 1.0 / rank as f64),
        Start::Kaiming | Start::Random => {
            draws.uniform(rank * input, (input as f64).sqrt().recip())
        }
    };
    let b = match start {
        Start::Random => draws.uniform(output * rank, (rank as f64).sqrt().recip()),
        Start::Kaiming | Start::Gaussian => vec![0.0; output * rank],
    };
    Factors { a, b }
}
