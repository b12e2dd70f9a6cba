//! Builds a message: plain text first, a small HTML twin second, threaded by a root that is ours.
//!
//! SES overwrites `Message-ID` and `Date`, so what holds a thread together is a synthetic root per case and person in
//! `References` and `In-Reply-To` (RFC 5256 threads by them although the root was never sent).

use desk_domain::id::CaseId;
use desk_domain::notice::Letter;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use crate::openpgp;

/// A message to one person.
pub struct Message<'a> {
    /// Display name and address of the sender.
    pub from: (&'a str, &'a str),
    pub to: &'a str,
    /// Where an answer goes: the security address with the reply token.
    pub reply_to: Option<&'a str>,
    pub letter: &'a Letter,
    pub body: Body<'a>,
    /// The case whose thread it belongs to.
    pub case: Option<&'a CaseId>,
    /// The `Message-ID` of the mail that opened the case, without brackets: the receiver's own copy joins the thread by it.
    pub answers: Option<&'a str>,
    /// Unique; SES replaces it.
    pub id: &'a str,
    pub date: Timestamp,
    pub automatic: Automatic,
}

/// What the letter travels as.
pub enum Body<'a> {
    /// Plain text first, a small HTML twin second; the signed receipt (JWS, RFC 7515) attached, where there is one.
    Twins { receipt: Option<&'a str> },
    /// Plain text alone, as lists want it (T56).
    Plain,
    /// The same, signed: what [`openpgp::signed_body`] makes of the letter's text.
    Signed(MimePart<'a>),
    /// ASCII-armoured OpenPGP message (RFC 3156).
    Encrypted(&'a [u8]),
}

/// Whether a program wrote it (RFC 3834, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// A person's own words.
    No,
    Generated,
    /// The answer to one mail.
    Replied,
}

/// The message as RFC 5322 bytes.
///
/// # Errors
/// When it cannot be written to memory; that is a fault of ours.
pub fn compose(message: &Message<'_>) -> std::io::Result<Vec<u8>> {
    let (name, address) = message.from;
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    let mut builder = MessageBuilder::new()
        .from(Address::new_address(Some(name), address))
        .to(Address::new_address(None::<&str>, message.to))
        .subject(message.letter.subject.as_str())
        .message_id(format!("{}@{domain}", message.id))
        .date(message.date.as_second());
    if let Some(reply_to) = message.reply_to {
        builder = builder.reply_to(Address::new_address(None::<&str>, reply_to));
    }
    builder = match message.body {
        Body::Plain => builder.text_body(message.letter.text()),
        Body::Signed(ref signed) => builder.body(signed.clone()),
        Body::Twins { receipt } => {
            let twins = builder.text_body(message.letter.text()).html_body(message.letter.html());
            receipt.into_iter().fold(twins, |with, receipt| with.attachment(JOSE, RECEIPT_FILE, receipt))
        }
        Body::Encrypted(armoured) => builder.body(openpgp::encrypted_body(armoured)),
    };
    if let Some(case) = message.case {
        let root = thread_root(case, message.to, domain);
        let ids: Vec<String> = std::iter::once(root).chain(message.answers.map(str::to_owned)).collect();
        builder = builder.in_reply_to(MessageId { id: owned(&ids) }).references(MessageId { id: owned(&ids) });
    }
    match message.automatic {
        Automatic::No => {}
        Automatic::Generated => builder = builder.header("Auto-Submitted", Raw::new("auto-generated")),
        Automatic::Replied => builder = builder.header("Auto-Submitted", Raw::new("auto-replied")),
    }
    builder.write_to_vec()
}

fn owned(ids: &[String]) -> Vec<std::borrow::Cow<'static, str>> {
    ids.iter().map(|id| id.clone().into()).collect()
}

/// A JWS by itself (RFC 7515, 9.2.1), and what it is called as a file.
const JOSE: &str = "application/jose";
const RECEIPT_FILE: &str = "receipt.jws";

/// The letter as a MIME entity of its own, with its twin and what is attached: what is signed and encrypted to somebody's key.
pub fn entity(letter: &Letter, receipt: Option<&str>) -> Vec<u8> {
    let twins = vec![MimePart::new("text/plain", letter.text()), MimePart::new("text/html", letter.html())];
    let twins = MimePart::new("multipart/alternative", twins);
    let whole = match receipt {
        Some(receipt) => {
            let attached = MimePart::new(JOSE, receipt.to_owned()).attachment(RECEIPT_FILE);
            MimePart::new("multipart/mixed", vec![twins, attached])
        }
        None => twins,
    };
    let mut entity = Vec::new();
    whole.write_part(&mut entity);
    entity
}

/// The root of one person's thread of one case.
fn thread_root(case: &CaseId, to: &str, domain: &str) -> String {
    let person = desk_keys::sha256_hex(format!("{case}\n{}", to.to_lowercase()).as_bytes());
    format!("{case}.{}@{domain}", &person[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_as_it_was_meant() {
        let letter = Letter::new("[EXP-2026-7K3QF] Grüße").say("Hello.").words("if a < b\n\n-- \nname");
        let case: CaseId = "EXP-2026-7K3QF".parse().unwrap();
        let message = Message {
            from: ("Express security team", "security@expressjs.com"),
            to: "reporter@example.org",
            reply_to: Some("security+r-20267k3qf-tag@expressjs.com"),
            letter: &letter,
            body: Body::Twins { receipt: Some("a.b.c") },
            case: Some(&case),
            answers: Some("first@example.org"),
            id: "0123",
            date: "2026-11-22T12:00:00Z".parse().unwrap(),
            automatic: Automatic::Replied,
        };
        let bytes = compose(&message).unwrap();
        let read = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(read.subject(), Some("[EXP-2026-7K3QF] Grüße"));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), letter.text());
        assert!(read.body_html(0).unwrap().contains("if a &lt; b"));
        assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
        let ids = read.references().as_text_list().unwrap();
        assert!(ids[0].starts_with("EXP-2026-7K3QF.") && ids[0].ends_with("@expressjs.com"), "{ids:?}");
        assert_eq!(ids[1], "first@example.org");
        assert_eq!(read.in_reply_to().as_text_list().unwrap(), ids);
        let reply_to = read.reply_to().and_then(|a| a.first()).and_then(|a| a.address());
        assert_eq!(reply_to, Some("security+r-20267k3qf-tag@expressjs.com"));
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
        let plain = compose(&Message { body: Body::Plain, automatic: Automatic::No, ..message }).unwrap();
        let plain = mail_parser::MessageParser::default().parse(&plain).unwrap().into_owned();
        assert_eq!((plain.text_body_count(), plain.parts.len()), (1, 1), "one part, of text");
        assert!(plain.header_raw("Auto-Submitted").is_none(), "a person's own");
    }
}
