use super::config::supported::unsupported;
use super::{Adapter, Factors, LoraConfig, Start, Target};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::random::{Draws, matrix};

impl Adapter {
    /// Returns a new adapter, initialised as `init_lora_weights` says.
    ///
    /// Every block draws from its own random stream, so its values do not depend on which other blocks exist.
    ///
    /// # Errors
    /// As [`LoraConfig::targets`]; a rank is 0; an α is not finite; the factors do not fit in memory
    /// ([`LoraConfig::parameters`] gives their size before anything is drawn); the initialisation can be loaded but not
    /// drawn ([`Start::Orthogonal`], [`Start::Eva`]).
    pub fn init(config: LoraConfig, encoder: &EncoderConfig, seed: u64) -> Result<Self, Error> {
        config.check()?;
        let selection = config.strict_selection(encoder)?;
        let start = config.init_lora_weights;
        let factors = selection.targets.iter();
        let factors = factors.map(|target| draw(target, encoder, start, seed));
        Ok(Self {
            factors: factors.collect::<Result<_, Error>>()?,
            targets: selection.targets,
            head: None,
            naming: selection.naming,
            warnings: Vec::new(),
            config,
        })
    }
}

impl LoraConfig {
    /// Returns the number of parameters of a new adapter with this configuration, or `usize::MAX` if it is larger.
    ///
    /// # Errors
    /// As [`LoraConfig::targets`]; a rank is 0; an α is not finite.
    pub fn parameters(&self, encoder: &EncoderConfig) -> Result<usize, Error> {
        self.check()?;
        let targets = self.targets(encoder)?.into_iter();
        Ok(targets
            .map(|target| target.parameters(encoder))
            .fold(0, usize::saturating_add))
    }
}

fn draw(
    target: &Target,
    encoder: &EncoderConfig,
    start: Start,
    seed: u64,
) -> Result<Factors, Error> {
    let (a, b) = target.shapes(encoder);
    let [rank, input] = a;
    let mut draws = Draws::new(seed, target.place.stream());
    let a = match start {
        Start::Gaussian => draws.normal(a, 1.0 / rank as f64),
        Start::Kaiming | Start::Random => draws.uniform(a, (input as f64).sqrt().recip()),
        Start::Orthogonal | Start::Eva => return Err(not_drawn(start)),
    };
    let b = match start {
        Start::Random => draws.uniform(b, (rank as f64).sqrt().recip()),
        _ => matrix(b, || 0.0),
    };
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(Factors { a, b }),
        _ => Err(too_large(target, encoder)),
    }
}

fn too_large(target: &Target, encoder: &EncoderConfig) -> Error {
    let (a, b) = target.shapes(encoder);
    let entries = |[rows, columns]: [usize; 2]| rows.saturating_mul(columns);
    let (factor, shape) = match entries(a) >= entries(b) {
        true => ("lora_A", a),
        false => ("lora_B", b),
    };
    Error::TooLarge {
        what: format!("{factor} of `{}`", target.name()),
        shape: shape.into(),
        advice: "choose a smaller rank",
    }
}

fn not_drawn(start: Start) -> Error {
    unsupported(
        "init_lora_weights",
        &start.into(),
        "for a new adapter, use true, false or \"gaussian\"",
    )
}
