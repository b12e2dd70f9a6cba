//! The stand-in of whatever the desk calls: takes every page, whatever pager the policy names, and every call to a channel's address, and
//! keeps it among the mails, as what the member or the receiver would see. So nobody is woken, and no program told, from this machine. The
//! keys that a pager is called with are not kept.

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

use crate::{Failure, connections, folder, registry};

/// Who is called, and what of the headers they see.
struct Kind {
    /// The domain that stands for them among the mails.
    domain: &'static str,
    subject: &'static str,
    seen: &'static [&'static str],
}

const PAGER: Kind = Kind { domain: "pager.invalid", subject: "A page", seen: &["title", "priority", "click"] };
const CHANNEL: Kind = Kind {
    domain: "webhook.invalid",
    subject: "A call",
    seen: &["webhook-id", "webhook-timestamp", "webhook-signature"],
};

struct Called {
    mail: PathBuf,
    clock: Clock,
}

/// Where it is called.
pub(crate) struct Urls {
    /// For each pager, at the id of its member.
    pub pagers: String,
    /// For each channel, at its id.
    pub channels: String,
    pub registry: String,
}

/// Serves on a loopback port of its own; a part of its URLs is random and known to this process alone: pagers are called unsigned.
/// What comes is kept in the folder `mail`; what the registry does not show, the file `lacks` says.
///
/// # Errors
/// When no port is free.
pub(crate) async fn serve(mail: PathBuf, lacks: PathBuf, clock: Clock) -> Result<Urls, Failure> {
    let cannot = |e: std::io::Error| Failure::of("what stands in for pagers and webhooks cannot start", e);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let secret = desk_keys::hex(&desk_keys::random::<16>());
    let app = Router::new()
        .route(&format!("/{secret}/pagers/{{member}}"), post(page))
        .route(&format!("/{secret}/channels/{{channel}}"), post(announcement))
        .with_state(Arc::new(Called { mail, clock }))
        .nest(&format!("/{secret}/registry"), registry::routes(lacks));
    tokio::spawn(connections::serve(listener, app, std::future::pending()));
    let url = format!("http://{address}/{secret}");
    let [pagers, channels, registry] = ["pagers", "channels", "registry"].map(|of| format!("{url}/{of}"));
    Ok(Urls { pagers, channels, registry })
}

async fn page(state: State<Arc<Called>>, Path(member): Path<String>, headers: HeaderMap, body: Bytes) -> StatusCode {
    state.take(&PAGER, &member, &headers, &body)
}

async fn announcement(
    state: State<Arc<Called>>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    state.take(&CHANNEL, &channel, &headers, &body)
}

impl Called {
    fn take(&self, kind: &Kind, to: &str, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let (now, domain) = (self.clock.now(), kind.domain);
        let seen =
            kind.seen.iter().filter_map(|name| Some(format!("{name}: {}\n", headers.get(*name)?.to_str().ok()?)));
        let text = seen.collect::<String>() + &without_key(body);
        let message = MessageBuilder::new()
            .from(Address::new_address(Some("Disclosure Desk"), format!("desk@{domain}")))
            .to(Address::new_address(None::<&str>, format!("{to}@{domain}")))
            .subject(kind.subject)
            .message_id(format!("{}@{domain}", desk_keys::hex(&desk_keys::random::<16>())))
            .date(now.as_second())
            .text_body(text)
            .write_to_vec();
        let id = format!("{:014}-{}", now.as_millisecond(), desk_keys::hex(&desk_keys::random::<8>()));
        match message.and_then(|message| kept(&self.mail, &id, &message)) {
            Ok(()) => StatusCode::ACCEPTED,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
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
