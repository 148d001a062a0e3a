use std::path::PathBuf;

use crate::paper::PaperArgs;

/// Settings of `tangent figure`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The paper's figure: 1, 2 or 3
    #[arg(value_parser = ["1", "2", "3"], value_name = "FIGURE")]
    pub number: String,
    /// What is of the paper.
    #[command(flatten)]
    pub paper: PaperArgs,
    /// Draw the figure anew from its result file, and run nothing.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}
