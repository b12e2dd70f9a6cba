//! Deliveries: one record for each message to each person, claimed before it is sent. `delivery_states` moves them on.
//!
//! ```text
//! planned --claim--> claimed --accepted--> sent
//! claimed --refused--> retry --claim--> claimed
//! claimed --no answer, or the lease ran out--> ambiguous
//! ambiguous --its Send event--> sent
//! ambiguous --no event though others arrive, or (promise mail) waited long enough--> retry
//! planned, retry --beyond what one person gets in an hour--> gathered (and from then on what its bundle is)
//! gathered --done before its bundle was written--> withheld
//! planned, retry --beyond what may go out by itself, or (a page) somebody has acted--> withheld
//! planned, retry, claimed --cannot ever be sent--> dead
//! planned, retry --its address is suppressed--> bounced
//! sent --its Delivery event--> delivered
//! sent, delivered --it came back--> bounced
//! sent, delivered --the receiver complains--> complained
//! sent --SES would not send it after all--> rejected
//! ```
//!
//! A page has no doubt: its call is answered (delivered), or made again (retry).
//!
//! SES's events may come late, twice, in any order, and before the sender has heard that it was sent. So an event moves a
//! delivery on from any state that it may be overtaken in, and never back.

use std::ops::RangeInclusive;

use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, ContentId, MemberId, SourceId};
use desk_domain::notice::Notice;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::cases::log_sk;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, b, case_pk, instant, json, key, s};
use crate::query::{Index, Query};
use crate::table::ABSENT;
use crate::views::MailStore;

/// How long a claim holds.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How long an ambiguous delivery waits for its Send event before others' events are asked.
pub const AMBIGUOUS_WAIT: SignedDuration = SignedDuration::from_mins(2);
/// After this, promise mail is sent again without proof: twice is better than never.
pub const AMBIGUOUS_LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// How long a record is kept once it is over.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// How long what is nobody's is kept.
const NOTHING_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Records that are read at once.
pub(crate) const AT_ONCE: usize = 25;
/// Behind every event of a case.
const LAST_SEQ: u64 = 999_999_999_999;

/// What is to be sent, to whom, and why. Clear fields only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// SHA-256 (hex) of cause, recipient and template.
    pub id: String,
    pub case: Option<CaseId>,
    /// The event that caused it.
    pub seq: Option<u64>,
    pub recipient: Recipient,
    pub notice: Notice,
    /// Words of a case that are sealed to the mail key.
    pub words: Option<ContentId>,
    /// When it is due.
    pub planned_at: Timestamp,
    /// The handler in whose place its receiver gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<MemberId>,
    /// Where the report of its case came from: what comes from one place leaves room for what does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// How many went before it, of a page that nobody acted on.
    #[serde(default, skip_serializing_if = "is_first")]
    pub repeated: u32,
    /// That whoever publishes has said it, of what goes to a list: over [`Delivery::announced`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

fn is_first(repeated: &u32) -> bool {
    *repeated == 0
}

impl Delivery {
    /// A delivery whose id follows from its cause, so that planning it again is planning it once.
    pub fn new(cause: &str, recipient: Recipient, notice: Notice, planned_at: Timestamp) -> Delivery {
        let to = serde_json::to_string(&recipient).expect("recipients are plain data");
        let id = desk_keys::sha256_hex([cause, &to, notice.template()].join("\n").as_bytes());
        Delivery {
            id,
            case: None,
            seq: None,
            recipient,
            notice,
            words: None,
            planned_at,
            instead_of: None,
            source: None,
            repeated: 0,
            proof: None,
        }
    }

    /// What the proof of an announcement is made over: all that a list is told, to which list, in which delivery.
    pub fn announced(&self) -> String {
        let said = (&self.id, &self.recipient, &self.notice);
        serde_json::to_string(&said).expect("notices are plain data")
    }

    /// A delivery caused by an event of a case.
    pub fn of_event(case: &CaseId, seq: u64, recipient: Recipient, notice: Notice, planned_at: Timestamp) -> Delivery {
        let delivery = Delivery::new(&format!("{case} {seq}"), recipient, notice, planned_at);
        Delivery { case: Some(case.clone()), seq: Some(seq), ..delivery }
    }

    /// The same once more, at `planned_at`; a delivery of its own.
    pub fn again(&self, case: &CaseId, planned_at: Timestamp) -> Delivery {
        let (seq, repeated) = (self.seq.unwrap_or_default(), self.repeated + 1);
        let cause = format!("{case} {seq} again {repeated}");
        let again = Delivery::new(&cause, self.recipient.clone(), self.notice.clone(), planned_at);
        Delivery { case: Some(case.clone()), seq: self.seq, source: self.source.clone(), repeated, ..again }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Planned,
    /// It goes with others, in one mail.
    Gathered,
    Claimed,
    Retry,
    Ambiguous,
    Sent,
    Delivered,
    /// It came back, or would: its address is known to be dead.
    Bounced,
    /// It was delivered, and the receiver called it unwanted.
    Complained,
    /// SES took it and then would not send it.
    Rejected,
    /// A machine has written enough to this address, or to all, for today; or what a page was for is done.
    Withheld,
    Dead,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Gathered => "gathered",
            State::Claimed => "claimed",
            State::Retry => "retry",
            State::Ambiguous => "ambiguous",
            State::Sent => "sent",
            State::Delivered => "delivered",
            State::Bounced => "bounced",
            State::Complained => "complained",
            State::Rejected => "rejected",
            State::Withheld => "withheld",
            State::Dead => "dead",
        }
    }

    /// Whether the receiver will never have it, as far as is known.
    pub fn is_lost(self) -> bool {
        matches!(self, State::Bounced | State::Rejected | State::Withheld | State::Dead)
    }
}

/// A delivery with where it stands.
#[derive(Clone)]
pub struct DeliveryRecord {
    pub delivery: Delivery,
    pub state: State,
    /// How it came to that state, in our own words, where the state alone does not say.
    pub why: Option<String>,
    pub attempts: u32,
    /// When it entered its state.
    pub since: Timestamp,
    /// When it is looked at; `None` once it is over.
    pub due_at: Option<Timestamp>,
    /// The receiver's server has not taken it so far.
    pub delayed_since: Option<Timestamp>,
    /// What a reporter's address is found by; known from its first claim on.
    pub address: Option<String>,
    /// It was counted among the automatic mails of a day or what one person gets in an hour, and is not again.
    pub allowed: bool,
    /// What it goes with, where it was gathered.
    pub bundle: Option<String>,
    /// It came back with a restore.
    pub restored: bool,
    /// Words sealed to the mail key that belong to no case (a sign-in link's secret).
    pub sealed: Option<Vec<u8>>,
}

/// A delivery of a case, before its record is read.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The event that caused it, or 0.
    pub seq: u64,
    id: String,
}

impl Planned {
    fn read(item: &Item) -> Result<Planned, Fault> {
        let place = Read(item).text("sk")?.trim_start_matches("DELIVERY#");
        let read = place.split_once('#').and_then(|(seq, id)| Some((seq.parse().ok()?, id.to_owned())));
        let (seq, id) = read.ok_or_else(|| Fault::damaged("where a delivery is found"))?;
        Ok(Planned { seq, id })
    }
}

pub(crate) fn record_key(id: &str) -> Item {
    key(format!("DELIVERY#{id}"), "DELIVERY")
}

impl MailStore {
    /// Plans a delivery; nothing happens when it is planned already. What finds it by its case is put first: so nothing is sent
    /// that the case does not show, and what was cut off in between shows nothing.
    pub async fn plan_delivery(&self, delivery: &Delivery, sealed: Option<Vec<u8>>) -> Result<(), Fault> {
        if let Some(case) = &delivery.case {
            let sk = format!("DELIVERY#{}#{}", log_sk(delivery.seq.unwrap_or_default()), delivery.id);
            // A record is kept from its end on; one that has no end after twice that is nobody's concern any more.
            let end = delivery.planned_at.saturating_add(KEPT * 2).unwrap_or(delivery.planned_at);
            self.table.put(Build::new(case_pk(case), sk).ttl(end).item(), None).await?;
        }
        let item = Build::new(format!("DELIVERY#{}", delivery.id), "DELIVERY")
            .set("delivery", json(delivery))
            .set("state", s(State::Planned.as_str()))
            .set("since", s(instant(delivery.planned_at)))
            .set_some("sealed", sealed.map(b))
            .due(&delivery.id, delivery.planned_at);
        self.table.put(item.item(), Some(ABSENT)).await.map(drop)
    }

    /// Writes what [`MailStore::plan_delivery`] would, of a mail that is nobody's: it is over as it is written, wakes nobody and is
    /// gone long before it would be due. So whoever asks for a mail cannot tell from the time that it takes whether there is one.
    pub async fn plan_nothing(&self, delivery: &Delivery, sealed: Vec<u8>, now: Timestamp) -> Result<(), Fault> {
        let item = Build::new(format!("DELIVERY#{}", delivery.id), "DELIVERY")
            .set("delivery", json(delivery))
            .set("state", s(State::Withheld.as_str()))
            .set("since", s(instant(delivery.planned_at)))
            .set("sealed", b(sealed))
            .due(&delivery.id, now.saturating_add(KEPT).unwrap_or(now))
            .ttl(now.saturating_add(NOTHING_KEPT).unwrap_or(now));
        self.table.put(item.item(), Some(ABSENT)).await.map(drop)
    }

    pub async fn delivery(&self, id: &str) -> Result<Option<DeliveryRecord>, Fault> {
        let item = self.table.get(record_key(id)).await?;
        item.as_ref().map(read_record).transpose()
    }

    /// Every delivery of a case, in the order of the events that caused them; of what was gathered, where its bundle stands.
    pub async fn deliveries_of(&self, case: &CaseId) -> Result<Vec<DeliveryRecord>, Fault> {
        self.deliveries(&self.planned_by(case, 0..=LAST_SEQ).await?).await
    }

    /// What these events of a case have planned, in their order; what no event did counts as 0.
    pub async fn planned_by(&self, case: &CaseId, events: RangeInclusive<u64>) -> Result<Vec<Planned>, Fault> {
        let place = |seq: &u64| format!("DELIVERY#{}", log_sk(*seq));
        let (from, to) = (place(events.start()), format!("{}~", place(events.end())));
        let items = self.table.query(&Query::of(Index::Own, case_pk(case)).between(from, to)).await?;
        items.iter().map(Planned::read).collect()
    }

    /// What was planned of a case last, the newest first.
    pub async fn planned_last(&self, case: &CaseId, most: i32) -> Result<Vec<Planned>, Fault> {
        let query = Query::beginning(case_pk(case), "DELIVERY#").descending().first(most);
        self.table.query(&query).await?.iter().map(Planned::read).collect()
    }

    /// Those of them that there are, in their order; of what was gathered, where its bundle stands.
    pub async fn deliveries(&self, planned: &[Planned]) -> Result<Vec<DeliveryRecord>, Fault> {
        let mut records = Vec::with_capacity(planned.len());
        for planned in planned.chunks(AT_ONCE) {
            let read = planned.iter().map(|planned| self.delivery(&planned.id));
            records.extend(try_join_all(read).await?.into_iter().flatten());
        }
        self.with_bundles(&mut records).await?;
        Ok(records)
    }

    /// Ids of deliveries that are due up to `until`: to be sent, or past their lease, or ambiguous for long enough.
    pub async fn due_deliveries(&self, until: Timestamp, per_shard: i32) -> Result<Vec<String>, Fault> {
        let items = self.table.due(" ", &instant(until), per_shard).await?;
        let id = |item: &Item| Ok(Read(item).text("pk")?.trim_start_matches("DELIVERY#").to_owned());
        items.iter().map(id).collect()
    }
}

pub(crate) fn read_record(item: &Item) -> Result<DeliveryRecord, Fault> {
    let read = Read(item);
    let state = serde_json::from_value(read.text("state")?.into()).map_err(|_| Fault::damaged("a delivery's state"))?;
    let maybe_time = |name: &str| read.maybe_text(name).map(|_| read.time(name)).transpose();
    Ok(DeliveryRecord {
        delivery: read.json("delivery")?,
        state,
        why: read.maybe_text("why").map(str::to_owned),
        attempts: read.number("attempts").unwrap_or(0) as u32,
        since: read.time("since")?,
        due_at: maybe_time("due_at")?,
        delayed_since: maybe_time("delayed_since")?,
        address: read.maybe_text("address").map(str::to_owned),
        allowed: item.contains_key("allowed"),
        bundle: read.maybe_text("bundle").map(str::to_owned),
        restored: item.contains_key("restored"),
        sealed: read.bytes("sealed").ok().map(<[u8]>::to_vec),
    })
}
