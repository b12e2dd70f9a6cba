//! Deliveries: one record for each message to each person, claimed before it is sent.
//!
//! ```text
//! planned --claim--> claimed --accepted--> sent
//! claimed --refused--> retry --claim--> claimed
//! claimed --no answer, or the lease ran out--> ambiguous
//! ambiguous --its Send event--> sent
//! ambiguous --no event though others arrive, or (promise mail) waited long enough--> retry
//! claimed --cannot ever be sent--> dead
//! sent --its Delivery event--> delivered
//! sent, delivered --hard bounce--> bounced
//! ```

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};
use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, ContentId};
use desk_domain::notice::Notice;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, b, instant, json, key, s};

/// How long a claim holds.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How long an ambiguous delivery waits for its Send event before others' events are asked.
pub const AMBIGUOUS_WAIT: SignedDuration = SignedDuration::from_mins(2);
/// After this, promise mail is sent again without proof: twice is better than never.
pub const AMBIGUOUS_LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// How long a record is kept once it is over.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

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
    pub planned_at: Timestamp,
}

impl Delivery {
    /// A delivery whose id follows from its cause, so that planning it again is planning it once.
    pub fn new(cause: &str, recipient: Recipient, notice: Notice, planned_at: Timestamp) -> Delivery {
        let to = serde_json::to_string(&recipient).expect("recipients are plain data");
        let id = desk_keys::sha256_hex([cause, &to, notice.template()].join("\n").as_bytes());
        Delivery { id, case: None, seq: None, recipient, notice, words: None, planned_at }
    }

    /// A delivery caused by an event of a case.
    pub fn of_event(case: &CaseId, seq: u64, recipient: Recipient, notice: Notice, planned_at: Timestamp) -> Delivery {
        let delivery = Delivery::new(&format!("{case} {seq}"), recipient, notice, planned_at);
        Delivery { case: Some(case.clone()), seq: Some(seq), ..delivery }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Planned,
    Claimed,
    Retry,
    Ambiguous,
    Sent,
    Delivered,
    Bounced,
    Dead,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Claimed => "claimed",
            State::Retry => "retry",
            State::Ambiguous => "ambiguous",
            State::Sent => "sent",
            State::Delivered => "delivered",
            State::Bounced => "bounced",
            State::Dead => "dead",
        }
    }
}

/// A delivery with where it stands.
pub struct Record {
    pub delivery: Delivery,
    pub state: State,
    pub attempts: u32,
    /// When it entered its state.
    pub since: Timestamp,
    /// When it is looked at; `None` once it is over.
    pub due_at: Option<Timestamp>,
    /// It came back with a restore.
    pub restored: bool,
    /// Words sealed to the mail key that belong to no case (a sign-in link's secret).
    pub sealed: Option<Vec<u8>>,
}

fn record_key(id: &str) -> Item {
    key(format!("DELIVERY#{id}"), "DELIVERY")
}

impl Store {
    /// Plans a delivery; nothing happens when it is planned already.
    ///
    /// # Errors
    /// A fault of the store; so for all below.
    pub async fn plan_delivery(&self, delivery: &Delivery, sealed: Option<Vec<u8>>) -> Result<(), Fault> {
        let item = Build::new(format!("DELIVERY#{}", delivery.id), "DELIVERY")
            .set("delivery", json(delivery))
            .set("state", s(State::Planned.as_str()))
            .set("since", s(instant(delivery.planned_at)))
            .set_some("sealed", sealed.map(b))
            .due(&delivery.id, delivery.planned_at);
        let put = self.db.put_item().table_name(&*self.mail).set_item(Some(item.item()));
        let put = put.condition_expression("attribute_not_exists(pk)");
        match put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(output) => self.meter.write(output.consumed_capacity()),
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => {}
            Err(e) => return Err(Fault::from_sdk(&e)),
        }
        Ok(())
    }

    pub async fn delivery(&self, id: &str) -> Result<Option<Record>, Fault> {
        let item = self.get(&self.mail, record_key(id)).await?;
        item.as_ref().map(read_record).transpose()
    }

    /// Ids of deliveries that are due up to `until`: to be sent, or past their lease, or ambiguous for long enough.
    pub async fn due_deliveries(&self, until: Timestamp, per_shard: i32) -> Result<Vec<String>, Fault> {
        let items = self.due_items(&self.mail, until, per_shard).await?;
        let id = |item: &Item| Ok(Read(item).text("pk")?.trim_start_matches("DELIVERY#").to_owned());
        items.iter().map(id).collect()
    }

    /// Claims a delivery that waits to be sent; `None` when somebody else has, or it does not wait (any more, or yet).
    pub async fn claim(&self, id: &str, now: Timestamp) -> Result<Option<Record>, Fault> {
        let lease = now.saturating_add(LEASE).unwrap_or(now);
        self.step(id, &[State::Planned, State::Retry], State::Claimed, now, Some(lease), "ADD attempts :one").await
    }

    /// SES took it. What was sealed for it is erased.
    pub async fn mark_sent(&self, id: &str, ses_id: &str, now: Timestamp) -> Result<Option<Record>, Fault> {
        let from = [State::Planned, State::Claimed, State::Retry, State::Ambiguous];
        let record = self.step(id, &from, State::Sent, now, None, "REMOVE sealed").await?;
        if record.is_some() {
            self.note(id, "ses_id", s(ses_id)).await?;
        }
        Ok(record)
    }

    /// Refused for now: again at `at`.
    pub async fn retry_at(&self, id: &str, now: Timestamp, at: Timestamp) -> Result<(), Fault> {
        self.step(id, &[State::Claimed, State::Ambiguous], State::Retry, now, Some(at), "").await.map(drop)
    }

    /// Nobody knows whether it was sent: looked at again at `at`.
    pub async fn mark_ambiguous(&self, id: &str, now: Timestamp, at: Timestamp) -> Result<(), Fault> {
        self.step(id, &[State::Claimed], State::Ambiguous, now, Some(at), "").await.map(drop)
    }

    /// Still ambiguous: looked at again at `at`.
    pub async fn wait_ambiguous(&self, id: &str, at: Timestamp) -> Result<(), Fault> {
        self.note(id, "due_at", s(instant(at))).await
    }

    /// It cannot be sent, ever; `why` is one of our own words.
    pub async fn mark_dead(&self, id: &str, why: &str, now: Timestamp) -> Result<(), Fault> {
        self.end(id, &[State::Claimed], why, now).await
    }

    pub(crate) async fn end(&self, id: &str, from: &[State], why: &str, now: Timestamp) -> Result<(), Fault> {
        let died = self.step(id, from, State::Dead, now, None, "REMOVE sealed").await?;
        if died.is_some() {
            self.note(id, "why", s(why)).await?;
        }
        Ok(())
    }

    /// The receiver's server took it.
    pub async fn mark_delivered(&self, id: &str, now: Timestamp) -> Result<Option<Record>, Fault> {
        let from = [State::Claimed, State::Ambiguous, State::Sent];
        self.step(id, &from, State::Delivered, now, None, "REMOVE sealed").await
    }

    /// It came back for good.
    pub async fn mark_bounced(&self, id: &str, now: Timestamp) -> Result<Option<Record>, Fault> {
        let from = [State::Claimed, State::Ambiguous, State::Sent, State::Delivered];
        self.step(id, &from, State::Bounced, now, None, "REMOVE sealed").await
    }

    /// Moves a delivery to a state, if it is in one of `from`, and (for a claim) due.
    async fn step(
        &self,
        id: &str,
        from: &[State],
        to: State,
        now: Timestamp,
        due: Option<Timestamp>,
        more: &str,
    ) -> Result<Option<Record>, Fault> {
        let names: Vec<String> = (0..from.len()).map(|i| format!(":from{i}")).collect();
        let claiming = to == State::Claimed;
        let set = "SET #state = :to, since = :now";
        let expression = match due {
            Some(_) => format!("{set}, due_at = :due {more}"),
            None if more.starts_with("REMOVE") => format!("{set}, #ttl = :ttl {more}, due, due_at"),
            None => format!("{set}, #ttl = :ttl REMOVE due, due_at {more}"),
        };
        let mut condition = format!("#state IN ({})", names.join(", "));
        if claiming {
            condition.push_str(" AND due_at <= :now");
        }
        let mut update = self
            .db
            .update_item()
            .table_name(&*self.mail)
            .set_key(Some(record_key(id)))
            .update_expression(expression)
            .condition_expression(condition)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":to", s(to.as_str()))
            .expression_attribute_values(":now", s(instant(now)))
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (name, state) in names.into_iter().zip(from) {
            update = update.expression_attribute_values(name, s(state.as_str()));
        }
        update = match due {
            Some(due) => update.expression_attribute_values(":due", s(instant(due))),
            None => {
                let end = now.saturating_add(KEPT).unwrap_or(now);
                update
                    .expression_attribute_names("#ttl", "ttl")
                    .expression_attribute_values(":ttl", crate::item::n(end.as_second()))
            }
        };
        if claiming {
            update = update.expression_attribute_values(":one", crate::item::n(1));
        }
        match update.send().await {
            Ok(output) => {
                self.meter.write(output.consumed_capacity());
                output.attributes().map(read_record).transpose()
            }
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    async fn note(&self, id: &str, name: &str, value: AttributeValue) -> Result<(), Fault> {
        let sent = self
            .db
            .update_item()
            .table_name(&*self.mail)
            .set_key(Some(record_key(id)))
            .update_expression("SET #name = :value")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", value)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(output) => self.meter.write(output.consumed_capacity()),
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => {}
            Err(e) => return Err(Fault::from_sdk(&e)),
        }
        Ok(())
    }

    /// A `Send` event for something sent at `at` arrived: events are arriving.
    pub async fn saw_send_event(&self, at: Timestamp) -> Result<(), Fault> {
        let sent = self
            .db
            .update_item()
            .table_name(&*self.mail)
            .set_key(Some(key("SEND-EVENTS", "NEWEST")))
            .update_expression("SET newest = :at")
            .condition_expression("attribute_not_exists(newest) OR newest < :at")
            .expression_attribute_values(":at", s(instant(at)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(output) => self.meter.write(output.consumed_capacity()),
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => {}
            Err(e) => return Err(Fault::from_sdk(&e)),
        }
        Ok(())
    }

    /// When the newest message that a `Send` event told of was sent.
    pub async fn newest_send_event(&self) -> Result<Option<Timestamp>, Fault> {
        let item = self.get(&self.mail, key("SEND-EVENTS", "NEWEST")).await?;
        item.as_ref().map(|item| Read(item).time("newest")).transpose()
    }
}

fn read_record(item: &Item) -> Result<Record, Fault> {
    let read = Read(item);
    let state = serde_json::from_value(read.text("state")?.into()).map_err(|_| Fault::damaged("a delivery's state"))?;
    Ok(Record {
        delivery: read.json("delivery")?,
        state,
        attempts: read.number("attempts").unwrap_or(0) as u32,
        since: read.time("since")?,
        due_at: read.maybe_text("due_at").map(|_| read.time("due_at")).transpose()?,
        restored: item.contains_key("restored"),
        sealed: read.bytes("sealed").ok().map(<[u8]>::to_vec),
    })
}
