//! Whom a level of the escalation ladder reaches at an instant, and who is chosen as a handler.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Case, Recipient};
use crate::id::{LevelName, MemberId};
use crate::policy::{Audience, Level, Member, Policy, Role};

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
        Leads { handler: case.had_by().or(case.handler.as_ref()), backup: case.backup.as_ref() }
    }
}

/// Whether another rung follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// A warning: who is away is left alone.
    Rung,
    /// It is missed: where nobody of the team is there, those who are away hear of it all the same.
    Resort,
}

/// The recipients of a level; an empty level goes on to the next at once (never to one that writes to the reporter), and
/// when all are empty the operator hears of it (T19). A level that the policy has no more is the widest. Never empty.
pub(super) fn recipients(
    leads: Leads<'_>,
    policy: &Policy,
    level: &LevelName,
    last: Last,
    now: Timestamp,
) -> Vec<Recipient> {
    let from = width(policy, level).min(policy.levels.len().saturating_sub(1));
    let reach = |audiences: &[Audience]| -> Vec<Recipient> {
        let all: BTreeSet<Recipient> = audiences.iter().flat_map(|a| audience(leads, policy, *a, last, now)).collect();
        all.into_iter().collect()
    };
    let next = policy.levels[from..].iter().filter(|l| l.name == *level || is_rung(l));
    let mut reached = next.map(|l| reach(&l.notify));
    reached.find(|to| !to.is_empty()).unwrap_or_else(|| vec![Recipient::Operator])
}

/// Whether a level is one of the ladder: not who has to do with a release, and no reminder to the reporter.
fn is_rung(level: &Level) -> bool {
    !is_reminder(level) && !level.notify.contains(&Audience::ReleaseManagers)
}

fn is_reminder(level: &Level) -> bool {
    level.notify.contains(&Audience::Reporter)
}

/// Whether a level is no rung, but a reminder to the reporter.
pub(super) fn reminds(policy: &Policy, level: &LevelName) -> bool {
    policy.levels.iter().any(|l| l.name == *level && is_reminder(l))
}

/// How far up the ladder a level is; one that the policy has no more is as far up as the last rung.
pub(super) fn width(policy: &Policy, level: &LevelName) -> usize {
    let place = policy.levels.iter().position(|l| l.name == *level);
    place.or(policy.levels.iter().rposition(is_rung)).unwrap_or(0)
}

/// The first level that reaches the whole team, and nobody else.
pub(super) fn of_team(policy: &Policy) -> Option<&LevelName> {
    policy.levels.iter().find(|level| level.notify == [Audience::Team]).map(|level| &level.name)
}

fn audience(leads: Leads<'_>, policy: &Policy, audience: Audience, last: Last, now: Timestamp) -> Vec<Recipient> {
    let present = |id: &MemberId| policy.present(id, now);
    let one = |member: Option<&Member>| member.map(|m| Recipient::Member(m.id.clone())).into_iter().collect();
    match audience {
        Audience::HandlerOrOnCall => one(leads.handler.and_then(present).or_else(|| policy.on_call(now))),
        Audience::Second => one(leads.backup.and_then(present).or_else(|| policy.second(leads.handler, now))),
        Audience::Team => {
            let nobody = last == Last::Resort && policy.triage().all(|member| member.absent_at(now));
            let told = policy.triage().filter(|member| nobody || !member.absent_at(now));
            told.map(|member| Recipient::Member(member.id.clone())).collect()
        }
        Audience::ReleaseManagers => {
            let managers = policy.members.iter().filter(|member| member.has(Role::ReleaseManager));
            let there = managers.filter(|member| !member.absent_at(now));
            there.map(|member| Recipient::Member(member.id.clone())).collect()
        }
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
        .filter(|m| !m.absent_at(now))
        .min_by_key(|m| (roster.load.get(&m.id).copied().unwrap_or(0), on_call != Some(&m.id), place(&m.id)))
        .map(|m| m.id.clone())
}
