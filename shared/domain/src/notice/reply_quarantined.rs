use super::*;

/// To the handler, or who is on call: an answer came whose sender is not proven; nothing has changed by it yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplyQuarantined {
    /// It comes from another address than the reporter's.
    #[serde(default)]
    pub other_address: bool,
}

impl ReplyQuarantined {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let why = match self.other_address {
            true => "it comes from another address than the desk writes to: somebody else has the mail that it answers",
            false => "nothing proves that it is theirs: it may be somebody else's, or a program's",
        };
        let letter = Letter::new(at.subject("An answer waits in quarantine"))
            .say(format!("A mail came that answers this case with the reporter's own token, but {why}."));
        let letter = match at.text {
            Some(from) => letter.facts(vec![("From".to_owned(), from.to_owned())]),
            None => letter,
        };
        let letter = letter
            .say(
                "It changes nothing until you have read it on the desk and said whose it is. Until then the case is not set aside \
                 for silence.",
            );
        at.led_to(letter, "Read it, and say whose it is", step::UNPROVEN).sign(at.team_signature())
    }
}
