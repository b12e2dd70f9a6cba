//! The SES stand-in: takes `SendRawEmail` (query protocol, API of 2010-12-01), keeps every message as an `.eml`, and emits
//! what SES would: Send and Delivery, or what the mailbox simulator's addresses ask for. Like SES it puts its own
//! `Message-ID` and `Date` into each message. Asked for its quotas, it tells of more than one machine sends.
//!
//! Events are written before the message has its name, and removed once they were taken: after a kill they come again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_mail::event::{Bounce, Complaint, EventType, SentMail, SesEvent};
use desk_runtime::Clock;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::signed::{self, OwnCredentials};
use crate::{Failure, connections, folder};

/// SES's own addresses: one that bounces for good, one whose owner complains, one that SES keeps mail from.
const BOUNCES: &str = "bounce@simulator.amazonses.com";
const COMPLAINS: &str = "complaint@simulator.amazonses.com";
const SUPPRESSED: &str = "suppressionlist@simulator.amazonses.com";

/// So fast that nothing here waits for it.
const QUOTA: &str = "<Max24HourSend>-1</Max24HourSend><MaxSendRate>1000000</MaxSendRate>\
                     <SentLast24Hours>0</SentLast24Hours>";

/// The stand-in.
pub struct Ses {
    mail: PathBuf,
    clock: Clock,
    wake: Arc<Notify>,
}

impl Ses {
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(mail: PathBuf, clock: Clock, wake: Arc<Notify>) -> Result<Ses, Failure> {
        fs::create_dir_all(mail.join("events")).map_err(|e| Failure::of("the mail folder", e))?;
        let ses = Ses { mail, clock, wake };
        // Killed between the two files: that message was never taken.
        for id in ses.pending() {
            if !ses.message(&id).exists() {
                let _ = fs::remove_file(ses.events(&id));
            }
        }
        Ok(ses)
    }

    /// Serves on a loopback port of its own; gives its URL. Takes calls that are signed with `credentials`; where none are given,
    /// anybody's.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn serve(self: Arc<Ses>, credentials: Option<&OwnCredentials>) -> Result<String, Failure> {
        let cannot = |e: std::io::Error| Failure::of("the SES stand-in cannot start", e);
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let routes = Router::new().route("/", post(call)).with_state(self);
        let app = match credentials {
            Some(credentials) => signed::only(routes, "ses", credentials),
            None => routes,
        };
        tokio::spawn(connections::serve(listener, app, std::future::pending()));
        Ok(format!("http://{address}"))
    }

    fn message(&self, id: &str) -> PathBuf {
        self.mail.join(format!("{id}.eml"))
    }

    fn events(&self, id: &str) -> PathBuf {
        self.mail.join("events").join(format!("{id}.json"))
    }

    fn pending(&self) -> Vec<String> {
        let entries = fs::read_dir(self.mail.join("events")).into_iter().flatten().flatten();
        let name = |e: fs::DirEntry| e.file_name().to_str().and_then(|n| n.strip_suffix(".json")).map(str::to_owned);
        let mut ids: Vec<String> = entries.filter_map(name).collect();
        ids.sort();
        ids
    }

    /// Events of taken messages that nobody has handled yet, oldest first.
    pub fn untaken(&self) -> Vec<(String, Vec<SesEvent>)> {
        let taken = self.pending().into_iter().filter(|id| self.message(id).exists());
        let read = |id: String| {
            let events = serde_json::from_slice(&fs::read(self.events(&id)).ok()?).ok()?;
            Some((id, events))
        };
        taken.filter_map(read).collect()
    }

    /// The events of a message were handled.
    pub fn take(&self, id: &str) {
        let _ = fs::remove_file(self.events(id));
    }

    fn send_raw_email(&self, call: &BTreeMap<String, String>) -> Result<String, Rejected> {
        let field = |name: &str| call.get(name).map(String::as_str);
        let raw = field("RawMessage.Data").and_then(|data| BASE64.decode(data).ok());
        let raw = raw.ok_or(Rejected("InvalidParameterValue", "RawMessage.Data is not base64"))?;
        let destinations = numbered(call, "Destinations.member.", "");
        if destinations.is_empty() {
            return Err(Rejected("InvalidParameterValue", "a destination is needed"));
        }
        let now = self.clock.now();
        let id = format!("{:014}-{}", now.as_millisecond(), desk_keys::hex(&desk_keys::random::<8>()));
        let names = numbered(call, "Tags.member.", ".Name");
        let values = numbered(call, "Tags.member.", ".Value");
        let tags: BTreeMap<String, Vec<String>> = names.into_iter().zip(values.into_iter().map(|v| vec![v])).collect();
        let message = overwrite(&raw, &id, now).ok_or(Rejected("MessageRejected", "the message has no header"))?;
        let events = events(&id, now, tags, &destinations);
        let kept =
            folder::write_json(&self.events(&id), &events).and_then(|()| folder::write(&self.message(&id), &message));
        kept.map_err(|_| Rejected("InternalFailure", "the message could not be kept"))?;
        self.wake.notify_one();
        Ok(id)
    }
}

struct Rejected(&'static str, &'static str);

async fn call(State(ses): State<Arc<Ses>>, body: Bytes) -> Response {
    let call: BTreeMap<String, String> = desk_http::body::form(&body);
    let action = call.get("Action").map(String::as_str).unwrap_or_default();
    let outcome = match action {
        "SendRawEmail" => ses.send_raw_email(&call).map(|id| format!("<MessageId>{id}</MessageId>")),
        "GetSendQuota" => Ok(QUOTA.to_owned()),
        _ => Err(Rejected("InvalidAction", "this stand-in knows SendRawEmail and GetSendQuota")),
    };
    let xml = [(header::CONTENT_TYPE, "text/xml")];
    match outcome {
        Ok(result) => (
            xml,
            format!(
                "<{action}Response xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><{action}Result>{result}</{action}Result>\
                 <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{action}Response>"
            ),
        )
            .into_response(),
        Err(Rejected(code, message)) => {
            let status =
                if code == "InternalFailure" { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
            let error = format!(
                "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><Error><Type>Sender</Type>\
                 <Code>{code}</Code><Message>{message}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
            );
            (status, xml, error).into_response()
        }
    }
}

/// `prefix1suffix`, `prefix2suffix`, … in order.
fn numbered(call: &BTreeMap<String, String>, prefix: &str, suffix: &str) -> Vec<String> {
    (1..).map_while(|i| call.get(&format!("{prefix}{i}{suffix}")).cloned()).collect()
}

fn events(id: &str, at: Timestamp, tags: BTreeMap<String, Vec<String>>, to: &[String]) -> Vec<SesEvent> {
    let mail = SentMail { timestamp: at, message_id: id.to_owned(), destination: to.to_vec(), tags };
    let event = |event_type| SesEvent { event_type, mail: mail.clone(), bounce: None, complaint: None };
    let goes_to = |address: &str| to.iter().any(|to| to == address);
    let bounced = |sub_type: &str| {
        let bounce = Bounce { bounce_type: "Permanent".to_owned(), bounce_sub_type: Some(sub_type.to_owned()) };
        SesEvent { bounce: Some(bounce), ..event(EventType::Bounce) }
    };
    let sent = event(EventType::Send);
    if goes_to(BOUNCES) {
        return vec![sent, bounced("General")];
    }
    if goes_to(SUPPRESSED) {
        return vec![sent, bounced("OnAccountSuppressionList")];
    }
    let delivered = event(EventType::Delivery);
    let complaint = Complaint { complaint_sub_type: None };
    let complains = SesEvent { complaint: Some(complaint), ..event(EventType::Complaint) };
    [sent, delivered].into_iter().chain(goes_to(COMPLAINS).then_some(complains)).collect()
}

/// The message with SES's own `Message-ID` and `Date`.
fn overwrite(raw: &[u8], id: &str, at: Timestamp) -> Option<Vec<u8>> {
    let end = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
    let header = std::str::from_utf8(&raw[..end]).ok()?;
    let date = DateTimePrinter::new().zoned_to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).ok()?;
    let mut kept = format!("Message-ID: <{id}@email.amazonses.com>\r\nDate: {date}\r\n");
    let mut dropping = false;
    for line in header.split("\r\n") {
        let folded = line.starts_with([' ', '\t']);
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        dropping = if folded { dropping } else { matches!(name.as_str(), "message-id" | "date") };
        if !dropping {
            kept.push_str(line);
            kept.push_str("\r\n");
        }
    }
    Some([kept.as_bytes(), &raw[end + 2..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_overwrites_what_ses_overwrites_and_nothing_else() {
        let raw = b"Message-ID: <ours@x>\r\nSubject: s\r\nDate: Thu,\r\n 1 Jan 1970 00:00:00 +0000\r\nTo: t\r\n\r\nDate: body";
        let at = "2026-11-22T12:00:00Z".parse().unwrap();
        let text = String::from_utf8(overwrite(raw, "i1", at).unwrap()).unwrap();
        let expected = "Message-ID: <i1@email.amazonses.com>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\
                        Subject: s\r\nTo: t\r\n\r\nDate: body";
        assert_eq!(text, expected);
    }
    #[test]
    fn the_simulators_addresses_do_what_those_of_ses_do() {
        let told = |to: &str| -> Vec<EventType> {
            let events = events("i1", "2026-11-22T12:00:00Z".parse().unwrap(), BTreeMap::new(), &[to.to_owned()]);
            events.iter().map(|event| event.event_type).collect()
        };
        assert_eq!(told("rita@example.org"), [EventType::Send, EventType::Delivery]);
        assert_eq!(told(BOUNCES), [EventType::Send, EventType::Bounce]);
        assert_eq!(told(SUPPRESSED), [EventType::Send, EventType::Bounce]);
        assert_eq!(told(COMPLAINS), [EventType::Send, EventType::Delivery, EventType::Complaint]);
    }
}
