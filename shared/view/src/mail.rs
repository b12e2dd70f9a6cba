//! What came by mail, as the team sees it: the mail itself, what is attached, and what it took to open it.

use desk_domain::case::event::{ByMail, Hint, MailParts, Sender};
use desk_domain::id::ContentId;
use serde::{Deserialize, Serialize};

/// A mail that is kept. Its sender's own words stand beside it; here is what the desk knows of it.
#[derive(Clone, Serialize)]
pub struct MailView {
    /// The name of the raw mail.
    pub content: ContentId,
    pub hints: Vec<Hint>,
    /// How sure it is whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The address that stands in it as its author's, as far as it could be looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where it asks for answers (`Reply-To`), if that is elsewhere: nothing is sent there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<String>,
    pub attachments: Vec<AttachmentView>,
    /// Limits that it is over: only the raw mail holds all of it.
    pub over: Vec<String>,
    /// `pgp-mime`, `pgp-inline` or `smime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<&'static str>,
    /// What was encrypted, opened for this answer and stored nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<OpenedMail>,
    /// Why nothing more is shown of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// It bears a signature that nobody has checked.
    pub signed: bool,
}

/// What an encrypted mail held. No `Debug`: it is a person's words.
#[derive(Clone, Serialize)]
pub struct OpenedMail {
    pub text: String,
    pub signature: Signature,
}

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Signature {
    None,
    /// By the reporter's key with this fingerprint.
    Good {
        by: String,
    },
    /// By a key that nobody has given the desk: it proves nothing.
    UnknownKey {
        by: Option<String>,
    },
    Bad,
}

/// A file that came with a mail. No `Debug`: its name is a person's word.
#[derive(Clone, Serialize, Deserialize)]
pub struct AttachmentView {
    /// What it is asked for by.
    pub index: usize,
    pub name: String,
    pub content_type: String,
    pub bytes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl MailView {
    /// What the events alone say of it.
    fn new(content: &ContentId, hints: &[Hint], sender: Option<Sender>) -> MailView {
        MailView {
            content: content.clone(),
            hints: hints.to_vec(),
            sender,
            from: None,
            reply_to: Vec::new(),
            attachments: Vec::new(),
            over: Vec::new(),
            encrypted: None,
            opened: None,
            unread: None,
            signed: false,
        }
    }
}

impl From<&MailParts> for MailView {
    fn from(mail: &MailParts) -> MailView {
        MailView::new(&mail.raw.id, &mail.hints, mail.sender)
    }
}

impl From<&ByMail> for MailView {
    fn from(mail: &ByMail) -> MailView {
        MailView::new(&mail.raw.id, &mail.hints, Some(mail.sender))
    }
}
