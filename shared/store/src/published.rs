//! What is published: the advisories, and how far each is on each of its channels.
//!
//! All advisories stand in one partition, `PUBLISHED`, each once under its id: pages that show all of them are rebuilt from
//! a consistent read, so that two that are published at the same moment cannot hide one another (an index would lag). It is
//! written a few times a year and read when something is published, so one partition carries it.
//!
//! | pk | sk | what |
//! |--|--|--|
//! | `PUBLISHED` | advisory id | the advisory with its times, and which revision it is; `shown` once its own page is written; `linked`: those that name it as related |
//! | `ADVISORY#<id>` | `CHANNEL#<id>` | where a channel stands; due until it is done |
//!
//! A revision takes the place of an older one and never of a newer, neither of the advisory nor of a channel's plan, whoever comes
//! late. A channel is planned before the form that it is planned for can be read, and waits for that: so no form goes out under
//! the name of another.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use desk_domain::advisory::Published;
use desk_domain::id::{AdvisoryId, CaseId, ChannelId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::item::{Item, Read, due_shard, instant, json, key, n, s, shard};
use crate::query::{Index, Query};
use crate::table::ABSENT;
use crate::views::PublishedStore;

pub use crate::releases::{ReleaseRecord, release_of};

/// A channel of an advisory.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRecord {
    pub channel: ChannelId,
    pub case: CaseId,
    /// Which form it is to have: the first is 0.
    pub revision: u32,
    /// It had an older one.
    pub had_before: bool,
    /// The event by which it is given it once more.
    pub again: Option<u64>,
    pub state: ChannelState,
    /// How often it was tried in vain.
    pub failures: u32,
    pub since: Timestamp,
    /// When it is looked at again; `None` once done.
    pub due_at: Option<Timestamp>,
    /// Why it failed last, in words of ours.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelState {
    Pending,
    /// Handed over (a mail), and not yet known to have gone out.
    Waiting,
    /// Tried in vain; tried again.
    Failed,
    /// Seen there.
    Done,
    /// It will not have it.
    GivenUp,
}

/// The advisory and channel that a key names.
pub fn channel_of(pk: &str, sk: &str) -> Option<(AdvisoryId, ChannelId)> {
    Some((pk.strip_prefix("ADVISORY#")?.parse().ok()?, sk.strip_prefix("CHANNEL#")?.parse().ok()?))
}

fn channel_key(advisory: &AdvisoryId, channel: &ChannelId) -> Item {
    key(format!("ADVISORY#{advisory}"), format!("CHANNEL#{channel}"))
}

fn word(state: ChannelState) -> String {
    serde_json::to_value(state).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// That a channel is to have this form. What was planned before there were revisions says none.
fn of_revision(revision: u32) -> &'static str {
    match revision {
        0 => "(attribute_not_exists(revision) OR revision = :revision)",
        _ => "revision = :revision",
    }
}

impl PublishedStore {
    fn published_update(&self, published: &Published) -> UpdateItemFluentBuilder {
        let key = key("PUBLISHED", published.advisory.id.as_str());
        self.table
            .updating(key)
            .update_expression("SET published = :published, published_at = :at, revision = :revision")
            .expression_attribute_values(":published", json(published))
            .expression_attribute_values(":at", s(instant(published.published_at)))
            .expression_attribute_values(":revision", n(published.revision()))
    }

    /// Puts a published advisory, or a revision of one; `false` when it, or a later one, is there already. Whether its page is shown
    /// stays as it is.
    pub async fn put_published(&self, published: &Published) -> Result<bool, Fault> {
        let condition = match published.revision() {
            0 => ABSENT,
            _ => "attribute_not_exists(revision) OR revision < :revision",
        };
        self.table.update(self.published_update(published).condition_expression(condition)).await
    }

    /// Puts an advisory of others over whatever was there under its id. Whether its page is shown stays as it is.
    pub async fn replace_published(&self, published: &Published) -> Result<(), Fault> {
        self.table.update(self.published_update(published)).await.map(drop)
    }

    /// The advisory's own page is there: what shows all advisories may lead to it from now on.
    pub async fn show_published(&self, id: &AdvisoryId) -> Result<(), Fault> {
        let update = self.table.updating(key("PUBLISHED", id.as_str())).update_expression("SET shown = :yes");
        let update = update
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        if !self.table.update(update).await? {
            return Err(Fault::damaged(format!("{id} is shown and not published")));
        }
        Ok(())
    }

    pub async fn published(&self, id: &AdvisoryId) -> Result<Option<Published>, Fault> {
        let item = self.table.get(key("PUBLISHED", id.as_str())).await?;
        item.map(|item| of_item(&item)).transpose()
    }

    /// Another that is published names it as related, or does no longer; where it is not published itself, nothing.
    pub async fn link_published(&self, id: &AdvisoryId, by: &AdvisoryId, names: bool) -> Result<(), Fault> {
        let does = if names { "ADD" } else { "DELETE" };
        let update = self.table.updating(key("PUBLISHED", id.as_str())).update_expression(format!("{does} linked :by"));
        let by = AttributeValue::Ss(vec![by.to_string()]);
        let update = update.condition_expression("attribute_exists(pk)").expression_attribute_values(":by", by);
        self.table.update(update).await.map(drop)
    }

    /// Everything that is published and has its own page, newest first.
    pub async fn all_shown(&self) -> Result<Vec<Published>, Fault> {
        let items = self.table.query(&Query::of(Index::Own, "PUBLISHED")).await?;
        let shown = items.iter().filter(|item| item.contains_key("shown"));
        let mut all: Vec<Published> = shown.map(of_item).collect::<Result<_, _>>()?;
        Published::newest_first(&mut all);
        Ok(all)
    }

    /// Plans an advisory's channel for a revision (the first form is 0), due at once; nothing when it is planned for that or a later
    /// one already.
    pub async fn plan_channel(
        &self,
        (advisory, revision): (&AdvisoryId, u32),
        channel: &ChannelId,
        case: &CaseId,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let condition = match revision {
            0 => ABSENT,
            _ => "attribute_not_exists(revision) OR revision < :revision",
        };
        let update = self.pending((advisory, revision), channel, "#case = :case, revision = :revision", now);
        let update =
            update.expression_attribute_names("#case", "case").expression_attribute_values(":case", s(case.as_str()));
        self.table.update(update.condition_expression(condition)).await.map(drop)
    }

    /// A channel that is due at once, as if nothing had become of it yet; `more` is set beside that.
    fn pending(
        &self,
        (advisory, revision): (&AdvisoryId, u32),
        channel: &ChannelId,
        more: &str,
        now: Timestamp,
    ) -> UpdateItemFluentBuilder {
        let set = format!("SET #state = :state, since = :now, due = :due, due_at = :now, {more} REMOVE failures, why");
        self.table
            .updating(channel_key(advisory, channel))
            .update_expression(set)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", s(word(ChannelState::Pending)))
            .expression_attribute_values(":now", s(instant(now)))
            .expression_attribute_values(":due", s(due_shard(shard(advisory.as_str()))))
            .expression_attribute_values(":revision", n(revision))
    }

    /// Every channel of an advisory.
    pub async fn channels(&self, advisory: &AdvisoryId) -> Result<Vec<ChannelRecord>, Fault> {
        let items = self.table.query(&Query::beginning(format!("ADVISORY#{advisory}"), "CHANNEL#")).await?;
        items.iter().map(read).collect()
    }

    /// It was seen there: nothing is due any more, unless a later revision is.
    pub async fn channel_done(
        &self,
        advisory: &AdvisoryId,
        (channel, revision): (&ChannelId, u32),
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.set_channel(advisory, (channel, revision), ChannelState::Done, now, None, None).await
    }

    /// Not done: in `state` from now on, looked at again at `again`.
    pub async fn channel_again(
        &self,
        advisory: &AdvisoryId,
        (channel, revision): (&ChannelId, u32),
        (state, why): (ChannelState, Option<&str>),
        now: Timestamp,
        again: Timestamp,
    ) -> Result<(), Fault> {
        self.set_channel(advisory, (channel, revision), state, now, why, Some(again)).await
    }

    /// Gives a form once more to a channel, whatever became of it before; once for each event that asks for it, and nothing of a channel
    /// that is to have a later one.
    pub async fn channel_anew(
        &self,
        (advisory, revision): (&AdvisoryId, u32),
        channel: &ChannelId,
        asked_by: u64,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let once = "attribute_exists(pk) AND (attribute_not_exists(again) OR again < :again)";
        let update = self
            .pending((advisory, revision), channel, "again = :again", now)
            .condition_expression(format!("{once} AND {}", of_revision(revision)))
            .expression_attribute_values(":again", n(asked_by));
        self.table.update(update).await.map(drop)
    }

    /// It will not have it: nothing is due any more.
    pub async fn channel_given_up(
        &self,
        advisory: &AdvisoryId,
        (channel, revision): (&ChannelId, u32),
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.set_channel(advisory, (channel, revision), ChannelState::GivenUp, now, None, None).await
    }

    /// Wakes the publisher for a channel that is not done: it is due at `at`, whatever it waited for.
    pub async fn touch_channel(&self, advisory: &AdvisoryId, channel: &ChannelId, at: Timestamp) -> Result<(), Fault> {
        self.table.touch(channel_key(advisory, channel), at).await
    }

    async fn set_channel(
        &self,
        advisory: &AdvisoryId,
        (channel, revision): (&ChannelId, u32),
        state: ChannelState,
        now: Timestamp,
        why: Option<&str>,
        due: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let (mut set, mut remove) = ("SET #state = :state, since = :now".to_owned(), Vec::new());
        match due {
            Some(_) => set += ", due_at = :due",
            None => remove.extend(["due", "due_at"]),
        }
        if state == ChannelState::Done {
            set += ", had = :yes";
        }
        match why {
            Some(_) => set += ", why = :why",
            None => remove.push("why"),
        }
        if !remove.is_empty() {
            set += &format!(" REMOVE {}", remove.join(", "));
        }
        if state == ChannelState::Failed {
            set += " ADD failures :one";
        }
        let mut update = self
            .table
            .updating(channel_key(advisory, channel))
            .update_expression(set)
            .condition_expression(format!("attribute_exists(due) AND {}", of_revision(revision)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", s(word(state)))
            .expression_attribute_values(":now", s(instant(now)))
            .expression_attribute_values(":revision", n(revision));
        if state == ChannelState::Done {
            update = update.expression_attribute_values(":yes", AttributeValue::Bool(true));
        }
        if let Some(due) = due {
            update = update.expression_attribute_values(":due", s(instant(due)));
        }
        if let Some(why) = why {
            update = update.expression_attribute_values(":why", s(why));
        }
        if state == ChannelState::Failed {
            update = update.expression_attribute_values(":one", n(1));
        }
        // Where the condition does not hold, it was done meanwhile, or is planned for a later revision.
        self.table.update(update).await.map(drop)
    }
}

fn of_item(item: &Item) -> Result<Published, Fault> {
    let published: Published = Read(item).json("published")?;
    let linked = item.get("linked").and_then(|linked| linked.as_ss().ok()).into_iter().flatten();
    let mut linked: Vec<AdvisoryId> = linked.filter_map(|id| id.parse().ok()).collect();
    linked.sort();
    Ok(Published { linked, ..published })
}

fn read(item: &Item) -> Result<ChannelRecord, Fault> {
    let read = Read(item);
    let (pk, sk) = (read.text("pk")?, read.text("sk")?);
    let odd = || Fault::damaged(format!("{pk} {sk}"));
    let (_, channel) = channel_of(pk, sk).ok_or_else(odd)?;
    Ok(ChannelRecord {
        channel,
        case: read.text("case")?.parse().map_err(|_| odd())?,
        revision: u32::try_from(read.number("revision").unwrap_or(0)).map_err(|_| odd())?,
        had_before: item.contains_key("had"),
        again: read.number("again").ok().and_then(|again| u64::try_from(again).ok()),
        state: serde_json::from_value(read.text("state")?.into()).map_err(|_| odd())?,
        failures: read.number("failures").unwrap_or(0) as u32,
        since: read.time("since")?,
        due_at: read.maybe_text("due_at").map(|_| read.time("due_at")).transpose()?,
        why: read.maybe_text("why").map(str::to_owned),
    })
}
