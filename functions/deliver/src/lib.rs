//! Planned deliveries become mail and pages. Mail goes once: claimed first, sent with the SDK's own retries off, and what nobody knows the
//! outcome of waits for SES's own word before it is sent again. See `desk_store::deliveries` for the states.
//!
//! `attempt` takes one delivery from planned to sent; `allowed` says what a machine may write to whom, `bundle` what one person is
//! sent together, `openpgp` what is encrypted and signed, `pace` how fast, `order` what goes first. What wakes a
//! member beside mail is a delivery too, and goes by `page`, in the shapes of `pager`.

mod allowed;
mod attempt;
mod bundle;
mod openpgp;
mod order;
mod pace;
mod page;
mod pager;
mod words;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use desk_domain::case::Recipient;
use desk_domain::policy::Policy;
use desk_keys::{LinkKey, MailReader};
use desk_mail::openpgp::SigningKey;
use desk_mail::ses::Mailer;
use desk_runtime::stream::{Change, Worker};
use desk_runtime::{Clock, TimeBudget, after};
use desk_store::deliveries::{AMBIGUOUS_LIMIT, AMBIGUOUS_WAIT, DeliveryRecord, LEASE, State};
use desk_store::{CaseStore, DeskStore, Fault, MailStore, Ring};
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::pace::Patience;

pub use attempt::Progress;
pub use pace::Pace;
pub use words::unproven_until;

/// Deliveries that one run of the schedule takes from each shard: more than a flood's receipts of a day, so that what is behind them is
/// seen too.
const PORTION: i32 = 80;
/// Of those, so many are read at once.
const AT_ONCE: usize = 25;
/// Nothing new is begun after this: the function has a minute, and one that ends in the middle of a mail leaves it in doubt.
const BUDGET: Duration = Duration::from_secs(35);

pub struct Deliver {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    pub mailer: Mailer,
    /// Opens addresses and words; nobody else holds it.
    pub mail_key: Ring,
    /// Hears who has written the words that wait.
    pub writers: MailReader,
    /// Until when words of before there was a proof are believed; see `words`.
    pub unproven_until: Option<Timestamp>,
    pub team_links: LinkKey,
    pub reporter_links: LinkKey,
    /// Signs where answers go, and finds addresses again.
    pub reply_tokens: LinkKey,
    pub pace: Pace,
    /// Signs what goes to lists, and to a receiver's OpenPGP key; `None` where the desk has no key, and writes to nobody's.
    pub openpgp: Option<SigningKey>,
    /// What stands in for every pager, each member's at its id; `None` where pagers themselves are called.
    pub pagers: Option<String>,
    /// Where the desk is reached, without a trailing slash.
    pub public_url: String,
    /// Where what is published is read, without a trailing slash.
    pub site_url: String,
}

impl Deliver {
    /// The schedule: whatever is due, because its stream record was lost, its retry has come, there was no room for it, its
    /// lease ran out, or it has been ambiguous for long enough. What is in doubt first, then the most urgent, of these each source in
    /// its turn, then the oldest.
    ///
    /// # Errors
    /// A fault of the store that kept it from finding what is due.
    pub async fn tick(&self) -> Result<(), Fault> {
        let budget = self.budget();
        let due = order::fair(self.due().await?);
        let (mut room, mut waiting, mut full) = (true, 0, BTreeSet::new());
        for record in &due {
            let source = record.delivery.source.as_ref();
            let has_room = room && source.is_none_or(|source| !full.contains(source));
            let goes = !budget.is_spent() && (has_room || is_page(record));
            let went = if goes { self.step(record, Patience::OfTick).await } else { Ok(Progress::NoRoomForItsSource) };
            match went {
                Ok(Progress::Made) => {}
                Ok(Progress::NoRoomForItsSource) => {
                    full.extend(source);
                    waiting += 1;
                }
                // Whatever mail comes now is no more urgent, and finds no room either. A page needs none.
                Ok(Progress::NoRoom) => {
                    room = false;
                    waiting += 1;
                }
                Err(e) => {
                    let id = record.delivery.id.as_str();
                    tracing::error!(delivery = id, fault = %e, "a delivery failed; it is due again at the next tick");
                }
            }
        }
        if waiting > 0 {
            tracing::warn!(waiting, "no room for more mail now; the rest waits for the next tick");
        }
        Ok(())
    }

    async fn due(&self) -> Result<Vec<DeliveryRecord>, Fault> {
        let mut due = Vec::new();
        for ids in self.mail.due_deliveries(self.clock.now(), PORTION).await?.chunks(AT_ONCE) {
            let read = join_all(ids.iter().map(|id| self.mail.delivery(id))).await;
            for (id, record) in ids.iter().zip(read) {
                match record {
                    Ok(record) => due.extend(record),
                    Err(e) => tracing::error!(delivery = id, fault = %e, "a delivery cannot be read"),
                }
            }
        }
        Ok(due)
    }

    /// Takes one delivery a step on.
    pub async fn take_on(&self, id: &str) -> Result<Progress, Fault> {
        match self.mail.delivery(id).await? {
            Some(record) => self.step(&record, Patience::OfBatch).await,
            None => Ok(Progress::Made),
        }
    }

    async fn step(&self, record: &DeliveryRecord, patience: Patience) -> Result<Progress, Fault> {
        let (id, now) = (record.delivery.id.as_str(), self.clock.now());
        let hold = self.desk.hold().await?;
        if record.due_at.is_some_and(|due| hold.holds(due)) {
            tracing::warn!(delivery = id, "held: it was due before a restore");
            return Ok(Progress::Made);
        }
        match record.state {
            state if to_be_sent(state) && record.due_at.is_some_and(|due| due <= now) => {
                self.attempt(record, patience).await
            }
            State::Claimed if after(record.since, LEASE) <= now && is_page(record) => {
                self.mail.retry_at(id, now, now).await?;
                Ok(Progress::Made)
            }
            State::Claimed if after(record.since, LEASE) <= now => {
                tracing::warn!(delivery = id, "its lease ran out: nobody knows whether it was sent");
                self.mail.mark_ambiguous(id, now, after(now, AMBIGUOUS_WAIT)).await?;
                Ok(Progress::Made)
            }
            State::Ambiguous => self.resolve(record, now).await.map(|()| Progress::Made),
            _ => Ok(Progress::Made),
        }
    }

    /// Sent again when events of later messages arrive and its own did not. Promise mail is sent again after a quarter of an
    /// hour even without that proof, because twice is better than never; a mail to a list is not: it is held, and alarms.
    async fn resolve(&self, record: &DeliveryRecord, now: Timestamp) -> Result<(), Fault> {
        let (id, since) = (&record.delivery.id, record.since);
        let to_list = matches!(record.delivery.recipient, Recipient::List(_));
        let wait = if to_list { AMBIGUOUS_LIMIT } else { AMBIGUOUS_WAIT };
        if after(since, wait) > now {
            return Ok(());
        }
        let later = self.mail.newest_send_event().await?.is_some_and(|newest| newest > since);
        let limit = after(since, AMBIGUOUS_LIMIT);
        if later || (limit <= now && !to_list) {
            tracing::error!(delivery = id, proven = later, alarm = "ambiguous", "sending an ambiguous delivery again");
            return self.mail.retry_at(id, now, now).await;
        }
        if to_list {
            tracing::error!(
                delivery = id,
                alarm = "ambiguous",
                "nobody knows whether a list has this mail; it is held"
            );
        }
        let again = after(now, wait);
        self.mail.wait_ambiguous(id, if to_list { again } else { limit.min(again) }).await
    }
}

/// Whether it is a call, not a mail.
fn is_page(record: &DeliveryRecord) -> bool {
    matches!(record.delivery.recipient, Recipient::Pager(_))
}

fn to_be_sent(state: State) -> bool {
    matches!(state, State::Planned | State::Retry)
}

/// A delivery that is to be sent, by its id: what a stream record asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Due(pub String);

/// What a stream record shows of a delivery.
#[derive(serde::Deserialize)]
struct DeliveryDue {
    state: Option<String>,
    due_at: Option<Timestamp>,
}

impl Worker for Deliver {
    type Work = Due;
    type Fault = Fault;

    /// A delivery that is due. What finds no room stays due, and the schedule takes it.
    fn work_of(&self, change: &Change) -> Option<Due> {
        let id = change.pk.strip_prefix("DELIVERY#")?;
        let DeliveryDue { state, due_at } = change.image()?;
        let waits = matches!(state.as_deref(), Some("planned" | "retry"));
        due_at.filter(|due| waits && *due <= self.clock.now()).map(|_| Due(id.to_owned()))
    }

    async fn work(&self, Due(id): &Due) -> Result<(), Fault> {
        self.take_on(id).await.map(drop)
    }

    async fn scheduled(&self) -> Result<(), Fault> {
        self.tick().await
    }

    fn budget(&self) -> TimeBudget {
        TimeBudget::of(BUDGET)
    }
}
