//! Which mails are encrypted or signed by OpenPGP, told from their form alone: no key is needed.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders};

const BEGIN: &str = "-----BEGIN PGP MESSAGE-----";
const END: &str = "-----END PGP MESSAGE-----";
const BEGIN_SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";

/// How a mail is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PGP/MIME (RFC 3156): what is inside is a whole MIME entity.
    Mime,
    /// A block within the text: what is inside is text, and text may stand around it.
    Inline,
}

/// Whether and how the mail is encrypted. Attachments that are encrypted files, and mails within it, do not count.
pub fn is_encrypted(message: &Message<'_>) -> Option<Kind> {
    if mime_data(message).is_some() {
        return Some(Kind::Mime);
    }
    texts(message).any(|text| block_start(&text).is_some()).then_some(Kind::Inline)
}

/// Whether the mail is signed by OpenPGP and readable without a key: `multipart/signed`, or a signed text.
pub fn is_signed(message: &Message<'_>) -> bool {
    let signed = |part: &MessagePart<'_>| {
        let protocol = part.content_type().and_then(|kind| kind.attribute("protocol"));
        is(part, "multipart", "signed") && protocol.is_some_and(|p| p.eq_ignore_ascii_case("application/pgp-signature"))
    };
    message.parts.iter().any(signed) || texts(message).any(|text| line_start(&text, BEGIN_SIGNED).is_some())
}

/// What is encrypted in the mail: one OpenPGP message, in armour or not.
pub(super) enum Found<'a> {
    Nothing,
    One(Kind, Cow<'a, [u8]>),
    /// More than one block in the text: opening one would lose the others unseen.
    Several,
}

pub(super) fn find<'a>(message: &'a Message<'_>) -> Found<'a> {
    if let Some(data) = mime_data(message) {
        return Found::One(Kind::Mime, Cow::Borrowed(data));
    }
    let mut blocks: Vec<String> = texts(message).flat_map(|text| blocks(&text)).collect();
    match (blocks.pop(), blocks.is_empty()) {
        (None, _) => Found::Nothing,
        (Some(only), true) => Found::One(Kind::Inline, Cow::Owned(only.into_bytes())),
        (Some(_), false) => Found::Several,
    }
}

/// The second part of a `multipart/encrypted`. Some servers (Exchange) rewrite that to `multipart/mixed`, and lists add
/// a footer around it, so the control part is looked for, wherever it is.
fn mime_data<'a>(message: &'a Message<'_>) -> Option<&'a [u8]> {
    let is_control =
        |part: &MessagePart<'_>| is(part, "application", "pgp-encrypted") && part.contents().starts_with(b"Version: 1");
    let at = message.parts.iter().position(is_control)?;
    message.parts.get(at + 1).filter(|part| is(part, "application", "octet-stream")).map(MessagePart::contents)
}

fn texts<'a>(message: &'a Message<'_>) -> impl Iterator<Item = Cow<'a, str>> {
    (0..message.text_body_count()).filter_map(|at| message.body_text(at))
}

/// Every block in `text`; one without its last line runs to the end, and will be found damaged.
fn blocks(text: &str) -> Vec<String> {
    let mut found = vec![];
    let mut rest = text;
    while let Some(start) = block_start(rest) {
        let block = &rest[start..];
        let end = block.find(END).map_or(block.len(), |at| at + END.len());
        found.push(block[..end].to_owned());
        rest = &block[end..];
    }
    found
}

fn block_start(text: &str) -> Option<usize> {
    line_start(text, BEGIN)
}

/// Where a line that is `wanted` starts: a quoted one (`> -----BEGIN`) is talk about a message, not one.
fn line_start(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == wanted {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn is(part: &MessagePart<'_>, kind: &str, subkind: &str) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind) && found.subtype().is_some_and(|s| s.eq_ignore_ascii_case(subkind))
    })
}

#[cfg(test)]
mod tests {
    use mail_builder::MessageBuilder;
    use mail_parser::MessageParser;

    use super::*;

    fn told(raw: &str) -> (Option<Kind>, bool) {
        let raw = raw.replace('\n', "\r\n");
        let message = MessageParser::default().parse(raw.as_bytes()).unwrap();
        (is_encrypted(&message), is_signed(&message))
    }

    fn multipart(kind: &str, first: &str, second: &str) -> String {
        let part = |part: &str| format!("--b\nContent-Type: {part}\n");
        format!("Content-Type: {kind}; boundary=b\n\n{}{}--b--\n", part(first), part(second))
    }

    #[test]
    fn pgp_mime_is_told_even_where_a_server_rewrote_it() {
        let control = "application/pgp-encrypted\n\nVersion: 1\n";
        let data = "application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n";
        let standard = multipart("multipart/encrypted; protocol=\"application/pgp-encrypted\"", control, data);
        assert_eq!(told(&standard), (Some(Kind::Mime), false));
        assert_eq!(told(&multipart("multipart/mixed", control, data)), (Some(Kind::Mime), false));
        assert_eq!(told(&multipart("multipart/mixed", "text/plain\n\nHello\n", data)), (None, false), "a file");
    }

    #[test]
    fn a_block_counts_where_it_stands_by_itself() {
        let (plain, quoted) = ("Hi\n-----BEGIN PGP MESSAGE-----\n", "> -----BEGIN PGP MESSAGE-----\n");
        assert_eq!(told(&format!("Subject: a\n\n{plain}")), (Some(Kind::Inline), false));
        assert_eq!(told(&format!("Subject: a\n\n{quoted}")), (None, false));
        assert_eq!(told("Subject: -----BEGIN PGP MESSAGE-----\n\nHello\n"), (None, false));
    }

    #[test]
    fn signed_is_not_encrypted() {
        let kind = "multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"";
        let signature = "application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n";
        assert_eq!(told(&multipart(kind, "text/plain\n\nHello\n", signature)), (None, true));
        assert_eq!(told("Subject: a\n\n-----BEGIN PGP SIGNED MESSAGE-----\n"), (None, true));
        let smime =
            multipart("multipart/signed; protocol=\"application/pkcs7-signature\"", "text/plain\n\nHi\n", "a/b\n\n");
        assert_eq!(told(&smime), (None, false));
    }

    #[test]
    fn every_block_is_found() {
        let block = format!("{BEGIN}\n\nabc\n{END}\n");
        let found = |text: &str| {
            let raw = MessageBuilder::new().text_body(text.to_owned()).write_to_vec().unwrap();
            let message = MessageParser::default().parse(&raw).unwrap().into_owned();
            match find(&message) {
                Found::Nothing => 0,
                Found::One(kind, _) => {
                    assert_eq!(kind, Kind::Inline);
                    1
                }
                Found::Several => 2,
            }
        };
        assert_eq!((found("Hi"), found(&block), found(&format!("{block}\nand\n{block}"))), (0, 1, 2));
        assert_eq!(found(BEGIN), 1, "a block that was cut off will be found damaged");
    }
}
