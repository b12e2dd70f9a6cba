use super::party_invited::TO_PARTY;
use super::*;

/// To a party: a member has put something new on its page. No word of it is in the mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyTold {
    pub by: MemberId,
}

impl PartyTold {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        Letter::new(at.subject("There is something new for you"))
            .say(format!(
                "{name} of the {} security team has put something on your page for you to read. This mail holds no word of it.",
                at.project()
            ))
            .link("Your page, which your code opens", &at.links.party_page)
            .say(TO_PARTY)
            .sign(at.team_signature())
    }
}
