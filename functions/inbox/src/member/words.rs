//! What a member asks for in an answer, and which of the words in it are theirs.

use desk_domain::notice::WhyRefused;
use desk_domain::text::is_unseen;
use desk_mail::read::own::{Desk, Written, written};
use desk_store::Stored;

use crate::judge::Arrived;
use crate::{Inbox, ours};

/// What the first word of an answer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Acknowledge,
    Reply,
    /// To a mail that speaks of a comment on the policy: whatever it says goes to whoever commented.
    Comment,
}

/// What a member asks for.
pub(super) struct Asked {
    pub verb: Verb,
    /// Their words, which go to the reporter; or why they cannot be known.
    pub words: Result<String, WhyRefused>,
    /// Something beside these words was not sent, and may be theirs.
    pub left: bool,
}

impl Inbox {
    /// What an answer asks for; nothing where it is a note.
    pub(super) fn asked(&self, arrived: &Arrived, stored: &Stored) -> Option<Asked> {
        let mail = arrived.mail()?;
        if mail.encrypted.is_some() || arrived.is_sealed() {
            // Nobody here can open it: a member who believes that it acknowledged must hear that it did not.
            let waits = stored.case.steps.acknowledged.is_none();
            return waits.then_some(Asked {
                verb: Verb::Acknowledge,
                words: Err(WhyRefused::NotReadable),
                left: false,
            });
        }
        let desk = ours::to_members(&self.policy, &self.public_url, &stored.case.id);
        read(&mail.text, &desk)
    }

    /// What an answer says to whoever commented on the policy: all that is the owner's own, without one of the words that other
    /// answers begin with.
    pub(super) fn said_to_commenter(&self, arrived: &Arrived, stored: &Stored) -> Asked {
        let readable = arrived.mail().filter(|mail| mail.encrypted.is_none() && !arrived.is_sealed());
        let desk = ours::to_members(&self.policy, &self.public_url, &stored.case.id);
        let (words, left) = match readable.map(|mail| written(&mail.text, &desk)) {
            Some(Written::Words { text, left }) => (Ok(verb(&text).map_or(text, |(_, words)| words)), left),
            Some(Written::Unsure) => (Err(WhyRefused::NotTold), true),
            None => (Err(WhyRefused::NotReadable), false),
        };
        Asked { verb: Verb::Comment, words, left }
    }
}

/// What a text asks for.
fn read(text: &str, desk: &Desk) -> Option<Asked> {
    match written(text, desk) {
        Written::Words { text, left } => {
            let (verb, words) = verb(&text)?;
            Some(Asked { verb, words: Ok(words), left })
        }
        // They began with the word all the same.
        Written::Unsure => {
            let (verb, _) = verb(text)?;
            Some(Asked { verb, words: Err(WhyRefused::NotTold), left: true })
        }
    }
}

/// What the first word says, in letters of any size and however it is set, and what follows it.
fn verb(text: &str) -> Option<(Verb, String)> {
    let unseen = |c: char| c.is_whitespace() || c.is_control() || is_unseen(c);
    let signs = |c: char| "*_`'\"\u{201c}\u{201d}\u{2018}\u{2019}([{<\u{ab}\u{bb}~".contains(c);
    let text = text.trim_start_matches(|c| unseen(c) || signs(c));
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let verb = match word.to_uppercase().as_str() {
        "ACK" => Verb::Acknowledge,
        "REPLY" => Verb::Reply,
        _ => return None,
    };
    // "ACK-ing", "ack'ed": a word that goes on.
    let mut after = rest.chars();
    let goes_on =
        after.next().is_some_and(|c| "-'\u{2019}/@".contains(c)) && after.next().is_some_and(char::is_alphanumeric);
    if goes_on {
        return None;
    }
    let behind = |c: char| {
        unseen(c)
            || "*_`'\"\u{201d}\u{2019})]}>\u{bb}~.:,;!-\u{2013}\u{2014}\u{3002}\u{ff1a}\u{ff0c}\u{ff01}".contains(c)
    };
    Some((verb, rest.trim_start_matches(behind).trim_end().to_owned()))
}

#[cfg(test)]
mod tests;
