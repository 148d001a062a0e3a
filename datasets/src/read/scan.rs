//! Where the rows and fields of a delimited text begin and end, and which rows are malformed.

use std::borrow::Cow;

/// How fields are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    pub(super) quoted: bool,
    pub(super) header: bool,
}

/// One row of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// Without its line end.
    pub(super) body: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) fields: usize,
    /// What is wrong with its letters.
    pub(super) fault: Option<&'static str>,
}

impl<'a> Row<'a> {
    /// Whether this is a row of `width` fields.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        self.fault.is_none() && self.fields == width
    }

    /// The fields of a row without fault, their quotation marks removed.
    pub(super) fn split(&self, dialect: Dialect) -> Vec<Cow<'a, str>> {
        let mut fields = Vec::with_capacity(self.fields);
        let mut rest = self.body;
        loop {
            let bytes = rest.as_bytes();
            let quoted = dialect.quoted && bytes.first() == Some(&b'"');
            let from = if quoted {
                closing(bytes, 0).unwrap_or(0)
            } else {
                0
            };
            let tail = bytes.iter().skip(from);
            let end = tail.take_while(|&&b| b != dialect.separator).count() + from;
            let (field, after) = rest.split_at(end.min(rest.len()));
            fields.push(if quoted {
                unquoted(field)
            } else {
                Cow::Borrowed(field)
            });
            match after.get(1..) {
                Some(next) => rest = next,
                None => return fields,
            }
        }
    }
}

/// What ends a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    /// A line feed; a carriage return before it belongs to it.
    LineFeed,
    /// A carriage return, as on old Macs, or a line feed, or both.
    Any,
}

/// The rows of `text`, the header among them. Empty lines are no rows.
///
/// A carriage return alone ends a row only where it ends the first one: elsewhere it is part of a text.
///
/// # Complexity
/// Linear in the text, unclosed quotation marks included: where the search for a closing mark reaches
/// the end of the text, the marks that it passed stand in pairs, so that every later field whose first
/// letter is such a mark is closed within its own run of marks.
pub(super) fn rows(text: &str, dialect: Dialect) -> Vec<Row<'_>> {
    let ends = match first(text, dialect) {
        Some((_, b'\r')) => LineEnd::Any,
        _ => LineEnd::LineFeed,
    };
    let mut rows = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let (row, after) = row(rest, line, dialect, ends);
        let taken = rest.get(..rest.len() - after.len()).unwrap_or_default();
        line += lines(taken, ends);
        rest = after;
        if !row.body.is_empty() {
            rows.push(row);
        }
    }
    rows
}

/// The first row of a text, which is its header if it has one.
pub(super) fn head(text: &str, dialect: Dialect) -> Option<Row<'_>> {
    first(text, dialect).map(|(row, _)| row)
}

/// The first row that is not empty, and the first byte of what ends it (0 if nothing does).
fn first(text: &str, dialect: Dialect) -> Option<(Row<'_>, u8)> {
    let mut rest = text;
    while !rest.is_empty() {
        let (row, after) = row(rest, 1, dialect, LineEnd::Any);
        let end = rest.as_bytes().get(row.body.len()).copied().unwrap_or(0);
        let crlf = rest
            .as_bytes()
            .get(row.body.len()..)
            .is_some_and(|end| end.starts_with(b"\r\n"));
        if !row.body.is_empty() {
            return Some((row, if crlf { b'\n' } else { end }));
        }
        rest = after;
    }
    None
}

const OPEN: &str = "a quotation mark opens a field and none closes it";
const AFTER: &str = "text follows a field's closing quotation mark";
const NUL: &str = "it holds a NUL byte, which no text does: is the file damaged, or not UTF-8?";

/// The first row of `text`, and what follows its line end.
fn row(text: &str, line: usize, dialect: Dialect, ends: LineEnd) -> (Row<'_>, &str) {
    let bytes = text.as_bytes();
    let (mut at, mut fields, mut fault) = (0, 1, None);
    let mut field_start = true;
    while let Some(&byte) = bytes.get(at) {
        if line_end(bytes, at, ends).is_some() {
            break;
        }
        if dialect.quoted && field_start && byte == b'"' {
            match closing(bytes, at) {
                Some(close) => at = close,
                // Only this line is lost, not the rest of the file.
                None => fault = Some(OPEN),
            }
            at += 1;
            if fault.is_none() && !ends_field(bytes, at, dialect.separator, ends) {
                fault = Some(AFTER);
            }
            field_start = false;
            continue;
        }
        field_start = byte == dialect.separator;
        fields += usize::from(field_start);
        at += 1;
    }
    let (body, rest) = text.split_at(at);
    if body.contains('\0') {
        fault = Some(NUL);
    }
    let after = rest
        .get(line_end(bytes, at, ends).unwrap_or(0)..)
        .unwrap_or_default();
    let row = Row {
        body,
        line,
        fields,
        fault,
    };
    (row, after)
}

/// The length of the line end at `at`, if one is there.
fn line_end(bytes: &[u8], at: usize, ends: LineEnd) -> Option<usize> {
    match (bytes.get(at)?, bytes.get(at + 1), ends) {
        (b'\n', _, _) => Some(1),
        (b'\r', Some(b'\n'), _) => Some(2),
        (b'\r', None, _) | (b'\r', _, LineEnd::Any) => Some(1),
        _ => None,
    }
}

/// How many lines end in `text`.
fn lines(text: &str, ends: LineEnd) -> usize {
    let feeds = text.bytes().filter(|&b| b == b'\n').count();
    match ends {
        LineEnd::LineFeed => feeds,
        LineEnd::Any => {
            let returns = text.bytes().filter(|&b| b == b'\r').count();
            feeds + returns - text.matches("\r\n").count()
        }
    }
}

/// The quotation mark that closes the one at `open`; doubled ones are text.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += text.get(at..)?.iter().position(|&b| b == b'"')?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn ends_field(text: &[u8], at: usize, separator: u8, ends: LineEnd) -> bool {
    match text.get(at) {
        None => true,
        Some(&byte) => byte == separator || line_end(text, at, ends).is_some(),
    }
}

/// The text in a quoted field.
fn unquoted(field: &str) -> Cow<'_, str> {
    let inner = field
        .strip_prefix('"')
        .and_then(|field| field.strip_suffix('"'))
        .unwrap_or(field);
    if inner.contains("\"\"") {
        Cow::Owned(inner.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CSV: Dialect = Dialect {
        separator: b',',
        quoted: true,
        header: true,
    };

    fn shape(text: &str) -> Vec<(usize, usize, Option<&'static str>)> {
        rows(text, CSV)
            .iter()
            .map(|row| (row.line, row.fields, row.fault))
            .collect()
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        let split = |row: &Row<'_>| row.split(CSV).into_iter().map(Cow::into_owned).collect();
        rows(text, CSV).iter().map(split).collect()
    }

    #[test]
    fn quoted_fields_hold_separators_and_line_feeds() {
        let text = "a,b\n\"x,\ny\"\"\",1\r\n\n2,3";
        assert_eq!(shape(text), [(1, 2, None), (2, 2, None), (5, 2, None)]);
        assert_eq!(cells(text), [["a", "b"], ["x,\ny\"", "1"], ["2", "3"]]);
    }

    #[test]
    fn a_mark_inside_a_field_is_text() {
        assert_eq!(shape("5\" pipe,1\n"), [(1, 2, None)]);
        assert_eq!(cells("5\" pipe, \"1\"\n"), [["5\" pipe", " \"1\""]]);
    }

    #[test]
    fn faults_are_found_in_their_row() {
        assert_eq!(shape("\"x\"y,1\nz,2"), [(1, 2, Some(AFTER)), (2, 2, None)]);
        assert_eq!(
            shape("a,b\n\"x,1\nz,2"),
            [(1, 2, None), (2, 2, Some(OPEN)), (3, 2, None)]
        );
        assert_eq!(shape("a\0,b\nc,d"), [(1, 2, Some(NUL)), (2, 2, None)]);
    }

    #[test]
    fn without_quoting_a_mark_is_a_letter() {
        let dialect = Dialect {
            separator: b'\t',
            quoted: false,
            header: false,
        };
        let rows = rows("\"a\tb\n\"c\td", dialect);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].split(dialect), ["\"a", "b"]);
    }

    #[test]
    fn a_carriage_return_ends_rows_where_it_ends_the_first() {
        assert_eq!(
            cells("a,b\rc,d\r\re,\"f\n\"\r"),
            [["a", "b"], ["c", "d"], ["e", "f\n"]]
        );
        assert_eq!(shape("a,b\r\"c\rd\",e\rf,g").last(), Some(&(4, 2, None)));
        assert_eq!(cells("a,b\r\r\nc,d\r\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(cells("a,b\nc\rd,e\r\n"), [["a", "b"], ["c\rd", "e"]]);
        assert_eq!(cells("a,b\r\nc\rd,e\r\n"), [["a", "b"], ["c\rd", "e"]]);
        assert_eq!(cells("\"a\rb\",c\nd,e"), [["a\rb", "c"], ["d", "e"]]);
    }

    proptest! {
        /// Rows without a fault are those of the crate `csv`, which has no word for the others: it reads `"x"y` as `xy`,
        /// and after an open quotation mark the rest of the file as one field.
        #[test]
        fn rows_without_a_fault_are_those_of_another_reader(text in "[a\",\n ]{0,40}") {
            let ours = rows(&text, CSV);
            if ours.iter().any(|row| row.fault.is_some()) {
                return Ok(());
            }
            let mut theirs = csv::ReaderBuilder::new();
            let theirs = theirs.has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> = theirs
                .into_records()
                .map(|record| record.unwrap().iter().map(String::from).collect())
                .collect();
            prop_assert_eq!(cells(&text), theirs);
        }

        /// What any writer of CSV writes is read as it was, white space and all.
        #[test]
        fn quoted_cells_come_back(
            table in prop::collection::vec(prop::collection::vec("[ a\",\r\nü]{0,6}", 3), 1..6),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quote).collect::<Vec<_>>().join(",") + end;
            let text: String = table.iter().map(line).collect();
            prop_assert_eq!(cells(&text), table);
        }
    }
}
