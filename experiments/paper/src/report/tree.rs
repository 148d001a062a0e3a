//! The report as a tree, which is built once and drawn as HTML and as Markdown.
//!
//! Texts are plain, except for `code` between backticks and line ends in cells; both ways of drawing escape the rest.

use tangent_base::record::Provenance;
use tangent_plot::Chart;

/// The whole report.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub(super) title: String,
    /// The text below the title.
    pub(super) subtitle: String,
    pub(super) sections: Vec<Section>,
}

/// A heading and the content below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// The anchor of the section, unique in the document.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Element>,
    pub(super) sections: Vec<Section>,
}

/// An element below a heading.
#[derive(Clone, Debug)]
pub(super) enum Element {
    Paragraph(String),
    /// A note about something that does not exist.
    Absent(String),
    /// A note about something that went wrong.
    Warning(String),
    List(Vec<String>),
    /// Names with their values.
    Facts(Vec<(String, String)>),
    Table(Table),
    Figure(Figure),
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The common head above this column and its neighbours of the same group.
    pub(super) group: Option<String>,
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// The kind of a column's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of the subject of the row.
    Name,
    /// Words.
    Words,
    /// Words that need room.
    Text,
    /// Our numbers.
    Number,
    /// The paper's numbers.
    Paper,
}

/// A cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
    /// The number of rows that the cell spans; 0 if a cell above covers it.
    pub(super) rows: usize,
}

/// How a cell looks. The text alone carries the same information.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tone {
    Plain,
    Muted,
    /// Lines that begin with ✓, ✗ or ○.
    Signed,
    /// A correlation, and whether its interval excludes 0.
    Heat {
        rho: f64,
        sure: bool,
    },
}

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    /// The name of its file in `pictures/`, without the extension; also its anchor.
    pub(super) name: String,
    pub(super) caption: String,
    pub(super) chart: Chart,
}

impl Section {
    pub(super) fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, block: Element) {
        self.blocks.push(block);
    }

    /// Adds a list, unless it is empty.
    pub(super) fn list(&mut self, items: &[String]) {
        if !items.is_empty() {
            self.push(Element::List(items.to_vec()));
        }
    }

    /// Adds the failed parts, and the command that made the rest.
    pub(super) fn end(&mut self, failed: &[String], provenance: &Provenance) {
        for failed in failed {
            self.push(Element::Warning(format!("Not there: {failed}")));
        }
        self.push(Element::Paragraph(format!(
            "Made by `{}`.",
            provenance.command
        )));
    }

    /// Returns the pictures in the section and in the sections below it.
    pub(super) fn figures(&self) -> Vec<&Figure> {
        let own = self.blocks.iter().filter_map(|block| match block {
            Element::Figure(figure) => Some(figure),
            _ => None,
        });
        let below = self.sections.iter().flat_map(Section::figures);
        own.chain(below).collect()
    }
}

impl Column {
    pub(super) fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            group: None,
            name: name.into(),
            kind,
        }
    }

    pub(super) fn of(group: impl Into<String>, name: impl Into<String>, kind: Kind) -> Self {
        Self {
            group: Some(group.into()),
            ..Self::new(name, kind)
        }
    }
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    pub(super) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
            rows: 1,
        }
    }
}

/// Merges equal neighbouring cells of a column, within the spans of the column to the left.
pub(super) fn merge(rows: &mut [Vec<Cell>], column: usize) {
    let mut first = 0;
    for row in 1..rows.len() {
        let same = rows[row][column].text == rows[first][column].text
            && (column == 0 || rows[row][column - 1].rows == 0);
        match same {
            true => {
                rows[first][column].rows += 1;
                rows[row][column].rows = 0;
            }
            false => first = row,
        }
    }
}

/// Splits a text into pieces, each with whether it is code. If the number of backticks is odd, the whole text is one
/// plain piece.
pub(super) fn pieces(text: &str) -> Vec<(&str, bool)> {
    let parts: Vec<&str> = text.split('`').collect();
    match parts.len() % 2 {
        0 => vec![(text, false)],
        _ => {
            let pieces = parts.into_iter().enumerate();
            pieces
                .map(|(place, piece)| (piece, place % 2 == 1))
                .filter(|(piece, _)| !piece.is_empty())
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_come_in_pairs() {
        assert_eq!(
            pieces("a `b` c"),
            [("a ", false), ("b", true), (" c", false)]
        );
        assert_eq!(pieces("`b`"), [("b", true)]);
        assert_eq!(pieces("a ` c"), [("a ` c", false)]);
    }

    #[test]
    fn equal_neighbours_become_one_cell() {
        let row = |a: &str, b: &str| vec![Cell::new(a), Cell::new(b)];
        let mut rows = vec![row("x", "1"), row("x", "1"), row("y", "1"), row("x", "1")];
        merge(&mut rows, 0);
        merge(&mut rows, 1);
        let spans = |column: usize| rows.iter().map(|row| row[column].rows).collect::<Vec<_>>();
        assert_eq!(spans(0), [2, 0, 1, 1]);
        assert_eq!(spans(1), [2, 0, 1, 1]);
    }
}
