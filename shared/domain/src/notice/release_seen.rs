use super::*;
use crate::id::LineName;

/// To those who were told that it was not there, or not any more: the registry shows the released fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReleaseSeen {
    pub line: LineName,
    pub at: Timestamp,
}

impl ReleaseSeen {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let registry = at.policy.registry.as_ref().map_or("the registry", |registry| registry.host());
        let facts = vec![("Line".to_owned(), self.line.to_string()), ("Seen".to_owned(), at.instant(self.at))];
        let letter = Letter::new(at.subject("The released fix is there"))
            .say(format!("The fix of a line, which was not to be seen, is to be seen at {registry} now."))
            .facts(facts);
        at.led_to(letter, "Versions and fixes", step::LINES).sign(at.team_signature())
    }
}
