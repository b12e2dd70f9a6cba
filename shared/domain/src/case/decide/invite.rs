//! A member who had no need to know a case is let in, and let in no longer.

use super::Next;
use crate::case::event::{ContentRef, EventBody};
use crate::id::MemberId;
use crate::refusal::Refusal;

impl Next<'_> {
    /// Of whatever role, a policy owner or a release manager too; away or not, since nothing is theirs to do by it.
    pub(super) fn invite(&mut self, member: &MemberId, reason: &ContentRef) -> Result<(), Refusal> {
        if self.policy.member(member).is_none() {
            return Err(Refusal::field("/member", "is no member of the team"));
        }
        if self.case.readable_by(member, self.policy, self.now) {
            return Err(Refusal::field("/member", "may read it already"));
        }
        self.push(EventBody::Invited { member: member.clone(), reason: reason.clone() });
        Ok(())
    }

    /// Who has left the team meanwhile too: the list says who would read it.
    pub(super) fn uninvite(&mut self, member: &MemberId, reason: &ContentRef) -> Result<(), Refusal> {
        if !self.case.invited.contains(member) {
            return Err(Refusal::field("/member", "was not let in"));
        }
        self.push(EventBody::Uninvited { member: member.clone(), reason: reason.clone() });
        Ok(())
    }
}
