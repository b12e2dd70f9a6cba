//! What follows from what the registry says of a release ([`crate::case::publication::registry`]).

use super::Next;
use crate::case::event::EventBody;
use crate::case::publication::registry::{RegistrySays, Standing, UNSEEN_AFTER};
use crate::id::ContentId;

impl Next<'_> {
    /// Of a version that is no release of its line any more, nothing: it was asked for before that was said.
    pub(super) fn registry_says(&mut self, of: &ContentId, says: &RegistrySays) {
        if !self.case.publication.is_release(of) {
            return;
        }
        let Some(asked) = self.case.publication.registry.get(of) else { return };
        let (line, of, late) = (asked.line.clone(), of.clone(), asked.since.duration_until(self.now) >= UNSEEN_AFTER);
        match (&asked.stands, says) {
            (Standing::Claimed { told }, RegistrySays::Shows(shown)) => {
                let (shown, missed) = (shown.clone(), *told);
                self.push(EventBody::ReleaseSeen { line, of, shown, missed });
            }
            (Standing::Gone { .. }, RegistrySays::Shows(shown)) => {
                self.push(EventBody::ReleaseSeen { line, of, shown: shown.clone(), missed: true });
            }
            (Standing::Claimed { told: false }, RegistrySays::Lacks | RegistrySays::Nothing) if late => {
                let unanswered = *says == RegistrySays::Nothing;
                self.push(EventBody::ReleaseUnseen { line, of, unanswered });
            }
            (Standing::Seen { .. }, RegistrySays::Lacks) => self.push(EventBody::ReleaseGone { line, of }),
            (Standing::Claimed { .. } | Standing::Gone { .. }, RegistrySays::Lacks | RegistrySays::Nothing) => {}
            (Standing::Seen { .. }, RegistrySays::Shows(_) | RegistrySays::Nothing) => {}
        }
    }
}
