//! Whom of the team mail does not reach: a small item of its own, so that whoever hears of bounces may write this and nothing else that
//! is known of the team. An address stands in it as its hash: what the policy names in its place is not unreachable.

use desk_domain::policy::{Member, Policy, Unreachable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::item::{Read, json, key, n};
use crate::views::TeamStore;

/// How often two that write at the same moment may get in each other's way.
const ATTEMPTS: u32 = 8;

/// As it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Mark {
    #[serde(flatten)]
    whom: Unreachable,
    address: String,
}

impl Mark {
    /// Whether it is of the address that the member has.
    fn is_of(&self, member: &Member) -> bool {
        self.whom.member == member.id && self.address == hash(member)
    }
}

fn hash(member: &Member) -> String {
    desk_keys::sha256_hex(member.address.trim().to_lowercase().as_bytes())
}

impl TeamStore {
    /// The members whose mail comes back, at the address that they have.
    pub(crate) async fn unreachable(&self, policy: &Policy) -> Result<Vec<Unreachable>, Fault> {
        let (marks, _) = self.marks().await?;
        let of = |mark: &Mark| policy.members.iter().any(|member| mark.is_of(member));
        Ok(marks.into_iter().filter(of).map(|mark| mark.whom).collect())
    }

    /// Mail to a member came back for good: since when, which is `now` where it was not known.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn came_back(&self, member: &Member, now: Timestamp) -> Result<Timestamp, Fault> {
        self.change_marks(|marks| {
            if let Some(known) = marks.iter().find(|mark| mark.is_of(member)) {
                return (known.whom.since, false);
            }
            marks.retain(|mark| mark.whom.member != member.id);
            marks.push(Mark { whom: Unreachable { member: member.id.clone(), since: now }, address: hash(member) });
            (now, true)
        })
        .await
    }

    /// Mail that was sent at `sent` arrived: whether the member could not be reached before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn arrived(&self, member: &Member, sent: Timestamp) -> Result<bool, Fault> {
        self.change_marks(|marks| {
            let before = marks.len();
            marks.retain(|mark| mark.whom.member != member.id || mark.whom.since >= sent);
            (marks.len() < before, marks.len() < before)
        })
        .await
    }

    /// Changes what is known, where `change` says that it does.
    async fn change_marks<T>(&self, change: impl Fn(&mut Vec<Mark>) -> (T, bool)) -> Result<T, Fault> {
        for _ in 0..ATTEMPTS {
            let (mut marks, version) = self.marks().await?;
            let (said, changed) = change(&mut marks);
            if !changed {
                return Ok(said);
            }
            let update = self.table.updating(key("UNREACHABLE", "MEMBERS"));
            let update = update
                .update_expression("SET marks = :marks, version = :next")
                .condition_expression("attribute_not_exists(version) OR version = :version")
                .expression_attribute_values(":marks", json(&marks))
                .expression_attribute_values(":next", n(version + 1))
                .expression_attribute_values(":version", n(version));
            if self.table.update(update).await? {
                return Ok(said);
            }
        }
        Err(Fault::Retryable("others say whom mail does not reach at the same time, again and again".to_owned()))
    }

    async fn marks(&self) -> Result<(Vec<Mark>, i64), Fault> {
        let Some(item) = self.table.get(key("UNREACHABLE", "MEMBERS")).await? else { return Ok((Vec::new(), 0)) };
        let read = Read(&item);
        Ok((read.json("marks")?, read.number("version")?))
    }
}
