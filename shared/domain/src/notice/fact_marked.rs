use super::*;
use crate::case::event::FactName;

/// To the team, at once: the matter is public, or an exploit is, or attacks are seen. Who does not need to know reads no more than that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactMarked {
    pub fact: FactName,
    pub by: MemberId,
}

impl FactMarked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        Letter::new(at.subject(&format!("Urgent: {}", self.fact.is_known())))
            .say(format!("{by} has recorded that {}. What was to wait for the release cannot wait any longer.", self.fact.is_known()))
            .say(
                "What helps now: say how severe it is; say what users can do until there is a fix; bring the release forward, or \
                 announce without it; tell the reporter.",
            )
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}

impl FactName {
    /// As the end of a sentence.
    pub(super) fn is_known(self) -> &'static str {
        match self {
            FactName::Public => "the problem is publicly known",
            FactName::ExploitPublic => "an exploit of the problem is public",
            FactName::AttacksObserved => "attacks on the problem are observed",
        }
    }
}
