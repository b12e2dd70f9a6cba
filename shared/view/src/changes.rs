//! What an advisory says otherwise than an earlier form of it did: which form that is, and the difference between two texts, word
//! by word.

use desk_domain::advisory::Advisory;
use desk_domain::case::event::EventBody;
use desk_domain::case::publication::undropped;
use desk_domain::case::{Actor, Case, Event};
use desk_domain::policy::Policy;
use jiff::Timestamp;
use similar::{DiffOp, DiffTag, TextDiff};

use crate::UnsealedCase;

/// Words compared with words, at most: beyond it the whole is said to be another, so that no text can keep a page from its reader.
const COMPARED: usize = 4_000_000;
/// What stayed is shown around what changed, this many characters of it on each side.
const AROUND: usize = 160;

/// A form of the advisory that was approved or saved before the present one. No `Debug`: it is the advisory.
pub struct EarlierForm {
    pub form: Advisory,
    pub by: Actor,
    pub at: Timestamp,
    /// Whether a second person approved it; else it was only saved.
    pub approved: bool,
}

/// A part of a text. No `Debug`: it is words.
#[derive(PartialEq)]
pub enum Piece {
    Kept(String),
    Removed(String),
    Added(String),
}

impl UnsealedCase {
    /// The form that was approved last, though it holds no longer; where none was, the one that was saved before the present one.
    ///
    /// What was approved is sealed so that only the publisher opens it: it is put together again from the parts that the case had
    /// then.
    pub fn earlier_form(&self, policy: &Policy) -> Option<EarlierForm> {
        let event = earlier(&self.events)?;
        let form = self.form_after(policy, event)?;
        let approved = matches!(event.body, EventBody::AdvisoryApproved { .. });
        Some(EarlierForm { form, by: event.actor.clone(), at: event.at, approved })
    }

    /// The form as it stood once `event` had happened.
    fn form_after(&self, policy: &Policy, event: &Event) -> Option<Advisory> {
        let until = self.events.iter().position(|e| e.seq == event.seq)?;
        let events = &self.events[..=until];
        let case = Case::replay(events)?;
        self.form_of(policy, &case, events, event.at)
    }
}

/// By which event the form came that the present one is compared with.
pub(crate) fn earlier(log: &[Event]) -> Option<&Event> {
    let stands = undropped(log);
    let mut newest = stands.iter().rev().copied();
    let approved = newest.clone().find(|event| matches!(event.body, EventBody::AdvisoryApproved { .. }));
    let mut saved = newest.by_ref().filter(|event| matches!(event.body, EventBody::AdvisoryDrafted { .. }));
    approved.or_else(|| saved.nth(1))
}

/// How `old` became `new`: by lines, and where lines were replaced by words. What stayed far from any change is left out. Nothing
/// where they are the same.
pub fn word_changes(old: &str, new: &str) -> Vec<Piece> {
    if old == new {
        return Vec::new();
    }
    let lines = TextDiff::from_lines(old, new);
    let mut found = Pieces::default();
    for op in lines.ops() {
        let (removed, added) = of(&lines, op);
        match op.tag() {
            DiffTag::Equal => found.kept(&added),
            DiffTag::Delete | DiffTag::Insert => found.changed(&removed, &added),
            DiffTag::Replace => found.by_words(&removed, &added),
        }
    }
    found.shortened()
}

/// What an operation takes away, and what it puts there.
fn of(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> (String, String) {
    let (old, new) = (op.old_range(), op.new_range());
    (old.filter_map(|place| diff.old_slice(place)).collect(), new.filter_map(|place| diff.new_slice(place)).collect())
}

/// Pieces as they are found. Blanks alone between two changes are part of both: a sentence written anew is one change.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    removed: String,
    added: String,
    blank: String,
}

impl Pieces {
    fn by_words(&mut self, old: &str, new: &str) {
        let count = |text: &str| text.split_whitespace().count();
        if count(old).saturating_mul(count(new)) > COMPARED {
            return self.changed(old, new);
        }
        let words = TextDiff::from_words(old, new);
        for op in words.ops() {
            let (removed, added) = of(&words, op);
            match op.tag() {
                DiffTag::Equal => self.kept(&added),
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => self.changed(&removed, &added),
            }
        }
    }

    fn changed(&mut self, removed: &str, added: &str) {
        let blank = std::mem::take(&mut self.blank);
        self.removed += &blank;
        self.removed += removed;
        self.added += &blank;
        self.added += added;
    }

    fn kept(&mut self, text: &str) {
        let is_between = !self.removed.is_empty() || !self.added.is_empty();
        if is_between && text.chars().all(|c| c == ' ') {
            self.blank += text;
            return;
        }
        self.end_of_change();
        match self.done.last_mut() {
            Some(Piece::Kept(before)) => *before += text,
            _ => self.done.push(Piece::Kept(text.to_owned())),
        }
    }

    fn end_of_change(&mut self) {
        let take = std::mem::take;
        let (removed, added, blank) = (take(&mut self.removed), take(&mut self.added), take(&mut self.blank));
        self.done.extend((!removed.is_empty()).then_some(Piece::Removed(removed)));
        self.done.extend((!added.is_empty()).then_some(Piece::Added(added)));
        self.done.extend((!blank.is_empty()).then_some(Piece::Kept(blank)));
    }

    fn shortened(mut self) -> Vec<Piece> {
        self.end_of_change();
        let last = self.done.len() - 1;
        let shorter = |(place, piece): (usize, Piece)| match piece {
            Piece::Kept(text) => Piece::Kept(around(&text, place > 0, place < last)),
            piece => piece,
        };
        self.done.into_iter().enumerate().map(shorter).collect()
    }
}

/// The beginning of what stayed, where a change comes `before` it, and its end, where one comes `after`.
fn around(text: &str, before: bool, after: bool) -> String {
    let shown = AROUND * (usize::from(before) + usize::from(after));
    if text.chars().count() <= shown + AROUND {
        return text.to_owned();
    }
    let start: String = text.chars().take(if before { AROUND } else { 0 }).collect();
    let end: Vec<char> = text.chars().rev().take(if after { AROUND } else { 0 }).collect();
    format!("{start} … {}", end.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[-removed-]{+added+}`.
    fn written(old: &str, new: &str) -> String {
        let piece = |piece| match piece {
            Piece::Kept(text) => text,
            Piece::Removed(text) => format!("[-{text}-]"),
            Piece::Added(text) => format!("{{+{text}+}}"),
        };
        word_changes(old, new).into_iter().map(piece).collect()
    }

    #[test]
    fn words_are_compared_and_a_sentence_written_anew_is_one_change() {
        assert_eq!(written("same", "same"), "");
        assert_eq!(written("", "new"), "{+new+}");
        assert_eq!(written("It leads elsewhere.", "It may lead elsewhere."), "It [-leads-]{+may lead+} elsewhere.");
        assert_eq!(written("one two three", "four five three"), "[-one two-]{+four five+} three");
        assert_eq!(written("a\nb\nc\n", "a\nc\n"), "a\n[-b\n-]c\n");
    }

    #[test]
    fn what_stayed_far_away_is_left_out_and_every_change_is_shown() {
        let long = "word ".repeat(400);
        let shown = written(&format!("{long}old\n{long}"), &format!("{long}new\n{long}"));
        assert!(shown.starts_with(" … ") && shown.ends_with(" … "), "{shown}");
        assert!(shown.contains("[-old-]{+new+}") && shown.len() < 400, "{shown}");
    }

    #[test]
    fn texts_of_any_size_are_compared_without_waiting() {
        for end in [' ', '\n'] {
            let text = |word: &str| (0..10_000).map(|n| format!("{word}{n}{end}")).collect::<String>();
            assert_eq!(word_changes(&text("a"), &text("b")).len(), 2);
        }
    }
}
