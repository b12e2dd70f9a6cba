//! The embedded DynamoDB: `dynoxide` over one SQLite file, on a loopback port of its own. The server that comes with it asks
//! nobody who they are, so the calls that the desk makes are taken here and handed to its engine.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::signed::{self, OwnCredentials};
use crate::{Failure, connections};

/// As much as DynamoDB takes in one call.
const LARGEST_CALL: usize = 16 * 1024 * 1024;

/// So many records of the streams are kept. DynamoDB keeps those of a day; whoever reads them here is at the newest.
const KEPT: u32 = 5_000;
/// How long the file is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running stand-in; ends with [`Embedded::stop`].
pub struct Embedded {
    pub url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Embedded {
    /// Takes calls that are signed with `credentials`, and no others.
    ///
    /// # Errors
    /// When the file cannot be opened or no port is free.
    pub async fn start(file: &Path, credentials: &OwnCredentials) -> Result<Embedded, Failure> {
        let cannot = |e: String| Failure::of("the embedded DynamoDB cannot start", e);
        let path = file.to_str().ok_or_else(|| cannot("the path is not UTF-8".to_owned()))?;
        let database = Database::new(path).map_err(|e| cannot(e.to_string()))?;
        tend_streams(path).map_err(|e| cannot(e.to_string()))?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| cannot(e.to_string()))?;
        let address = listener.local_addr().map_err(|e| cannot(e.to_string()))?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            let _ = stopped.await;
        };
        let app = signed::only(routes(database), "dynamodb", credentials);
        let task = tokio::spawn(connections::serve(listener, app, until));
        Ok(Embedded { url: format!("http://{address}"), stop, task })
    }

    pub async fn stop(self) {
        let _ = self.stop.send(());
        // A connection that is kept alive by its client would hold the shutdown; what is stored is stored.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.task).await;
    }
}

fn routes(database: Database) -> Router {
    Router::new().route("/", post(call)).layer(DefaultBodyLimit::max(LARGEST_CALL)).with_state(database)
}

/// One call of the JSON protocol: `x-amz-target` names the operation behind the API's version.
async fn call(State(database): State<Database>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.split_once('.').map_or("", |(_, operation)| operation);
    let (status, answer) = match answer(&database, operation, &body) {
        Ok(answer) => (StatusCode::OK, answer),
        Err(e) => (StatusCode::from_u16(e.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), e.to_json()),
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], answer).into_response()
}

/// The operations that the desk uses, and what answers each.
macro_rules! operations {
    ($($name:literal: $method:ident,)*) => {
        fn answer(database: &Database, operation: &str, body: &[u8]) -> dynoxide::Result<String> {
            match operation {
                $($name => written(&database.$method(read(body)?)?),)*
                _ => Err(DynoxideError::ValidationException("This stand-in knows no such operation.".to_owned())),
            }
        }
    };
}

operations! {
    "CreateTable": create_table,
    "DescribeTable": describe_table,
    "UpdateTimeToLive": update_time_to_live,
    "GetItem": get_item,
    "PutItem": put_item,
    "UpdateItem": update_item,
    "DeleteItem": delete_item,
    "Query": query,
    "Scan": scan,
    "TransactWriteItems": transact_write_items,
    "ListStreams": list_streams,
    "DescribeStream": describe_stream,
    "GetShardIterator": get_shard_iterator,
    "GetRecords": get_records,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> dynoxide::Result<T> {
    serde_json::from_slice(body).map_err(|e| DynoxideError::SerializationException(e.to_string()))
}

fn written<T: Serialize>(answer: &T) -> dynoxide::Result<String> {
    serde_json::to_string(answer).map_err(|e| DynoxideError::InternalServerError(e.to_string()))
}

/// The stand-in looks at each write through all records that a table's stream ever had, and keeps them for ever: a desk would become
/// slower each day. With an order to find the newest in, and without the oldest, it costs the same on every day.
fn tend_streams(path: &str) -> rusqlite::Result<()> {
    let file = Connection::open(path)?;
    file.busy_timeout(PATIENCE)?;
    file.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS desk_stream_order
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER), shard_id);
         CREATE TRIGGER IF NOT EXISTS desk_stream_trim AFTER INSERT ON _stream_records BEGIN
             DELETE FROM _stream_records WHERE id <= NEW.id - {KEPT};
         END"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The questions are those that the stand-in asks at each write and at each reading.
    #[tokio::test]
    async fn a_stream_costs_the_same_however_much_there_was_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        Embedded::start(&file, &OwnCredentials::random()).await.unwrap().stop().await;
        let database = Connection::open(&file).unwrap();
        let plan = |question: &str| -> String {
            let explained = format!("EXPLAIN QUERY PLAN {question}");
            database.query_row(&explained, [], |row| row.get(3)).unwrap()
        };
        for question in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'",
            "SELECT new_image FROM _stream_records WHERE table_name = 't' AND shard_id = 's'
                 AND CAST(sequence_number AS INTEGER) > 1 ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 1",
            "SELECT MIN(CAST(sequence_number AS INTEGER)), MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records
                 WHERE table_name = 't' AND shard_id = 's'",
        ] {
            let plan = plan(question);
            assert!(plan.contains("desk_stream_order"), "{plan}: {question}");
        }
        let mut insert = database
            .prepare(
                "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
                     VALUES ('t', 'INSERT', '{}', ?1, 's', 0)",
            )
            .unwrap();
        database.execute_batch("BEGIN").unwrap();
        for number in 0..KEPT + 10 {
            insert.execute([number.to_string()]).unwrap();
        }
        database.execute_batch("COMMIT").unwrap();
        let kept: (u32, String) = database
            .query_row("SELECT COUNT(*), MIN(CAST(sequence_number AS INTEGER)) || '' FROM _stream_records", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(kept, (KEPT, "10".to_owned()));
    }
}
