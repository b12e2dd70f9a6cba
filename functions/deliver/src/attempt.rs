//! One delivery, from planned to sent. Everything that may keep it from going is asked before the claim, and may be asked again
//! by another at the same time; between the claim and SES's answer there is nothing but the sending, so that as little as can
//! be is ever in doubt.

use desk_domain::case::Recipient;
use desk_domain::notice::Urgency;
use desk_mail::ses::{SendError, Throttle};
use desk_runtime::{Backoff, after};
use desk_store::deliveries::{AMBIGUOUS_WAIT, DeliveryRecord};
use desk_store::{ActError, Fault};
use jiff::SignedDuration;

use crate::Deliver;
use crate::pace::{Patience, Room};
use crate::write::ReadyMail;

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It was taken, or there was nothing to take.
    Made,
    /// The account may not send that much now. The delivery stays due; that is no attempt.
    NoRoom,
    /// There is room, and not for more of its source. It stays due; what is of another goes.
    NoRoomForItsSource,
}

impl Deliver {
    pub(crate) async fn attempt(&self, record: &DeliveryRecord, patience: Patience) -> Result<Progress, Fault> {
        let delivery = &record.delivery;
        if let Recipient::Pager(member) = &delivery.recipient {
            return self.page(record, member).await.map(|()| Progress::Made);
        }
        let Some(record) = self.turn(record).await? else { return Ok(Progress::Made) };
        let (record, delivery) = (&*record, &record.delivery);
        if self.is_let_go(delivery).await? {
            return self.withheld(record, "the invitation has ended").await.map(|()| Progress::Made);
        }
        let letter = match self.write(record).await? {
            Ok(written) => written,
            Err(why) => return self.cannot_be_sent(record, why).await.map(|()| Progress::Made),
        };
        let addresses = match delivery.recipient {
            Recipient::Reporter | Recipient::Party(_) => self.reply_tokens.address_hashes(&letter.to),
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Outside
            | Recipient::Operator
            | Recipient::List(_)
            | Recipient::Maintainer(_)
            | Recipient::Canary => Vec::new(),
        };
        if self.mail.suppressed(&addresses).await?.is_some() {
            return self.suppressed(record).await.map(|()| Progress::Made);
        }
        if !self.allowed(record, &letter.to).await? {
            return Ok(Progress::Made);
        }
        match self.room(delivery.notice.urgency(), delivery.source.as_ref(), patience).await? {
            Room::Taken => {}
            Room::None => return Ok(Progress::NoRoom),
            Room::NoneForItsSource => return Ok(Progress::NoRoomForItsSource),
        }
        let address = addresses.first().map(String::as_str);
        if let Some(claimed) = self.mail.claim(&delivery.id, address, self.clock.now()).await? {
            // What was claimed is what was written: a bundle is filled for it.
            let claimed = DeliveryRecord { delivery: delivery.clone(), ..claimed };
            self.send(&claimed, letter).await?;
        }
        Ok(Progress::Made)
    }

    async fn send(&self, record: &DeliveryRecord, letter: ReadyMail) -> Result<(), Fault> {
        let (id, notice) = (record.delivery.id.as_str(), &record.delivery.notice);
        let from = &self.policy.contacts.security;
        let outcome = self.mailer.send(from, &letter.to, letter.raw, id).await;
        let now = self.clock.now();
        match outcome {
            Ok(ses_id) => {
                self.mail.mark_sent(id, &ses_id, now).await?;
                self.erase_words(record).await?;
                self.pace.sent_one();
                let to = &record.delivery.recipient;
                tracing::info!(delivery = id, template = notice.template(), to = ?to, metric.Sent = 1, "sent");
                Ok(())
            }
            Err(SendError::Refused(code)) => {
                tracing::warn!(delivery = id, code, attempts = record.attempts, "refused for now");
                self.mail.retry_at(id, now, after(now, Backoff::PASSING.wait(record.attempts))).await
            }
            Err(SendError::Throttled(throttle)) => {
                tracing::warn!(delivery = id, throttle = %throttle, attempts = record.attempts, "throttled");
                let backoff = Backoff { first: pause(throttle, notice.urgency()), ..Backoff::PASSING };
                self.mail.retry_at(id, now, after(now, backoff.wait(record.attempts))).await?;
                self.mail.stand_back(after(now, stands_back(throttle))).await
            }
            Err(SendError::Ambiguous(code)) => {
                tracing::warn!(delivery = id, code, "nobody knows whether it was sent");
                self.mail.mark_ambiguous(id, now, after(now, AMBIGUOUS_WAIT)).await
            }
            Err(SendError::Rejected(code)) => {
                tracing::error!(delivery = id, code, "SES will never take it");
                self.cannot_be_sent(record, "SES rejected it").await
            }
        }
    }

    /// The address is known to refuse mail. The case hears of it as of a bounce, first: a message that nobody gets keeps no
    /// promise.
    async fn suppressed(&self, record: &DeliveryRecord) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        self.tell_bounced(record).await?;
        self.mail.mark_suppressed(id, self.clock.now()).await?;
        tracing::warn!(delivery = id, metric.Suppressed = 1, "its address is suppressed");
        self.erase_words(record).await
    }

    /// A member's message that never went opens its clocks again; of anything else the operator's alarm is enough.
    pub(crate) async fn cannot_be_sent(&self, record: &DeliveryRecord, why: &'static str) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        tracing::error!(delivery = id, why, alarm = "dead", "a delivery cannot be sent");
        if record.delivery.notice.is_message() {
            self.tell_bounced(record).await?;
        }
        self.mail.mark_dead(id, why, self.clock.now()).await?;
        self.erase_words(record).await
    }

    async fn tell_bounced(&self, record: &DeliveryRecord) -> Result<(), Fault> {
        let told = self.cases.tell_bounced(&record.delivery, &self.policy, &self.clock).await;
        told.map_err(|e| match e {
            ActError::Fault(fault) => fault,
            other => Fault::Retryable(format!("the case could not be told: {other}")),
        })
    }

    pub(crate) async fn erase_words(&self, record: &DeliveryRecord) -> Result<(), Fault> {
        match (&record.delivery.case, &record.delivery.words) {
            (Some(case), Some(words)) => self.cases.erase_words(case, words).await,
            _ => Ok(()),
        }
    }
}

/// How long a throttled delivery waits at first. The more urgent comes back sooner, and finds the others standing back.
fn pause(throttle: Throttle, urgency: Urgency) -> SignedDuration {
    let rate = match urgency {
        Urgency::Breach => SignedDuration::from_secs(1),
        Urgency::Promise => SignedDuration::from_secs(5),
        Urgency::Ordinary => Backoff::PASSING.first,
        Urgency::Digest => SignedDuration::from_mins(2),
        Urgency::List => SignedDuration::from_mins(5),
    };
    match throttle {
        Throttle::Rate => rate,
        // A daily quota frees itself mail by mail, as those of a day before leave its window.
        Throttle::Day => rate.saturating_mul(10).max(SignedDuration::from_mins(1)),
    }
}

/// How long the less urgent leave the account to the others.
fn stands_back(throttle: Throttle) -> SignedDuration {
    match throttle {
        Throttle::Rate => SignedDuration::from_secs(10),
        Throttle::Day => Backoff::PASSING.longest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_urgent_comes_back_sooner_from_either_quota() {
        let all = [Urgency::Breach, Urgency::Promise, Urgency::Ordinary, Urgency::Digest, Urgency::List];
        for throttle in [Throttle::Rate, Throttle::Day] {
            let pauses = all.map(|urgency| pause(throttle, urgency));
            assert!(pauses.is_sorted(), "{pauses:?}");
        }
    }
}
