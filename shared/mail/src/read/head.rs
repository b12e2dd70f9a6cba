//! What the header of a mail says: all that can be known even of a mail whose body cannot be read.

use super::address::{Mailbox, normal, one_line, suffix_of};
use super::authentication::{self, Authentication};
use super::automatic::{Automatic, Own, Signs};
use super::fields::{Field, Fields};
use super::forwarder::{self, Claims, Forwarder};
use super::verdict::Receipt;
use desk_domain::text::seen;
use jiff::Timestamp;

/// The header. No `Debug`: it holds a person's words.
pub struct Head {
    /// What SES wrote above the mail; nothing if SES did not take it in.
    pub receipt: Option<Receipt>,
    /// As it stands in the field, whole, without its angle brackets. The sender chose it, and it may be anything.
    pub message_id: Option<String>,
    /// Who stands in `From`, if it is exactly one.
    pub from: Option<Mailbox>,
    /// The author where a Google Group put itself into `From`. Anybody can write that: see [`Head::author`].
    original_from: Option<Mailbox>,
    pub sender: Option<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    /// Addresses in `To` and `Cc`.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// One line, decoded; empty if there is none.
    pub subject: String,
    /// What the sender's clock said.
    pub date: Option<Timestamp>,
    /// Message ids without their brackets.
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// Addresses in fields that relays write: `Delivered-To` and its like.
    delivered_to: Vec<String>,
    signs: Signs,
    claims: Claims,
}

/// The most characters of a subject, and of an id.
const LINE_MAX: usize = 500;
/// The most addresses of a field, and ids.
const LIST_MAX: usize = 100;

impl Head {
    pub(super) fn of(fields: &Fields<'_>) -> Self {
        let receipt = Receipt::of(fields);
        let skip = receipt.as_ref().map_or(0, |receipt| receipt.fields);
        let rest = Fields(fields.0[skip..].to_vec());
        let authors = mailboxes(&rest, "From");
        let subject = rest.first("Subject").map(|field| one_line(&field.decoded(), LINE_MAX)).unwrap_or_default();
        let envelope = receipt.as_ref().map(|receipt| &receipt.envelope_from);
        Self {
            message_id: rest.first("Message-ID").map(|field| bare(&field.text())).filter(|id| !id.is_empty()),
            from: only(&rest, "From"),
            original_from: only(&rest, "X-Original-From"),
            sender: mailboxes(&rest, "Sender").into_iter().next(),
            reply_to: mailboxes(&rest, "Reply-To"),
            to: addresses(&rest, &["To"]),
            cc: addresses(&rest, &["Cc"]),
            date: rest.first("Date").and_then(date),
            in_reply_to: ids(&rest, "In-Reply-To"),
            references: ids(&rest, "References"),
            delivered_to: addresses(&rest, &["Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To"]),
            signs: Signs::of(&rest, envelope, &authors, &seen(&subject)),
            claims: Claims::of(fields, skip),
            subject,
            receipt,
        }
    }

    /// The `Message-ID`, where it is one that may stand in a header of ours: a sender could write a sentence there.
    pub fn thread_id(&self) -> Option<&str> {
        self.message_id.as_deref().filter(|id| is_msg_id(id))
    }

    /// Who wrote it: `From`, if it is exactly one.
    ///
    /// A Google Group that forwards to the desk puts itself into `From` where the author's domain lets nobody else send
    /// for it (DMARC `p=reject`); then the author is whom the group names.
    pub fn author(&self, own: &Own<'_>) -> Option<&Mailbox> {
        let rewritten = self.from.as_ref().is_some_and(|from| own.has(&from.address)) && self.signs.forwarded(own);
        self.original_from.as_ref().filter(|_| rewritten).or(self.from.as_ref())
    }

    /// Whether a program sent it, and which kind (promise T13). `known`: it carries a token of ours, or a forwarder's secret.
    pub fn automatic(&self, own: &Own<'_>, known: bool) -> Option<Automatic> {
        self.signs.judge(own, self.author(own), known)
    }

    /// Whether it asks for no automatic answer.
    pub fn unanswered(&self) -> bool {
        self.signs.unanswered
    }

    /// Whether the policy's forwarder `of` sent it.
    pub fn forwarded_by(&self, of: &Forwarder) -> bool {
        self.receipt.as_ref().is_some_and(|receipt| of.sent(receipt))
    }

    pub(super) fn calendar_reply(&mut self) {
        self.signs.calendar_reply();
    }

    /// How sure it is that [`Head::author`] wrote it: by SES, or by what a forwarder of the policy found.
    pub fn authentication(&self, own: &Own<'_>, forwarders: &[Forwarder]) -> Authentication {
        let author = self.author(own);
        let direct = match author == self.from.as_ref() {
            true => authentication::by_ses(self.receipt.as_ref(), author),
            // SES judged the group.
            false => Authentication::Unaligned,
        };
        if direct == Authentication::Dmarc {
            return direct;
        }
        forwarder::judged(forwarders, self.receipt.as_ref(), &self.claims, author).unwrap_or(direct)
    }

    /// What stands behind the `+` of every recipient whose address is `base` otherwise, in lower case, each once; the
    /// one that SES delivered to first. They may be reply tokens, and may be anything.
    pub fn suffixes(&self, base: &str) -> Vec<String> {
        let envelope = self.receipt.as_ref().and_then(|receipt| receipt.recipient.as_ref());
        let all = envelope.into_iter().chain(&self.delivered_to).chain(&self.to).chain(&self.cc);
        let mut found = Vec::new();
        for suffix in all.filter_map(|address| suffix_of(address, base)) {
            if !found.contains(&suffix) {
                found.push(suffix);
            }
        }
        found
    }
}

/// The one mailbox of the one field. Where there are more, readers differ on who it is.
fn only(fields: &Fields<'_>, name: &str) -> Option<Mailbox> {
    let mut all = fields.all(name);
    let named = all.next()?.mailboxes();
    match (named.as_slice(), all.next()) {
        ([(name, address)], None) => Mailbox::new(name.clone(), address),
        _ => None,
    }
}

fn mailboxes(fields: &Fields<'_>, name: &str) -> Vec<Mailbox> {
    let all = fields.all(name).flat_map(|field| field.mailboxes());
    all.filter_map(|(name, address)| Mailbox::new(name, &address)).take(LIST_MAX).collect()
}

fn addresses(fields: &Fields<'_>, names: &[&str]) -> Vec<String> {
    let named = fields.0.iter().filter(|field| names.iter().any(|name| field.is(name)));
    named.flat_map(|field| field.mailboxes()).filter_map(|(_, address)| normal(&address)).take(LIST_MAX).collect()
}

/// What stands between the brackets, without folds and blanks; a relay may have written a comment behind it.
fn bare(id: &str) -> String {
    let inside = id.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside);
    let id = inside.unwrap_or_else(|| id.trim().trim_start_matches('<').trim_end_matches('>'));
    match id.split_once('@') {
        // A quoted left side that needs no quotes is the same without them.
        Some((left, right)) if inside.is_some() => {
            let left = left.trim();
            let plain = left.strip_prefix('"').and_then(|left| left.strip_suffix('"'));
            let plain = plain.filter(|left| is_msg_id(&format!("{left}@x"))).unwrap_or(left);
            format!("{plain}@{}", right.trim()).split_whitespace().collect()
        }
        _ => id.trim().to_owned(),
    }
}

/// The most bytes of an id that is passed on.
const ID_MAX: usize = 250;

/// A `msg-id` as RFC 5322 (3.6.4) has it, without its brackets: `dot-atom-text@dot-atom-text`, or a domain in brackets. One that
/// looks like an encoded word (RFC 2047) is shown decoded by some, and may be a sentence then.
fn is_msg_id(id: &str) -> bool {
    let atom = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
    };
    let literal = |text: &str| {
        text.strip_prefix('[')
            .and_then(|t| t.strip_suffix(']'))
            .is_some_and(|inner| inner.chars().all(|c| c.is_ascii_alphanumeric() || ".:-".contains(c)))
    };
    id.len() <= ID_MAX
        && !id.contains("=?")
        && id.split_once('@').is_some_and(|(left, right)| atom(left) && (atom(right) || literal(right)))
}

fn ids(fields: &Fields<'_>, name: &str) -> Vec<String> {
    let all = fields.all(name).flat_map(|field| field.ids()).map(|id| one_line(&seen(&id), LINE_MAX));
    all.filter(|id| !id.is_empty()).take(LIST_MAX).collect()
}

fn date(field: &Field<'_>) -> Option<Timestamp> {
    let date = mail_parser::DateTime::parse_rfc822(&field.text()).filter(mail_parser::DateTime::is_valid)?;
    Timestamp::from_second(date.to_timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::{bare, is_msg_id};

    #[test]
    fn an_id_is_the_same_however_it_is_written() {
        let ids = [
            "<1@x.example>",
            " <1@x.example> (added by postmaster@relay.example)",
            "< 1@x.example >",
            "<1 @ x.example>",
        ];
        for id in ids.into_iter().chain(["<\"1\"@x.example>", "1@x.example", "(from a relay) <1@x.example>"]) {
            assert_eq!(bare(id), "1@x.example", "{id}");
        }
        assert_eq!(bare("<\"a b\"@x>"), "\"ab\"@x");
    }

    #[test]
    fn only_what_is_an_id_is_passed_on() {
        for id in ["1@example.org", "a.b-c_d@[192.0.2.1]", "CAF+x=y@mail.example.org"] {
            assert!(is_msg_id(id), "{id}");
        }
        let long = format!("{}@example.org", "x".repeat(300));
        let others = [
            "",
            "@",
            "1",
            "buy things@example.org",
            "grüße@example.org",
            "=?utf-8?q?buy?=@example.org",
            "a@b@c",
            &long,
        ];
        for other in others {
            assert!(!is_msg_id(other), "{other}");
        }
    }
}
