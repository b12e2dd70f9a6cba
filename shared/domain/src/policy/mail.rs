//! What the policy says of mail: how much of it goes out by itself, who forwards some to the desk, and how large a mail
//! may be that is still read. A count that mail goes beyond loses nothing: such a mail is kept and told of, unread.

use jiff::SignedDuration;
use jiff::civil::Time;
use serde::Serialize;

/// The section `[mail]`; sizes in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MailRules {
    /// Automatic mails in a day (UTC) to an address that was typed into a form: anybody could have typed it.
    pub automatic_per_day_typed: u64,
    /// The same, to an address whose own mail was authenticated.
    pub automatic_per_day_authenticated: u64,
    /// The same, to all addresses together that were typed.
    pub automatic_per_day_all: u64,
    /// Mails in an hour to each who works with the desk (and calls of their pager): what is more is told in one (`bundling`).
    pub team_mails_per_hour: u64,
    /// Reports of one source (a network, or a mail domain) in a day of which each is told one by one; where more came, all of that
    /// source is told together.
    pub one_source_at_once: u64,
    /// How long that one waits for more.
    pub bundle_after: SignedDuration,
    /// No two of those come closer together.
    pub bundle_every: SignedDuration,
    /// The address whose mail is a comment on the policy itself (T59); it may be a plus-address of `contacts.security`.
    pub comments: Option<String>,
    /// Mailboxes of before that pass on what they get.
    pub forwarders: Vec<Forwarder>,
    /// A whole mail as it came; a larger one is kept unread. SES takes at most 40 MiB.
    pub mail_bytes: usize,
    /// MIME parts of one mail.
    pub parts: usize,
    /// How deep parts may lie in parts.
    pub depth: usize,
    /// Header fields of one part.
    pub headers: usize,
    /// Attachments of one mail.
    pub attachments: usize,
    /// One attachment, decoded.
    pub attachment_bytes: usize,
    /// All attachments of one mail, decoded.
    pub attachments_bytes: usize,
    /// How long reading one mail may take.
    pub parse_seconds: SignedDuration,
    /// When (UTC) the team's daily digest goes; `None` when it wants none.
    pub digest_at: Option<Time>,
}

/// A mailbox that passes its mail on to the desk, and how its mail is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forwarder {
    pub name: String,
    /// Hex of the SHA-256 of the secret plus-part of the address that it forwards to.
    pub secret_sha256: String,
    /// The `authserv-id` (RFC 8601) whose `Authentication-Results` are believed in what it forwards.
    pub authserv_id: Option<String>,
    /// The `List-Id` (RFC 2919) that it adds, if it is a list, as Google Groups does.
    pub list_id: Option<String>,
}

impl MailRules {
    /// How many bundles can come in one hour.
    pub fn bundles_per_hour(&self) -> u64 {
        let every = self.bundle_every.as_secs().max(1).unsigned_abs();
        3600u64.div_ceil(every)
    }
}

impl Default for MailRules {
    fn default() -> Self {
        MailRules {
            automatic_per_day_typed: 1,
            automatic_per_day_authenticated: 5,
            automatic_per_day_all: 1000,
            team_mails_per_hour: 10,
            one_source_at_once: 5,
            bundle_after: SignedDuration::from_mins(15),
            bundle_every: SignedDuration::from_hours(1),
            comments: None,
            forwarders: Vec::new(),
            mail_bytes: 40 * 1024 * 1024,
            parts: 1000,
            depth: 32,
            headers: 1000,
            attachments: 50,
            attachment_bytes: 10 * 1024 * 1024,
            attachments_bytes: 25 * 1024 * 1024,
            parse_seconds: SignedDuration::from_secs(10),
            digest_at: Some(Time::constant(8, 0, 0, 0)),
        }
    }
}
