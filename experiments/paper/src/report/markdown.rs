//! The report as Markdown.

use super::tree::{Cell, Column, Document, Element, Section, Table, Tone, pieces};

/// Returns the report as Markdown.
pub(super) fn markdown(document: &Document) -> String {
    let sections: String = document.sections.iter().map(|s| section(s, 2)).collect();
    format!(
        "# {}\n\n{}\n\n{sections}",
        inline(&document.title),
        inline(&document.subtitle)
    )
    .trim_end()
    .to_owned()
        + "\n"
}

fn section(section: &Section, level: usize) -> String {
    let blocks: String = section.blocks.iter().map(block).collect();
    let below: String = section
        .sections
        .iter()
        .map(|below| self::section(below, level + 1))
        .collect();
    format!(
        "{} {}\n\n{blocks}{below}",
        "#".repeat(level),
        inline(&section.title)
    )
}

fn block(block: &Element) -> String {
    match block {
        Element::Paragraph(text) => format!("{}\n\n", inline(text)),
        Element::Absent(text) => format!("> {}\n\n", inline(text)),
        Element::Warning(text) => format!("> **Warning:** {}\n\n", inline(text)),
        Element::List(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("- {}\n", inline(item)))
                .collect();
            items + "\n"
        }
        Element::Facts(facts) => {
            let facts: String = facts
                .iter()
                .map(|(name, fact)| format!("- **{}:** {}\n", inline(name), inline(fact)))
                .collect();
            facts + "\n"
        }
        Element::Table(table) => self::table(table),
        Element::Figure(figure) => format!(
            "![{}](pictures/{}.svg)\n\n*{}*\n\n",
            inline(figure.chart.title()),
            figure.name,
            inline(&figure.caption)
        ),
    }
}

fn table(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rows: String = table
        .rows
        .iter()
        .map(|cells| row(cells.iter().map(cell).collect()))
        .collect();
    format!(
        "*{}*\n\n{}|{}\n{rows}\n",
        inline(&table.caption),
        row(table.columns.iter().map(head).collect()),
        "---|".repeat(table.columns.len())
    )
}

fn head(column: &Column) -> String {
    match &column.group {
        Some(group) => inline(&format!("{group} · {}", column.name)),
        None => inline(&column.name),
    }
}

fn cell(cell: &Cell) -> String {
    if cell.rows == 0 {
        return String::new();
    }
    let line = |line: &str| {
        let bold = match cell.tone {
            Tone::Signed => line.starts_with('✗'),
            Tone::Heat { sure, .. } => sure,
            Tone::Plain | Tone::Muted => false,
        };
        match bold {
            true => format!("**{}**", inline(line)),
            false => inline(line),
        }
    };
    cell.text.lines().map(line).collect::<Vec<_>>().join("<br>")
}

/// Returns a text as one line of Markdown, in which only code is marked.
fn inline(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    pieces(&text)
        .into_iter()
        .map(|(piece, code)| match code {
            // Within a table a bar separates cells even in code.
            true => format!("`{}`", piece.replace('|', "\\|")),
            false => escaped(piece),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '|' | '*' | '_' | '<' | '[' | ']' | '`' | '#' | '~'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_cell_stay_in_its_row() {
        let signed = Cell::toned("✗ as printed\n✓ as repaired", Tone::Signed);
        assert_eq!(cell(&signed), "**✗ as printed**<br>✓ as repaired");
    }

    #[test]
    fn text_is_escaped_and_code_is_kept() {
        assert_eq!(
            inline("|a_b| <\n`x_y|z` *"),
            "\\|a\\_b\\| \\< `x_y\\|z` \\*"
        );
    }
}
