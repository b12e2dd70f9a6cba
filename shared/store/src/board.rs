//! The board: open cases by what is due next, from clear fields alone, paged. A page costs the same however many cases
//! are open. What is only filed is on a list of its own, newest first, in the same index.

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};
use desk_domain::id::{CaseId, MemberId};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::Store;
use crate::fault::Fault;
use crate::item::{Item, Read, SHARDS, s, shard};

/// Cases on a page.
pub const PAGE: usize = 25;

/// Where what waits for nobody stands: after everything with a due time.
pub(crate) const LAST: &str = "9999";

/// An open case as the board shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    pub case: CaseId,
    pub package: Option<String>,
    pub stage: String,
    pub handler: Option<MemberId>,
    pub next_due: Option<Timestamp>,
    place: String,
}

/// What is only filed, as its list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledRow {
    pub case: CaseId,
    pub received_at: Timestamp,
    /// The stage in words, which says why it was filed: `Closed (automatic mail)`.
    pub stage: String,
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

impl Store {
    /// The page of all open cases that begins after `after` (the `next` of the page before).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn board(&self, after: Option<&str>) -> Result<BoardPage, Fault> {
        let shards = (0..SHARDS).map(|shard| self.board_query("board", "board", format!("BOARD#{shard}"), after));
        page(try_join_all(shards).await?.into_iter().flatten().collect())
    }

    /// The page of a member's open cases.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn handled_by(&self, member: &MemberId, after: Option<&str>) -> Result<BoardPage, Fault> {
        page(self.board_query("handler", "handler_of", format!("HANDLER#{member}"), after).await?)
    }

    /// The page of what is only filed (automatic mail, comments on the policy, spam), newest first, that begins after `after`
    /// (the `next` of the page before).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn filed(&self, after: Option<&str>) -> Result<FiledPage, Fault> {
        let shards = (0..SHARDS).map(|shard| self.index_query("board", "board", filed_name(shard), Way::Down, after));
        filed_page(try_join_all(shards).await?.into_iter().flatten().collect())
    }

    /// Every open case, by what is due next. It costs what is open: for what is done once a day.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn all_open(&self) -> Result<Vec<BoardRow>, Fault> {
        let shards = try_join_all((0..SHARDS).map(|shard| self.whole_shard(format!("BOARD#{shard}")))).await?;
        let mut rows = shards.iter().flatten().map(row).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(rows)
    }

    async fn whole_shard(&self, name: String) -> Result<Vec<Item>, Fault> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let output = self
                .db
                .query()
                .table_name(&*self.cases)
                .index_name("board")
                .key_condition_expression("board = :name")
                .expression_attribute_values(":name", s(&name))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|e| Fault::from_sdk(&e))?;
            self.meter.read(output.consumed_capacity());
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    async fn board_query(
        &self,
        index: &str,
        hash: &str,
        value: String,
        after: Option<&str>,
    ) -> Result<Vec<Item>, Fault> {
        self.index_query(index, hash, value, Way::Up, after).await
    }

    async fn index_query(
        &self,
        index: &str,
        hash: &str,
        value: String,
        way: Way,
        after: Option<&str>,
    ) -> Result<Vec<Item>, Fault> {
        // A place is a time and an id: digits come after a blank and before a tilde.
        let (beyond, start) = match way {
            Way::Up => (">", " "),
            Way::Down => ("<", "~"),
        };
        let output = self
            .db
            .query()
            .table_name(&*self.cases)
            .index_name(index)
            .key_condition_expression(format!("{hash} = :value AND board_at {beyond} :after"))
            .expression_attribute_values(":value", s(value))
            .expression_attribute_values(":after", s(after.unwrap_or(start)))
            .scan_index_forward(matches!(way, Way::Up))
            .limit(PAGE as i32 + 1)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|e| Fault::from_sdk(&e))?;
        self.meter.read(output.consumed_capacity());
        Ok(output.items.unwrap_or_default())
    }

    /// How many open cases a member handles.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn load(&self, member: &MemberId) -> Result<u64, Fault> {
        let (mut count, mut start) = (0, None);
        loop {
            let output = self
                .db
                .query()
                .table_name(&*self.cases)
                .index_name("handler")
                .select(Select::Count)
                .key_condition_expression("handler_of = :member")
                .expression_attribute_values(":member", s(format!("HANDLER#{member}")))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|e| Fault::from_sdk(&e))?;
            self.meter.read(output.consumed_capacity());
            count += u64::try_from(output.count).unwrap_or_default();
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }
}

/// In which order an index is read.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// Where what is only filed stands in the index.
pub(crate) fn filed_shard(case: &CaseId) -> String {
    filed_name(shard(case.as_str()))
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
    let mut rows = items.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.place.clone());
    Ok(BoardPage { rows, next })
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
    Ok(FiledRow {
        case: case_of(item)?,
        received_at: read.time("received_at")?,
        stage: read.text("stage")?.to_owned(),
        handler: read.maybe_text("handler").and_then(|m| m.parse().ok()),
        names: read.maybe_text("names").and_then(|id| id.parse().ok()),
        place: read.text("board_at")?.to_owned(),
    })
}

fn case_of(item: &Item) -> Result<CaseId, Fault> {
    let case = Read(item).text("pk")?.strip_prefix("CASE#").and_then(|id| id.parse().ok());
    case.ok_or_else(|| Fault::damaged("a case id on the board"))
}

fn row(item: &Item) -> Result<BoardRow, Fault> {
    let read = Read(item);
    Ok(BoardRow {
        case: case_of(item)?,
        package: read.maybe_text("package").map(str::to_owned),
        stage: read.text("stage")?.to_owned(),
        handler: read.maybe_text("handler").and_then(|m| m.parse().ok()),
        next_due: read.maybe_text("next_due").map(|_| read.time("next_due")).transpose()?,
        place: read.text("board_at")?.to_owned(),
    })
}
