//! The pagers' stand-in: takes every page that the desk makes, whatever pager the policy names, and keeps it among the mails, as what
//! the member would see. So nobody is woken from this machine. The keys that a pager is called with are not kept.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use desk_runtime::Clock;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{Failure, connections, folder};

/// What of a page's headers its receiver sees.
const SEEN: [&str; 3] = ["title", "priority", "click"];

struct Pagers {
    mail: PathBuf,
    clock: Clock,
}

/// Serves on a loopback port of its own; gives its URL, of which a part is random and known to this process alone: pagers are
/// called unsigned. Pages are kept in the folder `mail`.
///
/// # Errors
/// When no port is free.
pub(crate) async fn serve(mail: PathBuf, clock: Clock) -> Result<String, Failure> {
    let cannot = |e: std::io::Error| Failure::of("the pagers' stand-in cannot start", e);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let secret = desk_keys::hex(&desk_keys::random::<16>());
    let app = Router::new().route(&format!("/{secret}/{{member}}"), post(call));
    let app = app.with_state(Arc::new(Pagers { mail, clock }));
    tokio::spawn(connections::serve(listener, app, std::future::pending()));
    Ok(format!("http://{address}/{secret}"))
}

async fn call(
    State(pagers): State<Arc<Pagers>>,
    Path(member): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let now = pagers.clock.now();
    let seen = SEEN.iter().filter_map(|name| Some(format!("{name}: {}\n", headers.get(*name)?.to_str().ok()?)));
    let text = seen.collect::<String>() + &without_key(&body);
    let message = MessageBuilder::new()
        .from(Address::new_address(Some("Disclosure Desk"), "desk@pager.invalid"))
        .to(Address::new_address(None::<&str>, format!("{member}@pager.invalid")))
        .subject("A page")
        .message_id(format!("{}@pager.invalid", desk_keys::hex(&desk_keys::random::<16>())))
        .date(now.as_second())
        .text_body(text)
        .write_to_vec();
    let id = format!("{:014}-{}", now.as_millisecond(), desk_keys::hex(&desk_keys::random::<8>()));
    match message.and_then(|message| kept(&pagers.mail, &id, &message)) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn kept(mail: &FilePath, id: &str, message: &[u8]) -> std::io::Result<()> {
    folder::write(&mail.join(format!("{id}.eml")), message)
}

/// A body of JSON a field to a line, any other as it is.
fn without_key(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut fields)) => {
            fields.remove("routing_key");
            serde_json::to_string_pretty(&fields).unwrap_or_default()
        }
        Ok(_) | Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}
