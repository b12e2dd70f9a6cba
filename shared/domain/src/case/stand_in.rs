//! Who stands in where the handler cannot be reached: away, or no longer of the team (invariants I1 and I2 of the design).
//!
//! The backup is who the handler named, so they come first; then whoever is on call. Whoever stands in hears what the handler would,
//! may read, act and take over. While a promise is broken, who is on call may read and take over beside a handler who is there: what
//! is not done is not theirs alone any more. Of a closed case that is so while its reporter's message waits.

use jiff::Timestamp;

use super::Case;
use crate::id::MemberId;
use crate::policy::Policy;

impl Case {
    /// To whom goes what concerns the case: its handler (of a closed duplicate, the root's first), or who stands in; while nobody
    /// handles it, who is on call. `None` when
    /// nobody is there.
    pub fn in_charge<'a>(&'a self, policy: &'a Policy, now: Timestamp) -> Option<&'a MemberId> {
        let there = |id: &'a MemberId| policy.present(id, now).map(|member| &member.id);
        let handles = self.had_by().and_then(there).or_else(|| self.handler.as_ref().and_then(there));
        let named = handles.or_else(|| self.backup.as_ref().and_then(there));
        named.or_else(|| policy.on_call(now).map(|member| &member.id))
    }

    /// Whether somebody handles it who cannot be reached.
    pub fn handler_is_gone(&self, policy: &Policy, now: Timestamp) -> bool {
        let gone = |handler: &MemberId| policy.present(handler, now).is_none();
        self.handler.as_ref().is_some_and(gone) && self.had_by().is_none_or(gone)
    }

    /// Whether `member` is on call and stands in for a handler who is not there, or beside one who broke a promise that is still
    /// to be kept.
    pub fn is_stood_in_by(&self, member: &MemberId, policy: &Policy, now: Timestamp) -> bool {
        let broken = self.clocks.iter().any(|clock| clock.start.promise && clock.told_again_at().is_some());
        let needed = self.handler_is_gone(policy, now) || (self.handler.is_some() && broken);
        let ongoing = !self.is_closed() || self.written_after_closing().is_some();
        needed && ongoing && policy.on_call(now).is_some_and(|on_call| on_call.id == *member)
    }
}
