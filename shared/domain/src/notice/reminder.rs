use super::*;

/// To the reporter: questions still wait for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    pub due_at: Timestamp,
    /// What silence comes to: the case is set aside, or (where work on it has begun) goes on without the answer.
    #[serde(default = "set_aside")]
    pub sets_aside: bool,
}

/// What was stored before there was the other.
fn set_aside() -> bool {
    true
}

impl Reminder {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Reminder: we still need your answer"));
        let due = at.due(self.due_at);
        let letter = match self.sets_aside {
            true => letter
                .say(
                    "The team has asked you for more information and cannot go on without it. The questions are on your \
                     case page.",
                )
                .facts(vec![("Set aside without an answer".to_owned(), due)])
                .say("A later answer takes the case up again just as well."),
            false => letter
                .say("The team has asked you for more information. The questions are on your case page.")
                .facts(vec![("We go on without an answer".to_owned(), due)])
                .say("Work on your case goes on then with what we know. A later answer is just as welcome."),
        };
        letter.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
