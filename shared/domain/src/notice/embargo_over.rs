use super::*;
use crate::case::publication::When;
use crate::moment::Moment;

/// To the reporter: the end of the embargo has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoOver {
    pub ends: Moment,
    /// When the advisory is published by itself, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishes: Option<When>,
}

impl EmbargoOver {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let publishes = self.publishes.as_ref().map(|on| at.published("The advisory is published", on));
        let then = match self.publishes {
            None => {
                "Thank you. Nothing is published by that: the team decides when its advisory is. From here on you are free to publish; if \
                 you mean to, please tell us when."
            }
            Some(_) => {
                "Thank you. The advisory is published by itself when it was said to be, and not with that end. From here on you are free to \
                 publish, and we ask you to wait for it with us."
            }
        };
        Letter::new(at.subject("The embargo is over"))
            .say("What you and the team had agreed to keep to yourselves was kept until the end that was agreed:")
            .facts([at.until("Until", &self.ends)].into_iter().chain(publishes).collect())
            .say(then)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
