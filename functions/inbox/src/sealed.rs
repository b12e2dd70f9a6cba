//! What of a mail is sealed: the mail as it came, as an object, and its words.

use desk_domain::case::event::{ContentRef, MailParts};
use desk_domain::id::CaseId;
use desk_domain::text::is_blank;
use desk_mail::openpgp::{Encryption, armour};
use desk_mail::read::own::Desk;
use desk_mail::read::trim::trim;
use desk_store::objects::{If, sealed_key};
use desk_store::opening::fresh_id;
use desk_store::{ActError, Audience, Commit, Sealer};
use serde_json::Value;

use crate::judge::Arrived;
use crate::report::attached;
use crate::{Inbox, ours};

/// What stands in place of words that cannot be shown.
const ENCRYPTED: &str = "(This mail is encrypted. The desk opens it from the mail as it came.)";
const BLOCK: &str = "(An encrypted part stands here. The desk opens it from the mail as it came.)";
const UNREADABLE: &str = "(This mail could not be read. It is kept as it came.)";
const EMPTY: &str = "(This mail has no text.)";
const SEALED: &str = "(The text of this mail is packed in a form that the desk does not open. It is kept as it came.)";

/// The words of a mail, as a person reads them. No `Debug`.
struct Said {
    /// What the person wrote now; never empty.
    written: String,
    /// What the mail carries along of earlier messages.
    quoted: Option<String>,
}

impl Arrived {
    /// The words of an answer: what it quotes of the desk's mails is set apart. A first report is whole ([`Arrived::whole`]).
    fn said(&self, desk: &Desk) -> Said {
        let Some(mail) = self.mail().filter(|mail| mail.encrypted.is_none() && !mail.sealed) else {
            return Said { written: self.whole(), quoted: None };
        };
        let trimmed = trim(&mail.text, desk);
        match is_blank(&trimmed.written) {
            true => Said { written: EMPTY.to_owned(), quoted: trimmed.quoted },
            false => Said { written: trimmed.written, quoted: trimmed.quoted },
        }
    }

    /// The whole text.
    pub(crate) fn whole(&self) -> String {
        match self.mail() {
            None => UNREADABLE.to_owned(),
            Some(mail) if mail.encrypted == Some(Encryption::PgpInline) => {
                armour::clear_words(&mail.text, BLOCK).unwrap_or_else(|| ENCRYPTED.to_owned())
            }
            Some(mail) if mail.encrypted.is_some() => ENCRYPTED.to_owned(),
            Some(mail) if mail.sealed => SEALED.to_owned(),
            Some(mail) if is_blank(&mail.text) => EMPTY.to_owned(),
            Some(mail) => mail.text.trim_end().to_owned(),
        }
    }
}

impl Inbox {
    /// Seals the mail as it came for the case and puts it into the bucket, before anything names it: what is named is there.
    ///
    /// # Errors
    /// When it could not be put.
    pub(crate) async fn keep_raw(
        &self,
        (sealer, audience): (&Sealer, &Audience),
        arrived: &Arrived,
    ) -> Result<ContentRef, ActError> {
        let (content, sealed) = sealer.seal_named(audience, fresh_id("mail"), &arrived.raw)?;
        let at = sealed_key(sealer.case(), content.id.as_str());
        self.content.put(&at, "application/age", &sealed, If::Whatever).await?;
        Ok(content)
    }

    /// Removes what was put for something that did not come about.
    pub(crate) async fn forget_raw(&self, case: &CaseId, content: &ContentRef) {
        let at = sealed_key(case, content.id.as_str());
        if let Err(fault) = self.content.delete(&at).await {
            tracing::warn!(object = at, fault = %fault, "a sealed mail that nothing names stays");
        }
    }

    /// An answer's words and what belongs to them, sealed for the case in `commit`.
    pub(crate) fn seal_answer(
        &self,
        commit: &mut Commit,
        (sealer, audience): (&Sealer, &Audience),
        arrived: &Arrived,
        raw: &ContentRef,
    ) -> Result<(ContentRef, MailParts), ActError> {
        let id = sealer.case();
        let said = arrived.said(&ours::to_anybody(&self.policy, &self.public_url, id));
        let content = commit.seal(sealer, audience, fresh_id("reply"), said.written.as_bytes())?;
        let quoted = match said.quoted {
            Some(quoted) => Some(commit.seal(sealer, audience, fresh_id("quoted"), quoted.as_bytes())?),
            None => None,
        };
        let listed = arrived.mail().map(attached).filter(|listed| !listed.is_empty());
        let attached = match listed {
            Some(listed) => {
                let listed = Value::from(listed).to_string();
                Some(commit.seal(sealer, audience, fresh_id("attached"), listed.as_bytes())?)
            }
            None => None,
        };
        let (raw, hints, sender) = (raw.clone(), arrived.hints(&self.policy, Some(id)), Some(arrived.sender));
        Ok((content, MailParts { quoted, attached, raw, hints, sender, from: None }))
    }
}
