//! What is kept of the team beside the cases: members seen at the last policy, what it was told today, and who read what.

use std::collections::BTreeMap;

use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Policy;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::item::{Build, Read, instant, json, key, s};
use crate::query::{Index, Query};
use crate::table::ABSENT;
use crate::views::TeamStore;

/// The policy as the last tick saw it, and what is done once a day: each tick reads it anyway, so that a day's work costs the
/// other ticks of the day nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenPolicy {
    /// Of the policy of that moment, with who is away by what members said since.
    pub digest: String,
    /// Of the policy as it is deployed; `None` in what was written before this was.
    #[serde(default)]
    pub deployed: Option<String>,
    pub members: Vec<MemberId>,
    /// The day (UTC) on which the rota was last searched for gaps.
    #[serde(default)]
    pub rota_on: Option<Date>,
    /// The day whose digests were planned last.
    #[serde(default)]
    pub digests_on: Option<Date>,
    /// Who was on call; `None` before that was looked at.
    #[serde(default)]
    pub watch: Option<OnWatch>,
    /// How it is with the export of the heads; `None` before that was looked at.
    #[serde(default)]
    pub heads: Option<SeenHeads>,
}

/// What the ticks know of the export of the heads of all logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHeads {
    /// When one was written last; before the first, when it was first thought of.
    pub written_at: Timestamp,
    /// The day that it was of; `None` before the first.
    pub on: Option<Date>,
    /// When the next is begun, or gone on with.
    pub next: Timestamp,
    /// One that is not whole yet.
    #[serde(default)]
    pub unfinished: Option<UnfinishedHeads>,
}

/// How far an export has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedHeads {
    /// The day that it is of.
    pub day: Date,
    /// How many parts of its lines are kept.
    pub parts: u32,
    /// The last case that was looked at.
    pub after: Option<CaseId>,
}

/// Who was on call at the last tick, or nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnWatch {
    pub member: Option<MemberId>,
}

impl SeenPolicy {
    /// As a tick sees it that has done nothing yet.
    pub fn of(policy: &Policy) -> SeenPolicy {
        let text = serde_json::to_vec(policy).expect("a policy is plain data");
        let members = policy.triage().map(|m| m.id.clone()).collect();
        let digest = desk_keys::sha256_hex(&text);
        let deployed = Some(digest.clone());
        SeenPolicy { deployed, digest, members, rota_on: None, digests_on: None, watch: None, heads: None }
    }
}

impl TeamStore {
    pub async fn seen_policy(&self) -> Result<Option<SeenPolicy>, Fault> {
        let item = self.table.get(key("TEAM#policy", "POLICY")).await?;
        item.map(|item| Read(&item).json("seen")).transpose()
    }

    pub async fn see_policy(&self, seen: &SeenPolicy) -> Result<(), Fault> {
        self.table.put(Build::new("TEAM#policy", "POLICY").set("seen", json(seen)).item(), None).await?;
        Ok(())
    }

    /// What the digests before saw of the cases that they looked at: the version of each.
    pub async fn digested(&self) -> Result<BTreeMap<CaseId, u64>, Fault> {
        let item = self.table.get(key("TEAM#digests", "CASES")).await?;
        item.map_or_else(|| Ok(BTreeMap::new()), |item| Read(&item).json("versions"))
    }

    /// What the digests of this day saw.
    pub async fn digest_of(&self, versions: &BTreeMap<CaseId, u64>) -> Result<(), Fault> {
        self.table.put(Build::new("TEAM#digests", "CASES").set("versions", json(versions)).item(), None).await?;
        Ok(())
    }

    /// Who read a case, each with the last hour in which they did; the last first.
    pub async fn readers(&self, case: &CaseId) -> Result<Vec<(MemberId, Timestamp)>, Fault> {
        let mut last: BTreeMap<MemberId, Timestamp> = BTreeMap::new();
        for item in self.table.query(&Query::of(Index::Own, format!("READ#{case}"))).await? {
            let read = Read(&item);
            let member = read.text("sk")?.split_once('#').and_then(|(member, _)| member.parse().ok());
            let member: MemberId = member.ok_or_else(|| Fault::damaged("who read a case"))?;
            let at = read.time("at")?;
            last.entry(member).and_modify(|known| *known = at.max(*known)).or_insert(at);
        }
        let mut readers: Vec<_> = last.into_iter().collect();
        readers.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        Ok(readers)
    }

    /// When a member began to read a case in the last hour in which they did; `None` where they never have.
    pub async fn last_read(&self, case: &CaseId, member: &MemberId) -> Result<Option<Timestamp>, Fault> {
        let theirs = Query::of(Index::Own, format!("READ#{case}")).between(format!("{member}#"), format!("{member}#~"));
        let items = self.table.query(&theirs.descending().first(1)).await?;
        items.first().map(|item| Read(item).time("at")).transpose()
    }

    /// Records that a member read a case, once an hour.
    pub async fn record_reading(&self, case: &CaseId, member: &MemberId, now: Timestamp) -> Result<(), Fault> {
        let hour = now.strftime("%Y-%m-%dT%HZ");
        let item = Build::new(format!("READ#{case}"), format!("{member}#{hour}")).set("at", s(instant(now))).item();
        self.table.put(item, Some(ABSENT)).await?;
        Ok(())
    }
}
