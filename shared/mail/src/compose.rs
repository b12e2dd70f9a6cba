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

/// A message to one person.
pub struct Message<'a> {
    /// Display name and address of the sender.
    pub from: (&'a str, &'a str),
    pub to: &'a str,
    pub letter: &'a Letter,
    /// The case whose thread it belongs to.
    pub case: Option<&'a CaseId>,
    /// Unique; SES replaces it.
    pub id: &'a str,
    pub date: Timestamp,
    /// A person wrote it: then it is not marked as automatic (RFC 3834).
    pub personal: bool,
    /// Plain text alone, without the HTML twin.
    pub plain: bool,
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
        .date(message.date.as_second())
        .text_body(message.letter.text());
    if !message.plain {
        builder = builder.html_body(message.letter.html());
    }
    if let Some(case) = message.case {
        let root = thread_root(case, message.to, domain);
        builder = builder.in_reply_to(MessageId::new(root.clone())).references(MessageId::new(root));
    }
    if !message.personal {
        builder = builder.header("Auto-Submitted", Raw::new("auto-generated"));
    }
    builder.write_to_vec()
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
            letter: &letter,
            case: Some(&case),
            id: "0123",
            date: "2026-11-22T12:00:00Z".parse().unwrap(),
            personal: false,
            plain: false,
        };
        let bytes = compose(&message).unwrap();
        let read = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(read.subject(), Some("[EXP-2026-7K3QF] Grüße"));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), letter.text());
        assert!(read.body_html(0).unwrap().contains("if a &lt; b"));
        assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        let root = read.in_reply_to().as_text().unwrap();
        assert!(root.starts_with("EXP-2026-7K3QF.") && root.ends_with("@expressjs.com"), "{root}");
        assert_eq!(read.references().as_text(), Some(root));
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
        let plain = compose(&Message { plain: true, ..message }).unwrap();
        let plain = mail_parser::MessageParser::default().parse(&plain).unwrap().into_owned();
        assert_eq!((plain.text_body_count(), plain.parts.len()), (1, 1), "one part, of text");
    }
}
