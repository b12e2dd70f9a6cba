//! The figures of promises, as [`desk_domain::figures`] makes them of events.
//!
//! | pk | sk | what |
//! |--|--|--|
//! | `FIGURE#<day>` | `<case>#<what>` | an entry of a case: a run of a clock that was kept or missed that day |
//! | `FIGURES#<year>` | `<day>` | the day's tally; `stale` while its entries say something else |
//!
//! `fan-out` writes them when it plans the events that they follow from, and nobody else does: planning comes after every
//! commit, is repeated until it is done, and keeps no report waiting. (In the commit itself they would cost each function that
//! commits a right, and all commits of a day one item that they fight for.) An entry is written over by a newer one of the same
//! name, so nothing is counted twice, whatever is repeated; a tally is made anew of its day's entries, never added to, and put
//! only where it is as stale as it was when they were read. All of it can be made again from the logs.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::figures::{Counted, Entry, Tally, entries};
use desk_domain::id::CaseId;
use jiff::civil::Date;
use serde::Serialize;

use crate::Store;
use crate::cases::parse_event;
use crate::fault::Fault;
use crate::item::{Item, Read, json, key, n, s};
use crate::query::{Index, Query};
use crate::views::FigureStore;

/// How often two that count one day may get in each other's way.
const ATTEMPTS: u32 = 12;

/// What making everything again came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    pub cases: usize,
    pub entries: usize,
    pub days: usize,
    /// Days whose tally was another one.
    pub changed: usize,
}

/// The day of a tally, by its key.
pub fn tally_of(pk: &str, sk: &str) -> Option<Date> {
    pk.strip_prefix("FIGURES#").and_then(|_| sk.parse().ok())
}

fn tally_key(day: Date) -> Item {
    key(tallies(day.year()), day.to_string())
}

fn tallies(year: i16) -> String {
    format!("FIGURES#{year:04}")
}

fn day_pk(day: Date) -> String {
    format!("FIGURE#{day}")
}

impl FigureStore {
    /// Writes what a case counts as, unless something newer is known; then its days are stale. `by` names who made them so.
    pub async fn put_entries(&self, case: &CaseId, entries: &[Entry], by: &str) -> Result<(), Fault> {
        for entry in entries {
            self.put_entry(case, entry).await?;
        }
        let days: BTreeSet<Date> = entries.iter().map(|entry| entry.day).collect();
        for day in days {
            self.mark_stale(day, by).await?;
        }
        Ok(())
    }

    async fn put_entry(&self, case: &CaseId, entry: &Entry) -> Result<(), Fault> {
        let update = self.table.updating(key(day_pk(entry.day), format!("{case}#{}", entry.about)));
        let update = update
            .update_expression("SET #case = :case, counted = :counted, seq = :seq")
            .condition_expression("attribute_not_exists(seq) OR seq <= :seq")
            .expression_attribute_names("#case", "case")
            .expression_attribute_values(":case", s(case.as_str()))
            .expression_attribute_values(":counted", json(&entry.counted))
            .expression_attribute_values(":seq", n(entry.seq));
        self.table.update(update).await.map(drop)
    }

    async fn mark_stale(&self, day: Date, by: &str) -> Result<(), Fault> {
        let update = self.table.updating(tally_key(day)).update_expression("SET stale = :by");
        self.table.update(update.expression_attribute_values(":by", s(by))).await.map(drop)
    }

    /// Makes a stale day's tally anew; nothing where it is not. Whether it is another one than before.
    ///
    /// # Errors
    /// Besides those of the store, a passing fault where others change the day at the same time, again and again.
    pub async fn count(&self, day: Date) -> Result<bool, Fault> {
        for _ in 0..ATTEMPTS {
            let Some(known) = self.table.get(tally_key(day)).await? else { return Ok(false) };
            let Some(stale) = Read(&known).maybe_text("stale") else { return Ok(false) };
            let tally = self.counted(day).await?;
            let update = self.table.updating(tally_key(day));
            let update = update
                .update_expression("SET tally = :tally REMOVE stale")
                .condition_expression("stale = :stale")
                .expression_attribute_values(":tally", json(&tally))
                .expression_attribute_values(":stale", s(stale));
            if self.table.update(update).await? {
                return Ok(read_tally(&known)? != Some(tally));
            }
        }
        Err(Fault::Retryable("others count the day at the same time, again and again".to_owned()))
    }

    async fn counted(&self, day: Date) -> Result<Tally, Fault> {
        let mut counts = Vec::new();
        for item in self.table.query(&Query::of(Index::Own, day_pk(day))).await? {
            let read = Read(&item);
            let case = read.text("case")?.parse().map_err(|_| Fault::damaged("the case of a figure"))?;
            counts.extend(read.json::<Option<Counted>>("counted")?.map(|counted| (case, counted)));
        }
        Ok(Tally::of(counts))
    }

    /// The tallies of the days from one to another, both included.
    pub async fn tallies(&self, from: Date, until: Date) -> Result<BTreeMap<Date, Tally>, Fault> {
        let days = self.days(from, until).await?;
        days.into_iter()
            .filter_map(|(day, item)| Some(read_tally(&item).transpose()?.map(|tally| (day, tally))))
            .collect()
    }

    /// The days among these whose tally waits to be made anew.
    pub async fn stale(&self, from: Date, until: Date) -> Result<Vec<Date>, Fault> {
        let days = self.days(from, until).await?.into_iter();
        Ok(days.filter(|(_, item)| item.contains_key("stale")).map(|(day, _)| day).collect())
    }

    async fn days(&self, from: Date, until: Date) -> Result<Vec<(Date, Item)>, Fault> {
        let years = (from.year()..=until.year()).map(|year| Query::of(Index::Own, tallies(year)));
        let items = self.table.queries(years.map(|year| year.between(from.to_string(), until.to_string()))).await?;
        let dated = |item: Item| {
            let day = Read(&item).text("sk")?.parse().map_err(|_| Fault::damaged("the day of a tally"))?;
            Ok((day, item))
        };
        items.into_iter().map(dated).collect()
    }
}

fn read_tally(item: &Item) -> Result<Option<Tally>, Fault> {
    let read = Read(item);
    read.maybe_text("tally").map(|_| read.json("tally")).transpose()
}

impl Store {
    /// Makes every figure again from the logs: what no log says is taken away, and every day counted. What is committed
    /// meanwhile is counted too. It reads every case: an operator's tool.
    pub async fn rebuild_figures(&self) -> Result<Rebuilt, Fault> {
        let (mut rebuilt, mut known) = (Rebuilt::default(), BTreeMap::<CaseId, Vec<Entry>>::new());
        for case in self.all_cases().await? {
            known.insert(case.clone(), self.counting(&case).await?);
        }
        let mut days = BTreeSet::new();
        for (day, case, item) in self.all_entries().await? {
            days.insert(day);
            if !known.contains_key(&case) {
                known.insert(case.clone(), self.counting(&case).await?);
            }
            let stands = |entry: &Entry| key(day_pk(entry.day), format!("{case}#{}", entry.about)) == item;
            if !known[&case].iter().any(stands) {
                self.figures.table.delete(item).await?;
            }
        }
        rebuilt.cases = known.len();
        for (case, entries) in &known {
            rebuilt.entries += entries.len();
            days.extend(entries.iter().map(|entry| entry.day));
            for entry in entries {
                self.figures.put_entry(case, entry).await?;
            }
        }
        rebuilt.days = days.len();
        for day in days {
            self.figures.mark_stale(day, "rebuilt").await?;
            rebuilt.changed += usize::from(self.figures.count(day).await?);
        }
        Ok(rebuilt)
    }

    /// What of a case counts now.
    async fn counting(&self, case: &CaseId) -> Result<Vec<Entry>, Fault> {
        let log = self.cases.log(case, 1, u64::MAX >> 24).await?;
        let log = log.iter().map(|bytes| parse_event(case, bytes)).collect::<Result<Vec<_>, _>>()?;
        Ok(entries(&log).into_iter().filter(|entry| entry.counted.is_some()).collect())
    }

    /// The day, the case and the key of every entry that is stored.
    async fn all_entries(&self) -> Result<Vec<(Date, CaseId, Item)>, Fault> {
        let scanned = self.figures.table.scan(|scan| {
            scan.filter_expression("begins_with(pk, :figure)")
                .projection_expression("pk, sk")
                .expression_attribute_values(":figure", s("FIGURE#"))
        });
        let read = |item: Item| {
            let (pk, sk) = (Read(&item).text("pk")?, Read(&item).text("sk")?);
            let day = pk.strip_prefix("FIGURE#").and_then(|day| day.parse().ok());
            let case = sk.split('#').next().and_then(|case| case.parse().ok());
            let (day, case) = day.zip(case).ok_or_else(|| Fault::damaged("the key of a figure"))?;
            Ok((day, case, item))
        };
        scanned.await?.into_iter().map(read).collect()
    }
}
