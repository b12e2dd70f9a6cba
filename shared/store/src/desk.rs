//! What the desk keeps of itself: when it last ticked, how often something was done in a while, how far its clock is from
//! DynamoDB's, and the marker that holds what came back with a restore.

use desk_runtime::Hold;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Build, Item, Read, instant, key, n, s};
use crate::table::Table;
use crate::views::DeskStore;

/// What is held, as the marker in the table `cases` says.
pub(crate) async fn hold_in(cases: &Table) -> Result<Hold, Fault> {
    let item = cases.get(key("DESK#hold", "HOLD")).await?;
    item.map(|item| Read(&item).time("before")).transpose().map(Hold::before)
}

impl DeskStore {
    /// DynamoDB's time less ours, as its last answer told; `None` before the first.
    pub fn skew(&self) -> Option<SignedDuration> {
        self.witness.skew()
    }

    /// What is held.
    pub async fn hold(&self) -> Result<Hold, Fault> {
        hold_in(&self.table).await
    }

    /// Puts the marker.
    pub async fn put_hold(&self, before: Timestamp) -> Result<(), Fault> {
        self.table.put(Build::new("DESK#hold", "HOLD").set("before", s(instant(before))).item(), None).await?;
        Ok(())
    }

    /// Takes the marker away: everything that was held goes on.
    pub async fn end_hold(&self) -> Result<(), Fault> {
        self.table.delete(key("DESK#hold", "HOLD")).await
    }

    /// A tick of the schedule did its work.
    pub async fn ticked(&self, at: Timestamp) -> Result<(), Fault> {
        self.table.put(Build::new("DESK#tick", "TICK").set("at", s(instant(at))).item(), None).await?;
        Ok(())
    }

    /// When a tick last did its work.
    pub async fn last_tick(&self) -> Result<Option<Timestamp>, Fault> {
        let item = self.table.get(key("DESK#tick", "TICK")).await?;
        item.map(|item| Read(&item).time("at")).transpose()
    }

    /// Counts `bytes` of `what` in the day (UTC) of `now`. Where they are more than is left of `most`, nothing is counted, and it
    /// gives what is left.
    pub async fn take_bytes(&self, what: &str, bytes: u64, most: u64, now: Timestamp) -> Result<Option<u64>, Fault> {
        let day = now.to_zoned(TimeZone::UTC).date();
        let counter = key(format!("RATE#{}#{day}", desk_keys::sha256_hex(what.as_bytes())), "RATE");
        let end = now.saturating_add(SignedDuration::from_hours(48)).unwrap_or(now);
        let update = self.table.updating(counter).expression_attribute_values(":bytes", n(bytes));
        let update = match most.checked_sub(bytes) {
            Some(room) => update
                .update_expression("SET #ttl = :end ADD used :bytes")
                .condition_expression("attribute_not_exists(used) OR used <= :room")
                .expression_attribute_names("#ttl", "ttl")
                .expression_attribute_values(":end", n(end.as_second()))
                .expression_attribute_values(":room", n(room)),
            // More than a whole day has: never taken, and only what is left is asked for.
            None => update.update_expression("ADD used :bytes").condition_expression("used < :bytes AND used > :bytes"),
        };
        let found = self.table.update_or_get(update).await?;
        let used = |item: &Item| Read(item).number("used").ok().and_then(|used| u64::try_from(used).ok());
        Ok(found.map(|item| most.saturating_sub(used(&item).unwrap_or_default())))
    }

    /// Counts one of `what` in the window that `now` falls into; `false` when `limit` was reached before.
    pub async fn within_rate(
        &self,
        what: &str,
        window: SignedDuration,
        limit: u64,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let slot = now.as_second().div_euclid(window.as_secs().max(1));
        let end = now.saturating_add(window).unwrap_or(now);
        let counter = key(format!("RATE#{}#{slot}", desk_keys::sha256_hex(what.as_bytes())), "RATE");
        let update = self.table.updating(counter).update_expression("SET #ttl = :end ADD used :one");
        let update = update
            .condition_expression("attribute_not_exists(used) OR used < :limit")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":end", n(end.as_second()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":limit", n(limit));
        self.table.update(update).await
    }
}
