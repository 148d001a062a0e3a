use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tangent_linearize::pull::Rule;

use tangent_base::cli::{AnyPath, by_name};

/// The sizes of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    /// The embedded encoder on generated tasks: minutes.
    Embedded,
    /// all-MiniLM-L6-v2 on real data: hours.
    Desk,
    /// RoBERTa-base at the paper's sizes: for those who have the weights and the machine.
    Paper,
}

impl ProfileName {
    /// Returns the name as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Desk => "desk",
            Self::Paper => "paper",
        }
    }
}

/// The settings that the commands for the paper share.
#[derive(Clone, Debug, clap::Args)]
pub struct PaperArgs {
    /// Sizes: embedded, desk or paper
    #[arg(long, value_enum, default_value = "embedded", value_name = "NAME")]
    pub profile: ProfileName,
    /// Seeds over which mean and deviation are taken [default: the profile's; for Table 4 the paper's]
    #[arg(long, value_name = "S,T,…", value_delimiter = ',')]
    pub seeds: Option<Vec<u64>>,
    /// The rule of the pull [default: selective_per_tensor]
    #[arg(long, value_parser = by_name::<Rule>, value_name = "RULE")]
    pub rule: Option<Rule>,
    /// The model's folder or name, in place of the profile's
    #[arg(long, value_name = "MODEL")]
    pub model: Option<AnyPath>,
    /// The folder that holds the tasks' folders, for the profiles with real data; without it they come from the hub
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Worker threads; results do not depend on them [default: all]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Show what would run, how long it takes and what exists already, and stop.
    #[arg(long)]
    pub plan: bool,
    /// Folder for the results and the runs that they are made of [default: out/paper]
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
