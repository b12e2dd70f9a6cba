//! After a loss: what is missing is brought back from tables that were restored to a moment before it, and nothing that is
//! there is overwritten, because a log is only ever added to.
//!
//! | of the restored table | comes back |
//! |--|--|
//! | `LOG#`, `KEY#`, `READ#`, `KEYRING#`, `ADVISORY#`, `PUBLISHED`, `DELIVERY#` | where it is missing |
//! | `CASE#`, `CODE#` | where the whole case is missing: of a case that is there, an old timer or a code that was replaced must not come back |
//! | sessions, sign-in links, counters, remembered requests | never: they are short-lived, or were ended on purpose |
//!
//! What comes back may ask for what was done long ago. So a marker is put first: what was due before it, a timer, a plan, a
//! channel, a delivery, is held until an operator releases it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use desk_domain::id::CaseId;
use jiff::Timestamp;
use serde::Serialize;

use crate::deliveries::State;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, instant, key, s};
use crate::{DueKind, Store};

/// More than this many of a shard are not looked at in one go.
const PORTION: i32 = 1000;

/// What was brought back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Cases that were missing.
    pub cases: BTreeSet<CaseId>,
    pub items: usize,
}

/// What is held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Due before then.
    pub before: Option<Timestamp>,
    pub timers: usize,
    pub plans: usize,
    pub channels: usize,
    pub deliveries: usize,
}

impl Store {
    /// The marker: what was due before it is held. `None` in ordinary times.
    ///
    /// # Errors
    /// A fault of the store; so for all below.
    pub async fn hold(&self) -> Result<Option<Timestamp>, Fault> {
        let item = self.get(&self.cases, key("DESK#hold", "HOLD")).await?;
        item.map(|item| Read(&item).time("before")).transpose()
    }

    /// Puts the marker.
    pub async fn put_hold(&self, before: Timestamp) -> Result<(), Fault> {
        self.put(Build::new("DESK#hold", "HOLD").set("before", s(instant(before))).item(), None).await?;
        Ok(())
    }

    /// Takes the marker away: everything that was held goes on.
    pub async fn end_hold(&self) -> Result<(), Fault> {
        self.delete(&self.cases, key("DESK#hold", "HOLD")).await
    }

    /// Whether something that was due at `at` is held.
    pub async fn holds(&self, at: Timestamp) -> Result<bool, Fault> {
        Ok(self.hold().await?.is_some_and(|before| at < before))
    }

    /// Counts what is held.
    pub async fn held(&self) -> Result<Held, Fault> {
        let Some(before) = self.hold().await? else { return Ok(Held::default()) };
        let mut held = Held { before: Some(before), ..Held::default() };
        for due in self.due(before, PORTION).await?.iter().filter(|due| due.at < before) {
            match due.kind {
                DueKind::Timer(..) => held.timers += 1,
                DueKind::Plan(..) => held.plans += 1,
                DueKind::Channel(..) => held.channels += 1,
            }
        }
        held.deliveries = self.due_deliveries(before, PORTION).await?.len();
        Ok(held)
    }

    /// Gives up the plans and deliveries that are held: no old notice goes out. Timers and channels are told of as they fire.
    pub async fn drop_held(&self, now: Timestamp) -> Result<Held, Fault> {
        let held = self.held().await?;
        let Some(before) = held.before else { return Ok(held) };
        for due in self.due(before, PORTION).await?.iter().filter(|due| due.at < before) {
            if let DueKind::Plan(case, from) = &due.kind {
                self.disarm_plan(case, *from).await?;
            }
        }
        for id in self.due_deliveries(before, PORTION).await? {
            self.give_up(&id, "given up after a restore", now).await?;
        }
        self.end_hold().await?;
        Ok(held)
    }

    /// Brings back what is missing here and stands in the tables `cases` and `mail`.
    pub async fn restore_from(&self, cases: &str, mail: &str) -> Result<Restored, Fault> {
        let mut restored = Restored::default();
        let items = self.everything(cases).await?;
        for item in &items {
            if let Some(id) = case_of(item).filter(|_| Read(item).maybe_text("sk") == Some("CASE"))
                && self.case(&id).await?.is_none()
            {
                restored.cases.insert(id);
            }
        }
        // The snapshot last: a case that is there is there whole, even when this is cut off and begun again.
        let (last, first): (Vec<&Item>, Vec<&Item>) =
            items.iter().partition(|item| Read(item).maybe_text("sk") == Some("CASE"));
        for item in first.into_iter().chain(last).filter(|item| comes_back(item, &restored.cases)) {
            restored.items += usize::from(self.put_missing(&self.cases, item.clone()).await?);
        }
        for item in self.everything(mail).await? {
            if Read(&item).text("pk")?.starts_with("DELIVERY#") {
                restored.items += usize::from(self.put_missing(&self.mail, item).await?);
            }
        }
        Ok(restored)
    }

    async fn everything(&self, table: &str) -> Result<Vec<Item>, Fault> {
        let mut pages = self.db.scan().table_name(table).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.map_err(|e| Fault::from_sdk(&e))?);
        }
        Ok(items)
    }

    async fn put_missing(&self, table: &str, item: Item) -> Result<bool, Fault> {
        let put = self.db.put_item().table_name(table).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(e) if e.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    async fn give_up(&self, id: &str, why: &str, now: Timestamp) -> Result<(), Fault> {
        self.end(id, &[State::Planned, State::Retry, State::Claimed, State::Ambiguous], why, now).await
    }
}

/// The case whose own item it is.
fn case_of(item: &Item) -> Option<CaseId> {
    Read(item).maybe_text("pk")?.strip_prefix("CASE#")?.parse().ok()
}

fn comes_back(item: &Item, missing: &BTreeSet<CaseId>) -> bool {
    const WHERE_MISSING: [&str; 5] = ["LOG#", "KEY#", "READ#", "KEYRING#", "ADVISORY#"];
    let read = Read(item);
    let pk = read.maybe_text("pk").unwrap_or_default();
    if pk.starts_with("CODE#") {
        return read.maybe_text("case").and_then(|id| id.parse().ok()).is_some_and(|id: CaseId| missing.contains(&id));
    }
    match case_of(item) {
        Some(case) => missing.contains(&case),
        None => pk == "PUBLISHED" || WHERE_MISSING.iter().any(|prefix| pk.starts_with(prefix)),
    }
}
