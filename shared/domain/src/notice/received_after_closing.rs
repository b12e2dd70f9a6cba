use super::*;

/// To a reporter who wrote by mail to a closed case: it came, and a person looks at it. One for all that they write until then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedAfterClosing {
    pub look_by: Timestamp,
}

impl ReceivedAfterClosing {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("We have received your message"))
            .say("Thank you: your message has arrived and is kept with your case, which is closed.")
            .say(format!(
                "A person of the team looks at it by {}. They answer you, open a case for it, or leave it as it is where nothing more \
                 is needed.",
                at.due(self.look_by)
            ))
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
