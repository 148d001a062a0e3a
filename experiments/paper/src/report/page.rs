//! The report as one HTML file, without scripts and without anything loaded from the network.

#[cfg(test)]
use std::collections::HashSet;
use std::io;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::tree::{Cell, Column, Document, Element, Figure, Kind, Section, Table, Tone, pieces};

const STYLE: &str = include_str!("style.css");

/// Returns the report as HTML.
///
/// # Errors
/// A picture cannot be drawn.
pub(super) fn html(document: &Document) -> io::Result<String> {
    let sections = document.sections.iter().map(|s| section(s, 2));
    let sections: Vec<Markup> = sections.collect::<io::Result<_>>()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (document.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#report" { "Skip to the report" }
                nav aria-label="Contents" { (contents(&document.sections)) }
                main #report {
                    header {
                        h1 { (document.title) }
                        p.subtitle { (inline(&document.subtitle)) }
                    }
                    @for section in &sections { (section) }
                }
            }
        }
    };
    Ok(page.into_string())
}

/// Returns links to all sections, two levels deep.
fn contents(sections: &[Section]) -> Markup {
    html! {
        ul {
            @for section in sections {
                li {
                    (link(section))
                    @if !section.sections.is_empty() {
                        ul { @for below in &section.sections { li { (link(below)) } } }
                    }
                }
            }
        }
    }
}

/// Returns a link to a section, named by the part of its title before the dot.
fn link(section: &Section) -> Markup {
    let short = section.title.split(" · ").next().unwrap_or_default();
    html! { a href={ "#" (section.id) } { (inline(short)) } }
}

fn section(section: &Section, level: usize) -> io::Result<Markup> {
    let blocks = section.blocks.iter().map(element);
    let blocks: Vec<Markup> = blocks.collect::<io::Result<_>>()?;
    let below = section.sections.iter();
    let below = below.map(|below| self::section(below, level + 1));
    let below: Vec<Markup> = below.collect::<io::Result<_>>()?;
    let (id, title) = (format!("{}-title", section.id), inline(&section.title));
    Ok(html! {
        section id=(section.id) aria-labelledby=(id) {
            @match level {
                2 => { h2 id=(id) { (title) } }
                3 => { h3 id=(id) { (title) } }
                _ => { h4 id=(id) { (title) } }
            }
            @for part in blocks.iter().chain(&below) { (part) }
        }
    })
}

fn element(element: &Element) -> io::Result<Markup> {
    Ok(match element {
        Element::Paragraph(text) => html! { p { (inline(text)) } },
        Element::Absent(text) => html! { p.absent { (inline(text)) } },
        Element::Warning(text) => html! { p.warning { (inline(text)) } },
        Element::List(items) => html! { ul { @for item in items { li { (inline(item)) } } } },
        Element::Facts(facts) => html! {
            dl {
                @for (name, fact) in facts {
                    div { dt { (inline(name)) } dd { (inline(fact)) } }
                }
            }
        },
        Element::Table(table) => self::table(table),
        Element::Figure(figure) => self::figure(figure)?,
    })
}

/// Returns a table in a region that scrolls. The region has a name and can be reached with the keyboard.
fn table(table: &Table) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(table.caption.replace('`', "")) {
            table {
                caption { (inline(&table.caption)) }
                thead { (heads(&table.columns)) }
                tbody {
                    @for row in &table.rows {
                        tr { @for (c, column) in row.iter().zip(&table.columns) { (cell(c, column)) } }
                    }
                }
            }
        }
    }
}

/// Returns one row of column heads, or two if columns have groups.
fn heads(columns: &[Column]) -> Markup {
    let single = |column: &Column, rows: Option<usize>| {
        html! { th scope="col" rowspan=[rows] class=[class(column.kind)] { (inline(&column.name)) } }
    };
    if columns.iter().all(|column| column.group.is_none()) {
        return html! { tr { @for column in columns { (single(column, None)) } } };
    }
    let groups = || columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group);
    html! {
        tr {
            @for group in groups() {
                @match &group[0].group {
                    None => { (single(&group[0], Some(2))) }
                    Some(name) => { th.group scope="colgroup" colspan=(group.len()) { (inline(name)) } }
                }
            }
        }
        tr {
            @for group in groups() {
                @if group[0].group.is_some() {
                    @for column in group { (single(column, None)) }
                }
            }
        }
    }
}

fn cell(cell: &Cell, column: &Column) -> Markup {
    if cell.rows == 0 {
        return html! {};
    }
    let rows = (cell.rows > 1).then_some(cell.rows);
    let line = match cell.tone {
        Tone::Signed => signed,
        _ => inline,
    };
    let lines = html! {
        @for (index, text) in cell.text.lines().enumerate() {
            @if index > 0 { br; }
            (line(text))
        }
    };
    let muted = (cell.tone == Tone::Muted).then_some("muted");
    let (heat, size, text) = match cell.tone {
        Tone::Heat { rho, sure } => (
            Some(if rho < 0.0 { "minus" } else { "plus" }),
            Some(format!("--heat:{:.2}", rho.abs().min(1.0))),
            match sure {
                true => html! { strong { (lines) } },
                false => lines,
            },
        ),
        _ => (None, None, lines),
    };
    let class = class(column.kind);
    match column.kind {
        Kind::Name => html! {
            th scope="row" rowspan=[rows] class=[class] data-tone=[muted] data-heat=[heat] style=[size] { (text) }
        },
        _ => html! {
            td rowspan=[rows] class=[class] data-tone=[muted] data-heat=[heat] style=[size] { (text) }
        },
    }
}

/// Returns a line in the colour of its sign.
fn signed(line: &str) -> Markup {
    let tone = match line.chars().next() {
        Some('✓') => "good",
        Some('✗') => "bad",
        _ => "muted",
    };
    html! { span data-tone=(tone) { (inline(line)) } }
}

fn class(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Name | Kind::Words => None,
        Kind::Text => Some("text"),
        Kind::Number => Some("number"),
        Kind::Paper => Some("number paper"),
    }
}

fn figure(figure: &Figure) -> io::Result<Markup> {
    let picture = picture(figure)?;
    Ok(html! {
        figure id={ "picture-" (figure.name) } {
            div.scroll role="region" tabindex="0" aria-label={ "Picture " (figure.name) } { (picture) }
            figcaption { (inline(&figure.caption)) }
        }
    })
}

/// Returns the picture as an SVG element in the colours of the page, without the parts that only a separate file needs.
fn picture(figure: &Figure) -> io::Result<Markup> {
    let svg = tangent_plot::svg(&figure.chart)?;
    let start = svg.find("<svg").unwrap_or_default();
    let (head, drawing) = svg[start..].split_once('>').unwrap_or((&svg[start..], ""));
    let view = attribute(head, "viewBox").unwrap_or("0 0 900 560");
    let drawing = drawing
        .replace("\"#FFFFFF\"", "\"none\"")
        .replace("\"#000000\"", "\"currentColor\"")
        .replace("</svg>", "");
    Ok(html! {
        svg role="img" aria-label=(figure.chart.title()) viewBox=(view) { (PreEscaped(drawing)) }
    })
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// Returns a text with its code marked as such.
fn inline(text: &str) -> Markup {
    html! {
        @for (piece, code) in pieces(text) {
            @if code { code { (piece) } } @else { (piece) }
        }
    }
}

/// Returns the faults of a page in the nesting of its elements and in its anchors; for tests.
#[cfg(test)]
pub(super) fn faults(page: &str) -> Vec<String> {
    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let mut faults = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let (mut ids, mut targets) = (HashSet::new(), Vec::new());
    for tag in page.split('<').skip(1) {
        let Some((tag, text)) = tag.split_once('>') else {
            faults.push(format!("not closed: <{tag}"));
            continue;
        };
        if text.contains('>') && tag != "style" {
            faults.push(format!("not escaped: {text}"));
        }
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            if open.pop() != Some(closed) {
                faults.push(format!("</{closed}> closes what is not open"));
            }
            continue;
        }
        if let Some(id) = attribute(tag, " id")
            && !ids.insert(id)
        {
            faults.push(format!("two of id {id}"));
        }
        targets.extend(attribute(tag, " href").and_then(|to| to.strip_prefix('#')));
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    faults.extend(open.iter().map(|name| format!("<{name}> stays open")));
    let dead = targets.iter().filter(|target| !ids.contains(*target));
    faults.extend(dead.map(|target| format!("nothing at #{target}")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_code_is_marked() {
        assert_eq!(
            inline("a<b & `c>\"d\"`").into_string(),
            "a&lt;b &amp; <code>c&gt;&quot;d&quot;</code>"
        );
    }

    #[test]
    fn groups_of_columns_have_a_head_of_their_own() {
        let columns = [
            Column::new("task", Kind::Name),
            Column::of("κ", "ours", Kind::Number),
            Column::of("κ", "paper", Kind::Paper),
            Column::new("seed", Kind::Number),
        ];
        let heads = heads(&columns).into_string();
        assert!(heads.contains("rowspan=\"2\">task</th>"), "{heads}");
        assert!(heads.contains("colspan=\"2\">κ</th>"), "{heads}");
        assert_eq!(heads.matches("<th").count(), 5);
        assert_eq!(
            super::heads(&columns[3..])
                .into_string()
                .matches("<tr>")
                .count(),
            1
        );
    }

    #[test]
    fn faults_of_a_page_are_seen() {
        assert!(faults("<p id=\"a\">x<b>y</b></p><a href=\"#a\">z</a>").is_empty());
        for wrong in [
            "<p>x",
            "<p>x</b>",
            "<p id=\"a\"></p><p id=\"a\"></p>",
            "<a href=\"#b\"></a>",
            "<p>a > b</p>",
        ] {
            assert!(!faults(wrong).is_empty(), "{wrong}");
        }
    }
}
