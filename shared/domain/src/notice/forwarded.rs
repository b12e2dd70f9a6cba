use super::*;
use crate::id::PackageName;

/// To the reporter: it was forwarded, as they agreed (T37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forwarded {
    pub package: PackageName,
}

impl Forwarded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let module = at.policy.third_party(self.package.as_str());
        let maintainer = module.map_or("those who maintain it", |t| t.maintainer.as_str());
        Letter::new(at.subject("Your report was forwarded"))
            .say(format!("As you agreed, we have written to {maintainer} about the problem in {}.", self.package))
            .say(
                "Your case with us stays open; you hear from us as before. You may write to them yourself at any time.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
