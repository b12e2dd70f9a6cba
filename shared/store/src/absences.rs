//! What members said of being away: one small item, read by whoever asks who is on call.

use std::sync::Arc;

use desk_domain::policy::{Absence, Policy};
use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Read, json, key, n};
use crate::views::TeamStore;

/// How long an absence that is over is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// As many are kept at most: an item holds 400 KB.
pub const MOST_ABSENCES: usize = 500;
/// How often two that write at the same moment may get in each other's way.
const ATTEMPTS: u32 = 8;

impl TeamStore {
    /// All that is known, in the order in which it was said.
    pub async fn absences(&self) -> Result<Vec<Absence>, Fault> {
        Ok(self.kept_absences().await?.0)
    }

    /// The policy of this moment.
    pub async fn policy_now(&self, policy: &Arc<Policy>) -> Result<Arc<Policy>, Fault> {
        let absences = self.absences().await?;
        if absences.is_empty() { Ok(policy.clone()) } else { Ok(Arc::new(policy.with_absences(&absences))) }
    }

    /// Records that a member is away, or (`withdraw`) there after all; what was said before changes nothing when it is said again.
    /// Whether it is known then: [`MOST_ABSENCES`] are kept at most.
    ///
    /// # Errors
    /// Those of [`TeamStore::change_absences`].
    pub async fn say_absence(&self, new: &Absence, withdraw: bool) -> Result<bool, Fault> {
        let same = |known: &Absence| known.member == new.member && known.days == new.days;
        let known = self.change_absences(new.said_at, |all| {
            if withdraw {
                all.retain(|known| !same(known));
            } else if !all.iter().any(same) && all.len() < MOST_ABSENCES {
                all.push(new.clone());
            }
        });
        Ok(known.await?.iter().any(same) != withdraw)
    }

    /// Changes them; what is long over is forgotten. Gives those that are known then.
    ///
    /// # Errors
    /// Besides those of the store, a passing fault where others change them at the same time, again and again.
    pub async fn change_absences(
        &self,
        now: Timestamp,
        change: impl Fn(&mut Vec<Absence>),
    ) -> Result<Vec<Absence>, Fault> {
        let long_ago = now.saturating_sub(KEPT).unwrap_or(now).to_zoned(jiff::tz::TimeZone::UTC).date();
        for _ in 0..ATTEMPTS {
            let (mut absences, version) = self.kept_absences().await?;
            absences.retain(|absence| absence.days.until >= long_ago);
            change(&mut absences);
            let update = self.table.updating(key("TEAM#away", "AWAY"));
            let update = update
                .update_expression("SET absences = :absences, version = :next")
                .condition_expression("attribute_not_exists(version) OR version = :version")
                .expression_attribute_values(":absences", json(&absences))
                .expression_attribute_values(":next", n(version + 1))
                .expression_attribute_values(":version", n(version));
            if self.table.update(update).await? {
                return Ok(absences);
            }
        }
        Err(Fault::Retryable("others say when they are away at the same time, again and again".to_owned()))
    }

    async fn kept_absences(&self) -> Result<(Vec<Absence>, i64), Fault> {
        let Some(item) = self.table.get(key("TEAM#away", "AWAY")).await? else { return Ok((Vec::new(), 0)) };
        let read = Read(&item);
        Ok((read.json("absences")?, read.number("version")?))
    }
}
