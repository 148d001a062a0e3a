use clap::ValueEnum;

use crate::protocol::Request;

/// The paper's figures, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FigureNumber {
    /// A training run and its linearization.
    #[value(name = "1")]
    Paths = 1,
    /// The runs of Table 2.
    #[value(name = "2")]
    LayerChoices = 2,
    /// Risk ratios of added layers.
    #[value(name = "3")]
    RiskRatios = 3,
}

impl FigureNumber {
    /// All of them, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    /// The paper's number.
    pub(crate) fn number(self) -> u32 {
        self as u32
    }

    /// The command that makes it, with all that its numbers depend on.
    pub(crate) fn command(self, request: &Request) -> String {
        request.command(&format!("figure {}", self.number()))
    }

    /// Its file, without the ending.
    pub(crate) fn file(self) -> String {
        file_name(self.number())
    }

    /// What it shows.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Paths => {
                "a training run and its linearization, in the plane of their own principal directions"
            }
            Self::LayerChoices => "training loss by epoch; κ of layer choices; accuracy and κ",
            Self::RiskRatios => {
                "risk ratios of added layers beside λmax ratios, with the bounds of Theorem 7"
            }
        }
    }
}

/// The file of a figure, without its ending.
pub(crate) fn file_name(number: u32) -> String {
    format!("figure{number}")
}
