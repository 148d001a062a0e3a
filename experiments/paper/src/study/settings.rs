use crate::protocol::PaperArgs;

/// Settings of `tangent study`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What is of the paper.
    #[command(flatten)]
    pub paper: PaperArgs,
}
