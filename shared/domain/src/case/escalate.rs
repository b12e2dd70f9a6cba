//! Whom a level of the escalation ladder reaches at an instant, and who is chosen as a handler.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Case, Recipient};
use crate::id::{LevelName, MemberId};
use crate::policy::{Audience, Member, Policy};

/// What is known of the team at this moment beyond the policy: how many open cases each member handles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    pub load: BTreeMap<MemberId, u64>,
}

/// Who leads a case, as far as somebody does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leads<'a> {
    pub handler: Option<&'a MemberId>,
    pub backup: Option<&'a MemberId>,
}

impl<'a> Leads<'a> {
    pub fn of(case: &'a Case) -> Leads<'a> {
        Leads { handler: case.handler.as_ref(), backup: case.backup.as_ref() }
    }
}

/// The recipients of a level; an empty level goes on to the next at once (never to one that writes to the reporter), and
/// when all are empty the operator hears of it (T19). Never empty.
pub(super) fn recipients(leads: Leads<'_>, policy: &Policy, level: &LevelName, now: Timestamp) -> Vec<Recipient> {
    let from = policy.levels.iter().position(|l| &l.name == level).unwrap_or(0);
    let reach = |audiences: &[Audience]| -> Vec<Recipient> {
        let all: BTreeSet<Recipient> = audiences.iter().flat_map(|a| audience(leads, policy, *a, now)).collect();
        all.into_iter().collect()
    };
    let next = policy.levels[from..].iter().filter(|l| l.name == *level || !l.notify.contains(&Audience::Reporter));
    let mut reached = next.map(|l| reach(&l.notify));
    reached.find(|to| !to.is_empty()).unwrap_or_else(|| vec![Recipient::Operator])
}

fn audience(leads: Leads<'_>, policy: &Policy, audience: Audience, now: Timestamp) -> Vec<Recipient> {
    let present = |id: &MemberId| policy.member(id).filter(|m| !m.away_at(now));
    let one = |member: Option<&Member>| member.map(|m| Recipient::Member(m.id.clone())).into_iter().collect();
    match audience {
        Audience::HandlerOrOnCall => one(leads.handler.and_then(present).or_else(|| policy.on_call(now))),
        Audience::Second => one(leads.backup.and_then(present).or_else(|| policy.second(leads.handler, now))),
        Audience::Team => policy.triage().map(|m| Recipient::Member(m.id.clone())).collect(),
        Audience::Outside => policy.contacts.outside.iter().map(|_| Recipient::Outside).collect(),
        Audience::Reporter => vec![Recipient::Reporter],
    }
}

/// The member to handle a case: the least loaded of triage who is not away; among equals who is on call, then the
/// order of the rota, then of the policy. `None` when all are away (T43).
pub(super) fn choose_handler(policy: &Policy, roster: &Roster, now: Timestamp) -> Option<MemberId> {
    let on_call = policy.on_call(now).map(|m| &m.id);
    let place = |id: &MemberId| policy.rota.order.iter().position(|m| m == id).unwrap_or(usize::MAX);
    policy
        .triage()
        .filter(|m| !m.away_at(now))
        .min_by_key(|m| (roster.load.get(&m.id).copied().unwrap_or(0), on_call != Some(&m.id), place(&m.id)))
        .map(|m| m.id.clone())
}
