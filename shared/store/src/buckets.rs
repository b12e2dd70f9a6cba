//! Token buckets: one item each, and mostly one write. What a bucket is filled with and how fast, the policy says
//! (`desk_domain::policy::Rate`); here it is only kept, as the instant at which it is full again.

use desk_domain::policy::Rate;
use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Read, key, n};
use crate::views::DeskStore;

/// A bucket is kept for two days: its name is one day's, and it is full within another.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

impl DeskStore {
    /// Takes one of the bucket `name`; where none is left, gives from when on there is one. However many ask at once, no more
    /// are let in than it holds.
    pub async fn take_of(&self, name: &str, rate: Rate, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        // Mostly nobody has come for a while: it is full, and starts anew.
        let end = now.saturating_add(KEPT).unwrap_or(now);
        let then = rate.take(now, now).unwrap_or(now);
        let anew = self.table.updating(key(format!("RATE#{name}"), "RATE"));
        let anew = anew
            .update_expression("SET full_at = :then, #ttl = :end")
            .condition_expression("attribute_not_exists(full_at) OR full_at <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":then", n(then.as_millisecond()))
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .expression_attribute_values(":end", n(end.as_second()));
        let Some(found) = self.table.update_or_get(anew).await? else { return Ok(None) };
        let full_at = Timestamp::from_millisecond(Read(&found).number("full_at")?).unwrap_or(Timestamp::MAX);
        match rate.take(full_at, now) {
            Ok(_) => self.take_more(name, rate, now).await,
            Err(again) => Ok(Some(again)),
        }
    }

    /// Of a bucket that is not full. Who finds that others took the last meanwhile waits for one.
    async fn take_more(&self, name: &str, rate: Rate, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let more = self.table.updating(key(format!("RATE#{name}"), "RATE"));
        let more = more
            .update_expression("SET full_at = full_at + :every")
            .condition_expression("full_at > :now AND full_at <= :latest")
            .expression_attribute_values(":every", n(rate.then_every.as_millis()))
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .expression_attribute_values(":latest", n(rate.has_one_until(now).as_millisecond()));
        let full = self.table.update_or_get(more).await?;
        Ok(full.map(|_| now.saturating_add(rate.then_every).unwrap_or(now)))
    }
}
