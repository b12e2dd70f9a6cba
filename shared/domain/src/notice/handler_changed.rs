use super::*;

/// To the reporter: who coordinates the case now (T40, T42). Before a person has written it is no mail of its own but a line of the
/// next ([`Letter::coordinated`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandlerChanged {
    pub handler: MemberId,
    pub previous: Option<MemberId>,
}

impl HandlerChanged {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.handler);
        let (subject, text) = match &self.previous {
            None => ("Your case has a handler", format!("{name} now coordinates your case.")),
            Some(previous) => {
                let previous = at.member_name(previous);
                ("Your case has a new handler", format!("{name} now coordinates your case, in place of {previous}."))
            }
        };
        Letter::new(at.subject(subject))
            .say(text)
            .say("One person answers for each case from here to the announcement. The promised times stay as they are.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}

impl Letter {
    /// Who coordinates the case, as a line of a letter about something else.
    pub(super) fn coordinated(self, handler: Option<&MemberId>, at: &Setting<'_>) -> Letter {
        match handler {
            Some(handler) => self.say(format!("{} coordinates your case.", at.member_name(handler))),
            None => self,
        }
    }
}
