use super::*;

/// To the reporter: a member recorded how they are named, as they said elsewhere or wished in the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditRecorded {
    /// Somebody is named.
    pub granted: bool,
}

impl CreditRecorded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let said = match self.granted {
            true => "The team has recorded how you are named in the advisory, as you said or wished in your report.",
            false => "The team has recorded that the advisory names nobody.",
        };
        Letter::new(at.subject("How you are credited"))
            .say(said)
            .say("If that is not what you want, please say so before it is published: on your case page, where it changes at once.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
