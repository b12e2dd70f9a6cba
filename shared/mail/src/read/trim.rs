//! Splits the plain text of an answer into what the person wrote now and what the mail carries along. The second part can be
//! folded on a page; nothing is lost, and no line is rewritten.
//!
//! What is folded holds something of the desk's own: its words, links, addresses or a case's name ([`Desk`]), with the frame that
//! a mail program puts above them in whatever language. A rule, a fence, a block of headers or a quote of anybody else's is part
//! of what the person says, and stands as written: what is wrongly left is read, what is wrongly folded is overlooked. Beside it
//! go what a telephone adds by itself, a short signature below `-- `, and the armour of a signed text.

use std::ops::Range;

use crate::openpgp::armour;

use super::own::{Desk, Line, frame, kind, signature};

/// A person's own text, and the text of earlier messages that the mail carries along.
///
/// Every line of the mail that is not blank stands in exactly one of the two, unchanged and in order; only blanks at
/// its end and line endings differ.
#[derive(Clone, PartialEq, Eq)]
pub struct Trimmed {
    /// Without blank lines around. A mail that adds nothing to what it quotes is taken as written.
    pub written: String,
    /// Without blank lines around; `None` when there is none.
    pub quoted: Option<String>,
}

/// A text of more lines was not written by a person; it is not split.
const MOST_LINES: usize = 50_000;

/// Splits the plain text of an answer to a mail of the desk.
pub fn trim(text: &str, desk: &Desk) -> Trimmed {
    let lines: Vec<&str> = text.lines().take(MOST_LINES + 1).collect();
    if lines.len() > MOST_LINES {
        return Trimmed { written: joined(&[text.replace("\r\n", "\n").as_str()]), quoted: None };
    }
    let folded = Folding::of(&lines, desk).folded;
    // An empty line stands where something of the other part stood between.
    let part = |wanted: bool| {
        let at: Vec<usize> = (0..lines.len()).collect();
        let pieces = at.chunk_by(|above, below| folded[*above] == folded[*below]);
        let pieces = pieces.filter(|piece| folded[piece[0]] == wanted);
        let pieces = pieces.map(|piece| joined(&lines[piece[0]..=piece[piece.len() - 1]]));
        pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let (written, quoted) = (part(false), part(true));
    match written.is_empty() {
        true => Trimmed { written: joined(&lines), quoted: None },
        false => Trimmed { written, quoted: (!quoted.is_empty()).then_some(quoted) },
    }
}

/// The lines without blank ones around; the indentation of the first stays.
fn joined(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines[start..].join("\n").trim_end().to_owned()
}

/// A mail of the desk, or a piece of one, within the text.
struct Quote {
    /// Where the frame above it begins; its own first line where there is none.
    frame: usize,
    lines: Range<usize>,
}

struct Folding<'a> {
    lines: &'a [&'a str],
    kinds: Vec<Line>,
    desk: &'a Desk,
    folded: Vec<bool>,
}

impl<'a> Folding<'a> {
    fn of(lines: &'a [&'a str], desk: &'a Desk) -> Folding<'a> {
        let kinds = lines.iter().map(|line| kind(line, desk)).collect();
        let mut folding = Folding { lines, kinds, desk, folded: vec![false; lines.len()] };
        folding.fold_armour();
        let quotes = folding.quotes();
        folding.fold_quotes(&quotes);
        folding.fold_signatures();
        folding
    }

    fn fold(&mut self, range: Range<usize>) {
        self.folded[range].fill(true);
    }

    /// The lines of OpenPGP around a signed text (RFC 9580, 7).
    fn fold_armour(&mut self) {
        let is = |at: usize, wanted: &str| self.lines.get(at).is_some_and(|line| line.trim() == wanted);
        let Some(begin) = (0..self.lines.len()).find(|at| is(*at, armour::SIGNED)) else {
            return;
        };
        let Some(signature) = (begin..self.lines.len()).find(|at| is(*at, armour::SIGNATURE.begin)) else {
            return;
        };
        let Some(end) = (signature..self.lines.len()).find(|at| is(*at, armour::SIGNATURE.end)) else { return };
        let hash = self.lines[begin + 1..signature].iter().take_while(|line| line.starts_with("Hash: ")).count();
        self.fold(begin..begin + 1 + hash);
        self.fold(signature..end + 1);
    }

    /// Every piece of the desk's mails, in order.
    fn quotes(&self) -> Vec<Quote> {
        let (mut quotes, mut from) = (Vec::new(), 0);
        while let Some(next) = (from..self.lines.len()).find(|at| matches!(self.kinds[*at], Line::Quoted | Line::Own)) {
            let framed = self.framed(from..next);
            let (frame, lines) = match (framed, self.kinds[next]) {
                (None, Line::Quoted) => self.marked(from, next),
                _ => match self.unmarked(from, framed.unwrap_or(next), next) {
                    Some(found) => found,
                    None => {
                        from = next + 1;
                        continue;
                    }
                },
            };
            from = lines.end;
            let ours = (frame..lines.end).any(|at| self.is_ours(at));
            quotes.extend(ours.then_some(Quote { frame, lines }));
        }
        quotes
    }

    /// What bears signs of a quote, from `next` on, with its frame.
    fn marked(&self, from: usize, next: usize) -> (usize, Range<usize>) {
        let bars = self.lines[next].trim_start().starts_with(frame::BARS);
        let goes_on = |at: &usize| {
            let bar = bars && self.lines[*at].trim_start().starts_with(frame::BARS);
            bar || matches!(self.kinds[*at], Line::Quoted | Line::Blank | Line::Own)
        };
        let end = (next..self.lines.len()).take_while(goes_on).filter(|at| self.kinds[*at] != Line::Blank).last();
        (self.frame_above(from, next).unwrap_or(next), next..end.map_or(next, |last| last + 1))
    }

    /// A mail of the desk without such signs, from its frame or its first line on: up to the last line that is the desk's.
    fn unmarked(&self, from: usize, begin: usize, next: usize) -> Option<(usize, Range<usize>)> {
        let own: Vec<usize> = (next..self.lines.len()).filter(|at| self.kinds[*at] == Line::Own).collect();
        let mut last = *own.last()?;
        // Who signed stands below the last link.
        while let Some(named) = (last + 1..self.lines.len().min(last + 6)).find(|at| self.is_name(*at)) {
            last = named;
        }
        // Signs without words are nobody's.
        if !self.lines[last + 1..].iter().any(|line| line.contains(char::is_alphanumeric)) {
            last = self.lines.len() - 1;
        }
        let frame = if begin < next { Some(begin) } else { self.frame_above(from, next) };
        // A sentence that names a page of the desk is the person's.
        let sure = frame.is_some() || (own.len() > 1 && own.iter().any(|at| !self.desk.links_in(self.lines[*at])));
        let above = (0..frame.unwrap_or(next)).any(|at| self.kinds[at] != Line::Blank && !self.folded[at]);
        (sure && above).then_some((frame.unwrap_or(next), next..last + 1))
    }

    /// Where a frame of a mail of the desk begins within, whose words are not known to be the desk's: a member's message stands
    /// there, and the desk's own lines follow.
    fn framed(&self, within: Range<usize>) -> Option<usize> {
        let mut start = within.start;
        while start < within.end {
            let end = (start..within.end).find(|at| self.kinds[*at] == Line::Blank).unwrap_or(within.end);
            let paragraph = &self.lines[start..end];
            let below = (end..self.lines.len()).find(|at| self.kinds[*at] != Line::Blank);
            let marked = below.is_none_or(|at| self.kinds[at] == Line::Quoted);
            if let Some(line) = frame::alone(paragraph, self.desk).filter(|_| !marked && !paragraph.is_empty()) {
                let rule = (0..start).rev().find(|at| self.kinds[*at] != Line::Blank);
                let rule = rule.filter(|at| line.0 == 0 && *at >= within.start && frame::is_rule(self.lines[*at]));
                return Some(rule.unwrap_or(start + line.0));
            }
            start = end + 1;
        }
        None
    }

    /// Where the frame directly above a quote begins: where it does not name the desk, it may be what the person says.
    fn frame_above(&self, from: usize, next: usize) -> Option<usize> {
        let begin = frame::begins(self.lines, &self.kinds, from..next, Some(next), self.desk)?.at;
        let known = |at: &usize| self.desk.names(self.lines[*at]) || frame::is_rule(self.lines[*at]);
        // Its paragraph holds it whole; further up only what is surely a frame's.
        let paragraph =
            |at: usize| (begin..at).rev().find(|at| self.kinds[*at] == Line::Blank).map_or(begin, |at| at + 1);
        let first = (begin..next).find(known)?;
        (begin..next).any(|at| self.desk.names(self.lines[at])).then(|| paragraph(first))
    }

    fn is_ours(&self, at: usize) -> bool {
        let bare = self.lines[at]
            .trim_start_matches(|c: char| c.is_whitespace() || frame::QUOTES.contains(&c) || frame::BARS.contains(&c));
        self.desk.owns(bare) || self.desk.names(bare)
    }

    /// A short line that names the desk, as its signature does.
    fn is_name(&self, at: usize) -> bool {
        self.desk.names(self.lines[at]) && self.lines[at].split_whitespace().count() <= 6
    }

    /// A quote with nothing written below goes; where a person answered between several, each stands beside its answer. The frames
    /// go in any case.
    fn fold_quotes(&mut self, quotes: &[Quote]) {
        let written = |at: &usize| {
            let quoted = quotes.iter().any(|quote| (quote.frame..quote.lines.end).contains(at));
            self.kinds[*at] != Line::Blank && !self.folded[*at] && !quoted
        };
        let last_written = (0..self.lines.len()).rfind(written).unwrap_or(0);
        let between = quotes.len() > 1;
        for quote in quotes {
            self.fold(quote.frame..quote.lines.start);
            if !between || quote.lines.start > last_written {
                self.fold(quote.lines.clone());
            }
        }
    }

    /// What stands under a person's words at the end of each piece of them.
    fn fold_signatures(&mut self) {
        let mut start = 0;
        while start < self.lines.len() {
            let end = (start..self.lines.len()).find(|at| self.folded[*at]).unwrap_or(self.lines.len());
            let kept = signature::kept(&self.lines[start..end]);
            self.fold(start + kept..end);
            start = end + 1;
        }
    }
}

#[cfg(test)]
mod tests;
