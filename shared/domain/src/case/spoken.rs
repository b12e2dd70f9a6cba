//! What a reporter says by the first line of a mail: YES or NO, where they were asked whether an ordinary bug goes to the public tracker or
//! whether they agree to the end of an embargo, and WITHDRAW.
//!
//! A machine takes a word for what it means only where it can mean nothing else: the line is that word, in letters of any size, with
//! what people put around it out of courtesy. "No problem, go ahead" is read by a person, as everything else is. Under a YES or a NO
//! stands nothing but a signature; under a withdrawal whatever its writer wants to say, which stays a message.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::embargo::Side;
use super::{Case, Tracker};
use crate::text::is_unseen;

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    Agrees,
    Refuses,
    Withdraws,
}

/// How it came to the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBy {
    /// On the reporter's page, or by the API.
    #[default]
    Page,
    Mail,
    /// By a mail that a member let in, which was not proven to be theirs.
    LetIn,
}

impl SaidBy {
    pub fn is_page(&self) -> bool {
        *self == SaidBy::Page
    }
}

/// So many short lines under the first are taken for a signature.
const SIGNED: usize = 2;
/// How many words such a line has, at most.
const SHORT: usize = 4;

impl Spoken {
    /// What the first line of `text` says, and whether nothing is said beside it.
    pub fn of(text: &str) -> Option<(Spoken, bool)> {
        let mut lines = text.lines().map(words).filter(|words| !words.is_empty());
        let first = lines.next()?;
        let (word, rest) = first.split_first()?;
        let (spoken, beside): (Spoken, &[&str]) = match word.as_str() {
            "YES" => (Spoken::Agrees, &YES),
            "NO" => (Spoken::Refuses, &NO),
            "WITHDRAW" => (Spoken::Withdraws, &WITHDRAW),
            _ => return None,
        };
        if !rest.iter().all(|word| beside.contains(&word.as_str())) {
            return None;
        }
        let rest: Vec<Vec<String>> = lines.take_while(|words| words.first().is_none_or(|word| word != "--")).collect();
        let signature = rest.len() <= SIGNED && rest.iter().all(|words| words.len() <= SHORT);
        let alone = signature && !text.contains('?');
        (alone || spoken.counts_beside_others()).then_some((spoken, alone))
    }
}

impl Spoken {
    /// Whether it is taken where more is said: a consent may have conditions, which a person reads; who takes a report back may say why.
    pub fn counts_beside_others(self) -> bool {
        self == Spoken::Withdraws
    }
}

const YES: [&str; 17] = [
    "PLEASE", "THANKS", "THANK", "YOU", "OF", "COURSE", "SURE", "IT", "MAY", "I", "AGREE", "GO", "AHEAD", "FINE",
    "THAT", "IS", "DO",
];
const NO: [&str; 7] = ["PLEASE", "THANKS", "THANK", "YOU", "NOT", "DO", "DON'T"];
const WITHDRAW: [&str; 9] = ["PLEASE", "THANKS", "THANK", "YOU", "MY", "THE", "THIS", "REPORT", "IT"];

/// The words of a line in capitals, without the signs around them; where it parts a signature off, the sign that does.
fn words(line: &str) -> Vec<String> {
    let line: String = line.chars().filter(|c| !is_unseen(*c)).collect::<String>().replace('\u{2019}', "'");
    if line.trim_end() == "--" {
        return vec!["--".to_owned()];
    }
    let parts = line.split(|c: char| c.is_whitespace() || ",;:".contains(c));
    let bare = parts.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_uppercase());
    bare.filter(|word| !word.is_empty()).collect()
}

impl Case {
    /// Whether it is the time for it, and something new.
    pub fn hears(&self, spoken: Spoken, now: Timestamp) -> bool {
        match spoken {
            Spoken::Agrees | Spoken::Refuses if !self.is_closed() => self.asks_embargo_by_word(now),
            Spoken::Agrees => self.is_closed() && self.tracker.is_some_and(|said| said != Tracker::Agreed),
            Spoken::Refuses => self.is_closed() && self.tracker.is_some_and(|said| said != Tracker::Refused),
            Spoken::Withdraws => !self.is_closed() && self.withdrawn_at.is_none() && self.has_reporter(),
        }
    }

    /// Whether the reporter is asked about the end of an embargo in such a way that a yes or a no alone answers it: about one that took
    /// no other's place.
    pub fn asks_embargo_by_word(&self, now: Timestamp) -> bool {
        self.embargo.proposed(Side::Team, now).is_some_and(|proposal| !proposal.anew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_taken_only_where_it_can_mean_nothing_else() {
        let yes = Some((Spoken::Agrees, true));
        for text in [
            "YES",
            "Yes.",
            "yes please",
            "\n  *Yes!*\n\nBest regards,\nRita",
            "Yes, of course.\n-- \nRita\nRita & Sons\nBerlin\n1",
            "\u{feff}YES, you may",
        ] {
            assert_eq!(Spoken::of(text), yes, "{text:?}");
        }
        assert_eq!(Spoken::of("No, thank you."), Some((Spoken::Refuses, true)));
        assert_eq!(Spoken::of("no. please don\u{2019}t\n\nRita"), Some((Spoken::Refuses, true)));
        assert_eq!(Spoken::of("WITHDRAW"), Some((Spoken::Withdraws, true)));
        assert_eq!(Spoken::of("Withdraw my report, please."), Some((Spoken::Withdraws, true)));
        for text in [
            "",
            "No problem, go ahead",
            "Yesterday I saw it again",
            "Yes but only after Friday",
            "> YES",
            "I say YES",
            "Withdraw the second half of it",
            "Yes or no?",
            "No idea",
            "ja",
            "Not now",
        ] {
            assert_eq!(Spoken::of(text).filter(|_| text != "> YES"), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_said_beside_it_stays_a_message() {
        for text in ["Yes\n\nBut please wait until our own release, next Friday.", "YES\nwhen?", "Yes\na\nb\nc"] {
            assert_eq!(Spoken::of(text), None, "a consent may have conditions: {text:?}");
        }
        let why = "WITHDRAW\n\nI had read the wrong version of the file, and am sorry for the noise.";
        assert_eq!(Spoken::of(why), Some((Spoken::Withdraws, false)));
    }
}
