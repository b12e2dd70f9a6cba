use super::*;

/// To the reporter: a new receipt code was made on their own page, where it was shown. This mail never holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeRenewed {}

impl CodeRenewed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("A new receipt code was made"))
            .say("A new receipt code for your case was made on your case page and shown there; the code before it opens nothing any more, and the links in earlier mails show nothing.")
            .say("If that was not you, somebody else has had your code: answer this mail, and the team makes another and sends it to you.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
