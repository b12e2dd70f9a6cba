//! The team's daily digest: to each member who is there, the cases that wait and the mails that were filed. Made from the board once a day, at the policy's
//! `mail.digest_at` or at the first tick after it; a tick that comes twice plans the same deliveries, which are there already.
//!
//! A digest that says the same each day is read by nobody. So a case of a member's own is a row of theirs only where something is new:
//! it changed since the digest before, something of it was missed within a week or is due within a day. The others are one line, which
//! alone is worth a mail on Mondays only. That nothing changed is seen by the case's version, which is kept from digest to digest.

use std::collections::BTreeMap;

use desk_domain::case::{Case, Clock, ClockState, Recipient};
use desk_domain::id::CaseId;
use desk_domain::notice::{DIGEST_ROWS, Digest, DigestRow, FiledRow, Listed, MissedRow, Notice};
use desk_domain::policy::Member;
use desk_runtime::Retryable;
use desk_store::deliveries::Delivery;
use desk_store::{BoardRow, Fault, SeenPolicy};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::SlaCheck;

/// A digest tells of what was missed within this.
const LATELY: SignedDuration = SignedDuration::from_hours(24);
/// What was missed is a row of its handler's for so long.
const MISSED_LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is due within this is a row of its handler's.
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// So many overdue cases are looked into; where there are more, the digest is not what tells of it.
const LOOKED_INTO: usize = 200;

/// The rows of the board with the cases behind those that may be shown.
pub(crate) struct Open {
    now: Timestamp,
    rows: Vec<BoardRow>,
    cases: BTreeMap<CaseId, Case>,
}

/// Plans the digests of the newest day whose time has come, unless `seen` says that it was done. A desk that has just begun
/// has no day behind it to tell of.
pub(crate) async fn tell(check: &SlaCheck, seen: &SeenPolicy) -> Result<(), Fault> {
    let now = check.clock.now();
    let Some(day) = check.policy.mail.digest_at.and_then(|at| newest_day(at, now)) else { return Ok(()) };
    if seen.digests_on.is_some_and(|last| last >= day) {
        return Ok(());
    }
    if let Some(last) = seen.digests_on {
        plan(check, (last, day), now).await?;
    }
    check.members.see_policy(&SeenPolicy { digests_on: Some(day), ..seen.clone() }).await
}

/// The day whose digest is the newest one that is due: so none is lost when the minute is missed, be it over midnight.
fn newest_day(at: Time, now: Timestamp) -> Option<Date> {
    let now = now.to_zoned(TimeZone::UTC);
    if now.time() >= at { Some(now.date()) } else { now.date().yesterday().ok() }
}

/// Tells of everything since the digests of the day `last`.
async fn plan(check: &SlaCheck, (last, day): (Date, Date), now: Timestamp) -> Result<(), Fault> {
    let policy = &check.policy;
    let present: Vec<&Member> = policy.triage().filter(|member| !member.absent_at(now)).collect();
    let open = read(check, &present, now).await?;
    let before = check.members.digested().await?;
    let (unassigned, missed) = (open.listed(|row| row.handler.is_none()), open.missed());
    let filed = filed(check, last, day).await?;
    let mut planned = 0;
    for member in present {
        let (own, quiet) = open.own(member, &before);
        let digest = Digest {
            on: day,
            own,
            quiet,
            unassigned: unassigned.clone(),
            missed: missed.clone(),
            open: open.rows.len(),
            filed: filed.clone(),
        };
        if digest.is_empty() || (digest.is_quiet() && day.weekday() != Weekday::Monday) {
            continue;
        }
        let recipient = Recipient::Member(member.id.clone());
        let delivery = Delivery::new(&format!("digest {day}"), recipient, Notice::Digest(digest), now);
        check.mail.plan_delivery(&delivery, None).await?;
        planned += 1;
    }
    check.members.digest_of(&open.versions()).await?;
    tracing::info!(day = %day, open = open.rows.len(), digests = planned, "digests were planned");
    Ok(())
}

/// The mails that were filed from the digests of one day to those of another.
async fn filed(check: &SlaCheck, last: Date, day: Date) -> Result<Listed<FiledRow>, Fault> {
    let at = check.policy.mail.digest_at.unwrap_or_default();
    let instant = |day: Date| day.to_datetime(at).to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |at| at.timestamp());
    let rows = check.cases.filed_between(instant(last), instant(day)).await?;
    Ok(Listed::of(rows.into_iter().map(|row| FiledRow { case: row.case, received_at: row.received_at }).collect()))
}

/// The whole board, and of it the cases that a digest may show: what is due next, and what was missed, no index says.
async fn read(check: &SlaCheck, present: &[&Member], now: Timestamp) -> Result<Open, Fault> {
    let rows = check.cases.all_open().await?;
    let overdue = rows.iter().rev().filter(|row| row.next_due.is_some_and(|due| due <= now)).take(LOOKED_INTO);
    let mut wanted: Vec<&CaseId> = overdue.map(|row| &row.case).collect();
    wanted.extend(first(&rows, |row| row.handler.is_none()));
    for member in present {
        wanted.extend(first(&rows, |row| row.handler.as_ref() == Some(&member.id)));
    }
    wanted.sort();
    wanted.dedup();
    let wanted: Vec<CaseId> = wanted.into_iter().cloned().collect();
    Open::read(check, rows, &wanted, now).await
}

/// The cases of the rows of a list that are shown.
fn first(rows: &[BoardRow], which: impl Fn(&BoardRow) -> bool) -> impl Iterator<Item = &CaseId> {
    rows.iter().filter(move |row| which(row)).take(DIGEST_ROWS).map(|row| &row.case)
}

impl Open {
    /// With the cases that are wanted of it.
    pub(crate) async fn read(
        check: &SlaCheck,
        rows: Vec<BoardRow>,
        wanted: &[CaseId],
        now: Timestamp,
    ) -> Result<Open, Fault> {
        let mut cases = BTreeMap::new();
        for id in wanted {
            match check.cases.case(id).await {
                Ok(stored) => cases.extend(stored.map(|stored| (id.clone(), stored.case))),
                Err(fault) if fault.is_retryable() => return Err(fault),
                // One case that is damaged takes nobody's digest away.
                Err(fault) => tracing::error!(case = %id, fault = %fault, "a case could not be read for a digest"),
            }
        }
        Ok(Open { now, rows, cases })
    }

    /// The case of a row, where it was wanted.
    pub(crate) fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.get(id)
    }

    pub(crate) fn listed(&self, which: impl Fn(&BoardRow) -> bool) -> Listed<DigestRow> {
        let rows = self.rows.iter().filter(|row| which(row));
        let mut listed = Listed::of(rows.map(|row| self.row(row)).collect());
        listed.rows.sort_by_key(|row| row.next.as_ref().map_or(Timestamp::MAX, |(_, due)| *due));
        listed
    }

    /// A member's own cases, and how many of those that were looked at have nothing new.
    fn own(&self, member: &Member, before: &BTreeMap<CaseId, u64>) -> (Listed<DigestRow>, usize) {
        let all = self.listed(|row| row.handler.as_ref() == Some(&member.id));
        let is_new = |row: &DigestRow| match self.cases.get(&row.case) {
            Some(case) => before.get(&row.case) != Some(&case.version) || is_near(row, self.now),
            None => true,
        };
        let looked_at = all.rows.len();
        let rows: Vec<DigestRow> = all.rows.into_iter().filter(is_new).collect();
        let quiet = looked_at - rows.len();
        (Listed { rows, count: all.count }, quiet)
    }

    fn versions(&self) -> BTreeMap<CaseId, u64> {
        self.cases.iter().map(|(id, case)| (id.clone(), case.version)).collect()
    }

    /// A clock that is paused is not due, whatever the board sorts it by.
    fn row(&self, row: &BoardRow) -> DigestRow {
        let clocks = self.cases.get(&row.case).map(|case| case.clocks.as_slice()).unwrap_or_default();
        let running = clocks.iter().filter(|c| c.is_open() && !matches!(c.state, ClockState::Paused { .. }));
        let mut due: Vec<_> = running.map(|clock| (clock.name().clone(), clock.start.due_at)).collect();
        due.sort_by_key(|(_, at)| *at);
        let next = due.first().cloned();
        let missed = next.as_ref().is_some_and(|(_, at)| *at <= self.now);
        let then = due.into_iter().find(|(_, at)| missed && *at > self.now);
        DigestRow { case: row.case.clone(), stage: row.stage, next, then }
    }

    /// What was missed lately, the newest first. What was missed and then done, late, is not to be done any more: of that the
    /// case tells.
    fn missed(&self) -> Listed<MissedRow> {
        let since = self.now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
        let lately = |clock: &&Clock| matches!(clock.state, ClockState::Breached { at, met: None, .. } if at > since);
        let of_case = |case: &Case| {
            let missed = case.clocks.iter().filter(lately);
            let row = |clock: &Clock| MissedRow {
                case: case.id.clone(),
                clock: clock.name().clone(),
                due_at: clock.start.due_at,
            };
            missed.map(row).collect::<Vec<_>>()
        };
        let mut missed: Vec<MissedRow> = self.cases.values().flat_map(of_case).collect();
        missed.sort_by(|a, b| b.due_at.cmp(&a.due_at).then_with(|| a.case.cmp(&b.case)));
        Listed::of(missed)
    }
}

/// Whether something of it was missed lately or is due soon.
fn is_near(row: &DigestRow, now: Timestamp) -> bool {
    let (from, until) = (now.saturating_sub(MISSED_LATELY), now.saturating_add(SOON));
    let (from, until) = (from.unwrap_or(Timestamp::MIN), until.unwrap_or(Timestamp::MAX));
    let mut due = row.next.iter().chain(&row.then);
    due.any(|(_, at)| (from..=until).contains(at))
}
