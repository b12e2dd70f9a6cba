use super::*;

/// To the reporter: questions still wait for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    pub due_at: Timestamp,
}

impl Reminder {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("Reminder: we still need your answer"))
            .say("The team has asked you for more information and cannot go on without it. The questions are on your case page.")
            .facts(vec![("Set aside without an answer".to_owned(), at.due(self.due_at))])
            .say("A later answer takes the case up again just as well.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
