//! The report as one HTML file: no network, no script.

#[cfg(test)]
use std::collections::HashSet;
use std::fmt::Write;
use std::io;

use super::tree::{Cell, Column, Document, Element, Figure, Kind, Section, Table, Tone, pieces};
use tangent_plot;

const STYLE: &str = include_str!("style.css");

/// The page.
///
/// # Errors
/// A picture cannot be drawn.
pub(super) fn html(document: &Document) -> io::Result<String> {
    let title = escaped(&document.title);
    let contents = contents(&document.sections);
    let sections = document.sections.iter().map(|s| section(s, 2));
    let sections: String = sections.collect::<io::Result<_>>()?;
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#report\">Skip to the report</a>\n\
         <nav aria-label=\"Contents\">\n{contents}</nav>\n<main id=\"report\">\n\
         <header>\n<h1>{title}</h1>\n<p class=\"subtitle\">{}</p>\n</header>\n{sections}</main>\n</body>\n</html>\n",
        inline(&document.subtitle)
    ))
}

/// Links to all sections, two levels deep.
fn contents(sections: &[Section]) -> String {
    let mut out = String::from("<ul>\n");
    for section in sections {
        out += &format!("<li>{}", link(section));
        if !section.sections.is_empty() {
            out += "\n<ul>\n";
            for below in &section.sections {
                out += &format!("<li>{}</li>\n", link(below));
            }
            out += "</ul>\n";
        }
        out += "</li>\n";
    }
    out + "</ul>\n"
}

/// A link to a section by what stands before the dot in its title.
fn link(section: &Section) -> String {
    let short = section.title.split(" · ").next().unwrap_or_default();
    format!(
        "<a href=\"#{}\">{}</a>",
        escaped(&section.id),
        inline(short)
    )
}

fn section(section: &Section, level: usize) -> io::Result<String> {
    let id = escaped(&section.id);
    let blocks = section.blocks.iter().map(block);
    let blocks: String = blocks.collect::<io::Result<_>>()?;
    let below = section.sections.iter();
    let below = below.map(|below| self::section(below, level + 1));
    let below: String = below.collect::<io::Result<_>>()?;
    Ok(format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h{level} id=\"{id}-title\">{}</h{level}>\n\
         {blocks}{below}</section>\n",
        inline(&section.title)
    ))
}

fn block(block: &Element) -> io::Result<String> {
    Ok(match block {
        Element::Paragraph(text) => format!("<p>{}</p>\n", inline(text)),
        Element::Absent(text) => format!("<p class=\"absent\">{}</p>\n", inline(text)),
        Element::Warning(text) => format!("<p class=\"warning\">{}</p>\n", inline(text)),
        Element::List(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("<li>{}</li>\n", inline(item)))
                .collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Element::Facts(facts) => {
            let facts: String = facts
                .iter()
                .map(|(name, fact)| {
                    format!(
                        "<div><dt>{}</dt><dd>{}</dd></div>\n",
                        inline(name),
                        inline(fact)
                    )
                })
                .collect();
            format!("<dl>\n{facts}</dl>\n")
        }
        Element::Table(table) => self::table(table),
        Element::Figure(figure) => self::figure(figure)?,
    })
}

fn table(table: &Table) -> String {
    let mut rows = String::new();
    for row in &table.rows {
        let cells: String = row
            .iter()
            .zip(&table.columns)
            .map(|(c, column)| cell(c, column))
            .collect();
        writeln!(rows, "<tr>{cells}</tr>").expect("writing to a string cannot fail");
    }
    let caption = inline(&table.caption);
    // What scrolls must be reachable by keys, and named.
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead>\n{}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n",
        escaped(&table.caption.replace('`', "")),
        heads(&table.columns)
    )
}

/// One row of heads, or two where there are groups.
fn heads(columns: &[Column]) -> String {
    let single = |column: &Column, rows: &str| {
        format!(
            "<th scope=\"col\"{rows}{}>{}</th>",
            class(column.kind),
            inline(&column.name)
        )
    };
    if columns.iter().all(|column| column.group.is_none()) {
        let heads: String = columns.iter().map(|column| single(column, "")).collect();
        return format!("<tr>{heads}</tr>\n");
    }
    let (mut upper, mut lower) = (String::new(), String::new());
    for group in columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        match &group[0].group {
            None => upper += &single(&group[0], " rowspan=\"2\""),
            Some(name) => {
                let span = group.len();
                upper += &format!(
                    "<th scope=\"colgroup\" class=\"group\" colspan=\"{span}\">{}</th>",
                    inline(name)
                );
                lower.extend(group.iter().map(|column| single(column, "")));
            }
        }
    }
    format!("<tr>{upper}</tr>\n<tr>{lower}</tr>\n")
}

fn cell(cell: &Cell, column: &Column) -> String {
    let rows = match cell.rows {
        0 => return String::new(),
        1 => String::new(),
        rows => format!(" rowspan=\"{rows}\""),
    };
    let lines =
        |line: fn(&str) -> String| cell.text.lines().map(line).collect::<Vec<_>>().join("<br>");
    let (tone, text) = match cell.tone {
        Tone::Plain => (String::new(), lines(inline)),
        Tone::Muted => (" data-tone=\"muted\"".into(), lines(inline)),
        Tone::Signed => (String::new(), lines(signed)),
        Tone::Heat { rho, sure } => {
            let sign = if rho < 0.0 { "minus" } else { "plus" };
            let text = match sure {
                true => format!("<strong>{}</strong>", lines(inline)),
                false => lines(inline),
            };
            let size = rho.abs().min(1.0);
            (
                format!(" data-heat=\"{sign}\" style=\"--heat:{size:.2}\""),
                text,
            )
        }
    };
    let class = class(column.kind);
    match column.kind {
        Kind::Name => format!("<th scope=\"row\"{rows}{class}{tone}>{text}</th>"),
        _ => format!("<td{rows}{class}{tone}>{text}</td>"),
    }
}

/// A line in the colour of its sign.
fn signed(line: &str) -> String {
    let tone = match line.chars().next() {
        Some('✓') => "good",
        Some('✗') => "bad",
        _ => "muted",
    };
    format!("<span data-tone=\"{tone}\">{}</span>", inline(line))
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Name | Kind::Words => "",
        Kind::Text => " class=\"text\"",
        Kind::Number => " class=\"number\"",
        Kind::Paper => " class=\"number paper\"",
    }
}

fn figure(figure: &Figure) -> io::Result<String> {
    let name = escaped(&figure.name);
    Ok(format!(
        "<figure id=\"picture-{name}\">\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" \
         aria-label=\"Picture {name}\">\n{}</div>\n<figcaption>{}</figcaption>\n</figure>\n",
        picture(figure)?,
        inline(&figure.caption)
    ))
}

/// The SVG element, in the colours of the page and without what only a file of its own needs.
fn picture(figure: &Figure) -> io::Result<String> {
    let svg = tangent_plot::svg(&figure.chart)?;
    let start = svg.find("<svg").unwrap_or_default();
    let (head, drawing) = svg[start..].split_once('>').unwrap_or((&svg[start..], ""));
    let view = attribute(head, "viewBox").unwrap_or("0 0 900 560");
    let drawing = drawing
        .replace("\"#FFFFFF\"", "\"none\"")
        .replace("\"#000000\"", "\"currentColor\"");
    Ok(format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"{view}\">{drawing}",
        escaped(figure.chart.title())
    ))
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// A text with its code marked as such.
fn inline(text: &str) -> String {
    pieces(text)
        .into_iter()
        .map(|(piece, code)| match code {
            true => format!("<code>{}</code>", escaped(piece)),
            false => escaped(piece),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}

/// What is wrong with a page as nested elements and anchors; for tests.
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
            inline("a<b & `c>\"d\"`"),
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
        let heads = heads(&columns);
        assert!(heads.contains("rowspan=\"2\">task</th>"), "{heads}");
        assert!(heads.contains("colspan=\"2\">κ</th>"), "{heads}");
        assert_eq!(heads.matches("<th").count(), 5);
        assert_eq!(super::heads(&columns[3..]).matches("<tr>").count(), 1);
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
