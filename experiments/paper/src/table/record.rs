use serde::{Deserialize, Serialize};

use tangent_base::cli::{four_digits, mean_and_deviation};
use tangent_base::record::Provenance;
use tangent_linearize::statistics::{deviation, mean};

/// The format of a table's file.
pub const FORMAT: &str = "tangent table 1";

/// `tableN.json`: what the paper has under that number, measured, beside what it prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableResult {
    /// [`FORMAT`].
    pub format: String,
    /// The paper's number.
    pub table: u32,
    /// What it shows.
    pub title: String,
    /// What is not a number: names of the rows' own columns.
    pub headings: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
    /// What the numbers come to, in words made from them.
    pub remarks: Vec<String>,
    /// Parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// Where it came from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl TableResult {
    /// Names of all that was measured, in order, and whether the paper prints it in any row.
    pub fn quantities(&self) -> Vec<(String, bool)> {
        let mut all: Vec<(String, bool)> = Vec::new();
        for (name, cell) in self.rows.iter().flat_map(|row| &row.cells) {
            let printed = cell.paper.is_some();
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known |= printed,
                None => all.push((name.clone(), printed)),
            }
        }
        all
    }
}

/// A row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableRow {
    /// What the row is about, one entry for each heading.
    pub of: Vec<String>,
    /// Measured quantities by name, in order.
    pub cells: Vec<(String, Cell)>,
}

impl TableRow {
    /// The quantity of a name, where the row has it.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        let mut cells = self.cells.iter();
        cells.find(|(known, _)| known == name).map(|(_, cell)| cell)
    }
}

/// One quantity over all seeds, beside the paper's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cell {
    /// One value for each seed.
    pub values: Vec<f64>,
    /// What the paper prints.
    pub paper: Option<f64>,
}

impl Cell {
    /// The mean over seeds; `None` where no run gave a value.
    pub fn mean(&self) -> Option<f64> {
        mean(self.values.iter().copied())
    }

    /// The sample deviation over seeds; `None` for fewer than two.
    pub fn deviation(&self) -> Option<f64> {
        deviation(&self.values)
    }

    /// Mean ± deviation, as far as there are any.
    pub fn text(&self) -> String {
        match (self.mean(), self.deviation()) {
            (None, _) => "–".into(),
            (Some(mean), None) => four_digits(mean),
            (Some(mean), Some(deviation)) => mean_and_deviation(mean, deviation),
        }
    }
}
