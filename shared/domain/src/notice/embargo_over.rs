use super::*;
use crate::moment::Moment;

/// To the reporter: the end of the embargo has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoOver {
    pub ends: Moment,
}

impl EmbargoOver {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("The embargo is over"))
            .say("What you and the team had agreed to keep to yourselves was kept until the end that was agreed:")
            .facts(vec![at.until("Until", &self.ends)])
            .say(
                "Thank you. Nothing is published by that: the team decides when its advisory is. From here on you are free to publish; if \
                 you mean to, please tell us when.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
