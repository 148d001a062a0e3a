use clap::ValueEnum;

use crate::protocol::Request;

/// The tables of the paper that are measured. Table 5 is not, because its models are decoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableNumber {
    /// The sweep over λ.
    #[value(name = "1")]
    LambdaSweep = 1,
    /// Four choices of layers on four tasks.
    #[value(name = "2")]
    LayerChoices = 2,
    /// Seconds of fine-tuning and of the NTK.
    #[value(name = "3")]
    Seconds = 3,
    /// The spectrum over seeds.
    #[value(name = "4")]
    Seeds = 4,
    /// The largest distance.
    #[value(name = "6")]
    LargestDistance = 6,
    /// Algorithm 1 on three layers.
    #[value(name = "7")]
    RingsOfThree = 7,
    /// Algorithm 1 on two layers.
    #[value(name = "8")]
    RingsOfTwo = 8,
    /// Hyperparameters.
    #[value(name = "9")]
    Protocol = 9,
}

impl TableNumber {
    /// Returns all of these tables, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    /// Returns the paper's number of the table.
    pub(crate) fn number(self) -> u32 {
        self as u32
    }

    /// Returns the command that makes the table, with every setting that its numbers depend on; the seconds of Table 3
    /// also depend on the threads.
    pub(crate) fn command(self, request: &Request) -> String {
        let command = request.command(&format!("table {}", self.number()));
        match self {
            Self::Seconds => format!("{command} --threads {}", request.machine.threads),
            _ => command,
        }
    }

    /// Returns the name of the table's file, without the extension.
    pub(crate) fn file(self) -> String {
        format!("table{}", self.number())
    }

    /// Returns what the table shows.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::LambdaSweep => "λ sweep: distance, gap, KL and accuracy after fine-tuning",
            Self::LayerChoices => {
                "layer choices: κ of the NTK at the start, losses and accuracy after fine-tuning"
            }
            Self::Seconds => "seconds of fine-tuning and of the NTK",
            Self::Seeds => "spectrum of the NTK over seeds, W_k of layer 11, CoLA",
            Self::LargestDistance => "R_max, the largest ‖θ − θ₀‖ over training on CoLA",
            Self::RingsOfThree => "Algorithm 1 on {0,5,11} k, 1000 pairs",
            Self::RingsOfTwo => "Algorithm 1 on {0,11} k, 100 pairs",
            Self::Protocol => "hyperparameters",
        }
    }
}
