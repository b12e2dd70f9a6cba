use super::*;

/// To the reporter: who coordinates the case now (T40, T42).
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
