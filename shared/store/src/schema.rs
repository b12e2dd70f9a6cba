//! The two tables. The template in `infra/aws` declares the same for production; here they are made for stand-ins.
//!
//! | index of `cases` | keys | answers |
//! |--|--|--|
//! | `due` | `due` = `DUE#<shard>`, `due_at` = instant | what is due up to now (timers and plans), keys only |
//! | `board` | `board` = `BOARD#<shard>`, `board_at` = next due + id | open cases by what is due next, clear fields only |
//! | `board` | `board` = `FILED#<shard>`, `board_at` = received + id | what is only filed, newest first |
//! | `board` | `board` = `CLOSED#<shard>`, `board_at` = received + id | the other closed cases, newest first |
//! | `handler` | `handler_of` = `HANDLER#<member>`, `board_at` | a member's open cases and load |
//!
//! `mail` has a `due` index of its own. All indexes are sparse: an item is in one while it carries its keys.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use crate::Store;
use crate::fault::Fault;
use crate::query::Index;
use crate::table::Table;

/// Clear fields that the board shows without opening anything.
const BOARD_FIELDS: [&str; 7] = ["package", "stage", "handler", "next_due", "received_at", "names", "brief"];

impl Store {
    /// Makes the tables that are not there yet: on demand, streams on, TTL on.
    ///
    /// # Errors
    /// When the far end refuses or cannot be reached.
    pub async fn create_tables(&self) -> Result<(), Fault> {
        let due = || index(Index::Due, Projection::builder().projection_type(ProjectionType::KeysOnly));
        let board_fields =
            || Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(fields()));
        let cases = [due(), index(Index::Board, board_fields()), index(Index::Handler, board_fields())];
        self.cases.table.create(&cases, &["due", "due_at", "board", "board_at", "handler_of"]).await?;
        self.mail.table.create(&[due()], &["due", "due_at"]).await
    }
}

impl Table {
    async fn create(&self, indexes: &[GlobalSecondaryIndex], index_keys: &[&str]) -> Result<(), Fault> {
        if self.db.describe_table().table_name(&*self.name).send().await.is_ok() {
            return Ok(());
        }
        let attributes = ["pk", "sk"].iter().chain(index_keys).map(|key| attribute(key)).collect();
        let stream =
            StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewImage).build();
        self.db
            .create_table()
            .table_name(&*self.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes))
            .set_key_schema(Some(vec![key("pk", KeyType::Hash), key("sk", KeyType::Range)]))
            .set_global_secondary_indexes(Some(indexes.to_vec()))
            .stream_specification(stream.map_err(|_| Fault::damaged("stream specification"))?)
            .send()
            .await
            .map_err(|e| Fault::from_sdk(&e))?;
        let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build();
        self.db
            .update_time_to_live()
            .table_name(&*self.name)
            .time_to_live_specification(ttl.map_err(|_| Fault::damaged("TTL specification"))?)
            .send()
            .await
            .map_err(|e| Fault::from_sdk(&e))?;
        Ok(())
    }
}

fn fields() -> Vec<String> {
    BOARD_FIELDS.iter().map(|f| (*f).to_owned()).collect()
}

fn attribute(name: &str) -> AttributeDefinition {
    let built = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    built.expect("name and type are given")
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("name and type are given")
}

fn index(index: Index, projection: aws_sdk_dynamodb::types::builders::ProjectionBuilder) -> GlobalSecondaryIndex {
    let (hash, range) = index.key();
    GlobalSecondaryIndex::builder()
        .set_index_name(index.name().map(str::to_owned))
        .key_schema(key(hash, KeyType::Hash))
        .key_schema(key(range, KeyType::Range))
        .projection(projection.build())
        .build()
        .expect("name and keys are given")
}
