use super::*;

/// To the reporter: how would you like to be named (T7)?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditAsked {}

impl CreditAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("How may we credit you?"))
            .say(format!(
                "The {} security team prepares the announcement of the problem that you reported, and would like to thank \
                 you in it.",
                at.project()
            ))
            .say(
                "Please say by which name or handle, with a link if you like, or that you would rather not be named. Your \
                 case page asks for just that; what you write in a mail, a member of the team records for you. It is printed \
                 as it stands, everywhere or nowhere.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
