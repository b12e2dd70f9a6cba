//! What a raw mail holds, as far as the desk can read and open it. Pure: bytes in, what is shown out.

use desk_mail::openpgp::{Opened, Opener};
use desk_mail::read::{self, Head, Limits, Mail, Read};
use desk_view::{AttachmentView, MailView, OpenedMail, Signature};

use super::pgp::signature;

/// Up to this size of a mail its attachments are hashed each time it is shown: finding each costs reading all of it.
const HASHED_BYTES: usize = 8 * 1024 * 1024;

/// A mail that was looked into. No `Debug`.
pub(crate) struct Looked {
    attachments: Vec<AttachmentView>,
    over: Vec<&'static str>,
    encrypted: Option<&'static str>,
    opened: Option<OpenedMail>,
    unread: Option<String>,
    signed: bool,
    from: Option<String>,
    reply_to: Vec<String>,
}

/// Looks into a mail.
pub(crate) fn look(raw: &[u8], limits: &Limits, opener: &Opener<'_>) -> Looked {
    let mail = match read::read(raw, limits) {
        Read::Mail(mail) => mail,
        Read::Unreadable { why, head } => {
            return Looked::unread(format!("It cannot be read by the desk: {why}.")).sent_by(head.as_deref());
        }
    };
    looked(raw, &mail, limits, opener).sent_by(Some(&mail.head))
}

fn looked(raw: &[u8], mail: &Mail, limits: &Limits, opener: &Opener<'_>) -> Looked {
    let Some(encryption) = mail.encrypted else { return Looked::of(raw, mail, limits) };
    let kind = Some(encryption.name());
    match opener.open(raw, mail, limits) {
        Ok((Opened::Text(text), state)) => {
            let opened = Some(OpenedMail { text, signature: signature(state) });
            Looked { encrypted: kind, opened, ..Looked::of(raw, mail, limits) }
        }
        Ok((Opened::Entity(entity), state)) => Looked { encrypted: kind, ..inside(&entity, limits, signature(state)) },
        Err(why) => Looked { encrypted: kind, unread: Some(why.to_string()), ..Looked::of(raw, mail, limits) },
    }
}

/// What PGP/MIME held: its attachments take the place of the sealed ones.
fn inside(entity: &[u8], limits: &Limits, signature: Signature) -> Looked {
    match read::read(entity, limits) {
        Read::Mail(mail) => {
            let opened = OpenedMail { text: mail.text.clone(), signature };
            Looked { opened: Some(opened), ..Looked::of(entity, &mail, limits) }
        }
        // No mail in a mail, but something: it is shown as it is.
        Read::Unreadable { .. } => {
            let text = String::from_utf8_lossy(&entity[..entity.len().min(limits.text_bytes)]).into_owned();
            let why = "What was encrypted is no mail that the desk can read.".to_owned();
            Looked { opened: Some(OpenedMail { text, signature }), ..Looked::unread(why) }
        }
    }
}

/// An attachment with its bytes: of what was encrypted, where it can be opened; nothing if there is none of that index.
pub(crate) fn attachment(
    raw: &[u8],
    limits: &Limits,
    opener: &Opener<'_>,
    index: usize,
) -> Option<(read::Attachment, Vec<u8>)> {
    let Read::Mail(mail) = read::read(raw, limits) else { return None };
    let entity = match mail.encrypted.and_then(|_| opener.open(raw, &mail, limits).ok()) {
        Some((Opened::Entity(entity), _)) => Some(entity),
        _ => None,
    };
    read::attachment(entity.as_deref().unwrap_or(raw), limits, index)
}

impl Looked {
    fn of(raw: &[u8], mail: &Mail, limits: &Limits) -> Looked {
        let hash = |index| {
            let bytes = read::attachment(raw, limits, index).filter(|_| raw.len() <= HASHED_BYTES);
            bytes.map(|(_, bytes)| desk_keys::sha256_hex(&bytes))
        };
        let view = |part: &read::Attachment| AttachmentView {
            index: part.index,
            name: part.name.clone(),
            content_type: part.content_type.clone(),
            bytes: part.bytes,
            sha256: hash(part.index),
        };
        Looked {
            attachments: mail.attachments.iter().map(view).collect(),
            over: mail.over.clone(),
            encrypted: None,
            opened: None,
            unread: None,
            signed: mail.signed,
            from: None,
            reply_to: Vec::new(),
        }
    }

    /// What was not looked into, and why.
    pub(crate) fn unread(why: String) -> Looked {
        Looked {
            attachments: Vec::new(),
            over: Vec::new(),
            encrypted: None,
            opened: None,
            unread: Some(why),
            signed: false,
            from: None,
            reply_to: Vec::new(),
        }
    }

    /// With who stands in its header, and where they ask for answers, if that is elsewhere.
    fn sent_by(self, head: Option<&Head>) -> Looked {
        let Some(head) = head else { return self };
        let from = head.from.as_ref().map(|from| from.address.clone());
        let elsewhere = |to: &String| from.as_ref().is_none_or(|from| !to.eq_ignore_ascii_case(from));
        let reply_to = head.reply_to.iter().map(|to| to.address.clone()).filter(elsewhere).collect();
        Looked { from, reply_to, ..self }
    }

    /// Fills in what the events alone do not say.
    pub(crate) fn fill(self, view: &mut MailView) {
        view.attachments = self.attachments;
        view.over = self.over.into_iter().map(str::to_owned).collect();
        view.encrypted = self.encrypted;
        view.opened = self.opened;
        view.unread = self.unread;
        view.signed = self.signed;
        view.from = self.from;
        view.reply_to = self.reply_to;
    }
}
