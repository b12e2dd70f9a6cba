use super::*;
use crate::moment::Moment;

/// To the reporter, who said by mail that they do not agree to an end of the embargo: how that was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoRefusalNoted {
    pub ends: Moment,
    /// Until when one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Moment>,
}

impl EmbargoRefusalNoted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let holds = self.holds.as_ref().map(|holds| at.until("It holds until", holds));
        let left = match self.holds {
            None => "Nothing is agreed.",
            Some(_) => "What was agreed before holds.",
        };
        Letter::new(at.subject("You do not agree to that end of the embargo"))
            .say("We understood your answer as a no to what the team proposed:")
            .facts([at.until("Proposed", &self.ends)].into_iter().chain(holds).collect())
            .say(format!("{left} If a date of your own suits you better, name it on your case page: it is your proposal to the team."))
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
