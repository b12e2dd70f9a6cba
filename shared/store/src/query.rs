//! Many items of a table at once: one query for all that ask for them, and one scan for an operator's tools.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};
use futures_util::future::try_join_all;

use crate::fault::Fault;
use crate::item::{Item, s};
use crate::table::Table;

/// By which of its keys an item is found.
#[derive(Clone, Copy)]
pub(crate) enum Index {
    /// Its own: a partition, read consistently.
    Own,
    Due,
    Board,
    Handler,
}

impl Index {
    /// As the table knows it; `None` for the items' own key.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Index::Own => None,
            Index::Due => Some("due"),
            Index::Board => Some("board"),
            Index::Handler => Some("handler"),
        }
    }

    /// The attributes of its key: whose value is given, and by which it is in order.
    pub fn key(self) -> (&'static str, &'static str) {
        match self {
            Index::Own => ("pk", "sk"),
            Index::Due => ("due", "due_at"),
            Index::Board => ("board", "board_at"),
            Index::Handler => ("handler_of", "board_at"),
        }
    }
}

#[derive(Clone)]
enum Range {
    All,
    /// Both ends are in it.
    Between(String, String),
    /// What comes after it in the direction of reading; it is not in it.
    Beyond(String),
}

/// What is asked for: items with one value of an index's first key, all of them in order unless said otherwise.
#[derive(Clone)]
pub(crate) struct Query {
    index: Index,
    key: String,
    range: Range,
    descending: bool,
    limit: Option<i32>,
    keys: bool,
}

impl Query {
    pub fn of(index: Index, key: impl Into<String>) -> Query {
        Query { index, key: key.into(), range: Range::All, descending: false, limit: None, keys: false }
    }

    /// Of a partition only what begins with `prefix`, which is followed by letters, digits or their like.
    pub fn beginning(pk: impl Into<String>, prefix: &str) -> Query {
        Query::of(Index::Own, pk).between(prefix, format!("{prefix}~"))
    }

    pub fn between(self, from: impl Into<String>, to: impl Into<String>) -> Query {
        Query { range: Range::Between(from.into(), to.into()), ..self }
    }

    /// What follows the item that stands at `place`, where one does.
    pub fn beyond(self, place: Option<&str>) -> Query {
        Query { range: place.map_or(Range::All, |place| Range::Beyond(place.to_owned())), ..self }
    }

    pub fn descending(self) -> Query {
        Query { descending: true, ..self }
    }

    /// The first so many, in one call.
    pub fn first(self, limit: i32) -> Query {
        Query { limit: Some(limit), ..self }
    }

    /// Of each item nothing but its own key.
    pub fn keys(self) -> Query {
        Query { keys: true, ..self }
    }

    /// The condition on the key, and the values that it names.
    fn condition(&self) -> (String, Vec<(&'static str, &str)>) {
        let (hash, range) = self.index.key();
        let key = (":key", self.key.as_str());
        match &self.range {
            Range::All => (format!("{hash} = :key"), vec![key]),
            Range::Between(from, to) => {
                let condition = format!("{hash} = :key AND {range} BETWEEN :from AND :to");
                (condition, vec![key, (":from", from), (":to", to)])
            }
            Range::Beyond(place) => {
                let beyond = if self.descending { '<' } else { '>' };
                (format!("{hash} = :key AND {range} {beyond} :place"), vec![key, (":place", place)])
            }
        }
    }
}

impl Table {
    /// What a query finds, in its order.
    pub async fn query(&self, query: &Query) -> Result<Vec<Item>, Fault> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let mut output = self.ask(query, None, start).await?;
            items.append(output.items.get_or_insert_default());
            start = output.last_evaluated_key.filter(|_| query.limit.is_none());
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// What several queries find, asked at once; in the order of the queries.
    pub async fn queries(&self, queries: impl Iterator<Item = Query>) -> Result<Vec<Item>, Fault> {
        Ok(self.each(queries).await?.into_iter().flatten().collect())
    }

    /// What each of several queries finds, asked at once.
    pub async fn each(&self, queries: impl Iterator<Item = Query>) -> Result<Vec<Vec<Item>>, Fault> {
        try_join_all(queries.map(|query| async move { self.query(&query).await })).await
    }

    /// How much a query finds, without reading it.
    pub async fn count(&self, query: &Query) -> Result<u64, Fault> {
        let (mut count, mut start) = (0, None);
        loop {
            let output = self.ask(query, Some(Select::Count), start).await?;
            count += u64::try_from(output.count).unwrap_or_default();
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    async fn ask(&self, query: &Query, select: Option<Select>, start: Option<Item>) -> Result<QueryOutput, Fault> {
        let (condition, values) = query.condition();
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), s(value))).collect();
        let sent = self
            .db
            .query()
            .table_name(&*self.name)
            .set_index_name(query.index.name().map(str::to_owned))
            .set_select(select)
            .set_projection_expression(query.keys.then(|| "pk, sk".to_owned()))
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            // An index cannot be read consistently.
            .consistent_read(query.index.name().is_none())
            .scan_index_forward(!query.descending)
            .set_limit(query.limit)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let output = sent.map_err(|e| Fault::from_sdk(&e))?;
        self.meter.read(output.consumed_capacity());
        Ok(output)
    }

    /// The whole table, or as much of each item, and of the items, as `narrow` says.
    pub async fn scan(&self, narrow: impl FnOnce(ScanFluentBuilder) -> ScanFluentBuilder) -> Result<Vec<Item>, Fault> {
        let scan = narrow(self.db.scan().table_name(&*self.name));
        let mut pages = scan.return_consumed_capacity(ReturnConsumedCapacity::Total).into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let mut page = page.map_err(|e| Fault::from_sdk(&e))?;
            self.meter.read(page.consumed_capacity());
            items.append(page.items.get_or_insert_default());
        }
        Ok(items)
    }

    /// Fails where it is not there or must not be read.
    pub async fn readable(&self) -> Result<(), Fault> {
        self.db.scan().table_name(&*self.name).limit(1).send().await.map(drop).map_err(|e| Fault::from_sdk(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_follows_the_direction_of_reading() {
        let board = || Query::of(Index::Board, "BOARD#3");
        assert_eq!(board().condition(), ("board = :key".to_owned(), vec![(":key", "BOARD#3")]));
        assert_eq!(board().beyond(None).condition(), board().condition());
        let up = board().beyond(Some("a"));
        assert_eq!(
            up.condition(),
            ("board = :key AND board_at > :place".to_owned(), vec![(":key", "BOARD#3"), (":place", "a")])
        );
        assert_eq!(up.clone().descending().condition().0, "board = :key AND board_at < :place");
        let channels = Query::beginning("ADVISORY#x", "CHANNEL#");
        let values = vec![(":key", "ADVISORY#x"), (":from", "CHANNEL#"), (":to", "CHANNEL#~")];
        assert_eq!(channels.condition(), ("pk = :key AND sk BETWEEN :from AND :to".to_owned(), values));
    }
}
