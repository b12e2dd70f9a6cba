//! The words that a mail carries: opened, and believed where whoever may write such words has proven to have written them for whom the
//! mail goes to. All else goes to nobody: an alarm rings, and a member's message that never went opens its clocks again.
//!
//! **Words of before.** What waits when the version is deployed that brings the proofs carries none. It goes out until the instant that
//! the deployment names (`UnprovenWordsUntil` of the template), which lies eight days ahead at most: no mail waits longer. That instant
//! stands in the function's own settings and not in a table, so whoever writes tables moves it nowhere. Where none is named, as on
//! one machine, or once it has passed, words without a proof are named by the same alarm and go to nobody.

use desk_domain::case::Recipient;
use desk_keys::{Heard, KeyError, MailWords, sign_in_of};
use desk_runtime::after;
use desk_store::deliveries::{Delivery, DeliveryRecord};
use desk_store::{Fault, Hearer, words_for};
use jiff::{SignedDuration, Timestamp};

use crate::Deliver;

/// So far ahead an end of belief may lie: further ahead it is a slip, and nothing is believed yet.
const AT_MOST: SignedDuration = SignedDuration::from_hours(8 * 24);

const FORGED: &str = "its words are by nobody who may write them to whom it goes";
const ASTRAY: &str = "no such notice is told to whom it goes";
const UNPROVEN: &str = "its words do not say who wrote them";

/// Until when words that nobody proves are believed, of what `DESK_UNPROVEN_WORDS_UNTIL` says: nothing for no time at all.
///
/// # Errors
/// When it is no instant.
pub fn unproven_until(said: &str) -> Result<Option<Timestamp>, String> {
    let read = |said: &str| {
        said.parse::<Timestamp>()
            .map_err(|e| format!("UnprovenWordsUntil: {said} is no instant (2026-11-30T12:00:00Z): {e}"))
    };
    Some(said).filter(|said| !said.is_empty()).map(read).transpose()
}

impl Deliver {
    /// The words of the mail, where it has any; (inner error) why it goes to nobody. None where they cannot be opened, for then the mail
    /// says where else to look.
    pub(crate) async fn words(
        &self,
        record: &DeliveryRecord,
    ) -> Result<Result<Option<MailWords>, &'static str>, Fault> {
        let delivery = &record.delivery;
        let (sealed, whose) = match (&record.sealed, &delivery.case, &delivery.words) {
            (Some(sealed), ..) => match delivery.recipient.member() {
                Some(member) => (Some(sealed.clone()), sign_in_of(member.as_str())),
                None => return Ok(Err(FORGED)),
            },
            (None, Some(case), Some(id)) => match Hearer::of(&delivery.recipient) {
                Some(to) => (self.cases.words(case, id).await?, words_for(case, id, &to)),
                None => return Ok(Err(FORGED)),
            },
            (None, None, _) | (None, _, None) => (None, String::new()),
        };
        let Some(sealed) = sealed else { return Ok(Ok(None)) };
        let Some(opened) = self.mail_key.unseal(&sealed).await? else { return Ok(Ok(None)) };
        let why = match self.writers.read(&opened, &whose).await {
            Ok(Heard::Proven(writer, words)) if writer.may_write(&words) => return Ok(Ok(Some(words))),
            Ok(Heard::Unproven(words)) if self.believes_unproven() => return Ok(Ok(Some(words))),
            Ok(Heard::Unproven(_)) => UNPROVEN,
            Ok(Heard::Proven(..)) | Err(KeyError::Wrong(_)) => FORGED,
            Err(KeyError::Unavailable(why)) => return Err(unknown(&why)),
        };
        Ok(Err(why))
    }

    /// Whether such a notice is told to such a receiver, and what a list is told is said by whoever publishes: (inner error) why it goes
    /// to nobody. Only `fan-out` writes to lists, in the clear, for what it says is public.
    pub(crate) async fn is_told_there(&self, delivery: &Delivery) -> Result<Result<(), &'static str>, Fault> {
        if !delivery.notice.is_for(&delivery.recipient) {
            return Ok(Err(ASTRAY));
        }
        if !matches!(delivery.recipient, Recipient::List(_)) {
            return Ok(Ok(()));
        }
        let Some(proof) = &delivery.proof else {
            return Ok(if self.believes_unproven() { Ok(()) } else { Err(UNPROVEN) });
        };
        match self.writers.has_announced(&delivery.announced(), proof).await {
            Ok(true) => Ok(Ok(())),
            Ok(false) | Err(KeyError::Wrong(_)) => Ok(Err(FORGED)),
            Err(KeyError::Unavailable(why)) => Err(unknown(&why)),
        }
    }

    fn believes_unproven(&self) -> bool {
        let now = self.clock.now();
        self.unproven_until.is_some_and(|until| now < until && until <= after(now, AT_MOST))
    }
}

fn unknown(why: &str) -> Fault {
    Fault::Retryable(format!("the proof of its words cannot be checked now: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_of_belief_is_an_instant_or_nothing() {
        assert_eq!(unproven_until(""), Ok(None));
        assert_eq!(unproven_until("2026-12-07T00:00:00Z"), Ok(Some("2026-12-07T00:00:00Z".parse().unwrap())));
        for wrong in ["2026-12-07", "soon", "no"] {
            assert!(unproven_until(wrong).is_err_and(|why| why.contains(wrong)), "{wrong}");
        }
    }
}
