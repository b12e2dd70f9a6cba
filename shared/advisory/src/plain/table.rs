//! A table as lines of columns; one that is too wide for that, row by row, each cell beside its column's name.

use textwrap::core::display_width;

use super::layout::folded_to;

/// Between columns.
const GUTTER: &str = "  ";

#[derive(Default)]
pub(super) struct Table {
    /// The first is the head.
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub fn cell(&mut self, text: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.push(text.trim().replace('\n', " "));
        }
    }

    /// Its lines, for so much room.
    pub fn text(&self, room: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(|column| self.width(column)).collect();
        let whole = widths.iter().sum::<usize>() + GUTTER.len() * columns.saturating_sub(1);
        if whole <= room { self.aligned(&widths) } else { self.by_rows(room) }
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| display_width(cell)).max().unwrap_or(0)
    }

    fn aligned(&self, widths: &[usize]) -> String {
        let padded = |(cell, width): (&String, &usize)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(display_width(cell))))
        };
        let line = |row: &Vec<String>| row.iter().zip(widths).map(padded).collect::<Vec<_>>().join(GUTTER);
        let rule = widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join(GUTTER);
        let mut lines: Vec<String> = self.rows.iter().map(line).collect();
        lines.insert(lines.len().min(1), rule);
        lines.join("\n")
    }

    fn by_rows(&self, room: usize) -> String {
        let Some((head, rows)) = self.rows.split_first() else { return String::new() };
        let named = |(column, cell): (usize, &String)| match head.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("{name}: {cell}"),
            None => cell.clone(),
        };
        let row = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().enumerate().map(|cell| folded_to(&named(cell), room)).collect();
            cells.join("\n")
        };
        // A head without rows is all that there is.
        let rows: Vec<String> = if rows.is_empty() { vec![head.join("\n")] } else { rows.iter().map(row).collect() };
        rows.join("\n\n")
    }
}
