use super::*;
use crate::id::PackageName;

/// To the reporter: a member recorded on their word that they agree to forwarding (T37). What was understood wrong is corrected before
/// anything goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentNoted {
    pub by: MemberId,
    /// The module; not known of what was planned before it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageName>,
}

impl ConsentNoted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let module = self.package.as_ref().map_or("the module that it is about", PackageName::as_str);
        Letter::new(at.subject("You agree that your report is forwarded"))
            .say(format!(
                "{} has recorded on your word that your report may be forwarded to those who maintain {module}, and to nobody else. You \
                 are told when it is.",
                at.member_name(&self.by)
            ))
            .say("If you did not say so, or have thought otherwise, please answer at once: nothing is forwarded then.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
