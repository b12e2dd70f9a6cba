use super::*;

/// To the reporter: set aside for silence; an answer takes it up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetAside {}

impl SetAside {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Your report is set aside until you answer"))
            .say("We asked you for more information and have not heard from you, so your report is set aside.")
            .say("It is not closed. As soon as you answer, work on it goes on where it stopped.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
