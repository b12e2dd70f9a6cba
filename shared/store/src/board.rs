//! The board: open cases by what is due next, from clear fields alone, paged. A page costs the same however many cases
//! are open.

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};
use desk_domain::id::{CaseId, MemberId};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::Store;
use crate::fault::Fault;
use crate::item::{Item, Read, SHARDS, s};

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

    async fn board_query(
        &self,
        index: &str,
        hash: &str,
        value: String,
        after: Option<&str>,
    ) -> Result<Vec<Item>, Fault> {
        let output = self
            .db
            .query()
            .table_name(&*self.cases)
            .index_name(index)
            .key_condition_expression(format!("{hash} = :value AND board_at > :after"))
            .expression_attribute_values(":value", s(value))
            .expression_attribute_values(":after", s(after.unwrap_or(" ")))
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

fn row(item: &Item) -> Result<BoardRow, Fault> {
    let read = Read(item);
    let case = read.text("pk")?.strip_prefix("CASE#").and_then(|id| id.parse().ok());
    Ok(BoardRow {
        case: case.ok_or_else(|| Fault::damaged("a case id on the board"))?,
        package: read.maybe_text("package").map(str::to_owned),
        stage: read.text("stage")?.to_owned(),
        handler: read.maybe_text("handler").and_then(|m| m.parse().ok()),
        next_due: read.maybe_text("next_due").map(|_| read.time("next_due")).transpose()?,
        place: read.text("board_at")?.to_owned(),
    })
}
