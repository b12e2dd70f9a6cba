//! The start of a shift: whoever is on call from now on hears what is theirs by that, in one mail; where nothing is, in none. What was
//! told to whoever was on call before, they have never seen.
//!
//! Looked at by each tick: it costs nothing until somebody else is on call than the tick before saw, be it by the rota, by a swap,
//! or because somebody is away or back.

use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, MemberId};
use desk_domain::notice::{DIGEST_ROWS, Notice, ShiftBegun};
use desk_domain::policy::Watch;
use desk_store::deliveries::Delivery;
use desk_store::{BoardRow, Fault, OnWatch, SeenPolicy};
use jiff::{SignedDuration, Timestamp};

use crate::SlaCheck;
use crate::digests::Open;

/// So far it is looked back and ahead for where a shift begins and ends.
const AROUND: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Tells who has come on call since `seen`, and gives what is remembered from now on. A desk that has just begun tells nobody: whoever
/// is on call then gets each report as it comes.
pub(crate) async fn tell(check: &SlaCheck, seen: SeenPolicy) -> Result<SeenPolicy, Fault> {
    let now = check.clock.now();
    let watch = OnWatch { member: check.policy.on_call(now).map(|member| member.id.clone()) };
    if seen.watch.as_ref() == Some(&watch) {
        return Ok(seen);
    }
    if let (Some(before), Some(member)) = (&seen.watch, &watch.member) {
        plan(check, before, member, now).await?;
    }
    let seen = SeenPolicy { watch: Some(watch), ..seen };
    check.members.see_policy(&seen).await?;
    Ok(seen)
}

async fn plan(check: &SlaCheck, before: &OnWatch, member: &MemberId, now: Timestamp) -> Result<(), Fault> {
    let rows = check.cases.all_open().await?;
    let unassigned = |row: &BoardRow| row.handler.is_none();
    // Who has a backup who is there is stood in for by them: of that only the case tells.
    let left = |row: &BoardRow| row.handler.as_ref().is_some_and(|id| check.policy.present(id, now).is_none());
    let first = |which: &dyn Fn(&BoardRow) -> bool| -> Vec<CaseId> {
        rows.iter().filter(|row| which(row)).take(DIGEST_ROWS).map(|row| row.case.clone()).collect()
    };
    let wanted: Vec<CaseId> = first(&unassigned).into_iter().chain(first(&left)).collect();
    let open = Open::read(check, rows, &wanted, now).await?;
    let mine = |row: &BoardRow| {
        let case = open.case(&row.case);
        left(row) && case.is_none_or(|case| case.in_charge(&check.policy, now) == Some(member))
    };
    let (from, until) = span(&check.policy.watches(back(now), ahead(now)), now);
    let notice = ShiftBegun {
        until,
        before: before.member.clone(),
        unassigned: open.listed(unassigned),
        stands_in: open.listed(mine),
    };
    if notice.is_empty() {
        return Ok(());
    }
    let (cause, recipient) = (format!("on-call {member} {from}"), Recipient::Member(member.clone()));
    let delivery = Delivery::new(&cause, recipient, Notice::ShiftBegun(notice), now);
    check.mail.plan_delivery(&delivery, None).await?;
    tracing::info!(member = %member, "whoever is on call from now on is told what is theirs");
    Ok(())
}

/// The watch that holds `now`.
fn span(watches: &[Watch<'_>], now: Timestamp) -> (Timestamp, Timestamp) {
    let holds = watches.iter().find(|watch| watch.from <= now && now < watch.until);
    holds.map_or((now, ahead(now)), |watch| (watch.from, watch.until))
}

fn back(now: Timestamp) -> Timestamp {
    now.saturating_sub(AROUND).unwrap_or(Timestamp::MIN)
}

fn ahead(now: Timestamp) -> Timestamp {
    now.saturating_add(AROUND).unwrap_or(Timestamp::MAX)
}
