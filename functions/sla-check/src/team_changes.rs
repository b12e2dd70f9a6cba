//! What follows from the policy itself, looked at when a tick sees a new one, and once a day: the cases of members who left go
//! to others, so that no case is left to nobody; and a time in which nobody of the rota will be there is told beforehand.

use desk_domain::case::{Actor, Command, Recipient};
use desk_domain::id::MemberId;
use desk_domain::notice::{CasesWait, Notice, RotaGap};
use desk_domain::policy::Policy;
use desk_store::deliveries::Delivery;
use desk_store::{ActError, Fault, SeenPolicy};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::SlaCheck;

/// So far ahead a gap of the rota is told of.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Compares the policy and the day with those that the last tick saw; they count as seen only once all is done. Gives what is
/// remembered from now on.
pub(crate) async fn follow(check: &SlaCheck, deployed: &Policy) -> Result<Option<SeenPolicy>, Fault> {
    let before = check.members.seen_policy().await?;
    let now = check.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let seen = SeenPolicy {
        rota_on: Some(today),
        digests_on: before.as_ref().and_then(|before| before.digests_on),
        watch: before.as_ref().and_then(|before| before.watch.clone()),
        heads: before.as_ref().and_then(|before| before.heads.clone()),
        deployed: SeenPolicy::of(deployed).deployed,
        ..SeenPolicy::of(&check.policy)
    };
    let same = |b: &SeenPolicy| (&b.digest, &b.deployed, b.rota_on) == (&seen.digest, &seen.deployed, seen.rota_on);
    if before.as_ref().is_some_and(same) {
        return Ok(before);
    }
    let left = before.iter().flat_map(|b| &b.members).filter(|member| !seen.members.contains(member));
    let mut done = true;
    for member in left {
        match hand_over(check, member).await {
            Ok(0) => {}
            // It stays due: whoever is back first gets them.
            Ok(waiting) => {
                tell_of_waiting(check, member, waiting, now).await?;
                done = false;
            }
            Err(e) => {
                tracing::error!(member = %member, fault = %e, "the cases of a member who left were not all handed over");
                done = false;
            }
        }
    }
    if let Err(e) = tell_of_gaps(check, now).await {
        tracing::error!(fault = %e, "a gap of the rota could not be told of");
        done = false;
    }
    if !done {
        return Ok(before);
    }
    check.members.see_policy(&seen).await?;
    Ok(Some(seen))
}

/// Gives the cases of a member who left to others, and says how many wait because nobody is there; of many, how many of a page.
async fn hand_over(check: &SlaCheck, member: &MemberId) -> Result<usize, ActError> {
    loop {
        let page = check.cases.handled_by(member, None).await?;
        if check.policy.triage().all(|member| member.absent_at(check.clock.now())) {
            return Ok(page.rows.len());
        }
        let mut moved = 0;
        for row in &page.rows {
            let command = Command::ReplaceHandler { roster: check.roster().await? };
            let acted = check.cases.tell(&row.case, &check.policy, &Actor::Desk, &check.clock, &command).await?;
            moved += usize::from(!acted.events.is_empty());
        }
        tracing::info!(member = %member, cases = moved, "cases of a member who left were handed over");
        if moved == 0 || page.next.is_none() {
            return Ok(0);
        }
    }
}

/// The operator hears of it once a day.
async fn tell_of_waiting(check: &SlaCheck, member: &MemberId, cases: usize, now: Timestamp) -> Result<(), Fault> {
    let today = now.to_zoned(TimeZone::UTC).date();
    tracing::warn!(member = %member, cases, "nobody is there to take the cases of a member who left");
    let notice = Notice::CasesWait(CasesWait { member: member.clone(), cases });
    let cause = format!("cases-wait {member} {today}");
    check.mail.plan_delivery(&Delivery::new(&cause, Recipient::Operator, notice, now), None).await?;
    Ok(())
}

/// Looks from the beginning of today to the end of the day that is [`AHEAD`], so that whole days are seen on whole days: whenever
/// it is looked at, the cause of a mail is the same until the next day. A gap that a new policy brings is told the same day.
async fn tell_of_gaps(check: &SlaCheck, now: Timestamp) -> Result<(), Fault> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let Ok(from) = today.to_zoned(TimeZone::UTC).map(|begins| begins.timestamp()) else { return Ok(()) };
    let until = from.saturating_add(AHEAD + DAY).unwrap_or(Timestamp::MAX);
    // What was over before this very moment is nobody's concern any more.
    let gaps = check.policy.rota_gaps(from, until).into_iter().filter(|gap| gap.until.is_none_or(|until| until > now));
    for gap in gaps {
        tracing::warn!(from = %gap.from, "the rota has a gap");
        for recipient in [Recipient::Operator, Recipient::Member(check.policy.contacts.policy_owner.clone())] {
            let notice = Notice::RotaGap(RotaGap { from: gap.from, until: gap.until });
            let cause = format!("rota-gap {} {today}", gap.from);
            check.mail.plan_delivery(&Delivery::new(&cause, recipient, notice, now), None).await?;
        }
    }
    Ok(())
}
