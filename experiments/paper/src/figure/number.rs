use clap::ValueEnum;

use crate::protocol::Request;

/// The figures of the paper.
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
    /// Returns all figures, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    /// Returns the paper's number of the figure.
    pub(crate) fn number(self) -> u32 {
        self as u32
    }

    /// Returns the command that makes the figure, with every setting that its numbers depend on.
    pub(crate) fn command(self, request: &Request) -> String {
        request.command(&format!("figure {}", self.number()))
    }

    /// Returns the name of the figure's file, without the extension.
    pub(crate) fn file(self) -> String {
        file_name(self.number())
    }

    /// Returns what the figure shows.
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

/// Returns the name of a figure's file, without the extension.
pub(crate) fn file_name(number: u32) -> String {
    format!("figure{number}")
}
