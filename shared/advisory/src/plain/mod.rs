//! Markdown as plain text, as a mail has it: paragraphs folded, links as footnotes, tables in columns, code as it was written.
//!
//! Nothing of it is lost: every word is there, and every address, whole on one line. Only HTML's marks are dropped.

mod fragment;
mod layout;
mod table;
#[cfg(test)]
mod tests;
mod writer;

use desk_domain::text::shown;
use pulldown_cmark::Parser;

pub(crate) use self::layout::folded;
use self::writer::Writer;
pub(crate) use self::writer::underlined;
use crate::markdown::OPTIONS;

/// Lines of prose are at most this long.
pub(crate) const WIDTH: usize = 76;

/// The addresses that a part's text leads to. They are numbered through all parts, so that a number means one thing.
#[derive(Default)]
pub(crate) struct Notes {
    /// How many stood at the end of parts before.
    told: usize,
    addresses: Vec<String>,
}

impl Notes {
    /// The number by which an address is known in this part.
    fn number(&mut self, address: String) -> usize {
        let known = self.addresses.iter().position(|known| *known == address);
        let place = known.unwrap_or_else(|| {
            self.addresses.push(address);
            self.addresses.len() - 1
        });
        self.told + place + 1
    }

    /// The footnotes of the part that ends here.
    fn lines(&mut self) -> Vec<String> {
        let addresses = std::mem::take(&mut self.addresses);
        let first = self.told + 1;
        self.told += addresses.len();
        (first..).zip(addresses).map(|(number, address)| format!("[{number}] {address}")).collect()
    }
}

/// A part of a mail, its footnotes at its end. Nothing where it says nothing.
pub(crate) fn text(markdown: &str, notes: &mut Notes) -> String {
    let mut lines = Writer::new(notes).written(Parser::new_ext(markdown, OPTIONS).collect());
    let footnotes = notes.lines();
    if !footnotes.is_empty() {
        lines.push(String::new());
        lines.extend(footnotes);
    }
    shown(&lines.join("\n")).into_owned()
}
