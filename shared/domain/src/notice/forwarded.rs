use super::*;
use crate::id::PackageName;

/// To the reporter: it was forwarded, as they agreed (T37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forwarded {
    pub package: PackageName,
    /// The member who recorded on the reporter's word that they agree; `None` where the report itself says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<MemberId>,
}

impl Forwarded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let module = at.policy.third_party(self.package.as_str());
        let maintainer = module.map_or("those who maintain it", |t| t.maintainer.as_str());
        Letter::new(at.subject("Your report was forwarded"))
            .say(format!("{}, we have written to {maintainer} about the problem in {}.", self.agreed(at), self.package))
            .say(
                "Your case with us stays open; you hear from us as before. You may write to them yourself at any time.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }

    fn agreed(&self, at: &Setting<'_>) -> String {
        match &self.recorded_by {
            None => "As you agreed in your report".to_owned(),
            Some(by) => format!("As you agreed, which {} recorded on your word", at.member_name(by)),
        }
    }
}
