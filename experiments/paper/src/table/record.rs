use serde::{Deserialize, Serialize};

use tangent_base::cli::{four_digits, mean_and_deviation};
use tangent_base::record::Provenance;
use tangent_linearize::statistics::{deviation, mean};

/// The format of a table's result file.
pub const FORMAT: &str = "tangent table 1";

/// The content of `tableN.json`: the paper's table N, measured, beside the numbers that the paper prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableResult {
    /// [`FORMAT`].
    pub format: String,
    /// The paper's number of the table.
    pub table: u32,
    /// What the table shows.
    pub title: String,
    /// The heads of the columns that name the rows and hold no measured number.
    pub headings: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
    /// Sentences that sum up the numbers, made from them.
    pub remarks: Vec<String>,
    /// The parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// The command, settings, versions and machine that made the table.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl TableResult {
    /// Returns the names of all measured quantities, in order, each with whether the paper prints it in any row.
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

/// A row of a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableRow {
    /// The subject of the row, one entry for each heading.
    pub of: Vec<String>,
    /// The measured quantities by name, in order.
    pub cells: Vec<(String, Cell)>,
}

impl TableRow {
    /// Returns the quantity of this name, if the row has it.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        let mut cells = self.cells.iter();
        cells.find(|(known, _)| known == name).map(|(_, cell)| cell)
    }
}

/// One quantity over all seeds, beside the paper's number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cell {
    /// One value for each seed.
    pub values: Vec<f64>,
    /// The number that the paper prints.
    pub paper: Option<f64>,
}

impl Cell {
    /// Returns the mean over seeds; `None` if no run gave a value.
    pub fn mean(&self) -> Option<f64> {
        mean(self.values.iter().copied())
    }

    /// Returns the sample standard deviation over seeds; `None` for fewer than two values.
    pub fn deviation(&self) -> Option<f64> {
        deviation(&self.values)
    }

    /// Returns the mean ± the deviation, the mean alone for one value, and a dash for none.
    pub fn text(&self) -> String {
        match (self.mean(), self.deviation()) {
            (None, _) => "–".into(),
            (Some(mean), None) => four_digits(mean),
            (Some(mean), Some(deviation)) => mean_and_deviation(mean, deviation),
        }
    }
}
