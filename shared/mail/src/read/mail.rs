//! A mail that could be read: who wrote what, with what attached.

use super::address::one_line;
use super::body;
use super::fields::Field;
use super::head::Head;
use super::limits::Limits;
use super::packed;
use super::structure::{Leaf, Parts};
use crate::openpgp::{Encryption, detect};
use desk_domain::text::{is_blank, seen};
use std::collections::HashSet;

/// A mail. No `Debug`: it holds a person's words.
pub struct Mail {
    pub head: Head,
    /// What the person wrote, with `\n` as line end; attached mails are not part of it. Empty if there is no text.
    pub text: String,
    /// It was longer than the limit.
    pub text_cut: bool,
    /// The text was made from HTML; there is no other.
    pub html_only: bool,
    pub attachments: Vec<Attachment>,
    /// What is over its limit: `attachments` (more than are listed), `attachment_bytes`, `attachments_total_bytes`.
    pub over: Vec<&'static str>,
    pub encrypted: Option<Encryption>,
    /// It bears a signature of OpenPGP or S/MIME. Nobody has checked it.
    pub signed: bool,
    /// Its text is within a part that nobody here opens and that is no encryption: Outlook's `winmail.dat`, a signature around the
    /// words that is damaged. A person has to look.
    pub sealed: bool,
}

/// A part that is not the text. No `Debug`: its name is a person's word.
#[derive(Clone)]
pub struct Attachment {
    /// One line, no path. Never empty. What it hides is shown where a person reads, and no part of a name to save it under.
    pub name: String,
    /// `type/subtype` in lower case, as the sender says.
    pub content_type: String,
    /// Decoded.
    pub bytes: usize,
    /// For [`attachment`](super::attachment).
    pub index: usize,
}

impl Mail {
    pub(super) fn of(mut head: Head, parts: &Parts<'_>, limits: &Limits) -> Self {
        let roles = roles(&parts.leaves, limits.text_bytes);
        let (text, text_cut) = text(&roles, limits.text_bytes);
        let mut texts =
            parts.leaves.iter().zip(&roles).filter(|(_, role)| matches!(role, Role::Text { .. })).peekable();
        let html_only = texts.peek().is_some() && texts.all(|(leaf, _)| body::is_html(leaf));
        if parts.leaves.iter().any(|leaf| leaf.is("text/calendar") && leaf.says("method", "reply")) {
            head.calendar_reply();
        }
        let (attachments, over) = attachments(&parts.leaves, &roles, limits);
        Self {
            encrypted: detect::encryption(parts, &text),
            signed: detect::is_signed(parts, &text),
            sealed: is_blank(&text) && parts.leaves.iter().any(|leaf| is_tnef(leaf) || packed::is_packed(leaf)),
            head,
            text,
            text_cut,
            html_only,
            attachments,
            over,
        }
    }
}

/// The Transport Neutral Encapsulation Format ([MS-OXTNEF]) holds text and files of a mail. Servers forget its type, so it is
/// known by how it begins too.
fn is_tnef(leaf: &Leaf<'_>) -> bool {
    leaf.is("application/ms-tnef") || leaf.is("application/vnd.ms-tnef") || leaf.bytes().starts_with(TNEF)
}

/// 0x223E9F78, the lowest byte first ([MS-OXTNEF], 2.1.3.1).
const TNEF: &[u8] = b"\x78\x9f\x3e\x22";

/// What a leaf is to the reader.
enum Role {
    Text {
        text: String,
        /// There may be more of it than was looked at.
        cut: bool,
    },
    /// Says nothing, or says in HTML what another says plainly.
    Idle,
    Attached,
}

/// Markup and encoding make up most of some texts; this is how much longer than the text its parts may be.
const MARKUP: usize = 8;

fn roles(leaves: &[Leaf<'_>], max: usize) -> Vec<Role> {
    let mut roles = roles_if(leaves, is_text, max);
    // A file shown inline is the text where there is no other.
    if !roles.iter().any(|role| matches!(role, Role::Text { .. })) {
        roles = roles_if(leaves, |leaf| is_text(leaf) || (leaf.is("text/plain") && !declared(leaf)), max);
    }
    // HTML that shows pictures alone is no text, and all that there is.
    if !roles.iter().any(|role| matches!(role, Role::Text { .. })) {
        let pictures = |leaf: &Leaf<'_>| body::is_html(leaf) && !leaf.body.trim_ascii().is_empty();
        leaves.iter().zip(&mut roles).filter(|(leaf, _)| pictures(leaf)).for_each(|(_, role)| *role = Role::Attached);
    }
    let said = |(leaf, role): (&Leaf<'_>, &Role)| match role {
        Role::Text { .. } if !is_marked_up(leaf) => leaf.alternative,
        _ => None,
    };
    let said_plainly: Vec<usize> = leaves.iter().zip(&roles).filter_map(said).collect();
    let plain = |of: usize, roles: &[Role]| {
        let twins = leaves.iter().zip(roles).filter(|(leaf, _)| leaf.alternative == Some(of) && !is_marked_up(leaf));
        let texts =
            twins.filter_map(|(_, role)| if let Role::Text { text, .. } = role { Some(words(text)) } else { None });
        texts.flatten().collect::<HashSet<String>>()
    };
    for (at, leaf) in leaves.iter().enumerate() {
        let Some(of) = leaf.alternative.filter(|of| is_marked_up(leaf) && said_plainly.contains(of)) else { continue };
        // A text that only says that there is HTML is no twin of it: both are shown.
        let stub = match &roles[at] {
            Role::Text { text, .. } => {
                let (said, plain) = (words(text), plain(of, &roles));
                said.len() * 2 > said.iter().filter(|word| plain.contains(*word)).count() * 2 + said.len()
            }
            Role::Idle | Role::Attached => false,
        };
        if !stub && !matches!(roles[at], Role::Attached) {
            roles[at] = Role::Idle;
        }
    }
    roles
}

/// The words of a text, up to as many as tell whether another says the same.
fn words(text: &str) -> Vec<String> {
    // Where links lead is said of HTML alone.
    let said = text.split_whitespace().filter(|word| !(word.starts_with('<') && word.contains(':')));
    let words = said.flat_map(|word| word.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    words.take(MOST_WORDS).map(str::to_lowercase).collect()
}

/// So many words of two texts are compared.
const MOST_WORDS: usize = 2_000;

fn roles_if(leaves: &[Leaf<'_>], shown: impl Fn(&Leaf<'_>) -> bool, max: usize) -> Vec<Role> {
    let mut left = max.saturating_mul(MARKUP);
    let mut role = |leaf| {
        if !shown(leaf) {
            return Role::Attached;
        }
        let text = body::text(leaf, left);
        let cut = leaf.body.len() > left;
        left = left.saturating_sub(leaf.body.len());
        if is_blank(&text) && !cut { Role::Idle } else { Role::Text { text, cut } }
    };
    leaves.iter().map(&mut role).collect()
}

fn is_marked_up(leaf: &Leaf<'_>) -> bool {
    body::is_html(leaf) || leaf.is("text/enriched") || leaf.is("text/richtext")
}

/// Whether the part is shown as text, and neither a file nor declared as an attachment.
fn is_text(leaf: &Leaf<'_>) -> bool {
    let plain = ["text", "text/plain"].iter().any(|kind| leaf.is(kind));
    let broken = leaf.media_type.as_ref().is_none_or(|of| of.kind.is_empty() || of.kind.starts_with("multipart"));
    let inside = |container: &str| leaf.container.as_deref() == Some(container);
    // What has no type in a digest is a mail.
    let digested = inside("multipart/digest") && leaf.media_type.is_none();
    let alone = leaf.container.is_none();
    let named = name(leaf).is_some() && !inside("multipart/alternative");
    (plain || is_marked_up(leaf) || broken) && !digested && (alone || !(declared(leaf) || named))
}

/// Whether it is declared as an attachment (RFC 2183).
fn declared(leaf: &Leaf<'_>) -> bool {
    leaf.fields.text("Content-Disposition").to_ascii_lowercase().starts_with("attachment")
}

/// The text of all parts that are text, in their order; and whether it was cut.
fn text(roles: &[Role], max: usize) -> (String, bool) {
    let mut whole = String::new();
    let mut any_cut = false;
    for role in roles {
        let Role::Text { text, cut } = role else { continue };
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole += text;
        any_cut |= cut;
        if whole.len() > max {
            whole.truncate(whole.floor_char_boundary(max));
            return (whole, true);
        }
    }
    (whole, any_cut)
}

fn attachments(leaves: &[Leaf<'_>], roles: &[Role], limits: &Limits) -> (Vec<Attachment>, Vec<&'static str>) {
    let mut listed = Vec::new();
    let mut over = Vec::new();
    let mut total = 0;
    let attached = leaves.iter().zip(roles).enumerate().filter(|(_, (_, role))| matches!(role, Role::Attached));
    for (index, (leaf, _)) in attached {
        let attachment = describe(leaf, index, body::bytes(leaf).len());
        total += attachment.bytes;
        let mut note = |exceeded: bool, limit: &'static str| {
            if exceeded && !over.contains(&limit) {
                over.push(limit);
            }
        };
        note(listed.len() >= limits.attachments, "attachments");
        note(attachment.bytes > limits.attachment_bytes, "attachment_bytes");
        note(total > limits.attachments_total_bytes, "attachments_total_bytes");
        if listed.len() < limits.attachments {
            listed.push(attachment);
        }
    }
    (listed, over)
}

pub(super) fn describe(leaf: &Leaf<'_>, index: usize, bytes: usize) -> Attachment {
    let kind = leaf.media_type.as_ref().map(|of| one_line(&seen(&of.kind), 100)).filter(|kind| kind.contains('/'));
    let content_type = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
    let name = name(leaf).unwrap_or_else(|| match content_type.as_str() {
        "message/rfc822" | "message/global" => format!("mail-{}.eml", index + 1),
        _ => format!("part-{}", index + 1),
    });
    Attachment { name, content_type, bytes, index }
}

/// The file's name as the sender gives it, made safe.
fn name(leaf: &Leaf<'_>) -> Option<String> {
    let disposition = leaf.fields.first("Content-Disposition").and_then(Field::media_type);
    let named = disposition.as_ref().and_then(|of| of.attribute("filename"));
    safe_name(named.or_else(|| leaf.media_type.as_ref().and_then(|of| of.attribute("name")))?)
}

/// The name that a file is saved under: [`safe_name`] without what nobody sees (with it, `gpj.exe` reads `exe.jpg`).
pub fn saved_name(named: &str) -> String {
    safe_name(&seen(named)).unwrap_or_else(|| "file".to_owned())
}

/// A file's name as somebody outside gives it: no folder, nothing that a file system means something by. `None` where nothing is left
/// that can be seen.
pub fn safe_name(named: &str) -> Option<String> {
    // Windows and Unix part differently; the last piece is the name for both.
    let last = named.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = one_line(last, 150).chars().map(|c| if ":*?\"<>|".contains(c) { '_' } else { c }).collect();
    let safe = safe.trim_start_matches('.').trim().to_owned();
    (!is_blank(&safe)).then_some(safe)
}
