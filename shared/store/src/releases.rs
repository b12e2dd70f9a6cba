//! What the registry is asked for: versions that were recorded as released, each looked for until it is there, and for a while after.
//!
//! | pk | sk | what |
//! |--|--|--|
//! | `ADVISORY#<id>` | `RELEASE#<content>` | a version, by the content that it was recorded as released with; due while it is looked for |
//!
//! The version itself stands nowhere here: what is asked for is sealed content of the case, and what was found is an event of it.

use desk_domain::id::{AdvisoryId, CaseId, ContentId};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::item::{Item, Read, due_shard, instant, key, n, s, shard};
use crate::table::ABSENT;
use crate::views::PublishedStore;

/// A version that is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRecord {
    pub case: CaseId,
    /// Looks in a row that did not find what was there before.
    pub misses: u32,
    /// When it is looked for next; `None`: no more.
    pub due_at: Option<Timestamp>,
}

/// The advisory and version that a key names.
pub fn release_of(pk: &str, sk: &str) -> Option<(AdvisoryId, ContentId)> {
    Some((pk.strip_prefix("ADVISORY#")?.parse().ok()?, sk.strip_prefix("RELEASE#")?.parse().ok()?))
}

fn release_key(advisory: &AdvisoryId, version: &ContentId) -> Item {
    key(format!("ADVISORY#{advisory}"), format!("RELEASE#{version}"))
}

impl PublishedStore {
    /// Plans that a version is looked for, due at once; nothing when that was planned before.
    pub async fn plan_release(
        &self,
        advisory: &AdvisoryId,
        version: &ContentId,
        case: &CaseId,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let update = self
            .table
            .updating(release_key(advisory, version))
            .update_expression("SET #case = :case, due = :due, due_at = :now")
            .condition_expression(ABSENT)
            .expression_attribute_names("#case", "case")
            .expression_attribute_values(":case", s(case.as_str()))
            .expression_attribute_values(":due", s(due_shard(shard(advisory.as_str()))))
            .expression_attribute_values(":now", s(instant(now)));
        self.table.update(update).await.map(drop)
    }

    /// A version that is, or was, looked for.
    pub async fn release(&self, advisory: &AdvisoryId, version: &ContentId) -> Result<Option<ReleaseRecord>, Fault> {
        let item = self.table.get(release_key(advisory, version)).await?;
        item.map(|item| read(&item)).transpose()
    }

    /// It was looked for, and is again at `again`; `None`: no more.
    pub async fn release_looked_for(
        &self,
        advisory: &AdvisoryId,
        version: &ContentId,
        misses: u32,
        again: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let set = match again {
            Some(_) => "SET misses = :misses, due_at = :again",
            None => "SET misses = :misses REMOVE due, due_at",
        };
        let mut update = self
            .table
            .updating(release_key(advisory, version))
            .update_expression(set)
            .condition_expression("attribute_exists(due)")
            .expression_attribute_values(":misses", n(misses));
        if let Some(again) = again {
            update = update.expression_attribute_values(":again", s(instant(again)));
        }
        self.table.update(update).await.map(drop)
    }

    /// Has a version looked for that still is: it is due at `at`.
    pub async fn touch_release(&self, advisory: &AdvisoryId, version: &ContentId, at: Timestamp) -> Result<(), Fault> {
        self.table.touch(release_key(advisory, version), at).await
    }
}

fn read(item: &Item) -> Result<ReleaseRecord, Fault> {
    let read = Read(item);
    let (pk, sk) = (read.text("pk")?, read.text("sk")?);
    Ok(ReleaseRecord {
        case: read.text("case")?.parse().map_err(|_| Fault::damaged(format!("{pk} {sk}")))?,
        misses: read.number("misses").unwrap_or(0) as u32,
        due_at: read.maybe_text("due_at").map(|_| read.time("due_at")).transpose()?,
    })
}
