//! What one person is sent together: the domain's [`bundling`](desk_domain::bundling) says what is gathered, here it is.
//!
//! A bundle is a delivery of its own, whose id follows from the person and the number of the window. It is made by the first
//! notice that it gathers and is due at the window's end; its record holds the ids of what it gathers, so that one write of one item
//! decides whether something still goes along. A notice is *gathered* in the transaction that adds it there, and counted in the
//! same: what is cut off before has it still planned, and what is cut off after has it in the bundle, which the schedule finds. The
//! bundle takes nothing any more from when it is *closed*, which is before it is written.
//!
//! What becomes of a bundle becomes of all that it gathered. That is not written to each of them, where it could be cut off halfway,
//! but read from the bundle, whenever a case's deliveries are asked for. Only what was done by the time of writing, and so is not
//! told, ends apart, as withheld.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::Update;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use desk_domain::bundling::{self, Arrival, Lately, Turn, Window};
use desk_domain::notice::{Bundle, Notice};
use desk_domain::policy::MailRules;
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::deliveries::{AT_ONCE, Delivery, DeliveryRecord, KEPT, State, record_key};
use crate::fault::Fault;
use crate::item::{Item, Read, due_shard, instant, json, key, n, s, shard};
use crate::views::MailStore;

/// Who meets others at one person's count this often in a row tries again later.
const ATTEMPTS: u32 = 12;
/// So much one bundle gathers; a record is far from too large with them.
const MOST: u64 = 1000;

/// What came of a notice's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// It goes now, and is counted.
    No,
    /// It goes with a bundle, or somebody else takes it on.
    Yes,
}

/// What is kept of a person: whose it is, is a hash.
fn person(delivery: &Delivery) -> Item {
    let to = serde_json::to_string(&delivery.recipient).expect("recipients are plain data");
    key(format!("ALLOWANCE#team#{}", desk_keys::sha256_hex(to.as_bytes())), "ALLOWANCE")
}

impl MailStore {
    /// Counts a delivery to its recipient, or gathers it with others. One transaction, so that of many who try it one does, and it is
    /// counted once.
    pub async fn take_turn(
        &self,
        delivery: &Delivery,
        urgent: bool,
        rules: &MailRules,
        now: Timestamp,
    ) -> Result<Gathered, Fault> {
        let Delivery { recipient: to, notice, repeated, .. } = delivery;
        let (case, source) = (delivery.case.as_ref(), delivery.source.as_ref());
        let arrival = Arrival { to, case, source, notice, urgent, repeated: *repeated };
        let mut closed = false;
        for _ in 0..ATTEMPTS {
            let (lately, version) = self.lately(delivery).await?;
            let (turn, after) = lately.turn(&arrival, rules, closed, now);
            let mut updates = vec![counted(person(delivery), &after, version, now)];
            match turn {
                Turn::AtOnce => updates.push(allowed(&delivery.id)),
                Turn::Gathered(window) => {
                    let bundle = bundle_of(delivery, window);
                    updates.extend([gathered(delivery, &bundle, now), gathering(&bundle, &delivery.id)]);
                }
            }
            let Some(failed) = self.update_all(updates).await? else {
                return Ok(if turn == Turn::AtOnce { Gathered::No } else { Gathered::Yes });
            };
            if failed[1] {
                // Another has it in hand: counted it, gathered it, or sent it.
                return Ok(Gathered::Yes);
            }
            closed |= failed.get(2).copied().unwrap_or_default();
        }
        Err(Fault::Retryable("too many at one person's count".to_owned()))
    }

    async fn lately(&self, delivery: &Delivery) -> Result<(Lately, Option<i64>), Fault> {
        match self.table.get(person(delivery)).await? {
            None => Ok((Lately::default(), None)),
            Some(item) => Ok((Read(&item).json("lately")?, Some(Read(&item).number("version")?))),
        }
    }

    /// Closes a bundle, which is to be written now, and gives what it gathered; `None` when somebody else has it in hand.
    pub async fn close_bundle(&self, id: &str) -> Result<Option<Vec<DeliveryRecord>>, Fault> {
        let update = self.table.updating(record_key(id));
        let update = update
            .update_expression("SET closed = :yes")
            .condition_expression("#state IN (:planned, :retry)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":planned", s(State::Planned.as_str()))
            .expression_attribute_values(":retry", s(State::Retry.as_str()))
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        let Some(item) = self.table.updated(update).await? else { return Ok(None) };
        let ids = item.get("gathered").and_then(|ids| ids.as_ss().ok()).cloned().unwrap_or_default();
        let mut records = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let read = ids.iter().map(|id| self.delivery(id));
            records.extend(try_join_all(read).await?.into_iter().flatten());
        }
        records.retain(|record| record.state == State::Gathered);
        records.sort_by_key(|record| (record.delivery.planned_at, record.delivery.id.clone()));
        Ok(Some(records))
    }

    /// What was gathered is done by now, and is not told.
    pub async fn leave_out(&self, id: &str, why: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.end(id, &[State::Gathered], State::Withheld, why, now).await
    }

    /// Says of what was gathered what became of its bundle.
    pub(crate) async fn with_bundles(&self, records: &mut [DeliveryRecord]) -> Result<(), Fault> {
        let mut bundles: BTreeMap<String, Option<DeliveryRecord>> = BTreeMap::new();
        for record in records.iter_mut().filter(|record| record.state == State::Gathered) {
            let Some(id) = record.bundle.clone() else { continue };
            if !bundles.contains_key(&id) {
                bundles.insert(id.clone(), self.delivery(&id).await?);
            }
            let Some(Some(bundle)) = bundles.get(&id) else { continue };
            if bundle.state != State::Planned {
                (record.state, record.since) = (bundle.state, bundle.since);
                (record.why, record.delayed_since) = (bundle.why.clone(), bundle.delayed_since);
            }
        }
        Ok(())
    }
}

/// The bundle of a person's window.
fn bundle_of(delivery: &Delivery, window: Window) -> Delivery {
    let notice = Notice::Bundle(Bundle::default());
    Delivery::new(&format!("bundle {}", window.number), delivery.recipient.clone(), notice, window.due_at)
}

fn counted(person: Item, after: &Lately, version: Option<i64>, now: Timestamp) -> UpdateBuilder {
    let end = now.saturating_add(bundling::KEPT * 2).unwrap_or(now);
    let update = Update::builder()
        .set_key(Some(person))
        .update_expression("SET lately = :lately, version = :next, #ttl = :end")
        .expression_attribute_names("#ttl", "ttl")
        .expression_attribute_values(":lately", json(after))
        .expression_attribute_values(":next", n(version.unwrap_or_default() + 1))
        .expression_attribute_values(":end", n(end.as_second()));
    match version {
        None => update.condition_expression("attribute_not_exists(pk)"),
        Some(version) => {
            update.condition_expression("version = :version").expression_attribute_values(":version", n(version))
        }
    }
}

/// Those that wait to be sent and are not counted yet.
const WAITS: &str = "#state IN (:planned, :retry) AND attribute_not_exists(allowed)";

fn waiting(id: &str) -> UpdateBuilder {
    Update::builder()
        .set_key(Some(record_key(id)))
        .condition_expression(WAITS)
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":planned", s(State::Planned.as_str()))
        .expression_attribute_values(":retry", s(State::Retry.as_str()))
}

fn allowed(id: &str) -> UpdateBuilder {
    waiting(id).update_expression("SET allowed = :yes").expression_attribute_values(":yes", AttributeValue::Bool(true))
}

/// The delivery waits for nothing of its own any more.
fn gathered(delivery: &Delivery, bundle: &Delivery, now: Timestamp) -> UpdateBuilder {
    let end = now.saturating_add(KEPT).unwrap_or(now);
    waiting(&delivery.id)
        .update_expression("SET #state = :gathered, since = :now, bundle = :bundle, #ttl = :end REMOVE due, due_at")
        .expression_attribute_names("#ttl", "ttl")
        .expression_attribute_values(":gathered", s(State::Gathered.as_str()))
        .expression_attribute_values(":now", s(instant(now)))
        .expression_attribute_values(":bundle", s(&bundle.id))
        .expression_attribute_values(":end", n(end.as_second()))
}

/// The bundle has it; it is made where there is none.
fn gathering(bundle: &Delivery, id: &str) -> UpdateBuilder {
    Update::builder()
        .set_key(Some(record_key(&bundle.id)))
        .update_expression(
            "SET delivery = if_not_exists(delivery, :delivery), #state = :planned, \
             since = if_not_exists(since, :since), due = :due, due_at = if_not_exists(due_at, :due_at) ADD gathered :id",
        )
        .condition_expression(
            "attribute_not_exists(pk) OR (#state = :planned AND attribute_not_exists(closed) AND size(gathered) < :most)",
        )
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":delivery", json(bundle))
        .expression_attribute_values(":planned", s(State::Planned.as_str()))
        .expression_attribute_values(":since", s(instant(bundle.planned_at)))
        .expression_attribute_values(":due", s(due_shard(shard(&bundle.id))))
        .expression_attribute_values(":due_at", s(instant(bundle.planned_at)))
        .expression_attribute_values(":id", AttributeValue::Ss(vec![id.to_owned()]))
        .expression_attribute_values(":most", n(MOST))
}
