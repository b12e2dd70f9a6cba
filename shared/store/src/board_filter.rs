//! The open cases of one kind. What an index is not made for is left out here: it costs what is open up to the end of the page,
//! in a few large portions, where the whole board costs the same however many cases there are. So the board shows no counts.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use desk_domain::case::Stage;
use desk_domain::id::{Malformed, SourceId};
use jiff::Timestamp;

use crate::board::{BoardPage, BoardRow, ONE_MORE, PAGE, board_shards, cut, sorted};
use crate::fault::Fault;
use crate::views::CaseStore;

/// Read of each shard in one go, since most of it may be left out.
const PORTION: i32 = 200;

/// Of the open cases, those of which this holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Nobody handles it.
    Unclaimed,
    /// Something is due by now.
    Overdue,
    /// The reporter was asked something.
    Waiting,
    /// The matter or an exploit is public, or it is attacked.
    Outside,
}

/// Which of the open cases are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardFilter {
    pub only: Option<Only>,
    pub package: Option<String>,
    /// Those that came from there and that nobody has had to do with.
    pub source: Option<SourceId>,
}

impl Only {
    pub const ALL: [Only; 4] = [Only::Unclaimed, Only::Overdue, Only::Waiting, Only::Outside];

    /// As an address names it.
    pub fn name(self) -> &'static str {
        match self {
            Only::Unclaimed => "unclaimed",
            Only::Overdue => "overdue",
            Only::Waiting => "waiting",
            Only::Outside => "outside",
        }
    }

    fn holds(self, row: &BoardRow, now: Timestamp) -> bool {
        match self {
            Only::Unclaimed => row.handler.is_none(),
            Only::Overdue => is_overdue(row, now),
            Only::Waiting => row.brief.waiting_for_reporter || row.stage == Stage::MoreInformationNeeded,
            Only::Outside => !row.brief.facts.is_empty(),
        }
    }
}

fn is_overdue(row: &BoardRow, now: Timestamp) -> bool {
    row.next_due.is_some_and(|due| due <= now)
}

impl fmt::Display for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Only {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Only, Malformed> {
        Only::ALL
            .into_iter()
            .find(|only| only.name() == text)
            .ok_or(Malformed("one of unclaimed, overdue, waiting, outside"))
    }
}

impl BoardFilter {
    /// Whether it leaves nothing out.
    pub fn is_none(&self) -> bool {
        *self == BoardFilter::default()
    }

    fn keeps(&self, row: &BoardRow, now: Timestamp) -> bool {
        let of_package = self.package.as_ref().is_none_or(|package| row.package.as_ref() == Some(package));
        let of_source = self.source.is_none() || row.untouched_from() == self.source.as_ref();
        of_package && of_source && self.only.is_none_or(|only| only.holds(row, now))
    }

    /// Whether nothing that comes after `row` is kept: what is due first stands first.
    fn ends_at(&self, row: &BoardRow, now: Timestamp) -> bool {
        self.only == Some(Only::Overdue) && !is_overdue(row, now)
    }
}

impl CaseStore {
    /// The page of those open cases that begins after `after` (the `next` of the page before).
    pub async fn board_of(
        &self,
        filter: &BoardFilter,
        now: Timestamp,
        after: Option<&str>,
    ) -> Result<BoardPage, Fault> {
        let (mut kept, mut after) = (Vec::new(), after.map(str::to_owned));
        loop {
            let read = self.portion(after.as_deref(), PORTION).await?;
            let over = read.rows.last().is_none_or(|last| filter.ends_at(last, now));
            kept.extend(read.rows.into_iter().filter(|row| filter.keeps(row, now)));
            match read.next.filter(|_| !over && kept.len() <= PAGE) {
                Some(next) => after = Some(next),
                None => return Ok(cut(kept)),
            }
        }
    }

    /// The page of all open cases that begins after `after`, as [`CaseStore::board`] reads it, where the untouched reports of a source
    /// that sent more than `most` count for none of it: they are all there as far as they were read, and the others as if they were not.
    pub async fn board_of_crowds(&self, most: usize, after: Option<&str>) -> Result<BoardPage, Fault> {
        let BoardPage { mut rows, next } = self.portion(after, ONE_MORE).await?;
        let crowds = crowds(&rows, most);
        let is_one = |row: &BoardRow| row.untouched_from().is_none_or(|source| !crowds.contains_key(source));
        let end = rows.iter().enumerate().filter(|(_, row)| is_one(row)).map(|(place, _)| place).nth(PAGE);
        rows.truncate(end.unwrap_or(usize::MAX));
        let cut_at = rows.last().filter(|_| end.is_some()).map(|row| row.place().to_owned());
        Ok(BoardPage { rows, next: cut_at.or(next) })
    }

    /// Many rows in their order, none of them missing, of which each shard has at most so many; `next` while there are more.
    async fn portion(&self, after: Option<&str>, each: i32) -> Result<BoardPage, Fault> {
        let shards = board_shards().map(|shard| shard.beyond(after).first(each));
        let shards: Vec<_> =
            self.table.each(shards).await?.iter().map(|items| sorted(items)).collect::<Result<_, _>>()?;
        // A shard that gave as many as it was asked for has more, and what comes after its last would stand between others.
        let full = shards.iter().filter(|rows| rows.len() >= each as usize);
        let next = full.filter_map(|rows| rows.last()).map(BoardRow::place).min().map(str::to_owned);
        let mut rows: Vec<BoardRow> = shards.into_iter().flatten().collect();
        if let Some(next) = &next {
            rows.retain(|row| row.place() <= next.as_str());
        }
        rows.sort_by(|a, b| a.place().cmp(b.place()));
        Ok(BoardPage { rows, next })
    }
}

/// The sources of which there are more than `most` that nobody has had to do with, and how many.
pub fn crowds(rows: &[BoardRow], most: usize) -> BTreeMap<SourceId, usize> {
    let mut counts = BTreeMap::new();
    for source in rows.iter().filter_map(BoardRow::untouched_from) {
        *counts.entry(source.clone()).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count > most);
    counts
}
