//! What is due: one sparse index over sixteen shards. A tick costs in proportion to what is due, never to what is open.

use desk_domain::id::{AdvisoryId, CaseId, ChannelId, ClockName, ContentId};
use jiff::Timestamp;

use crate::Store;
use crate::cases::log_sk;
use crate::commit::PLAN_GRACE;
use crate::desk::hold_in;
use crate::fault::Fault;
use crate::item::{Item, Read, SHARDS, due_shard, instant, key, n, plan_pk, s};
use crate::published::channel_of;
use crate::query::{Index, Query};
use crate::releases::release_of;
use crate::table::Table;
use crate::views::CaseStore;

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
    /// The registry is asked for this version.
    Release(AdvisoryId, ContentId),
}

/// So many items of a shard that cannot be read hide none behind them.
const LOOKED_PAST: i32 = 10;

impl Table {
    /// Every item that is due between two instants (as sort keys), soonest first: at most `per_shard` from each shard.
    pub(crate) async fn due(&self, from: &str, until: &str, per_shard: i32) -> Result<Vec<Item>, Fault> {
        let shard = |shard| Query::of(Index::Due, due_shard(shard)).between(from, until).first(per_shard);
        let mut found = self.queries((0..SHARDS).map(shard)).await?;
        found.sort_by(|a, b| Read(a).maybe_text("due_at").cmp(&Read(b).maybe_text("due_at")));
        Ok(found)
    }

    /// Makes a due item's next stream record, and it due again at `again`; nothing when it is gone or done.
    pub(crate) async fn touch(&self, key: Item, again: Timestamp) -> Result<(), Fault> {
        let update = self.updating(key).update_expression("SET due_at = :again ADD touched :one");
        let update = update
            .condition_expression("attribute_exists(due)")
            .expression_attribute_values(":again", s(instant(again)))
            .expression_attribute_values(":one", n(1));
        self.update(update).await?;
        Ok(())
    }
}

impl CaseStore {
    /// Timers and plans that are due up to `until`, soonest first; at most `per_shard` from each of the 16 shards. What cannot be
    /// read is told of and left out: it keeps nothing else from being done.
    pub async fn due(&self, until: Timestamp, per_shard: i32) -> Result<Vec<Due>, Fault> {
        let items = self.table.due(" ", &instant(until), per_shard).await?;
        let read = |item: &Item| {
            let told = |fault| tracing::error!(alarm = "due-failed", fault = %fault, "a due item cannot be read");
            read_due(item).map_err(told).ok()
        };
        Ok(items.iter().filter_map(read).collect())
    }

    /// The range of events of a plan; `None` when it was planned and disarmed meanwhile, or is held.
    pub async fn plan(&self, case: &CaseId, from: u64) -> Result<Option<(u64, u64)>, Fault> {
        let Some(item) = self.table.get(plan_key(case, from)).await? else { return Ok(None) };
        let read = Read(&item);
        if hold_in(&self.table).await?.holds(read.time("due_at")?) {
            return Ok(None);
        }
        Ok(Some((read.number("from")? as u64, read.number("to")? as u64)))
    }

    /// Planned: nothing is left to do for these events.
    pub async fn disarm_plan(&self, case: &CaseId, from: u64) -> Result<(), Fault> {
        self.table.delete(plan_key(case, from)).await
    }

    /// Touches a plan that nobody made: a new stream record wakes the planner again.
    pub async fn touch_plan(&self, case: &CaseId, from: u64, now: Timestamp) -> Result<(), Fault> {
        self.table.touch(plan_key(case, from), now.saturating_add(PLAN_GRACE).unwrap_or(now)).await
    }
}

impl Store {
    /// The soonest instant after `after` at which anything in either table is due; for stepping a clock through every one of
    /// them.
    pub async fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let from = format!("{}~", instant(after));
        let mut soonest = None;
        for table in [&self.cases.table, &self.mail.table] {
            let items = table.due(&from, "~", LOOKED_PAST).await?;
            let first = items.iter().filter_map(|item| Read(item).time("due_at").ok()).min();
            soonest = soonest.into_iter().chain(first).min();
        }
        Ok(soonest)
    }
}

pub(crate) fn plan_key(case: &CaseId, from: u64) -> Item {
    key(plan_pk(case), format!("PLAN#{}", log_sk(from)))
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
    if let Some((advisory, version)) = release_of(pk, sk) {
        return Some(DueKind::Release(advisory, version));
    }
    match pk.strip_prefix("TIMER#") {
        Some(case) => Some(DueKind::Timer(case.parse().ok()?, sk.strip_prefix("TIMER#")?.parse().ok()?)),
        None => Some(DueKind::Plan(pk.strip_prefix("PLAN#")?.parse().ok()?, sk.strip_prefix("PLAN#")?.parse().ok()?)),
    }
}
