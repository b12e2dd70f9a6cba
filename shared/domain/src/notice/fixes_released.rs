use super::*;

/// To the reporter: the fixes are out (T30).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixesReleased {}

impl FixesReleased {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("The fixes are released"))
            .say(format!(
                "The fixes of the problem that you reported are released, for every maintained line of {} that gets one.",
                at.project()
            ))
            .say("The announcement follows; you hear of it as soon as it is public. Thank you for your patience until then.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
