use super::*;
use crate::case::event::FactName;

/// To the reporter: the team has learned that the matter is out, or used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactTold {
    pub fact: FactName,
}

impl FactTold {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("What has become known"))
            .say(format!("The team has recorded that {}. The whole team was told at once.", self.fact.is_known()))
            .say(
                "If you know where that comes from, please tell us. If it changes what you agreed to about publishing, please say so; \
                 whoever handles your case decides with you.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
