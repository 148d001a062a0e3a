use serde::{Deserialize, Serialize};

use tangent_base::record::Provenance;
use tangent_plot::Chart;

/// The format of a figure's result file.
pub const FORMAT: &str = "tangent figure 1";

/// The content of `figureN.json`: the paper's figure N, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FigureResult {
    /// [`FORMAT`].
    pub format: String,
    /// The paper's number of the figure.
    pub figure: u32,
    /// What the figure shows.
    pub title: String,
    /// The pictures.
    pub panels: Vec<Panel>,
    /// Sentences that sum up the numbers, made from them.
    pub remarks: Vec<String>,
    /// Parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// The command, settings, versions and machine that made the figure.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A picture with its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Panel {
    /// The name of the panel within the figure.
    pub name: String,
    /// What the picture shows.
    pub caption: String,
    /// The numbers, and how they are drawn.
    pub chart: Chart,
}

impl Panel {
    /// Returns the name of the panel's picture files, without extension, where `of` is the name of its result, such as
    /// `figure2`. It holds only ASCII letters, digits and hyphens, so that a name from a file is safe in a path and as
    /// an anchor.
    pub fn file(&self, of: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("{of}-{}", self.name).chars().map(plain).collect()
    }
}
