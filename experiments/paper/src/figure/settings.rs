use std::path::PathBuf;

use super::FigureNumber;
use crate::protocol::PaperArgs;

/// Settings of `tangent figure`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The paper's figure: 1, 2 or 3
    #[arg(value_enum, value_name = "FIGURE")]
    pub number: FigureNumber,
    /// The settings that the commands for the paper share.
    #[command(flatten)]
    pub paper: PaperArgs,
    /// Draw the figure again from its unedited result file, into the folder of --output, and run nothing.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["profile", "seeds", "rule", "model", "data", "threads", "plan"]
    )]
    pub from: Option<PathBuf>,
}
