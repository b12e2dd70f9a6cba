use super::*;

/// To the reporter: a member recorded how they are named, as they said elsewhere or wished in the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditRecorded {
    /// Somebody is named.
    pub granted: bool,
    /// Who recorded it; not known of what was stored before it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
}

impl CreditRecorded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = self.by.as_ref().map_or_else(|| "The team".to_owned(), |by| at.member_name(by));
        let said = match self.granted {
            true => format!(
                "{by} has recorded how you are named in the advisory, as you said to the team or wished in your report."
            ),
            false => format!("{by} has recorded that the advisory names nobody."),
        };
        Letter::new(at.subject("How you are credited"))
            .say(said)
            .say("If that is not what you want, please say so before it is published: on your case page, where it changes at once.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
