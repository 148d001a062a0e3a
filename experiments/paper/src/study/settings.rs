use crate::protocol::PaperArgs;

/// Settings of `tangent study`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The settings that the commands for the paper share.
    #[command(flatten)]
    pub paper: PaperArgs,
}
