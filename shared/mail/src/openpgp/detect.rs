//! What of a mail is encrypted or signed, told from its form alone: no key is needed. The one place that judges it: whoever takes a
//! mail in and whoever opens it later must find the same.
//!
//! Files that are encrypted, and mails within the mail, do not count: the mail's own words stand beside them and are kept.

use std::borrow::Cow;

use super::DecryptProblem;
use super::armour::{MESSAGE, SIGNED as SIGNED_TEXT, line_start};
use crate::read::{Leaf, Limits, Mail, Parts, attachment, is_packed};

const ENCRYPTED: &str = "multipart/encrypted";
const SIGNED: &str = "multipart/signed";
const CONTROL: &str = "application/pgp-encrypted";
const DATA: &str = "application/octet-stream";

/// How a mail's content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// PGP/MIME (RFC 3156): what is inside is a whole MIME entity.
    PgpMime {
        /// The part that holds it, for [`attachment`]; `None` where it is missing.
        part: Option<usize>,
    },
    /// ASCII armour in the text (RFC 9580, 6.2): what is inside is text, and text may stand around it.
    PgpInline,
    /// RFC 8551.
    Smime,
}

impl Encryption {
    /// As reports and pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Encryption::PgpMime { .. } => "pgp-mime",
            Encryption::PgpInline => "pgp-inline",
            Encryption::Smime => "smime",
        }
    }
}

/// The one OpenPGP message in a mail, in armour or not. No `Debug`: clear words may stand around it.
pub(super) enum Ciphertext<'a> {
    /// Holds a MIME entity, to be read as a mail.
    Mime(Vec<u8>),
    /// Holds text, nearly always UTF-8.
    Inline(Block<'a>),
}

/// A text with one encrypted block in it. No `Debug`.
pub(super) struct Block<'a> {
    pub(super) before: &'a str,
    pub(super) armoured: &'a str,
    pub(super) after: &'a str,
}

impl Ciphertext<'_> {
    /// What [`decrypt_block`](super::decrypt_block) takes.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Ciphertext::Mime(bytes) => bytes.into(),
            Ciphertext::Inline(block) => block.armoured.as_bytes().into(),
        }
    }
}

/// What is to be opened of `mail`, which was read from `raw` within `limits`.
///
/// # Errors
/// Why there is nothing to open.
pub(super) fn ciphertext<'a>(raw: &[u8], mail: &'a Mail, limits: &Limits) -> Result<Ciphertext<'a>, DecryptProblem> {
    match mail.encrypted {
        None | Some(Encryption::Smime) => Err(DecryptProblem::NotEncrypted),
        Some(Encryption::PgpInline) => block(&mail.text).map(Ciphertext::Inline),
        Some(Encryption::PgpMime { part }) => {
            let data = part.and_then(|part| attachment(raw, limits, part));
            data.map(|(_, bytes)| Ciphertext::Mime(bytes)).ok_or(DecryptProblem::Damaged)
        }
    }
}

/// Whether and how a mail of these parts and this text is encrypted.
pub(crate) fn encryption(parts: &Parts<'_>, text: &str) -> Option<Encryption> {
    if let Some(part) = pgp_mime(parts) {
        return Some(Encryption::PgpMime { part });
    }
    if parts.leaves.iter().any(|leaf| is_packed(leaf) && !is_signed_data(leaf)) {
        return Some(Encryption::Smime);
    }
    MESSAGE.begins(text).map(|_| Encryption::PgpInline)
}

/// Whether it bears a signature of OpenPGP or S/MIME and can be read without a key.
pub(crate) fn is_signed(parts: &Parts<'_>, text: &str) -> bool {
    parts.containers.iter().any(|name| name == SIGNED)
        || parts.leaves.iter().any(|leaf| is_packed(leaf) && is_signed_data(leaf))
        || line_start(text, SIGNED_TEXT).is_some()
}

/// PGP/MIME, and which part holds the data: the one behind the control part. Some servers (Exchange) turn `multipart/encrypted`
/// into `multipart/mixed` and leave its two parts, and lists put a footer around it, so the control part is looked for wherever
/// it is. Its type alone says nothing outside of `multipart/encrypted`: programs give it to any file called `.gpg` or `.pgp`.
fn pgp_mime(parts: &Parts<'_>) -> Option<Option<usize>> {
    let within = |leaf: &Leaf<'_>| leaf.container.as_deref() == Some(ENCRYPTED);
    let version = |leaf: &Leaf<'_>| leaf.bytes().trim_ascii_start().starts_with(b"Version: 1");
    let data = |at: usize| {
        let control = &parts.leaves[at];
        parts.leaves.get(at + 1).filter(|data| data.container == control.container).map(|data| (at + 1, data))
    };
    let controls = || parts.leaves.iter().enumerate().filter(|(_, leaf)| leaf.is(CONTROL));
    if parts.containers.iter().any(|name| name == ENCRYPTED) {
        let control = controls().find(|(_, leaf)| within(leaf));
        return Some(control.and_then(|(at, _)| data(at)).map(|(at, _)| at));
    }
    let mut rewritten = controls().filter(|(_, leaf)| version(leaf)).filter_map(|(at, _)| data(at));
    rewritten.find(|(_, data)| data.is(DATA)).map(|(at, _)| Some(at))
}

fn is_signed_data(leaf: &Leaf<'_>) -> bool {
    leaf.says("smime-type", "signed-data")
}

/// The only block of `text`.
fn block(text: &str) -> Result<Block<'_>, DecryptProblem> {
    let start = MESSAGE.begins(text).ok_or(DecryptProblem::NotEncrypted)?;
    let found = MESSAGE.find(text).ok_or(DecryptProblem::Damaged)?;
    let after = text[found.end..].find('\n').map_or("", |at| &text[found.end + at + 1..]);
    // Opening one would lose the others unseen.
    if MESSAGE.begins(after).is_some() {
        return Err(DecryptProblem::Several);
    }
    let armoured = &text[found];
    Ok(Block { before: &text[..start], armoured, after })
}

#[cfg(test)]
mod tests;
