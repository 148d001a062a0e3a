use crate::protocol::PaperArgs;

/// Settings of `tangent reproduce`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Parts to make, such as theorems,table2,figure3,study [default: all]
    #[arg(long, value_name = "PART,…", value_delimiter = ',')]
    pub only: Option<Vec<String>>,
    /// The settings that the commands for the paper share.
    #[command(flatten)]
    pub paper: PaperArgs,
}
