//! The account's rate, shared by everyone who sends: one counter for each second, one for each source and minute, and a marker that
//! asks the less urgent to stand back.

use desk_domain::id::SourceId;
use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Read, instant, key, n, s};
use crate::views::MailStore;

/// A second's counter is of no use when the second is over; DynamoDB takes its time to remove it.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

impl MailStore {
    /// Takes one of `most` slots of the second that `at` falls into; `false` when so many are taken.
    pub async fn take_slot(&self, at: Timestamp, most: u64) -> Result<bool, Fault> {
        if most == 0 {
            return Ok(false);
        }
        let end = at.saturating_add(KEPT).unwrap_or(at);
        let update = self.table.updating(key(format!("PACE#{}", at.as_second()), "PACE"));
        let update = update
            .update_expression("SET #ttl = :end ADD used :one")
            .condition_expression("attribute_not_exists(used) OR used < :most")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":end", n(end.as_second()))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":most", n(most));
        self.table.update(update).await
    }

    /// Counts one more that is to be sent for a source, and gives how many were in the minute of `at`.
    pub async fn one_more_of(&self, source: &SourceId, at: Timestamp) -> Result<u64, Fault> {
        let end = at.saturating_add(KEPT).unwrap_or(at);
        let update = self.table.updating(key(format!("PACE#{source}#{}", at.as_second().div_euclid(60)), "PACE"));
        let update = update
            .update_expression("SET #ttl = :end ADD used :one")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":end", n(end.as_second()))
            .expression_attribute_values(":one", n(1));
        let counted = self.table.updated(update).await?;
        let used = counted.as_ref().map(|item| Read(item).number("used")).transpose()?;
        Ok(used.unwrap_or_default().unsigned_abs())
    }

    /// SES has throttled us: whoever can waits until `until`.
    pub async fn stand_back(&self, until: Timestamp) -> Result<(), Fault> {
        let update = self.table.updating(key("PACE#backoff", "PACE"));
        let update = update
            .update_expression("SET ends_at = :until")
            .condition_expression("attribute_not_exists(ends_at) OR ends_at < :until")
            .expression_attribute_values(":until", s(instant(until)));
        self.table.update(update).await.map(drop)
    }

    /// Until when whoever can waits; it may lie in the past.
    pub async fn stands_back_until(&self) -> Result<Option<Timestamp>, Fault> {
        let item = self.table.get(key("PACE#backoff", "PACE")).await?;
        item.as_ref().map(|item| Read(item).time("ends_at")).transpose()
    }
}
