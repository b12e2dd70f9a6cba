use super::*;

/// To a party: what stands at the advisory's address is another form of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyCorrected {
    pub withdrawn: bool,
}

impl PartyCorrected {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match self.withdrawn {
            false => {
                ("The advisory is corrected", "has corrected the advisory about the problem that you were told of")
            }
            true => ("The advisory is withdrawn", "has withdrawn the advisory about the problem that you were told of"),
        };
        Letter::new(at.subject(subject))
            .say(format!("The {} security team {said}. Its page says what has changed, and why.", at.project()))
            .link("The advisory", &at.links.advisory)
            .link("Your page, which your code opens", &at.links.party_page)
            .sign(at.team_signature())
    }
}
