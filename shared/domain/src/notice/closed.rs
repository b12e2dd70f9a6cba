use super::*;
use crate::case::event::Resolution;

/// To the reporter: the case is closed, where no member has told so in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosedNotice {
    pub resolution: Resolution,
}

impl ClosedNotice {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Your case is closed"))
            .say(format!("Your case is closed: {}.", self.resolution.words()))
            .say("If you see it differently or learn more, write on the case page: that opens a new case linked to it.")
            .link("Your case page", &at.links.case_page)
            .sign(at.team_signature())
    }
}
