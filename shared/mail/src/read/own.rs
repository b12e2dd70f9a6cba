//! What a member wrote in answer to a mail of the desk, and nothing of that mail: what follows `ACK` goes to the reporter, and the
//! mail that was answered holds a link that is the member's alone.
//!
//! Mail programs frame what they quote in every language there is, so no list of frames can be whole. The desk knows something
//! better: its own words, links, addresses and subjects. Where its own text begins, whatever is around it, the member's ends;
//! the frame above is known by what it must hold (the desk's name or address, the subject, a date). Where that cannot be told
//! from the member's words, nothing is taken for theirs ([`Written::Unsure`]), and the caller says so to them.
//!
//! The time is linear in the text, and so much of it at most is looked at as a message may be long.

mod evidence;
pub(super) mod frame;
pub(super) mod signature;

use std::collections::HashSet;

use desk_domain::text::is_unseen;

/// How many words in a row make a line the desk's own; what has fewer could be anybody's.
const RUN: usize = 4;
/// How many words of the desk's in a row may stand nowhere in a member's message.
const LONGEST_RUN: usize = 6;

/// What the desk's own mails say.
pub struct Desk {
    /// Every [`RUN`] and every [`LONGEST_RUN`] words of its letters in a row, and each word.
    runs: HashSet<String>,
    /// What only the desk's own mails hold, in small letters: where its pages are.
    links: Vec<String>,
    /// What a frame names, in small letters: addresses, the sender's name, the case.
    names: Vec<String>,
}

/// What a member wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Only this; empty where there is nothing of their own.
    Words {
        text: String,
        /// Something beside it was taken for no words of theirs without being known to be the desk's: they should be told.
        left: bool,
    },
    /// Their words cannot be told from what they quote.
    Unsure,
}

/// What a line is to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Blank,
    /// It bears a sign of a quote.
    Quoted,
    /// The desk's own, without one.
    Own,
    Other,
}

impl Desk {
    /// `letters` is what its mails say, `links` where its pages are, `names` what stands in the head of its mails.
    pub fn new(letters: &[String], links: &[&str], names: &[&str]) -> Desk {
        let mut runs = HashSet::new();
        for letter in letters {
            let words = words(letter);
            for run in [1, RUN, LONGEST_RUN] {
                runs.extend(words.windows(run).map(|run| run.join(" ")));
            }
        }
        let small = |all: &[&str]| all.iter().filter(|one| !one.is_empty()).map(|one| one.to_lowercase()).collect();
        Desk { runs, links: small(links), names: small(names) }
    }

    /// Whether the line is the desk's own: it holds a link of the desk, or a run of its words and nothing else.
    pub(super) fn owns(&self, line: &str) -> bool {
        if self.links_in(line) {
            return true;
        }
        let words = words(line);
        self.holds(&words) || (words.len() >= RUN && words.windows(RUN).all(|run| self.runs.contains(&run.join(" "))))
    }

    /// Whether the line holds an address of a page of the desk.
    pub(super) fn links_in(&self, line: &str) -> bool {
        let small = line.to_lowercase();
        self.links.iter().any(|link| small.contains(link))
    }

    /// Whether the words hold a long run of the desk's.
    fn holds(&self, words: &[String]) -> bool {
        words.windows(LONGEST_RUN).any(|run| self.runs.contains(&run.join(" ")))
    }

    /// Whether every word is one that the desk's mails have too: a piece of a line that was folded anew.
    fn may_own(&self, line: &str) -> bool {
        let words = words(line);
        let token = line.split_whitespace().count() == 1 && line.trim().len() >= 16;
        let known = |word: &String| self.runs.contains(word);
        let all = words.iter().all(|word| known(word) || word.chars().count() <= 2) && words.iter().any(known);
        token || (words.len() <= 12 && all)
    }

    /// Whether at least half of it is what the desk's mails say: of a line of some words the runs, since anybody has the words; of
    /// a shorter one the words.
    fn half_owns(&self, line: &str) -> bool {
        let words = words(line);
        let known = |run: &[String]| self.runs.contains(&run.join(" "));
        let run = if words.len() < RUN { 1 } else { RUN };
        words.len() < 2 || words.windows(run).filter(|run| known(run)).count() * 2 >= words.windows(run).len()
    }

    pub(super) fn names(&self, line: &str) -> bool {
        let small = line.to_lowercase();
        self.names.iter().any(|name| small.contains(name))
    }
}

/// The words of a text, without digits and signs, in small letters.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// What a member wrote in `text`, the whole of their answer.
pub fn written(text: &str, desk: &Desk) -> Written {
    let lines: Vec<&str> = text.lines().collect();
    let mut kinds: Vec<Line> = lines.iter().map(|line| kind(line, desk)).collect();
    let left = frame::join_pieces(&lines, &mut kinds, desk);
    let mut found = Found { text: Vec::new(), left };
    let mut from = 0;
    loop {
        let next = (from..lines.len()).find(|at| matches!(kinds[*at], Line::Quoted | Line::Own));
        let until = match frame::begins(&lines, &kinds, from..next.unwrap_or(lines.len()), next, desk) {
            Some(begin) => begin,
            None => return Written::Unsure,
        };
        found.left |= until.left;
        found.text.push(lines[from..until.at].join("\n"));
        match next.map(|next| (next, kinds[next])) {
            None => break,
            Some((next, Line::Quoted)) => {
                from = (next..lines.len()).find(|at| kinds[*at] == Line::Other).unwrap_or(lines.len());
                found.left |= frame::is_others(&lines, &kinds, next..from, desk);
            }
            // Without a sign of a quote nobody can say where it ends.
            Some((next, _)) => {
                let strange = frame::is_strange(&lines, &kinds, next, desk);
                if strange && found.is_empty() {
                    return Written::Unsure;
                }
                found.left |= strange;
                break;
            }
        }
    }
    found.done(desk)
}

pub(super) fn kind(line: &str, desk: &Desk) -> Line {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || is_unseen(c));
    match bare {
        "" => Line::Blank,
        _ if bare.starts_with(frame::QUOTES) => Line::Quoted,
        _ if bare.starts_with(frame::BARS) && desk.owns(bare) => Line::Quoted,
        _ if desk.owns(bare) => Line::Own,
        _ => Line::Other,
    }
}

struct Found {
    text: Vec<String>,
    left: bool,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.text.iter().all(|text| text.trim().is_empty())
    }

    fn done(self, desk: &Desk) -> Written {
        let pieces: Vec<&str> = self.text.iter().map(|text| text.trim_matches('\n').trim_end()).collect();
        let pieces: Vec<&str> = pieces.into_iter().filter(|piece| !piece.trim().is_empty()).collect();
        let text = pieces.join("\n\n");
        let cut = signature::without(&text);
        // What is left of the desk's is too much, whatever was thought of the lines.
        if desk.holds(&words(&cut.text)) || cut.text.lines().any(|line| desk.owns(line)) {
            return Written::Unsure;
        }
        Written::Words { text: cut.text, left: self.left || cut.left }
    }
}
