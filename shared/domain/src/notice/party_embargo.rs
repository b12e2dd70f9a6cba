use super::party_invited::TO_PARTY;
use super::*;
use crate::case::embargo::EmbargoEnd;
use crate::moment::Moment;

/// To a party: until when an embargo holds, or that it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyEmbargo {
    pub ends: Moment,
    /// Why it is over; `None` while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<EmbargoEnd>,
}

impl PartyEmbargo {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = match self.over {
            None => Letter::new(at.subject("Until when it is kept back"))
                .say(format!("The {} security team has agreed on an embargo of the problem that you were told of:", at.project()))
                .facts(vec![at.until("Until", &self.ends)])
                .say("Before it ends no advisory is published. Your own date is asked for apart, where one is planned."),
            Some(why) => Letter::new(at.subject("The embargo is over"))
                .say(format!("The embargo of the problem that you were told of is over: {}.", why.because()))
                .facts(vec![at.until("It was to hold until", &self.ends)])
                .say(
                    "The terms that you accepted still hold until the advisory is published, or the team says otherwise on your page.",
                ),
        };
        letter.link("Your page, which your code opens", &at.links.party_page).say(TO_PARTY).sign(at.team_signature())
    }
}
