//! Mail that came in, and files that came by the page: kept whole and sealed in a bucket. A mail is looked into where a member
//! reads its case; a file never is.

mod download;
mod look;
mod pgp;
mod piece;
mod words;

use std::collections::BTreeMap;

use desk_domain::case::event::EventBody;
use desk_domain::case::{Case, ContentRef};
use desk_domain::id::{CaseId, ContentId};
use desk_domain::report::Report;
use desk_keys::SecretKey;
use desk_mail::openpgp::{Opener, PublicKey};
use desk_mail::read::Limits;
use desk_store::Fault;
use desk_store::objects::{Found, sealed_key};
use desk_view::{AttachmentView, MailView, UnsealedCase};
use serde_json::Value;

pub(crate) use self::download::{attachment, file, raw};
pub use self::pgp::OpenPgp;
pub(crate) use self::words::part;

use self::look::{Looked, look};
use crate::Team;

/// Sealed bytes of mails that one page looks into, in all; the rest is shown by its link alone.
const PAGE_BYTES: u64 = 24 * 1024 * 1024;

impl Team {
    /// What was kept, opened, whatever its size.
    pub(crate) async fn kept_whole(
        &self,
        case: &CaseId,
        key: &SecretKey,
        content: &ContentRef,
    ) -> Result<Vec<u8>, Fault> {
        let whole = self.kept_object(case, key, content, u64::MAX).await?;
        whole.map(|(bytes, _)| bytes).map_err(|_| Fault::damaged("an object without an end"))
    }

    /// What was kept, opened, if it has at most `most` sealed bytes; else how many it has.
    pub(crate) async fn kept_object(
        &self,
        case: &CaseId,
        key: &SecretKey,
        content: &ContentRef,
        most: u64,
    ) -> Result<Result<(Vec<u8>, u64), u64>, Fault> {
        let gone = || Fault::damaged(format!("{} of {case} is not in the bucket", content.id));
        let found = self.content.get_at_most(&sealed_key(case, content.id.as_str()), most).await?.ok_or_else(gone)?;
        let sealed = match found {
            Found::Whole(object) => object.bytes,
            Found::Larger(bytes) => return Ok(Err(bytes)),
        };
        if desk_keys::sha256_hex(&sealed) != content.sha256 {
            return Err(Fault::damaged(format!("{} of {case} is not what was kept", content.id)));
        }
        let bytes = sealed.len() as u64;
        let plain = key.unseal(&sealed).map_err(|_| Fault::damaged(format!("{} of {case}", content.id)))?;
        Ok(Ok((plain.to_vec(), bytes)))
    }

    /// Looks into these mails of a case, the newest first, as far as one page may, and fills in what is found. Each is shown once.
    pub(crate) async fn look_into(&self, opened: &UnsealedCase, key: &SecretKey, shown: Vec<&mut MailView>) {
        let mut shown: BTreeMap<ContentId, &mut MailView> =
            shown.into_iter().map(|mail| (mail.content.clone(), mail)).collect();
        let mut left = PAGE_BYTES;
        let (reporter, limits) = (self.reporter_key(opened), Limits::of(&self.policy));
        let opener = self.opener(reporter.as_ref());
        let own = opened.case.mail.as_ref().map(|mail| &mail.raw);
        for mail in opened.events.iter().rev().filter_map(|event| mail_of(&event.body)).chain(own) {
            let Some(view) = shown.remove(&mail.id) else { continue };
            let looked = match self.kept_object(&opened.case.id, key, mail, left).await {
                Ok(Ok((raw, bytes))) => {
                    left -= bytes.min(left);
                    look(&raw, &limits, &opener)
                }
                Ok(Err(_)) => {
                    Looked::unread("It is too large to be looked into here: get the mail as it came.".to_owned())
                }
                // The case is shown all the same: what is lost is one mail, and that is said.
                Err(fault) => {
                    tracing::error!(case = %opened.case.id, content = %mail.id, fault = %fault, "a mail could not be read");
                    Looked::unread("The mail as it came cannot be read from the store now.".to_owned())
                }
            };
            looked.fill(view);
        }
    }

    fn opener<'a>(&'a self, reporter: Option<&'a PublicKey>) -> Opener<'a> {
        Opener { key: self.openpgp.as_ref().map(|keys| &keys.decryption), reporter, now: self.clock.now() }
    }

    /// The key that the reporter gave, if it can be used now.
    fn reporter_key(&self, opened: &UnsealedCase) -> Option<PublicKey> {
        let report = Report::stored(&opened.json(&opened.case.report)?);
        PublicKey::read(&report.openpgp_key?, self.clock.now()).ok()
    }
}

/// What is attached to the mail of a report, as it was recorded when it came: shown where the mail itself is not looked into.
pub(crate) fn recorded(opened: &UnsealedCase) -> Vec<AttachmentView> {
    let report: Option<Value> = opened.json(&opened.case.report);
    let listed = report.and_then(|mut report| report.pointer_mut("/mail/attachments").map(Value::take));
    listed.and_then(|listed| serde_json::from_value(listed).ok()).unwrap_or_default()
}

/// The raw mail that an event came by.
fn mail_of(body: &EventBody) -> Option<&ContentRef> {
    body.mail().map(|mail| &mail.raw)
}

/// The mail of this name, if a case has it.
fn named<'a>(case: &'a Case, events: &'a [desk_domain::case::Event], name: &ContentId) -> Option<&'a ContentRef> {
    let own = case.mail.as_ref().map(|mail| &mail.raw);
    let mut all = own.into_iter().chain(events.iter().filter_map(|event| mail_of(&event.body)));
    all.find(|mail| mail.id == *name)
}
