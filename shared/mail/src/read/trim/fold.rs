//! The rules that fold: each takes the judged lines of a mail and leaves those that were written now.
//!
//! They are the rules of `email_reply_trimmer`, in its order; its pattern over the kinds' letters stands beside each.

use super::kind::Kind;
use super::line::Line;
use Kind::{Delimiter, Empty, Frame, Header, Marker, Quote, Signature, Text};

/// The lines that a person wrote in this mail, and the quotes that their text stands between.
pub fn written(mut lines: Vec<Line>) -> Vec<Line> {
    lines.retain(|line| line.kind != Frame);
    drop_below_delimiter(&mut lines);
    lines.retain(|line| line.kind != Signature);
    if let Some(start) = answer_at_end(&lines) {
        return lines.split_off(start);
    }
    drop_unmarked_message(&mut lines);
    drop_last_message(&mut lines);
    drop_last_quote(&mut lines);
    lines.retain(|line| line.kind != Marker);
    join_headers(&mut lines);
    drop_below_headers(&mut lines);
    drop_headers(&mut lines);
    if lines.iter().any(|line| line.kind == Text) {
        let end = lines.iter().rposition(|line| !matches!(line.kind, Empty | Quote)).map_or(0, |last| last + 1);
        lines.truncate(end);
    }
    lines
}

/// `d.*$`; one above everything else separates nothing.
fn drop_below_delimiter(lines: &mut Vec<Line>) {
    let start = lines.iter().position(|line| !matches!(line.kind, Empty | Delimiter)).unwrap_or(lines.len());
    if let Some(end) = lines[start..].iter().position(|line| line.kind == Delimiter) {
        lines.truncate(start + end);
    }
    lines.retain(|line| line.kind != Delimiter);
}

/// `^b[^t]+t[et]*$`: an announcement, its quote, and below them everything that was written.
fn answer_at_end(lines: &[Line]) -> Option<usize> {
    let start = lines.iter().position(|line| line.kind == Text)?;
    let first = lines.first()?.kind == Marker && start > 1;
    (first && lines[start..].iter().all(|line| matches!(line.kind, Empty | Text))).then_some(start)
}

/// `te*b[^q]*$`: below an announcement nothing is marked as quoted, so everything is.
fn drop_unmarked_message(lines: &mut Vec<Line>) {
    let start = lines.iter().rposition(|line| line.kind == Quote).map_or(0, |last| last + 1);
    let mut above = None;
    for index in 0..lines.len() {
        match lines[index].kind {
            Empty => {}
            Marker if index >= start && above == Some(Text) => return lines.truncate(index),
            kind => above = Some(kind),
        }
    }
}

/// `te*b[eqbh]*[te]*$`: text, an announcement with its quote, and perhaps text below, which is an answer too.
/// `email_reply_trimmer` drops up to six lines of that text.
fn drop_last_message(lines: &mut Vec<Line>) {
    let tail = lines.iter().rposition(|line| !matches!(line.kind, Text | Empty)).map_or(0, |last| last + 1);
    let Some(above) = lines[..tail].iter().rposition(|line| line.kind == Text) else { return };
    if lines[above + 1..tail].iter().find(|line| line.kind != Empty).is_some_and(|line| line.kind == Marker) {
        lines.drain(above + 1..tail);
    }
}

/// `t?e*[qbe]+$`: a quote at the end. A mail of nothing but quotes is left as it is.
fn drop_last_quote(lines: &mut Vec<Line>) {
    let end = lines.iter().rposition(|line| !matches!(line.kind, Quote | Marker | Empty)).map_or(0, |last| last + 1);
    if end > 0 || lines.iter().any(|line| line.kind == Marker) {
        lines.truncate(end);
    }
}

/// The most lines over which one header goes on.
const HEADER_GOES_ON: usize = 2;

/// `h+[hte]+h+e`: what stands between the headers of a block belongs to it, if little does.
fn join_headers(lines: &mut [Line]) {
    let headers: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].kind == Header).collect();
    for block in headers.chunk_by(|above, below| below - above <= HEADER_GOES_ON + 1).filter(|block| block.len() > 2) {
        let last = block[block.len() - 1];
        lines[block[0]..=last].iter_mut().filter(|line| line.kind != Quote).for_each(|line| line.kind = Header);
    }
}

/// `t[eq]*h{3,}`: three headers begin an earlier message.
fn drop_below_headers(lines: &mut Vec<Line>) {
    let mut above = None;
    for index in 0..lines.len() {
        let kind = lines[index].kind;
        let three = kind == Header && lines[index..].iter().take_while(|line| line.kind == Header).take(3).count() == 3;
        if three && above == Some(Text) {
            return lines.truncate(index);
        }
        if !matches!(kind, Empty | Quote) {
            above = Some(kind);
        }
    }
}

/// `h`: headers left over. One alone is a sentence, as "To: whom it may concern".
fn drop_headers(lines: &mut Vec<Line>) {
    for run in lines.chunk_by_mut(|above, below| above.kind == Header && below.kind == Header) {
        if let [Line { kind: kind @ Header, .. }] = run {
            *kind = Text;
        }
    }
    lines.retain(|line| line.kind != Header);
}
