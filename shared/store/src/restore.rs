//! After a loss: what is missing is brought back from tables that were restored to a moment before it, and nothing that is
//! there is overwritten, because a log is only ever added to.
//!
//! | of the restored table | comes back |
//! |--|--|
//! | `LOG#`, `KEY#`, `READ#`, `KEYRING#`, `ADVISORY#`, `PUBLISHED` | where it is missing |
//! | of the table `mail`: `DELIVERY#`, `CASE#`, `SUPPRESSED#` | where it is missing |
//! | `CASE#`, `TIMER#`, `PLAN#`, `CONTENT#`, `WORDS#`, `CODE#` | where the whole case is missing: of a case that is there, an old timer or a code that was replaced must not come back. A snapshot older than the log that survived is made anew |
//! | `FIGURE#`, `FIGURES#` | never: `desk figures --rebuild` makes them of the logs |
//! | what ended sessions, sign-in links, counters, remembered requests | never: they are short-lived, or were used on purpose |
//!
//! What comes back may ask for what was done long ago. So a marker is put first: what was due before it, a timer, a plan, a
//! channel, a delivery, is held until an operator releases it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use desk_domain::case::{Case, EventBody};
use desk_domain::id::{CaseId, MemberId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::cases::parse_event;
use crate::deliveries::State;
use crate::fault::Fault;
use crate::item::{Item, Read, instant, s};
use crate::ring::generation_key;
use crate::table::{ABSENT, Table};
use crate::timers::plan_key;
use crate::{Commit, DueKind, Store, Stored};

/// So many of each shard are looked at in one go; counts are of no more.
const PORTION: i32 = 1000;
/// Marks what came back and would send something.
const RESTORED: &str = "restored";
/// The end of every log.
const LAST: u64 = 999_999_999_999;

/// What was brought back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Cases that were missing.
    pub cases: BTreeSet<CaseId>,
    pub items: usize,
}

/// What is held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeldWork {
    /// Due before then.
    pub before: Option<Timestamp>,
    pub timers: usize,
    pub plans: usize,
    pub channels: usize,
    pub releases: usize,
    pub deliveries: usize,
}

impl Store {
    /// Counts what is held.
    pub async fn held(&self) -> Result<HeldWork, Fault> {
        let Some(before) = self.desk.hold().await?.until() else { return Ok(HeldWork::default()) };
        let mut held = HeldWork { before: Some(before), ..HeldWork::default() };
        for due in self.cases.due(before, PORTION).await?.iter().filter(|due| due.at < before) {
            match due.kind {
                DueKind::Timer(..) => held.timers += 1,
                DueKind::Plan(..) => held.plans += 1,
                DueKind::Channel(..) => held.channels += 1,
                DueKind::Release(..) => held.releases += 1,
            }
        }
        held.deliveries = self.mail.due_deliveries(before, PORTION).await?.len();
        Ok(held)
    }

    /// Gives up the plans and deliveries that came back: no old notice goes out. A plan that publishes stays, and what was there
    /// all along, timers, channels and releases go on. Gives how many plans and deliveries that were.
    pub async fn drop_restored(&self, now: Timestamp) -> Result<(usize, usize), Fault> {
        let Some(before) = self.desk.hold().await?.until() else { return Ok((0, 0)) };
        let (mut plans, mut deliveries) = (0, 0);
        loop {
            let so_far = plans + deliveries;
            for due in self.cases.due(before, PORTION).await? {
                if let DueKind::Plan(case, from) = &due.kind {
                    plans += usize::from(self.drop_plan(case, *from).await?);
                }
            }
            for id in self.mail.due_deliveries(before, PORTION).await? {
                if self.mail.delivery(&id).await?.is_some_and(|record| record.restored && record.state != State::Dead) {
                    let waits = [State::Planned, State::Retry, State::Claimed, State::Ambiguous];
                    self.mail.end(&id, &waits, State::Dead, "given up after a restore", now).await?;
                    deliveries += 1;
                }
            }
            if plans + deliveries == so_far {
                break;
            }
        }
        self.desk.end_hold().await?;
        Ok((plans, deliveries))
    }

    async fn drop_plan(&self, case: &CaseId, from: u64) -> Result<bool, Fault> {
        let Some(plan) = self.cases.table.get(plan_key(case, from)).await? else { return Ok(false) };
        let read = Read(&plan);
        if !plan.contains_key(RESTORED) {
            return Ok(false);
        }
        let events = self.cases.events(case, read.number("from")? as u64, read.number("to")? as u64).await?;
        if events.iter().any(|event| matches!(event.body, EventBody::Published { .. })) {
            return Ok(false);
        }
        self.cases.disarm_plan(case, from).await?;
        Ok(true)
    }

    /// Whether both tables can be read; to be asked before anything is held.
    pub async fn can_restore_from(&self, cases: &str, mail: &str) -> Result<(), Fault> {
        for table in [cases, mail] {
            self.cases.table.beside(table).readable().await?;
        }
        Ok(())
    }

    /// Brings back what is missing here and stands in the tables `cases` and `mail`; `now` is the marker's time.
    pub async fn restore_from(&self, cases: &str, mail: &str, now: Timestamp) -> Result<Restored, Fault> {
        let mut restored = Restored::default();
        let lives = |item: &Item| Read(item).number("ttl").map_or(true, |end| end > now.as_second());
        let items: Vec<Item> = self.everything_in(cases).await?.into_iter().filter(lives).collect();
        for item in items.iter().filter(|item| is_snapshot(item)) {
            if let Some(id) = case_of(item)
                && self.cases.case(&id).await?.is_none()
            {
                restored.cases.insert(id);
            }
        }
        let reissued = self.reissued_since(&items, &restored.cases).await?;
        // The snapshot last: a case that is there is there whole, even when this is cut off and begun again.
        let (last, first): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| is_snapshot(item));
        for item in first.into_iter().chain(last).filter(|item| comes_back(item, &restored.cases, &reissued)) {
            restored.items += usize::from(self.bring_back(&self.cases.table, item.clone(), now).await?);
        }
        for item in self.everything_in(mail).await? {
            let pk = Read(&item).text("pk")?;
            let kept = ["DELIVERY#", "CASE#", "SUPPRESSED#"].iter().any(|prefix| pk.starts_with(prefix));
            if kept && lives(&item) {
                restored.items += usize::from(self.bring_back(&self.mail.table, item, now).await?);
            }
        }
        let mut handlers = Vec::new();
        for id in &restored.cases {
            handlers.extend(self.catch_up(id).await?.and_then(|stored| stored.case.handler));
        }
        self.ask_after(handlers).await?;
        Ok(restored)
    }

    /// Cases whose surviving log says that their code was replaced after what was restored: the old code stays dead.
    async fn reissued_since(&self, items: &[Item], cases: &BTreeSet<CaseId>) -> Result<BTreeSet<CaseId>, Fault> {
        let mut reissued = BTreeSet::new();
        for item in items.iter().filter(|item| is_snapshot(item)) {
            let Some(id) = case_of(item).filter(|id| cases.contains(id)) else { continue };
            let from = Read(item).number("version")? as u64 + 1;
            let later = self.cases.events(&id, from, LAST).await?;
            if later.iter().any(|event| matches!(event.body, EventBody::CodeReissued { .. })) {
                reissued.insert(id);
            }
        }
        Ok(reissued)
    }

    /// A snapshot that came back and is older than the log that survived is made anew from the log, with its timers.
    async fn catch_up(&self, id: &CaseId) -> Result<Option<Stored>, Fault> {
        let Some(stored) = self.cases.case(id).await? else { return Ok(None) };
        let log = self.cases.log(id, 1, LAST).await?;
        let events = log.iter().map(|bytes| parse_event(id, bytes)).collect::<Result<Vec<_>, _>>()?;
        let (Some(case), Some(head)) = (Case::replay(&events), log.last()) else { return Ok(Some(stored)) };
        if case.version <= stored.case.version {
            return Ok(Some(stored));
        }
        let after = Stored { case, head: desk_keys::sha256_hex(head), one_key: stored.one_key.clone() };
        let mut commit = Commit::new();
        commit.replace(&stored, &after);
        self.cases.commit(commit).await?;
        Ok(Some(after))
    }

    /// Has the next tick look after these members too: who left meanwhile hands over what came back.
    async fn ask_after(&self, handlers: Vec<MemberId>) -> Result<(), Fault> {
        let Some(mut seen) = self.members.seen_policy().await?.filter(|_| !handlers.is_empty()) else { return Ok(()) };
        seen.digest = "to be looked at again, after a restore".to_owned();
        seen.members.extend(handlers);
        self.members.see_policy(&seen).await
    }

    async fn everything_in(&self, table: &str) -> Result<Vec<Item>, Fault> {
        self.cases.table.beside(table).scan(|scan| scan).await
    }

    /// Puts an item where there is none. What would send something is due before the marker, so that it is held.
    async fn bring_back(&self, table: &Table, mut item: Item, now: Timestamp) -> Result<bool, Fault> {
        let (pk, sk) = (Read(&item).text("pk")?.to_owned(), Read(&item).text("sk")?.to_owned());
        if pk.starts_with("DELIVERY#") || sk.starts_with("PLAN#") || sk.starts_with("CHANNEL#") {
            item.insert(RESTORED.to_owned(), AttributeValue::Bool(true));
            let before = now.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(now);
            if Read(&item).maybe_text("due_at").is_some_and(|due| due > instant(before).as_str()) {
                item.insert("due_at".to_owned(), s(instant(before)));
            }
        }
        if let Some(purpose) =
            pk.strip_prefix("KEYRING#").and_then(|rest| rest.rsplit_once('#')).map(|(purpose, _)| purpose)
        {
            return self.bring_back_ring(purpose, item).await;
        }
        table.put(item, Some(ABSENT)).await
    }

    /// Where somebody has made a new ring meanwhile, what was sealed to the lost one must open all the same.
    async fn bring_back_ring(&self, purpose: &str, item: Item) -> Result<bool, Fault> {
        let public = Read(&item).text("public")?.to_owned();
        for generation in 1.. {
            match self.desk.ring_key(purpose, generation).await? {
                Some(there) if there.public.as_str() == public => return Ok(false),
                Some(_) => {}
                None => {
                    let mut item = item.clone();
                    item.extend(generation_key(purpose, generation));
                    return self.cases.table.put(item, Some(ABSENT)).await;
                }
            }
        }
        Ok(false)
    }
}

fn is_snapshot(item: &Item) -> bool {
    Read(item).maybe_text("sk") == Some("CASE")
}

/// The case whose own item it is.
fn case_of(item: &Item) -> Option<CaseId> {
    let (kind, case) = Read(item).maybe_text("pk")?.split_once('#')?;
    ["CASE", "TIMER", "PLAN", "CONTENT", "WORDS"].contains(&kind).then(|| case.parse().ok()).flatten()
}

fn comes_back(item: &Item, missing: &BTreeSet<CaseId>, reissued: &BTreeSet<CaseId>) -> bool {
    // A second factor that was removed since comes back too: asking for too much is mended by a reset.
    const WHERE_MISSING: [&str; 6] = ["LOG#", "KEY#", "READ#", "KEYRING#", "ADVISORY#", "FACTOR#"];
    let read = Read(item);
    let pk = read.maybe_text("pk").unwrap_or_default();
    let code_of = |id: &CaseId| missing.contains(id) && !reissued.contains(id);
    if pk.starts_with("CODE#") {
        return read.maybe_text("case").and_then(|id| id.parse().ok()).is_some_and(|id| code_of(&id));
    }
    match case_of(item) {
        Some(case) if read.maybe_text("sk") == Some("CURRENT-CODE") => code_of(&case),
        Some(case) => missing.contains(&case),
        None => pk == "PUBLISHED" || WHERE_MISSING.iter().any(|prefix| pk.starts_with(prefix)),
    }
}
