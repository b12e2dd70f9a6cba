//! Where the frame around a quote begins: what a mail program writes above it, in whatever language.

use std::ops::Range;

use super::{Desk, Line, evidence};

/// Signs that begin a quoted line.
pub(in crate::read) const QUOTES: [char; 3] = ['>', '\u{ff1e}', '\u{203a}'];
/// Bars that some programs take for it; they are a table's too.
pub(in crate::read) const BARS: [char; 2] = ['|', '\u{2502}'];

/// So many paragraphs of a frame may stand above a quote: a field each, in the worst case.
const MOST_PARAGRAPHS: usize = 8;
/// A line that is longer was broken by a program.
const BROKEN: usize = 50;

/// Where a frame begins.
pub(in crate::read) struct Begin {
    pub at: usize,
    /// Something of it was not known to be a frame's.
    pub left: bool,
}

/// Where the frame above the quote at `next` begins, within `lines`; the end of `within` where there is none. Nothing where that
/// cannot be told.
pub(in crate::read) fn begins(
    lines: &[&str],
    kinds: &[Line],
    within: Range<usize>,
    next: Option<usize>,
    desk: &Desk,
) -> Option<Begin> {
    let mut begin = Begin { at: within.end, left: false };
    for number in 0..MOST_PARAGRAPHS {
        let end = (within.start..begin.at).rev().find(|at| kinds[*at] != Line::Blank).map_or(within.start, |at| at + 1);
        if end == within.start || begin.at - end > 3 {
            break;
        }
        let start = (within.start..end).rev().find(|at| kinds[*at] == Line::Blank).map_or(within.start, |at| at + 1);
        let paragraph = &lines[start..end];
        let found = match (number, next) {
            (0, Some(_)) => nearest(paragraph, desk)?,
            (0, None) => alone(paragraph, desk),
            _ => further(paragraph, desk),
        };
        let Some((line, left)) = found else { break };
        begin = Begin { at: start + line, left: begin.left || left };
        if line > 0 {
            break;
        }
    }
    Some(begin)
}

/// Of the paragraph directly above a quote: the first line of the frame in it, and whether it is only taken for one.
#[expect(clippy::option_option, reason = "nobody can tell, there is none, there is one")]
fn nearest(paragraph: &[&str], desk: &Desk) -> Option<Option<(usize, bool)>> {
    let Some(first) = paragraph.iter().position(|line| is_frame(line, desk)) else {
        let last = paragraph.len() - 1;
        let line = paragraph[last];
        let dated = is_dated(line) && line.chars().count() <= 80 && (closes(line) || paragraph.len() == 1);
        return Some((dated || closes(line)).then_some((last, !dated)));
    };
    let mut begin = first;
    if !is_whole(paragraph[first], desk) {
        while begin > 0 && is_dated(paragraph[begin - 1]) && !ends(paragraph[begin - 1]) {
            begin -= 1;
        }
        // The first half of a line that a program broke looks like anything.
        if begin == first && first > 0 {
            if paragraph[first - 1].chars().count() >= BROKEN || !closes(paragraph[paragraph.len() - 1]) {
                return None;
            }
            begin = first;
        }
    }
    Some(Some((begin, false)))
}

/// Of the last paragraph of an answer that quotes nothing: the line that says who wrote what was removed.
pub(in crate::read) fn alone(paragraph: &[&str], desk: &Desk) -> Option<(usize, bool)> {
    let whole = paragraph.join(" ");
    let announced = desk.names(&whole) && is_dated(&whole) && closes(paragraph[paragraph.len() - 1]);
    let fields = paragraph.iter().filter(|line| is_field(line)).count() >= 2 && desk.names(&whole);
    let first = paragraph.iter().position(|line| is_frame(line, desk) || is_dated(line));
    first.filter(|_| announced || fields).map(|first| (first, false))
}

/// Of a paragraph above another of the frame: programs put blank lines between fields, and a rule above all.
fn further(paragraph: &[&str], desk: &Desk) -> Option<(usize, bool)> {
    let field = |line: &&str| is_field(line) && (desk.names(line) || is_dated(line) || line.contains('@'));
    let all = paragraph.iter().all(|line| is_rule(line) || field(line));
    let last = paragraph.len() - 1;
    let rule = is_rule(paragraph[last]);
    match (all, rule) {
        (true, _) => Some((0, false)),
        (false, true) => Some((last, false)),
        (false, false) => None,
    }
}

fn is_frame(line: &str, desk: &Desk) -> bool {
    let named = desk.names(line);
    let field = is_field(line) && (named || is_dated(line) || line.contains('@'));
    is_rule(line) || field || (named && (is_dated(line) || closes(line) || line.contains('<')))
}

/// Whether a frame begins here and not in the line above: a rule, a field, or an announcement with its date.
fn is_whole(line: &str, desk: &Desk) -> bool {
    is_rule(line) || is_field(line) || (desk.names(line) && is_dated(line))
}

/// `From: …`, in any language.
fn is_field(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['*', '_']);
    let Some((name, value)) = line.split_once([':', '\u{ff1a}']) else { return false };
    let name = name.trim_end_matches(['*', '_', ' ', '\u{a0}']);
    let short = name.chars().count() <= 25 && name.split_whitespace().count() <= 3;
    let letters = name.chars().all(|c| !c.is_ascii_digit() && !"@<>()\"".contains(c));
    !name.is_empty() && short && letters && !value.trim_matches(['*', '_', ' ']).is_empty() && !value.starts_with("//")
}

/// A line of signs, or words between such.
pub(in crate::read) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let sign = |c: char| "-_=*\u{2013}\u{2014}\u{2015}\u{2500}\u{2501}".contains(c);
    let only = line.chars().count() >= 3 && line.chars().all(|c| sign(c) || c == ' ');
    let between = line.chars().take_while(|c| sign(*c)).count() >= 2
        && line.chars().rev().take_while(|c| sign(*c)).count() >= 2
        && line.chars().count() <= 100;
    only || between
}

/// Ends as a sentence does.
fn ends(line: &str) -> bool {
    line.trim_end().ends_with(['.', '!', '?', '\u{3002}'])
}

fn closes(line: &str) -> bool {
    line.trim_end().ends_with([':', '\u{ff1a}'])
}

/// A date: a year, a time, or numbers as a date has them, in any script.
fn is_dated(line: &str) -> bool {
    let small = line.to_lowercase();
    let numbers = line.split(|c: char| !c.is_numeric()).filter(|number| !number.is_empty()).count();
    evidence::has_year(&small) || evidence::has_clock(&small) || numbers >= 3
}

/// Pieces of quoted lines that a program folded anew have lost their sign: between two quoted lines, and of the desk's words.
/// Whether there were any: what looks like one may have been meant as an answer.
pub(super) fn join_pieces(lines: &[&str], kinds: &mut [Line], desk: &Desk) -> bool {
    let mut any = false;
    for at in 1..kinds.len() {
        let above = kinds[at - 1] == Line::Quoted;
        let below = kinds.get(at + 1).is_none_or(|below| matches!(below, Line::Quoted | Line::Blank));
        if above && matches!(kinds[at], Line::Other | Line::Own) && below && desk.may_own(lines[at]) {
            any |= !desk.owns(lines[at]);
            kinds[at] = Line::Quoted;
        }
    }
    any
}

/// Whether what was quoted is somebody else's than the desk's: a member may have put their words there.
pub(super) fn is_others(lines: &[&str], kinds: &[Line], quoted: Range<usize>, desk: &Desk) -> bool {
    let mut quoted = quoted.filter(|at| kinds[*at] == Line::Quoted).map(|at| lines[at]);
    !quoted.any(|line| desk.owns(line.trim_start_matches(|c| c == ' ' || QUOTES.contains(&c) || BARS.contains(&c))))
}

/// Whether between or below the desk's own lines stands what its mails do not say.
pub(super) fn is_strange(lines: &[&str], kinds: &[Line], from: usize, desk: &Desk) -> bool {
    let strange = |at: usize| {
        let line = lines[at];
        kinds[at] == Line::Other && !is_rule(line) && !desk.names(line) && !desk.half_owns(line)
    };
    let last = (from..lines.len()).rev().find(|at| kinds[*at] == Line::Own).unwrap_or(from);
    let below = |at: &usize| {
        let line = lines[*at];
        *at > last && kinds[*at] != Line::Blank && !is_rule(line) && !desk.names(line) && !super::words(line).is_empty()
    };
    (from..=last).any(strange) || (from..lines.len()).any(|at| below(&at))
}
