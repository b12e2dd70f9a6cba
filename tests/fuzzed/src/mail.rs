//! A mail as it came, up to what the inbox judges it by.

use std::sync::LazyLock;

use desk_domain::case::Spoken;
use desk_domain::id::CaseId;
use desk_domain::notice::quotable;
use desk_domain::text;
use desk_keys::{LinkKey, Links};
use desk_mail::read::own::Desk;
use desk_mail::read::trim::trim;
use desk_mail::read::{self, Envelope, Limits, Own, Read, Stamp, Verdict};
use desk_mail::token;
use jiff::Timestamp;

use crate::{EXPRESS, documents, wire};

static LETTERS: LazyLock<Desk> = LazyLock::new(|| {
    let case: CaseId = "EXP-2026-7K3QF".parse().expect("a case");
    let letters = [quotable::to_members(&EXPRESS, &case), quotable::to_reporter(&EXPRESS, &case)].concat();
    Desk::new(&letters, &["https://desk.example.org/"], &["security@expressjs.com", "EXP-2026-7K3QF"])
});

/// As SES lays it into the bucket, and as it is when nothing stands before it.
pub fn mail(data: &[u8]) {
    judged(data);
    let envelope = Envelope::Address("rita@example.org".to_owned());
    let stamp = Stamp {
        envelope_from: &envelope,
        recipient: &EXPRESS.contacts.security,
        message_id: "m1",
        at: Timestamp::UNIX_EPOCH,
        spam: Verdict::Pass,
        virus: Verdict::Pass,
        spf: Verdict::Pass,
        dkim: Verdict::Pass,
        dmarc: Verdict::Pass,
    };
    judged(&[read::ses_headers(&stamp, data).as_bytes(), data].concat());
}

fn judged(raw: &[u8]) {
    let limits = Limits { bytes: 1 << 20, ..Limits::of(&EXPRESS) };
    let read = read::read(raw, &limits);
    if let Read::Unreadable { why, .. } = &read {
        assert!(!why.contains("breaks the parser"), "{why}");
    }
    assert_eq!(read::sent_hash(raw), desk_keys::sha256_hex(&read::sent_body(raw)), "however it is hashed");
    if let Some(head) = read.head() {
        let security = EXPRESS.contacts.security.as_str();
        let own = Own { addresses: &[security], ..Own::default() };
        let author = head.author(&own).cloned();
        if let Some(author) = author {
            assert!(!author.address.chars().any(char::is_control), "an address is one line: {:?}", author.address);
        }
        head.authentication(&own, &[]);
        head.automatic(&own, false);
        let links = Links::fixed(LinkKey::ephemeral());
        let suffixes = head.suffixes(security);
        let made = wire::finished(token::verified(&EXPRESS, &links, &suffixes));
        assert!(made.is_empty(), "nobody else makes a token");
        if let Some(id) = head.thread_id() {
            assert!(!id.contains(['\r', '\n', '<', '>', ' ']), "it ends no header: {id:?}");
        }
    }
    let Read::Mail(mail) = read else { return };
    assert!(mail.text.len() <= limits.text_bytes && text::controls(&mail.text).is_none(), "a text is a text");
    for attachment in &mail.attachments {
        let name = read::saved_name(&attachment.name);
        assert!(
            !name.contains(['/', '\\', '\0', '\n', '\r']) && !name.starts_with('.') && !text::hides(&name),
            "{name:?}"
        );
        assert!(!text::is_blank(&name));
        let taken = read::attachment(raw, &limits, attachment.index);
        assert!(taken.is_some_and(|(same, bytes)| same.name == attachment.name && bytes.len() == attachment.bytes));
    }
    let parts = trim(&mail.text, &LETTERS);
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let kept = letters(&parts.written) + parts.quoted.as_deref().map_or(0, letters);
    assert_eq!(kept, letters(&mail.text), "nothing of it is lost, and nothing is there twice");
    Spoken::of(&parts.written);
    documents::shown(&mail.text);
}
