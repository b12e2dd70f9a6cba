//! Moves what an earlier version laid elsewhere to where it lies now: timers, plans, sealed content and the words of mails lay in
//! the case's own partition, where whoever may change a case could remove them. And takes the end (`ttl`) off what an earlier version
//! meant to keep for a while only: such cases have ids of their own now, and no other may have an end. What that was stays. And gives
//! a snapshot what only this version keeps there, as its log says it. And writes down of what is published already by which id its
//! entry in the feed is known, which was its page's address.
//!
//! Whoever may do everything runs it: the desk on one machine at its start, an operator after a deployment (`desk migrate`). Until
//! it has run, what lay elsewhere is not found, and nothing of it is lost. Cut off and run again, it goes on.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::advisory::Published;
use desk_domain::case::{Case, EventBody};
use desk_domain::id::CaseId;

use crate::cases::log_pk;
use crate::fault::Fault;
use crate::item::{Build, Item, Read, case_pk, content_pk, json, key, n, plan_pk, s, timer_pk, words_pk};
use crate::query::{Index, Query};
use crate::table::ABSENT;
use crate::verify::told;
use crate::{Store, Stored};

/// How items lie in this version.
const LAYOUT: i64 = 5;

/// How often a snapshot is looked at that moves on meanwhile.
const TRIES: usize = 5;

/// The partitions that a case has.
const OF_CASES: [&str; 7] = ["CASE", "LOG", "CONTENT", "WORDS", "TIMER", "PLAN", "KEY"];

impl Store {
    /// Moves everything; gives how many items that were. Looks at nothing where it was done before. `site_url` is where what is
    /// published is read until now, without a trailing slash.
    pub async fn migrate(&self, site_url: &str) -> Result<usize, Fault> {
        let table = &self.cases.table;
        let marker = table.get(key("DESK#layout", "LAYOUT")).await?;
        let found = marker.map(|marker| Read(&marker).number("layout")).transpose()?.unwrap_or(1);
        if found == LAYOUT {
            return Ok(0);
        }
        let mut moved = if found < 2 { self.migrate_places().await? } else { 0 };
        moved += self.migrate_ends().await?;
        for case in self.all_cases().await? {
            moved += usize::from(self.migrate_snapshot(&case).await?);
        }
        moved += self.migrate_entries(site_url).await?;
        table.put(Build::new("DESK#layout", "LAYOUT").set("layout", n(LAYOUT)).item(), None).await?;
        Ok(moved)
    }

    /// From the first layout to the second.
    async fn migrate_places(&self) -> Result<usize, Fault> {
        let old = self.cases.table.scan(|scan| {
            scan.filter_expression(
                "begins_with(pk, :case) AND (begins_with(sk, :timer) OR begins_with(sk, :plan) OR begins_with(sk, :content))",
            )
            .expression_attribute_values(":case", s("CASE#"))
            .expression_attribute_values(":timer", s("TIMER#"))
            .expression_attribute_values(":plan", s("PLAN#"))
            .expression_attribute_values(":content", s("CONTENT#"))
        });
        let mut by_case: BTreeMap<CaseId, Vec<Item>> = BTreeMap::new();
        for item in old.await? {
            let case = Read(&item).text("pk")?.trim_start_matches("CASE#").parse();
            by_case.entry(case.map_err(|_| Fault::damaged("a case's key"))?).or_default().push(item);
        }
        let mut moved = 0;
        for (case, items) in &by_case {
            moved += self.migrate_case(case, items).await?;
        }
        Ok(moved)
    }

    /// From the second layout to the third.
    async fn migrate_ends(&self) -> Result<usize, Fault> {
        let ending = self.cases.table.scan(|scan| {
            scan.filter_expression("attribute_exists(#ttl)")
                .expression_attribute_names("#ttl", "ttl")
                .projection_expression("pk, sk")
        });
        let mut ended = 0;
        for item in ending.await?.into_iter().filter(is_of_lasting_case) {
            let update = self.cases.table.updating(item).update_expression("REMOVE #ttl");
            let update = update.condition_expression("attribute_exists(pk)").expression_attribute_names("#ttl", "ttl");
            ended += usize::from(self.cases.table.update(update).await?);
        }
        Ok(ended)
    }

    /// From the fourth layout to the fifth: the ids of entries in the feed.
    async fn migrate_entries(&self, site_url: &str) -> Result<usize, Fault> {
        let (table, mut known) = (&self.published.table, 0);
        for item in table.query(&Query::of(Index::Own, "PUBLISHED")).await? {
            let published: Published = Read(&item).json("published")?;
            if published.entry_id.is_some() {
                continue;
            }
            let id = published.advisory.id.clone();
            let entry_id = Some(format!("{site_url}/advisories/{id}.html"));
            let update = table.updating(key("PUBLISHED", id.as_str())).update_expression("SET #published = :published");
            let update = update.expression_attribute_names("#published", "published");
            let update = update.condition_expression("attribute_exists(pk)");
            let published = json(&Published { entry_id, ..published });
            known += usize::from(table.update(update.expression_attribute_values(":published", published)).await?);
        }
        Ok(known)
    }

    /// From the third layout to the fourth: which code its reporter has, and to whom a case may be forwarded. Of a log that does not
    /// hold, or a snapshot that says anything else than its log, nothing is made right: `verify` names it.
    async fn migrate_snapshot(&self, case: &CaseId) -> Result<bool, Fault> {
        for _ in 0..TRIES {
            let stored = match self.cases.case(case).await {
                Ok(Some(stored)) => stored,
                Ok(None) | Err(Fault::Damaged(_)) => return Ok(false),
                Err(fault) => return Err(fault),
            };
            let told = told(case, &self.partition(log_pk(case)).await?)?;
            let Some(replayed) = Case::replay(&told.events) else { return Ok(false) };
            if !told.problems.is_empty() || stored.case == replayed {
                return Ok(false);
            }
            let (code, may_forward) = (replayed.code, replayed.may_forward.clone());
            let as_now = Case { code, may_forward, ..stored.case };
            if told.head != stored.head {
                // It moves on meanwhile, or it does not hold.
                continue;
            }
            if as_now != replayed {
                return Ok(false);
            }
            let table = &self.cases.table;
            let update = table.updating(key(case_pk(case), "CASE")).update_expression("SET #snapshot = :snapshot");
            let update = update.expression_attribute_names("#snapshot", "snapshot");
            let update = update.condition_expression("head = :head").expression_attribute_values(":head", s(told.head));
            if table.update(update.expression_attribute_values(":snapshot", json(&replayed))).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn migrate_case(&self, case: &CaseId, items: &[Item]) -> Result<usize, Fault> {
        let table = &self.cases.table;
        let Some(stored) = self.cases.case(case).await? else { return Ok(0) };
        let named = self.named_in_log(&stored).await?;
        for item in items {
            if let Some(moved) = place(&stored, &named, item)? {
                table.put(moved, Some(ABSENT)).await?;
            }
            let (pk, sk) = (Read(item).text("pk")?, Read(item).text("sk")?);
            table.delete(key(pk.to_owned(), sk.to_owned())).await?;
        }
        Ok(items.len())
    }

    /// Every content that the log names by its hash: all else was sealed for a mail.
    async fn named_in_log(&self, stored: &Stored) -> Result<BTreeSet<String>, Fault> {
        let events = self.cases.events(&stored.case.id, 1, stored.case.version).await?;
        let of =
            |body: &EventBody| body.contents().into_iter().map(|content| content.id.to_string()).collect::<Vec<_>>();
        Ok(events.iter().flat_map(|event| of(&event.body)).collect())
    }
}

/// Whether it is of a case that is kept for ever, as its id says.
fn is_of_lasting_case(item: &Item) -> bool {
    let id = Read(item).maybe_text("pk").and_then(|pk| pk.split_once('#'));
    let id = id.filter(|(kind, _)| OF_CASES.contains(kind)).and_then(|(_, id)| id.parse::<CaseId>().ok());
    id.is_some_and(|id| !id.is_passing())
}

/// The item where it lies now; `None` for a timer that the case does not have any more.
fn place(stored: &Stored, named: &BTreeSet<String>, item: &Item) -> Result<Option<Item>, Fault> {
    let (case, sk) = (&stored.case, Read(item).text("sk")?);
    let (pk, sk) = if let Some(clock) = sk.strip_prefix("TIMER#") {
        if !case.timers().iter().any(|(timer, _)| timer.as_str() == clock) {
            return Ok(None);
        }
        (timer_pk(&case.id), sk.to_owned())
    } else if sk.starts_with("PLAN#") {
        (plan_pk(&case.id), sk.to_owned())
    } else {
        let name = sk.trim_start_matches("CONTENT#");
        match named.contains(name) {
            true => (content_pk(&case.id), sk.to_owned()),
            false => (words_pk(&case.id), format!("WORDS#{name}")),
        }
    };
    let mut moved = item.clone();
    moved.extend(key(pk, sk));
    Ok(Some(moved))
}
