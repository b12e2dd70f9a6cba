use super::*;

/// To the handler, or who is on call: an answer came whose sender is not proven; nothing has changed by it yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplyQuarantined {}

impl ReplyQuarantined {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("An answer waits in quarantine"))
            .say(
                "A mail came that answers this case with the reporter's own token, but nothing proves that it comes from the \
                 address in it: it may be somebody else's.",
            )
            .say(
                "It changes nothing until you have read it on the desk and said whose it is. Until then the case is not set aside \
                 for silence.",
            );
        at.led_to(letter, "Read it, and say whose it is", step::UNPROVEN).sign(at.team_signature())
    }
}
