//! Reads a mail that came in: raw bytes as SES laid them down, to who wrote what (promises T10, T12 and T13).
//!
//! Anybody can send a mail, and its parser is the first code to touch it. So limits hold before it is parsed, what
//! panics is caught without a word of the mail on stderr, and a mail that cannot be read is said to be so, with all
//! that its header still tells; it is never lost and never an error.
//!
//! `fields` and `structure` cut the bytes, `pieces` joins what was cut inside a character; `head`, `body`, `html` and `mail` say what they mean; `verdict`, `authentication`
//! and `forwarder` judge the sender; `automatic` finds what no person wrote; `stamp` writes what SES would.

mod address;
mod authentication;
mod automatic;
mod body;
mod fields;
mod forwarder;
mod guard;
mod head;
mod html;
mod limits;
mod mail;
pub mod own;
mod packed;
mod pieces;
mod results;
mod stamp;
mod structure;
#[cfg(test)]
mod tests;
pub mod trim;
mod verdict;

pub use address::{Mailbox, organisation};
pub use authentication::Authentication;
pub use automatic::{Automatic, Before, Own, before, takes_no_answer};
pub use forwarder::Forwarder;
pub use head::Head;
pub use limits::Limits;
pub use mail::{Attachment, Mail, safe_name, saved_name};
pub(crate) use packed::is_packed;
pub use stamp::{Stamp, ses_headers};
pub(crate) use structure::{Leaf, Parts};
pub use verdict::{Envelope, Receipt, Verdict};

use guard::quietly;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A mail, or what is left of one. No `Debug`: it holds a person's words.
pub enum Read {
    Mail(Box<Mail>),
    /// It needs a person.
    Unreadable {
        /// For people and logs; nothing of the mail.
        why: &'static str,
        /// The header, if at least that could be read.
        head: Option<Box<Head>>,
    },
}

impl Read {
    /// The header of either.
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::Mail(mail) => Some(&mail.head),
            Self::Unreadable { head, .. } => head.as_deref(),
        }
    }
}

/// The stack of the thread that reads. The deepest descent is [`Limits::depth`] levels.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Reads a mail. Does not panic; how long it takes is bounded by the limits alone, see [`read_within`].
pub fn read(raw: &[u8], limits: &Limits) -> Read {
    if raw.len() > limits.bytes {
        return unread(raw, limits, "too large");
    }
    let raw = with_lines(raw);
    match head(&raw, limits) {
        (Some(head), None) => match quietly(|| packed::opened(&raw, limits)).flatten() {
            Some(plain) => match finish(head, &plain, limits) {
                Read::Mail(mail) => Read::Mail(Box::new(Mail { signed: true, ..*mail })),
                unreadable @ Read::Unreadable { .. } => unreadable,
            },
            None => finish(head, &raw, limits),
        },
        (head, why) => Read::Unreadable { why: why.unwrap_or("no header"), head },
    }
}

/// A mail that is not looked into: its header alone, as far as its limit goes. That of a huge mail is as small as any.
pub fn unread(raw: &[u8], limits: &Limits, why: &'static str) -> Read {
    Read::Unreadable { why, head: head(&raw[..limits.header_bytes.min(raw.len())], limits).0 }
}

/// Reads a mail on a thread of its own, and waits no longer than `within`.
///
/// A thread cannot be stopped: one that takes too long goes on until it is done or the process ends.
pub fn read_within(raw: Arc<[u8]>, limits: Limits, within: Duration) -> Read {
    let (tell, hear) = mpsc::channel();
    let work = {
        let (raw, limits) = (raw.clone(), limits.clone());
        move || {
            // Nobody may be listening any more.
            let _ = tell.send(read(&raw, &limits));
        }
    };
    let started = thread::Builder::new().name("read-mail".to_owned()).stack_size(STACK_BYTES).spawn(work);
    // A header has few bytes, so it can be read again.
    let unreadable = |why| Read::Unreadable { why, head: head(&raw, &limits).0 };
    match started {
        Ok(_) => hear.recv_timeout(within).unwrap_or_else(|_| unreadable("took too long")),
        Err(_) => unreadable("no thread to read it"),
    }
}

/// What of a mail is the same in its sender's own copy: its body, in the canonical form that DKIM calls simple (RFC 6376, 3.4.3):
/// lines ended by CRLF, without empty lines at the end. A receipt is over it, for the way adds to a header and leaves a body.
pub fn sent_body(raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    sent_pieces(raw, |piece| body.extend_from_slice(piece));
    body
}

/// SHA-256 of [`sent_body`], in small hex, without a copy of it.
pub fn sent_hash(raw: &[u8]) -> String {
    let (mut hash, mut piece_by_piece) = (Sha256::new(), Vec::with_capacity(2 * PIECES));
    sent_pieces(raw, |piece| {
        piece_by_piece.extend_from_slice(piece);
        if piece_by_piece.len() >= PIECES {
            hash.update(&piece_by_piece);
            piece_by_piece.clear();
        }
    });
    hash.update(&piece_by_piece);
    desk_keys::hex(&hash.finalize())
}

/// So many bytes are hashed at a time.
const PIECES: usize = 64 * 1024;

fn sent_pieces(raw: &[u8], mut take: impl FnMut(&[u8])) {
    let mut lines = raw.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    // The header ends with the first empty line.
    lines.by_ref().find(|line| line.is_empty());
    let mut empty = 0_usize;
    for line in lines {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        (0..std::mem::take(&mut empty)).for_each(|_| take(b"\r\n"));
        take(line);
        take(b"\r\n");
    }
}

/// An attachment that [`read`] listed, with its bytes; nothing if there is none of that index.
pub fn attachment(raw: &[u8], limits: &Limits, index: usize) -> Option<(Attachment, Vec<u8>)> {
    if raw.len() > limits.bytes {
        return None;
    }
    let raw = with_lines(raw);
    quietly(|| {
        let raw: Cow<'_, [u8]> = packed::opened(&raw, limits).map_or(Cow::Borrowed(&*raw), Cow::Owned);
        let parts = structure::take_apart(&raw, limits).ok()?;
        let leaf = parts.leaves.get(index)?;
        let bytes = body::bytes(leaf).into_owned();
        Some((mail::describe(leaf, index, bytes.len()), bytes))
    })?
}

/// The header as far as it can be read, and what is wrong with it.
fn head(raw: &[u8], limits: &Limits) -> (Option<Box<Head>>, Option<&'static str>) {
    let work = || {
        let (fields, _, over) = fields::scan(raw, limits);
        if fields.0.is_empty() {
            return (None, over);
        }
        let head = Box::new(Head::of(&fields));
        // All that there is may be what SES wrote.
        let own = head.receipt.as_ref().is_none_or(|receipt| receipt.fields < fields.0.len());
        (Some(head), over.or((!own).then_some("no header")))
    };
    quietly(work).unwrap_or((None, Some("the header breaks the parser")))
}

fn finish(known: Box<Head>, raw: &[u8], limits: &Limits) -> Read {
    let parts = match quietly(|| structure::take_apart(raw, limits)) {
        Some(Ok(parts)) => parts,
        Some(Err(why)) => return Read::Unreadable { why, head: Some(known) },
        None => return Read::Unreadable { why: "the structure breaks the parser", head: Some(known) },
    };
    match quietly(|| Mail::of(*known, &parts, limits)) {
        Some(mail) => Read::Mail(Box::new(mail)),
        None => Read::Unreadable { why: "the body breaks the parser", head: head(raw, limits).0 },
    }
}

/// Old Macs ended lines with `\r` alone, and some mail is kept so.
fn with_lines(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return raw.into();
    }
    raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect::<Vec<u8>>().into()
}
