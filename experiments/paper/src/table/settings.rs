use std::path::PathBuf;

use super::TableNumber;
use crate::protocol::PaperArgs;

/// Settings of `tangent table`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The paper's table: 1, 2, 3, 4, 6, 7, 8 or 9
    #[arg(value_enum, value_name = "TABLE")]
    pub number: TableNumber,
    /// The settings that the commands for the paper share.
    #[command(flatten)]
    pub paper: PaperArgs,
    /// Draw the table again from its result file, into the folder of --output if that is given, and run nothing.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["profile", "seeds", "rule", "model", "data", "threads", "plan"]
    )]
    pub from: Option<PathBuf>,
}
