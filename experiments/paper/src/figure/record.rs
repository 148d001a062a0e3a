use serde::{Deserialize, Serialize};

use tangent_base::record::Provenance;
use tangent_plot::Chart;

/// The format of a figure's file.
pub const FORMAT: &str = "tangent figure 1";

/// `figureN.json`: what the paper draws under that number, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FigureResult {
    /// [`FORMAT`].
    pub format: String,
    /// The paper's number.
    pub figure: u32,
    /// What it shows.
    pub title: String,
    /// Its pictures.
    pub panels: Vec<Panel>,
    /// What they come to, in words made from the numbers.
    pub remarks: Vec<String>,
    /// Parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// Where it came from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A picture with its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Panel {
    /// Its own name within the figure.
    pub name: String,
    /// What is to be seen.
    pub caption: String,
    /// The numbers, and how they are drawn.
    pub chart: Chart,
}

impl Panel {
    /// The name of its pictures among those of `of`, such as `figure2`, without an ending. Whatever a file says, it is
    /// safe in a path and as an anchor.
    pub fn file(&self, of: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("{of}-{}", self.name).chars().map(plain).collect()
    }
}
