use super::*;
use crate::moment::Moment;

/// To the reporter: when the release is planned (T30).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleasePlanned {
    pub on: Moment,
    /// What was planned before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Moment>,
}

impl ReleasePlanned {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.before {
            None => "The release of the fix is planned",
            Some(_) => "The planned release of the fix has moved",
        };
        let fact = |label: &str, moment: &Moment| {
            let utc = if moment.is_day() { " (UTC)" } else { "" };
            (label.to_owned(), format!("{}{utc}", moment.due(at.zone(), at.now)))
        };
        let before = self.before.as_ref().map(|before| fact("Planned before", before));
        Letter::new(at.subject(subject))
            .say(format!(
                "The {} security team plans to release the fix of the problem that you reported:",
                at.project()
            ))
            .facts([fact("Planned for", &self.on)].into_iter().chain(before).collect())
            .say("A plan can change; then you hear of it. Until it is announced, please keep the matter to yourself.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
