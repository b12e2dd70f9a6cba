use super::*;
use crate::id::LineName;

/// To whoever handles the case and those who may release it: the registry does not show what was recorded as released (T52). Told once of
/// each version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleaseUnseen {
    pub line: LineName,
    /// When it was recorded.
    pub since: Timestamp,
    /// The registry could not be asked, or its answer not be understood.
    pub unanswered: bool,
}

impl ReleaseUnseen {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let registry = at.policy.registry.as_ref().map_or("the registry", |registry| registry.host());
        let (subject, found, next) = match self.unanswered {
            false => (
                "The released fix is not to be seen",
                format!("The fix of a line is recorded as released, and {registry} does not show that version."),
                "Please see whether it was published there, under this very version. What is announced now names a version that nobody can \
                 install.",
            ),
            true => (
                "The released fix could not be looked for",
                format!("The fix of a line is recorded as released, and {registry} could not be asked for it since."),
                "Please see for yourself whether it is there before it is announced. If that stays so, the operator can say why the desk \
                 does not reach it.",
            ),
        };
        let facts = vec![("Line".to_owned(), self.line.to_string()), ("Recorded".to_owned(), at.instant(self.since))];
        let letter = Letter::new(at.subject(subject))
            .say(found)
            .facts(facts)
            .say(next)
            .say("The desk goes on looking, and you hear when it is there.");
        at.led_to(letter, "Versions and fixes", step::LINES).sign(at.team_signature())
    }
}
