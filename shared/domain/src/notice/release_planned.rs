use super::*;
use jiff::civil::Date;

/// To the reporter: when the release is planned (T30).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleasePlanned {
    pub on: Date,
}

impl ReleasePlanned {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("The release of the fix is planned"))
            .say(format!(
                "The {} security team plans to release the fix of the problem that you reported:",
                at.project()
            ))
            .facts(vec![("Planned for".to_owned(), format!("{} (UTC)", self.on))])
            .say("A plan can change; then you hear of it. Until it is announced, please keep the matter to yourself.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
