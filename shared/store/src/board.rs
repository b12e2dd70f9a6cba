//! The board: open cases by what is due next, from clear fields alone, paged. A page costs the same however many cases
//! are open. What is only filed, comments on the policy, and what is closed are on lists of their own, newest first, in the same
//! index.

use desk_domain::case::event::Resolution;
use desk_domain::case::{Brief, Stage};
use desk_domain::id::{CaseId, MemberId, SourceId};
use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::item::{Item, Read, SHARDS, instant, shard};
use crate::query::{Index, Query};
use crate::views::CaseStore;

/// Cases on a page.
pub const PAGE: usize = 25;
/// So many are read of each shard: the last one tells whether there is a next page.
pub(crate) const ONE_MORE: i32 = PAGE as i32 + 1;

/// So late a mail may be filed, and the digest tells of it all the same; what lies longer has rung an alarm for days.
const FILED_LATE: SignedDuration = SignedDuration::from_hours(48);

/// Where what waits for nobody stands: after everything with a due time.
pub(crate) const LAST: &str = "9999";

/// An open case as the board shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    pub case: CaseId,
    pub package: Option<String>,
    pub stage: Stage,
    pub handler: Option<MemberId>,
    pub next_due: Option<Timestamp>,
    pub received_at: Timestamp,
    /// Nothing is known of a case that was written before there was one.
    pub brief: Brief,
    place: String,
}

/// What is only filed, as its list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledRow {
    pub case: CaseId,
    pub received_at: Timestamp,
    pub filed_at: Timestamp,
    /// Why it was filed.
    pub why: Resolution,
    pub handler: Option<MemberId>,
    /// The case that the mail names without being joined to it.
    pub names: Option<CaseId>,
    place: String,
}

/// A page of what is filed, and where the next one begins.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledPage {
    pub rows: Vec<FiledRow>,
    pub next: Option<String>,
}

/// A page, and where the next one begins.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardPage {
    pub rows: Vec<BoardRow>,
    pub next: Option<String>,
}

impl BoardRow {
    /// Where its report came from, while nobody has had to do with it as far as the board knows.
    pub fn untouched_from(&self) -> Option<&SourceId> {
        self.brief.source.as_ref().filter(|_| self.brief.unanswered_since.is_none())
    }

    /// Where it stands among all.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

impl CaseStore {
    /// The page of all open cases that begins after `after` (the `next` of the page before).
    pub async fn board(&self, after: Option<&str>) -> Result<BoardPage, Fault> {
        page(self.table.queries(board_shards().map(|shard| shard.beyond(after).first(ONE_MORE))).await?)
    }

    /// The page of a member's open cases.
    pub async fn handled_by(&self, member: &MemberId, after: Option<&str>) -> Result<BoardPage, Fault> {
        page(self.table.query(&handled(member).beyond(after).first(ONE_MORE)).await?)
    }

    /// The page of what is only filed (automatic mail, spam), newest first, that begins after `after` (the `next` of the page
    /// before).
    pub async fn filed(&self, after: Option<&str>) -> Result<FiledPage, Fault> {
        let shards = (0..SHARDS).map(|shard| Query::of(Index::Board, filed_name(shard)).descending());
        filed_page(self.table.queries(shards.map(|shard| shard.beyond(after).first(ONE_MORE))).await?)
    }

    /// The automatic mail that was filed from `from` on and before `until`, the newest first. The list goes by when a mail came, and one
    /// may be filed later: so much earlier ones are looked at too.
    pub async fn filed_between(&self, from: Timestamp, until: Timestamp) -> Result<Vec<FiledRow>, Fault> {
        let earliest = from.saturating_sub(FILED_LATE).unwrap_or(from);
        let (earliest, latest) = (instant(earliest), format!("{}~", instant(until)));
        let shards = (0..SHARDS).map(|shard| Query::of(Index::Board, filed_name(shard)).between(&earliest, &latest));
        let items = self.table.queries(shards).await?;
        let mut rows = items.iter().map(filed_row).collect::<Result<Vec<_>, _>>()?;
        rows.retain(|row| row.why == Resolution::AutomaticMail && row.filed_at >= from && row.filed_at < until);
        rows.sort_by(|a, b| b.place.cmp(&a.place));
        Ok(rows)
    }

    /// The page of the closed cases that were more than filed, newest first, that begins after `after`.
    pub async fn closed(&self, after: Option<&str>) -> Result<BoardPage, Fault> {
        self.newest(closed_name, after).await
    }

    /// The page of the comments on the policy, newest first, that begins after `after`.
    pub async fn comments(&self, after: Option<&str>) -> Result<BoardPage, Fault> {
        self.newest(comment_name, after).await
    }

    async fn newest(&self, name: fn(u8) -> String, after: Option<&str>) -> Result<BoardPage, Fault> {
        let shards = (0..SHARDS).map(|shard| Query::of(Index::Board, name(shard)).descending());
        let items = self.table.queries(shards.map(|shard| shard.beyond(after).first(ONE_MORE))).await?;
        let mut rows = items.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| b.place.cmp(&a.place));
        Ok(cut(rows))
    }

    /// Every open case, by what is due next. It costs what is open: for what is done once a day.
    pub async fn all_open(&self) -> Result<Vec<BoardRow>, Fault> {
        sorted(&self.table.queries(board_shards()).await?)
    }

    /// How many open cases a member handles.
    pub async fn load(&self, member: &MemberId) -> Result<u64, Fault> {
        self.table.count(&handled(member)).await
    }
}

/// Every open case, a query for each shard.
pub(crate) fn board_shards() -> impl Iterator<Item = Query> {
    (0..SHARDS).map(|shard| Query::of(Index::Board, format!("BOARD#{shard}")))
}

/// Every list that a case may stand on, a query for each shard of it; of the rows only their keys.
pub(crate) fn every_list() -> [Vec<Query>; 4] {
    let open: fn(u8) -> String = |shard| format!("BOARD#{shard}");
    let list = |name: fn(u8) -> String| {
        (0..SHARDS).map(|shard| Query::of(Index::Board, name(shard)).keys()).collect::<Vec<_>>()
    };
    [open, filed_name, comment_name, closed_name].map(list)
}

/// The open cases that a member handles.
fn handled(member: &MemberId) -> Query {
    Query::of(Index::Handler, format!("HANDLER#{member}"))
}

/// Where what is only filed stands in the index.
pub(crate) fn filed_shard(case: &CaseId) -> String {
    filed_name(shard(case.as_str()))
}

/// Where comments on the policy stand in the index.
pub(crate) fn comment_shard(case: &CaseId) -> String {
    comment_name(shard(case.as_str()))
}

/// Where the other closed cases stand in the index.
pub(crate) fn closed_shard(case: &CaseId) -> String {
    closed_name(shard(case.as_str()))
}

fn closed_name(shard: u8) -> String {
    format!("CLOSED#{shard}")
}

fn comment_name(shard: u8) -> String {
    format!("COMMENT#{shard}")
}

fn filed_name(shard: u8) -> String {
    format!("FILED#{shard}")
}

/// Whether `text` is a page's `next`: the place of a case among all.
pub fn is_cursor(text: &str) -> bool {
    let Some((due, case)) = text.split_once('#') else { return false };
    (due == LAST || due.parse::<Timestamp>().is_ok()) && case.parse::<CaseId>().is_ok()
}

fn page(items: Vec<Item>) -> Result<BoardPage, Fault> {
    Ok(cut(sorted(&items)?))
}

/// What is due first stands first.
pub(crate) fn sorted(items: &[Item]) -> Result<Vec<BoardRow>, Fault> {
    let mut rows = items.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(rows)
}

/// What fits on a page, and where the next one begins.
pub(crate) fn cut(mut rows: Vec<BoardRow>) -> BoardPage {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.place.clone());
    BoardPage { rows, next }
}

fn filed_page(items: Vec<Item>) -> Result<FiledPage, Fault> {
    let mut rows = items.iter().map(filed_row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| b.place.cmp(&a.place));
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.place.clone());
    Ok(FiledPage { rows, next })
}

fn filed_row(item: &Item) -> Result<FiledRow, Fault> {
    let read = Read(item);
    let Stage::Closed(why) = stage_of(item)? else { return Err(Fault::damaged("a filed case that is not closed")) };
    Ok(FiledRow {
        case: case_of(item)?,
        received_at: read.time("received_at")?,
        filed_at: read.maybe_text("filed_at").map_or_else(|| read.time("received_at"), |_| read.time("filed_at"))?,
        why,
        handler: read.maybe_text("handler").and_then(|m| m.parse().ok()),
        names: read.maybe_text("names").and_then(|id| id.parse().ok()),
        place: read.text("board_at")?.to_owned(),
    })
}

fn case_of(item: &Item) -> Result<CaseId, Fault> {
    let case = Read(item).text("pk")?.strip_prefix("CASE#").and_then(|id| id.parse().ok());
    case.ok_or_else(|| Fault::damaged("a case id on the board"))
}

fn stage_of(item: &Item) -> Result<Stage, Fault> {
    Read(item).text("stage")?.parse().map_err(|_| Fault::damaged("a stage on the board"))
}

fn row(item: &Item) -> Result<BoardRow, Fault> {
    let read = Read(item);
    Ok(BoardRow {
        case: case_of(item)?,
        package: read.maybe_text("package").map(str::to_owned),
        stage: stage_of(item)?,
        handler: read.maybe_text("handler").and_then(|m| m.parse().ok()),
        next_due: read.maybe_text("next_due").map(|_| read.time("next_due")).transpose()?,
        received_at: read.time("received_at")?,
        brief: read.maybe_text("brief").map(|_| read.json("brief")).transpose()?.unwrap_or_default(),
        place: read.text("board_at")?.to_owned(),
    })
}
