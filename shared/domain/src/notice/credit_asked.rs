use super::*;

/// To the reporter: how would you like to be named (T7)? Asked, and then reminded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditAsked {
    /// Until when an answer is waited for, of a reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminds_of: Option<Timestamp>,
}

impl CreditAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.reminds_of {
            None => "How may we credit you?",
            Some(_) => "Reminder: how may we credit you?",
        };
        let letter = Letter::new(at.subject(subject))
            .say(format!(
                "The {} security team prepares the announcement of the problem that you reported, and would like to thank \
                 you in it.",
                at.project()
            ))
            .say(
                "Please say by which name or handle, with a link if you like, or that you would rather not be named. Your \
                 case page asks for just that; what you write in a mail, a member of the team records for you. It is printed \
                 as it stands, everywhere or nowhere.",
            );
        let letter = match self.reminds_of {
            None => letter,
            Some(until) => letter.say(format!(
                "The announcement waits for your answer. From {} on, the team may go by what you wished in your report, or name \
                 nobody.",
                at.due(until)
            )),
        };
        letter.link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
