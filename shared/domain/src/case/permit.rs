//! Which command a case allows now, and to whom: one table, asked before `decide` and for `allowed[]`.

use super::command::CommandName;
use super::rm::{self, Rm, Transition};
use super::{Actor, Case};
use crate::id::MemberId;
use crate::policy::Policy;
use crate::refusal::Refusal;

/// Every command that `member` may give to `case` now; empty when the case is not theirs to read.
pub fn allowed(case: &Case, policy: &Policy, member: &MemberId) -> Vec<CommandName> {
    if !case.readable_by(member, policy) {
        return Vec::new();
    }
    CommandName::ALL.iter().copied().filter(|name| obstacle(case, member, *name).is_none()).collect()
}

/// Refuses what `member` may not do now, saying why and what is allowed instead.
///
/// # Errors
/// [`Refusal::NotFound`] when the case is not theirs, [`Refusal::NotAllowed`] when it is not the time for it.
pub fn permit(case: &Case, policy: &Policy, member: &MemberId, name: CommandName) -> Result<(), Refusal> {
    if !case.readable_by(member, policy) {
        return Err(Refusal::NotFound);
    }
    match obstacle(case, member, name) {
        None => Ok(()),
        Some(why) => Err(refuse(case, policy, member, why)),
    }
}

/// A refusal with what is allowed instead.
pub(super) fn refuse(case: &Case, policy: &Policy, member: &MemberId, why: String) -> Refusal {
    Refusal::NotAllowed { why, allowed: allowed(case, policy, member) }
}

/// What stands in the way of a command; `None` when nothing does.
fn obstacle(case: &Case, member: &MemberId, name: CommandName) -> Option<String> {
    use CommandName::*;
    if case.is_closed() {
        return match name {
            Note | ReissueCode | Mark => None,
            _ => Some(format!("{} is closed, and closed is final", case.id)),
        };
    }
    let transition = |by: Transition, to: &str| {
        (!rm::allows(case.rm, by)).then(|| format!("{} is {}; it cannot become {to} from there", case.id, case.rm))
    };
    match name {
        Acknowledge => acknowledged(case),
        Respond => case.steps.responded.as_ref().map(|step| already("answered in detail", step) + "; use update"),
        Assign => case.handler.as_ref().map(|handler| format!("{handler} handles it; use hand-over")),
        HandOver => leads(case, member, "hand it over"),
        SetBackup => leads(case, member, "name a backup"),
        Validate => transition(Transition::Validate, "Valid"),
        Invalidate => transition(Transition::Invalidate, "Invalid"),
        Accept => transition(Transition::Accept, "Accepted"),
        Defer => transition(Transition::Defer, "Deferred"),
        Duplicate if matches!(case.rm, Rm::Valid | Rm::Deferred) => None,
        Duplicate => Some(format!("{} is {}; a duplicate is found valid first", case.id, case.rm)),
        // Spam may be closed from Received and Valid too; `decide` looks at the resolution.
        Close | Update | Note | RequestInformation | Score | ReissueCode | Mark => None,
    }
}

/// What stands in the way of an acknowledgement: another one, or the end.
pub(super) fn acknowledged(case: &Case) -> Option<String> {
    if case.is_closed() {
        return Some(format!("{} is closed", case.id));
    }
    case.steps.acknowledged.as_ref().map(|step| already("acknowledged", step))
}

fn already(what: &str, step: &super::Step) -> String {
    let by = match &step.by {
        Actor::Member(member) => member.as_str(),
        Actor::Reporter => "the reporter",
        Actor::Desk => "the desk",
    };
    format!("it was {what} by {by} at {}", crate::time::instant(step.at))
}

fn leads(case: &Case, member: &MemberId, what: &str) -> Option<String> {
    match &case.handler {
        None => Some("nobody handles it yet; use assign".to_owned()),
        Some(handler) if handler == member || case.backup.as_ref() == Some(member) => None,
        Some(handler) => Some(format!("only its handler ({handler}) or the backup may {what}")),
    }
}
