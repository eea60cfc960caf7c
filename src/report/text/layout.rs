//! Paragraphs and tables in a given width, in columns of a terminal: some characters take two, some none.

use core::fmt::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Writes `text` after `first`, in lines of at most `width` columns; further lines begin with `indent` spaces.
/// Lines break at spaces, and within what is longer than a line: behind a colon if it has one.
pub(super) fn paragraph(
    out: &mut impl Write,
    first: &str,
    indent: usize,
    text: &str,
    width: usize,
) -> fmt::Result {
    let used = first.width();
    let mut lead = first.to_owned();
    for (place, line) in fill(text, width.saturating_sub(used), width.saturating_sub(indent)).enumerate() {
        if place > 0 {
            lead = " ".repeat(indent);
        }
        writeln!(out, "{}", format_args!("{lead}{line}").to_string().trim_end())?;
    }
    Ok(())
}

/// The lines of a text: the first of at most `first` columns, the others of at most `width`.
fn fill(text: &str, first: usize, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text.trim_end());
    let mut room = first.max(1);
    core::iter::from_fn(move || {
        let text = rest?;
        let (line, left) = split_line(text, room);
        rest = (!left.is_empty()).then_some(left);
        room = width.max(1);
        Some(line)
    })
}

/// A line of at most `room` columns, and what is left without the spaces between.
fn split_line(text: &str, room: usize) -> (&str, &str) {
    let Some(end) = end_of(text, room) else { return (text, "") };
    let (line, _) = text.split_at_checked(end).unwrap_or((text, ""));
    // A line may end before the space that comes next.
    let fits = text.get(end..).is_some_and(|rest| rest.starts_with(' '));
    let space = || line.rfind(' ').filter(|at| *at > 0);
    // A long address breaks behind a colon: neither a port nor a group of digits is cut.
    let colon = || line.rfind(':').map(|at| at.saturating_add(1));
    let cut = if fits { end } else { space().or_else(colon).unwrap_or(end) };
    let (line, left) = text.split_at_checked(cut).unwrap_or((text, ""));
    (line.trim_end(), left.trim_start())
}

/// Where a text goes beyond `room` columns; after its first character at the earliest, so that there is no empty line.
fn end_of(text: &str, room: usize) -> Option<usize> {
    let mut used = 0_usize;
    let beyond = text.char_indices().find(|(at, c)| {
        used = used.saturating_add(c.width().unwrap_or(0));
        used > room && *at > 0
    });
    beyond.map(|(at, _)| at)
}

/// A column of a table: its title, and the least width it may be squeezed to.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) least: usize,
}

const BETWEEN: usize = 2;
/// Columns of an IPv4 address with its port in brackets.
const ADDRESS: usize = 23;

/// Writes a table in lines of at most `width` columns. A cell that does not fit into its column goes on in the next
/// line. The last column takes what the others leave; what does not fit there stands on lines of its own.
pub(super) fn table(
    out: &mut impl Write,
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
) -> fmt::Result {
    let Some((last, columns)) = columns.split_last() else { return Ok(()) };
    let widths = widths(columns, rows, width.saturating_sub(last.least.saturating_add(BETWEEN)));
    let before = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width).saturating_add(BETWEEN));
    let indent = widths.first().map_or(0, |width| width.saturating_add(BETWEEN));
    let titles = columns.iter().chain([last]).map(|column| column.title.to_owned()).collect();
    for row in core::iter::once(&titles).chain(rows) {
        let Some((tail, cells)) = row.split_last() else { continue };
        let fits = before.saturating_add(tail.width()) <= width;
        let mut cells: Vec<_> =
            cells.iter().zip(&widths).map(|(cell, width)| (fill(cell, *width, *width), *width)).collect();
        let mut on_the_line = if fits { tail.as_str() } else { "" };
        loop {
            let mut line = String::new();
            let mut any = !on_the_line.is_empty();
            for (lines, width) in &mut cells {
                let part = lines.next();
                any |= part.is_some();
                let part = part.unwrap_or_default();
                let left = width.saturating_add(BETWEEN).saturating_sub(part.width());
                write!(line, "{part}{:left$}", "")?;
            }
            if !any {
                break;
            }
            line.push_str(core::mem::take(&mut on_the_line));
            writeln!(out, "{}", line.trim_end())?;
        }
        if !fits {
            paragraph(out, &" ".repeat(indent), indent, tail, width)?;
        }
    }
    Ok(())
}

/// The widths of the columns: what they hold, the widest squeezed until the line fits. No column becomes narrower than an
/// address in it.
fn widths(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.title.len()).collect();
    let mut least: Vec<usize> = columns.iter().map(|column| column.least).collect();
    for row in rows {
        for ((width, least), cell) in widths.iter_mut().zip(&mut least).zip(row) {
            *width = (*width).max(cell.width());
            let addresses = cell.split(' ').filter(|word| word.contains(':') && word.len() <= ADDRESS);
            *least = addresses.map(str::len).fold(*least, usize::max);
        }
    }
    let gaps = columns.len().saturating_sub(1).saturating_mul(BETWEEN);
    loop {
        let total = widths.iter().fold(gaps, |sum, width| sum.saturating_add(*width));
        if total <= width {
            return widths;
        }
        let squeezable = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
        let Some((widest, _)) = squeezable.max_by_key(|(width, _)| **width) else { return widths };
        *widest = widest.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_breaks_at_spaces_and_within_long_words() {
        let mut out = String::new();
        paragraph(&mut out, "  a: ", 4, "one two three fourfivesixseven", 12).unwrap();
        assert_eq!(out, "  a: one two\n    three\n    fourfive\n    sixseven\n");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let mut out = String::new();
        paragraph(&mut out, "", 0, "プリンタの名前", 8).unwrap();
        assert_eq!(out, "プリンタ\nの名前\n");
        let columns = ["A", "B"].map(|title| Column { title, least: 3 });
        let mut out = String::new();
        table(&mut out, &columns, &[vec!["名前".into(), "x".into()], vec!["abcd".into(), "y".into()]], 20)
            .unwrap();
        assert_eq!(out, "A     B\n名前  x\nabcd  y\n");
    }

    #[test]
    fn no_address_is_cut_in_the_middle_of_a_number() {
        let columns = ["CLIENT", "SINCE", "HOLDS"].map(|title| Column { title, least: 3 });
        let row =
            |client: &str| vec![client.to_owned(), "2002-11-05 14:03:05".to_owned(), "nothing".to_owned()];
        let mut out = String::new();
        table(&mut out, &columns, &[row("192.168.100.121:49152")], 40).unwrap();
        let expected = "CLIENT                 SINCE\n                       HOLDS\n\
                        192.168.100.121:49152  2002-11-05\n                       14:03:05\n\
                        \x20                      nothing\n";
        assert_eq!(out, expected);

        let long = "[2001:db8:1234:5678:9abc:def0:1234:5678]:49152";
        let mut out = String::new();
        paragraph(&mut out, "", 0, long, 30).unwrap();
        assert_eq!(out, "[2001:db8:1234:5678:9abc:def0:\n1234:5678]:49152\n");
    }

    #[test]
    fn a_line_that_just_fits_stays_whole() {
        let mut out = String::new();
        paragraph(&mut out, "", 0, "abc def ghi", 7).unwrap();
        assert_eq!(out, "abc def\nghi\n");
    }

    #[test]
    fn the_widest_column_is_squeezed_and_the_last_goes_on_below() {
        let columns = ["A", "B", "C"].map(|title| Column { title, least: 3 });
        let rows = [
            vec!["x".into(), "some words here".into(), "yes".into()],
            vec!["x".into(), "y".into(), "too long to fit".into()],
        ];
        let mut out = String::new();
        table(&mut out, &columns, &rows, 15).unwrap();
        assert_eq!(out, "A  B        C\nx  some     yes\n   words\n   here\nx  y\n   too long to\n   fit\n");
    }
}
