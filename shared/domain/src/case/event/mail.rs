//! What mail brings to a case: how sure it is whose it is, and what of it is kept beside the words.

use serde::{Deserialize, Serialize};

use super::ContentRef;
use crate::id::{CaseId, ContentId, MemberId};

/// What is clear of a mail that opened a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByMail {
    pub sender: Sender,
    /// The mail exactly as SES handed it over; the name of a sealed object.
    pub raw: ContentRef,
    /// The receipt code and the signed receipt, sealed to the mail key; they travel with the receipt.
    pub receipt: Option<ContentId>,
    /// The mail's own `Message-ID`, sealed to the mail key: what is sent is threaded to it too.
    pub thread: Option<ContentId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Who says at which address its author is reached: it was filed, and the mail's own address is nobody's to write to. A person
    /// answers for that one, so nothing that the mail says keeps the desk from writing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<MemberId>,
}

impl ByMail {
    /// Whether its words count and its address does not (yet): a stranger may have written another's name under them, or SES
    /// takes it for spam.
    pub fn is_quarantined(&self) -> bool {
        self.entered_by.is_none() && (!self.sender.is_authenticated() || self.hints.contains(&Hint::Spam))
    }

    /// Whether it proves its author's address.
    pub fn proves_its_address(&self) -> bool {
        self.entered_by.is_none() && self.sender.is_authenticated()
    }
}

/// How sure it is that a mail comes from the domain in its `From`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sender {
    /// DMARC passed (RFC 7489).
    Dmarc,
    /// The domain has no DMARC record, and SPF or DKIM passed for it.
    Aligned,
    /// Nothing speaks for it and nothing against it.
    Unaligned,
    /// DMARC failed, or the mail names no sender or several.
    Failed,
}

impl Sender {
    /// Whether the address may be written to by a machine. What a stranger can put there must not be: it would make the desk
    /// write to whomever they please.
    pub fn is_authenticated(self) -> bool {
        matches!(self, Sender::Dmarc | Sender::Aligned)
    }
}

/// What a person should know of a mail beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// It names a case, or answers mail of one, without that mail's reply token: it is not joined to it.
    Names(CaseId),
    /// It could not be read; the raw mail is kept.
    Unreadable,
    /// It is over the policy's limits: only the raw mail holds all of it.
    OverLimits,
    /// Encrypted; opened where the team reads it.
    Encrypted,
    /// SES takes it for spam.
    Spam,
    /// SES found a virus in it; an exploit looks like one.
    Virus,
    /// Another mail of the same `Message-ID` came before and led to this case: a copy that proved less, or another text.
    SeenBefore(CaseId),
    /// It asks for no automatic answer, and gets none: who wants one writes it.
    Unanswered,
    /// It asks for answers at another address than its sender's; they go to its sender.
    AnswersElsewhere,
    /// It has the reporter's token and comes from another address than the token was made for.
    OtherAddress,
    /// It has the reporter's token, and before the desk's own subject stands what no person's program is known to write there.
    OddSubject,
    /// It says that it is signed within or is of another program's own form, which the desk does not open.
    Sealed,
    /// It carries an OpenPGP key that names no address of its sender's: it is attached, and nothing is encrypted to it.
    OthersKey,
}

/// What a mail holds beside the words that a person wrote now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailParts {
    /// Quoted text of earlier messages.
    pub quoted: Option<ContentRef>,
    /// What is attached to it: names, kinds and sizes. The files themselves are in the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attached: Option<ContentRef>,
    pub raw: ContentRef,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// How sure it is whose it is; of mails that are older than this nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The address in it, sealed to the mail key, for the mail that asks whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ContentId>,
}
