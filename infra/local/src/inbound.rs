//! Mail that comes in on one machine: laid into the inbound bucket under SES's own header fields, as SES does it, and taken in
//! by the very handler that Lambda runs.

use std::borrow::Cow;

use desk_domain::fields::FieldError;
use desk_mail::read::{Envelope, Limits, Read, Stamp, Verdict, read, ses_headers};
use desk_runtime::Clock;
use desk_store::ActError;
use desk_store::objects::{If, Objects};
use inbox::{Inbox, Outcome};
use serde::Deserialize;
use tokio::sync::Mutex;

/// What is said of a mail that is given in; what is left out is as for a mail from an ordinary sender.
#[derive(Default, Deserialize)]
pub struct Given {
    /// The envelope's sender; empty is the null return path. Left out: the address in `From`.
    from: Option<String>,
    /// Left out: the security address.
    to: Option<String>,
    spf: Option<String>,
    dkim: Option<String>,
    dmarc: Option<String>,
    spam: Option<String>,
    virus: Option<String>,
}

/// The way in.
pub struct Inbound {
    inbox: Inbox,
    clock: Clock,
    /// The schedule does not take what somebody waits for an answer to.
    one_at_a_time: Mutex<()>,
}

impl Inbound {
    pub fn new(inbox: Inbox, clock: Clock) -> Inbound {
        Inbound { inbox, clock, one_at_a_time: Mutex::default() }
    }

    /// Lays a mail into the bucket and takes it in.
    ///
    /// # Errors
    /// When it could not be stored; what lies in the bucket by then is taken in by the schedule.
    pub async fn receive(&self, mail: &[u8], given: &Given) -> Result<Result<Outcome, ActError>, Vec<FieldError>> {
        let key = desk_keys::hex(&desk_keys::random::<16>());
        let mail = &*with_lines(mail);
        let headers = self.headers(mail, given, &key)?;
        let _alone = self.one_at_a_time.lock().await;
        let whole = [headers.as_bytes(), mail].concat();
        let bucket: &Objects = &self.inbox.inbound;
        Ok(match bucket.put(&key, "message/rfc822", &whole, If::Absent).await {
            Ok(_) => self.inbox.take(&key).await,
            Err(fault) => Err(fault.into()),
        })
    }

    /// What the schedule does: takes in what still lies there.
    pub async fn sweep(&self) {
        let _alone = self.one_at_a_time.lock().await;
        // What failed is logged where it failed, and still lies there.
        let _ = self.inbox.sweep().await;
    }

    fn headers(&self, mail: &[u8], given: &Given, id: &str) -> Result<String, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut verdict = |name: &str, value: &Option<String>| match value.as_deref() {
            None | Some("PASS") => Verdict::Pass,
            Some("FAIL") => Verdict::Fail,
            Some("GRAY") => Verdict::Gray,
            Some(_) => {
                let detail = "must be PASS, FAIL or GRAY".to_owned();
                wrong.push(FieldError { pointer: format!("/{name}"), detail });
                Verdict::Gray
            }
        };
        let [spf, dkim, dmarc] =
            [("spf", &given.spf), ("dkim", &given.dkim), ("dmarc", &given.dmarc)].map(|(n, v)| verdict(n, v));
        let [spam, virus] = [("spam", &given.spam), ("virus", &given.virus)].map(|(n, v)| verdict(n, v));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let envelope = match given.from.as_deref() {
            Some("") => Envelope::Null,
            Some(address) => Envelope::Address(address.to_owned()),
            None => sender(mail),
        };
        let recipient = given.to.as_deref().unwrap_or(&self.inbox.policy.contacts.security);
        let stamp = Stamp {
            envelope_from: &envelope,
            recipient,
            message_id: id,
            at: self.clock.now(),
            spam,
            virus,
            spf,
            dkim,
            dmarc,
        };
        Ok(ses_headers(&stamp, mail))
    }
}

/// The envelope's sender of a mail that was delivered before, by the field that says so, or of an ordinary one: the address in
/// `From`.
fn sender(mail: &[u8]) -> Envelope {
    let text = String::from_utf8_lossy(&mail[..mail.len().min(4096)]);
    let first = text.lines().next().unwrap_or_default();
    if let Some((_, path)) = first.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("return-path")) {
        let address = path.trim().trim_start_matches('<').trim_end_matches('>');
        return if address.is_empty() { Envelope::Null } else { Envelope::Address(address.to_owned()) };
    }
    let read: Read = read(mail, &Limits::default());
    match read.head().and_then(|head| head.from.as_ref()) {
        Some(from) => Envelope::Address(from.address.clone()),
        None => Envelope::Unknown,
    }
}

/// SMTP carries lines; a mail whose lines end as on an old Mac has none.
fn with_lines(mail: &[u8]) -> Cow<'_, [u8]> {
    if mail.contains(&b'\n') || !mail.contains(&b'\r') {
        return mail.into();
    }
    mail.iter().flat_map(|b| if *b == b'\r' { vec![b'\r', b'\n'] } else { vec![*b] }).collect::<Vec<u8>>().into()
}
