use super::*;
use crate::id::AdvisoryId;

/// To a mailing list: the announcement itself, which is public, as `desk_advisory` wrote it. Plain text alone (T56).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    pub advisory: AdvisoryId,
    pub subject: String,
    pub text: String,
}

/// Ids only: its text is long, and a log is no place for it.
impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Announcement({})", self.advisory)
    }
}

impl Announcement {
    pub(super) fn letter(&self, _: &Setting<'_>) -> Letter {
        Letter::new(self.subject.clone()).words(self.text.clone())
    }
}
