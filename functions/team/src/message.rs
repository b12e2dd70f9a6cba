//! Seals a message to the reporter: for the case always, and for the mail key where it is to travel as text.

use desk_domain::case::event::{Answers, ContentRef, Message};
use desk_domain::id::ContentId;
use desk_keys::{KeyError, PublicKey};
use desk_store::{Commit, Stored};
use serde::Serialize;

/// Seals `text` for the case and names it.
pub(crate) fn seal(commit: &mut Commit, stored: &Stored, text: &str) -> Result<ContentRef, KeyError> {
    commit.seal(&stored.case.id, &stored.public, fresh("t"), text.as_bytes())
}

/// Seals a value of ours for the case, as JSON.
pub(crate) fn seal_json<T: Serialize>(commit: &mut Commit, stored: &Stored, value: &T) -> Result<ContentRef, KeyError> {
    let text = serde_json::to_string(value).map_err(|_| KeyError::Wrong("it is plain data"))?;
    seal(commit, stored, &text)
}

/// Seals `text` for `deliver` alone.
pub(crate) fn seal_for_mail(
    commit: &mut Commit,
    stored: &Stored,
    mail_key: &PublicKey,
    text: &str,
) -> Result<ContentId, KeyError> {
    let id = fresh("mail");
    commit.content(&stored.case.id, &id, mail_key.seal(text.as_bytes())?);
    Ok(id)
}

/// A message to the reporter. It travels as text only to someone who chose that, gave an address and no key (to a key
/// it would have to be encrypted); everybody else's mail points to the case page.
pub(crate) fn message(
    commit: &mut Commit,
    stored: &Stored,
    mail_key: &PublicKey,
    text: &str,
    page_only: bool,
) -> Result<Message, KeyError> {
    let case = &stored.case;
    let by_mail = case.answers == Answers::Mail && case.address.is_some() && !case.has_openpgp_key && !page_only;
    let content = seal(commit, stored, text)?;
    let mail = if by_mail { Some(seal_for_mail(commit, stored, mail_key, text)?) } else { None };
    Ok(Message { content, mail })
}

/// A name of its own.
pub(crate) fn fresh(kind: &str) -> ContentId {
    let id = format!("{kind}-{}", desk_keys::hex(&desk_keys::random::<8>()));
    id.parse().expect("small letters and digits")
}
