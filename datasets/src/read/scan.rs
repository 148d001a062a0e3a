//! Where the rows of a delimited file begin and end, and which of them are malformed.
//!
//! The reader proper accepts a row of too few fields in silence and reports one of too many
//! without its number; so the shape of the file is checked first.

/// How fields are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    pub(super) quoted: bool,
    pub(super) header: bool,
}

/// One row of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    /// Past the row's line feed.
    pub(super) end: usize,
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) fields: usize,
    /// What is wrong with its quotation marks.
    pub(super) fault: Option<&'static str>,
}

impl Span {
    /// Whether this is a row of `width` fields.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        self.fault.is_none() && self.fields == width
    }
}

/// The rows of `text`, the header among them. Empty lines are no rows.
pub(super) fn spans(text: &[u8], dialect: Dialect) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut line) = (0, 1);
    while start < text.len() {
        let span = row(text, start, line, dialect);
        let body = &text[span.start..span.end];
        line += body.iter().filter(|&&b| b == b'\n').count();
        start = span.end;
        if !matches!(body, b"\n" | b"\r\n" | b"\r") {
            spans.push(span);
        }
    }
    spans
}

const OPEN: &str = "a quotation mark opens a field and none closes it";
const AFTER: &str = "text follows a field's closing quotation mark";

fn row(text: &[u8], start: usize, line: usize, dialect: Dialect) -> Span {
    let (mut at, mut fields, mut fault) = (start, 1, None);
    let mut field_start = true;
    while at < text.len() && text[at] != b'\n' {
        if dialect.quoted && field_start && text[at] == b'"' {
            match closing(text, at) {
                Some(close) => at = close,
                // Only this line is lost, not the rest of the file.
                None => fault = Some(OPEN),
            }
            at += 1;
            if fault.is_none() && !ends_field(text, at, dialect.separator) {
                fault = Some(AFTER);
            }
            field_start = false;
            continue;
        }
        field_start = text[at] == dialect.separator;
        fields += usize::from(field_start);
        at += 1;
    }
    Span {
        start,
        end: (at + 1).min(text.len()),
        line,
        fields,
        fault,
    }
}

/// The quotation mark that closes the one at `open`; doubled ones are text.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += text[at..].iter().position(|&b| b == b'"')?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn ends_field(text: &[u8], at: usize, separator: u8) -> bool {
    match text.get(at) {
        None | Some(b'\n') => true,
        Some(b'\r') => matches!(text.get(at + 1), None | Some(b'\n')),
        Some(&b) => b == separator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Dialect = Dialect {
        separator: b',',
        quoted: true,
        header: true,
    };

    fn shape(text: &str) -> Vec<(usize, usize, Option<&'static str>)> {
        spans(text.as_bytes(), CSV)
            .iter()
            .map(|s| (s.line, s.fields, s.fault))
            .collect()
    }

    #[test]
    fn quoted_fields_hold_separators_and_line_feeds() {
        assert_eq!(
            shape("a,b\n\"x,\ny\"\"\",1\r\n\n2,3"),
            [(1, 2, None), (2, 2, None), (5, 2, None)]
        );
    }

    #[test]
    fn a_mark_inside_a_field_is_text() {
        assert_eq!(shape("5\" pipe,1\n"), [(1, 2, None)]);
    }

    #[test]
    fn faults_are_found_in_their_row() {
        assert_eq!(shape("\"x\"y,1\nz,2"), [(1, 2, Some(AFTER)), (2, 2, None)]);
        assert_eq!(
            shape("a,b\n\"x,1\nz,2"),
            [(1, 2, None), (2, 2, Some(OPEN)), (3, 2, None)]
        );
    }

    #[test]
    fn without_quoting_a_mark_is_a_letter() {
        let dialect = Dialect {
            separator: b'\t',
            quoted: false,
            header: false,
        };
        assert_eq!(spans(b"\"a\tb\n\"c\td", dialect).len(), 2);
    }
}
