use super::party_invited::TO_PARTY;
use super::*;

/// To a party: the case is closed without an advisory, or open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyClosed {
    pub reopened: bool,
}

impl PartyClosed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match self.reopened {
            false => (
                "The case is closed",
                "has closed this case without an advisory. How it ended stands on your page. What you were told stays under the terms \
                 that you accepted.",
            ),
            true => (
                "The case is open again",
                "has taken this case up again, where it was. The terms that you accepted hold, and you hear of what is new.",
            ),
        };
        Letter::new(at.subject(subject))
            .say(format!("The {} security team {said}", at.project()))
            .link("Your page, which your code opens", &at.links.party_page)
            .say(TO_PARTY)
            .sign(at.team_signature())
    }
}
