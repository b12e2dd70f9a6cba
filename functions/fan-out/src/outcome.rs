//! What came of serving a channel: recorded, and told where the team should know.
//!
//! A bucket or a mail server that stumbles is tried again within seconds, and nobody need hear of it. What stays, or comes near
//! the time when the announcement is due, is told: once for each channel and publication, and once more when it works again,
//! to those who were told. That all are done is an event of the case, and told by its plan.

use desk_domain::advisory::Published;
use desk_domain::case::{Actor, Case, Command, Event, EventBody, Recipient};
use desk_domain::id::AdvisoryId;
use desk_domain::notice::plan::{seen_everywhere, to_publishers};
use desk_domain::notice::{ChannelFailed, ChannelVerified, Notice};
use desk_domain::policy::{MetBy, OwnChannel};
use desk_domain::refusal::Refusal;
use desk_runtime::{Backoff, after};
use desk_store::deliveries::Delivery;
use desk_store::published::{ChannelRecord, ChannelState};
use desk_store::{ActError, Fault};
use jiff::{SignedDuration, Timestamp};

use crate::FanOut;
use crate::publish::{Served, TAKEN_IS_ENOUGH};

/// How soon a mail that is on its way is asked about again, when no event of it arrives.
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// A minute and a half after the first attempt: what fails so often in a row does not pass by itself.
const TOO_OFTEN: u32 = 3;

/// For how long at most whoever is called puts it off. The team hears of it where that is beyond what is due.
const PUT_OFF_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

/// Why a mail to a list is not done.
const ON_ITS_WAY: &str = "the mail was handed over, and nothing has told yet that it went out";

/// A channel that an advisory is not on yet.
struct NotYet {
    why: &'static str,
    /// It will not be by trying again.
    refused: bool,
    /// Attempts in vain so far.
    failures: u32,
    /// When it is looked at next.
    again: Timestamp,
}

impl FanOut {
    /// What a person said of a channel: its record follows.
    pub(crate) async fn channel_said(&self, case: &Case, event: &Event) -> Result<(), Fault> {
        let (id, now) = (AdvisoryId::from(&case.id), self.clock.now());
        let planned = |channel| (channel, case.publication.planned_for(channel));
        let by_person = matches!(event.actor, Actor::Member(_));
        if let EventBody::ChannelRetried { channel, anew } = &event.body {
            return match anew {
                true => self.published.channel_anew((&id, planned(channel).1), channel, event.seq, now).await,
                false => self.published.touch_channel(&id, channel, now).await,
            };
        }
        if let EventBody::ChannelGivenUp { channel, .. } = &event.body {
            return self.published.channel_given_up(&id, planned(channel), now).await;
        }
        if let (EventBody::Announced { channel, .. }, true) = (&event.body, by_person) {
            return self.published.channel_done(&id, planned(channel), now).await;
        }
        Ok(())
    }

    /// What came of it: an event of the case first, because a channel that is done is never looked at again.
    pub(crate) async fn record(
        &self,
        published: &Published,
        record: &ChannelRecord,
        served: Served,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let (id, channel) = (&published.advisory.id, &record.channel);
        let planned = (channel, record.revision);
        let (backoff, rarely, later) = match &served {
            Served::Refused(_) => (Backoff::REFUSED, true, None),
            Served::PutOff(_, later) => (Backoff::PASSING, false, Some(later.instant(self.clock.now()))),
            Served::Done | Served::Later | Served::OnItsWay(_) | Served::Failed(_) => (Backoff::PASSING, false, None),
        };
        match served {
            Served::Done => {
                let command = Command::Announced { channel: channel.clone(), revision: record.revision };
                let told = self.cases.tell(&record.case, &self.policy, &Actor::Desk, &self.clock, &command).await;
                match told {
                    Ok(acted) => self.tell_verified(id, record, &acted.after.case, now).await?,
                    Err(ActError::Refused(Refusal::NotFound)) => {}
                    Err(ActError::Fault(fault)) => return Err(fault),
                    Err(e) => return Err(Fault::Retryable(e.to_string())),
                }
                tracing::info!(advisory = %id, channel = %channel, "announced");
                if OwnChannel::of(channel) == Some(OwnChannel::AdvisoryPage) {
                    self.published.show_published(id).await?;
                }
                self.published.channel_done(id, planned, now).await
            }
            Served::Later => {
                // What it waits for tells, if need be.
                self.published
                    .channel_again(id, planned, (ChannelState::Pending, None), now, after(now, Backoff::PASSING.first))
                    .await
            }
            Served::OnItsWay(since) => {
                let again = after(now, ASK_AGAIN);
                self.published.channel_again(id, planned, (ChannelState::Waiting, None), now, again).await?;
                if since.duration_until(now) < TAKEN_IS_ENOUGH {
                    return Ok(());
                }
                let not_yet = NotYet { why: ON_ITS_WAY, refused: false, failures: 0, again };
                self.tell_failed(published, record, now, not_yet).await
            }
            Served::Failed(why) | Served::PutOff(why, _) | Served::Refused(why) => {
                let failures = record.failures + 1;
                tracing::error!(advisory = %id, channel = %channel, failures, why, alarm = "channel-failed", "not announced");
                let again = backoff.again(failures, now, later, PUT_OFF_AT_MOST);
                self.published.channel_again(id, planned, (ChannelState::Failed, Some(why)), now, again).await?;
                self.tell_failed(published, record, now, NotYet { why, refused: rarely, failures, again }).await
            }
        }
    }

    /// Tells that an advisory is not on a channel, if that is worth a mail by now.
    async fn tell_failed(
        &self,
        published: &Published,
        record: &ChannelRecord,
        now: Timestamp,
        not_yet: NotYet,
    ) -> Result<(), Fault> {
        let Some(stored) = self.cases.case(&record.case).await? else { return Ok(()) };
        let clock = stored.case.clocks.iter().find(|c| c.start.met_by == MetBy::Announced && c.is_open());
        let due_at = clock.map(|c| c.start.due_at);
        if !is_worth_a_mail(&not_yet, published.published_at, due_at) {
            return Ok(());
        }
        let notice = Notice::ChannelFailed(ChannelFailed {
            channel: record.channel.clone(),
            since: published.published_at,
            due_at,
            why: not_yet.why.to_owned(),
            refused: not_yet.refused,
        });
        let policy = self.members.policy_now(&self.policy).await?;
        for plan in to_publishers(&policy, &stored.case, &notice, now) {
            let cause = cause_of_failure(&published.advisory.id, record);
            self.plan_once(&stored.case, &cause, plan.recipient, plan.notice, now).await?;
        }
        Ok(())
    }

    /// Tells those who were told that a channel had failed that the advisory was seen there after all, unless it is the last and
    /// they hear that all is done.
    async fn tell_verified(
        &self,
        advisory: &AdvisoryId,
        record: &ChannelRecord,
        case: &Case,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let may_be_told = record.failures > 0 || record.state == ChannelState::Waiting;
        if !may_be_told || seen_everywhere(case).is_some() {
            return Ok(());
        }
        let channel = &record.channel;
        let seen = case.publication.published.as_ref().and_then(|p| *p.channels.get(channel)?).unwrap_or(now);
        let notice = Notice::ChannelVerified(ChannelVerified { seen: vec![(channel.clone(), seen)], all: false });
        let policy = self.members.policy_now(&self.policy).await?;
        for plan in to_publishers(&policy, case, &notice, now) {
            // A delivery's id hangs on its notice's kind, not on what it says.
            let failed = ChannelFailed {
                channel: channel.clone(),
                since: seen,
                due_at: None,
                why: String::new(),
                refused: false,
            };
            let failed = Notice::ChannelFailed(failed);
            let told = Delivery::new(&cause_of_failure(advisory, record), plan.recipient.clone(), failed, now);
            if self.mail.delivery(&told.id).await?.is_some() {
                let cause = cause_of("channel-verified", advisory, record);
                self.plan_once(case, &cause, plan.recipient, plan.notice, now).await?;
            }
        }
        Ok(())
    }

    async fn plan_once(
        &self,
        case: &Case,
        cause: &str,
        to: Recipient,
        notice: Notice,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let delivery = Delivery { case: Some(case.id.clone()), ..Delivery::new(cause, to, notice, now) };
        if self.mail.delivery(&delivery.id).await?.is_none() {
            self.mail.plan_delivery(&delivery, None).await?;
        }
        Ok(())
    }
}

fn cause_of_failure(advisory: &AdvisoryId, record: &ChannelRecord) -> String {
    cause_of("channel-failed", advisory, record)
}

/// Told once for each channel and form of the advisory.
fn cause_of(what: &str, advisory: &AdvisoryId, record: &ChannelRecord) -> String {
    format!("{what} {advisory} {}{}", record.channel, which_time(record))
}

/// Which form a channel is to have, and by which event once more: what of it is done once is called so. Nothing of the first form's first
/// time.
pub(crate) fn which_time(record: &ChannelRecord) -> String {
    let revision = (record.revision > 0).then(|| format!(" r{}", record.revision));
    let again = record.again.map(|again| format!(" a{again}"));
    revision.into_iter().chain(again).collect()
}

/// What only a person can change is told at once; what is tried again, when it has failed too often, or when the next attempt
/// would come in the last third of the time that there is for the announcement.
fn is_worth_a_mail(not_yet: &NotYet, published_at: Timestamp, due_at: Option<Timestamp>) -> bool {
    let near = due_at.map(|due| due.saturating_sub(published_at.duration_until(due) / 3).unwrap_or(due));
    not_yet.refused || not_yet.failures >= TOO_OFTEN || near.is_some_and(|near| not_yet.again >= near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_mail_is_written_of_what_stays_and_of_what_is_nearly_due() {
        let published: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let due = Some(published + SignedDuration::from_mins(15));
        let told = |failures, refused, minutes, due| {
            let again = published + SignedDuration::from_mins(minutes);
            is_worth_a_mail(&NotYet { why: "", refused, failures, again }, published, due)
        };
        assert!(!told(1, false, 1, due) && !told(2, false, 2, due), "it may pass by itself");
        assert!(told(3, false, 3, due));
        assert!(told(1, true, 1, due), "only a person can change it");
        assert!(!told(0, false, 9, due) && told(0, false, 10, due), "a mail that is on its way for too long");
        assert!(!told(2, false, 600, None), "nothing is due");
    }
}
