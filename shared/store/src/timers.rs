//! What is due: one sparse index over sixteen shards. A tick costs in proportion to what is due, never to what is open.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use desk_domain::id::{AdvisoryId, CaseId, ChannelId, ClockName};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::Store;
use crate::cases::log_sk;
use crate::commit::PLAN_GRACE;
use crate::fault::Fault;
use crate::item::{Item, Read, SHARDS, case_pk, due_shard, instant, key, n, s};
use crate::published::channel_of;

/// Something that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    pub at: Timestamp,
    pub kind: DueKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DueKind {
    Timer(CaseId, ClockName),
    /// Nobody has planned the events from this one on.
    Plan(CaseId, u64),
    /// An advisory was not yet seen on this channel.
    Channel(AdvisoryId, ChannelId),
}

impl Store {
    /// Every item of a table that is due up to `until`, soonest first: at most `per_shard` from each shard.
    pub(crate) async fn due_items(&self, table: &str, until: Timestamp, per_shard: i32) -> Result<Vec<Item>, Fault> {
        self.due_between(table, " ", &instant(until), per_shard).await
    }

    async fn due_between(&self, table: &str, from: &str, until: &str, per_shard: i32) -> Result<Vec<Item>, Fault> {
        let shard = |shard: u8| async move {
            let output = self
                .db
                .query()
                .table_name(table)
                .index_name("due")
                .key_condition_expression("due = :shard AND due_at BETWEEN :from AND :until")
                .expression_attribute_values(":shard", s(due_shard(shard)))
                .expression_attribute_values(":from", s(from))
                .expression_attribute_values(":until", s(until))
                .limit(per_shard)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|e| Fault::from_sdk(&e))?;
            self.meter.read(output.consumed_capacity());
            Ok::<_, Fault>(output.items.unwrap_or_default())
        };
        let mut found: Vec<Item> = try_join_all((0..SHARDS).map(shard)).await?.into_iter().flatten().collect();
        found.sort_by(|a, b| Read(a).maybe_text("due_at").cmp(&Read(b).maybe_text("due_at")));
        Ok(found)
    }

    /// Timers and plans that are due up to `until`, soonest first; at most `per_shard` from each of the 16 shards.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn due(&self, until: Timestamp, per_shard: i32) -> Result<Vec<Due>, Fault> {
        self.due_items(&self.cases, until, per_shard).await?.iter().map(read_due).collect()
    }

    /// The soonest instant after `after` at which anything in either table is due; for stepping a clock through every one of
    /// them.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let from = format!("{}~", instant(after));
        let mut soonest = None;
        for table in [&self.cases, &self.mail] {
            let items = self.due_between(table, &from, "~", 1).await?;
            for item in &items {
                let at = Read(item).time("due_at")?;
                soonest = Some(soonest.map_or(at, |s: Timestamp| s.min(at)));
            }
        }
        Ok(soonest)
    }

    /// The range of events of a plan; `None` when it was planned and disarmed meanwhile, or is held.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn plan(&self, case: &CaseId, from: u64) -> Result<Option<(u64, u64)>, Fault> {
        let Some(item) = self.get(&self.cases, plan_key(case, from)).await? else { return Ok(None) };
        let read = Read(&item);
        if self.hold().await?.holds(read.time("due_at")?) {
            return Ok(None);
        }
        Ok(Some((read.number("from")? as u64, read.number("to")? as u64)))
    }

    /// Planned: nothing is left to do for these events.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn disarm_plan(&self, case: &CaseId, from: u64) -> Result<(), Fault> {
        self.delete(&self.cases, plan_key(case, from)).await
    }

    /// Touches a plan that nobody made: a new stream record wakes the planner again.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn touch_plan(&self, case: &CaseId, from: u64, now: Timestamp) -> Result<(), Fault> {
        self.touch(plan_key(case, from), now.saturating_add(PLAN_GRACE).unwrap_or(now)).await
    }

    /// Makes a due item's next stream record, and it due again at `again`; nothing when it is gone or done.
    pub(crate) async fn touch(&self, key: Item, again: Timestamp) -> Result<(), Fault> {
        let touched = self
            .db
            .update_item()
            .table_name(&*self.cases)
            .set_key(Some(key))
            .update_expression("SET due_at = :again ADD touched :one")
            .condition_expression("attribute_exists(due)")
            .expression_attribute_values(":again", s(instant(again)))
            .expression_attribute_values(":one", n(1))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match touched {
            Ok(output) => self.meter.write(output.consumed_capacity()),
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => {}
            Err(e) => return Err(Fault::from_sdk(&e)),
        }
        Ok(())
    }
}

pub(crate) fn plan_key(case: &CaseId, from: u64) -> Item {
    key(case_pk(case), format!("PLAN#{}", log_sk(from)))
}

fn read_due(item: &Item) -> Result<Due, Fault> {
    let read = Read(item);
    let (pk, sk) = (read.text("pk")?, read.text("sk")?);
    let kind = due_kind(pk, sk).ok_or_else(|| Fault::damaged(format!("{pk} {sk} in the due index")))?;
    Ok(Due { at: read.time("due_at")?, kind })
}

fn due_kind(pk: &str, sk: &str) -> Option<DueKind> {
    if let Some((advisory, channel)) = channel_of(pk, sk) {
        return Some(DueKind::Channel(advisory, channel));
    }
    let case = pk.strip_prefix("CASE#")?.parse().ok()?;
    match sk.strip_prefix("TIMER#") {
        Some(clock) => Some(DueKind::Timer(case, clock.parse().ok()?)),
        None => Some(DueKind::Plan(case, sk.strip_prefix("PLAN#")?.parse().ok()?)),
    }
}
