//! How a member's message to the reporter is to travel: as text, or encrypted to the reporter's own key; whether it may, the
//! store says where it is sealed.

use desk_domain::case;
use desk_domain::case::event::{ContentRef, Hint, Message};
use desk_domain::id::ContentId;
use desk_domain::report::Report;
use desk_http::Problem;
use desk_keys::{KeyError, MailSealer};
use desk_mail::openpgp::{self, encrypt_and_sign, text_entity};
use desk_store::{Audience, Commit, Fault, OpenedKeys, Sealer, Stored, Travels};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::Team;
use crate::mail::OpenPgp;

/// A name of its own.
pub(crate) fn fresh(kind: &str) -> ContentId {
    desk_store::opening::fresh_id(kind)
}

/// How a message reaches a reporter who chose mail.
enum Way {
    /// On the case page; the mail points there. Why, where the reporter wished it otherwise.
    Page(Option<String>),
    /// Whoever wrote in clear is answered in clear.
    Text,
    /// To the key that the reporter gave.
    Encrypted(Box<openpgp::PublicKey>),
}

/// A member's post: how what they write now reaches the reporter.
pub(crate) struct Post<'a> {
    /// Seals the words of the case.
    sealer: Sealer,
    mail_key: &'a MailSealer,
    openpgp: Option<&'a OpenPgp>,
    /// What stands under the message: the member and the team.
    signature: String,
    way: Way,
    now: Timestamp,
}

impl Team {
    /// How a member's message reaches the reporter of this case now.
    pub(crate) async fn post(&self, stored: &Stored, member: &str) -> Result<Post<'_>, Problem> {
        let case = &stored.case;
        let now = self.clock.now();
        let keys = self.keys(stored).await?;
        let way = match case.way() {
            case::Way::Page => Way::Page(None),
            case::Way::ToKey => by_key(self.openpgp.is_some(), self.given_key(stored, &keys, now).await?),
            case::Way::KeptFromClear => Way::Page(Some(NO_KEY.to_owned())),
            case::Way::Clear => Way::Text,
        };
        let signature = format!("{member}\n{} security team", self.policy.project.name);
        let openpgp = self.openpgp.as_deref();
        Ok(Post { sealer: keys.sealer, mail_key: &self.mail_key, openpgp, signature, way, now })
    }

    /// Why a receipt code may not be mailed to the reporter: whoever asked for encryption gets none in clear.
    pub(crate) async fn code_stays(&self, stored: &Stored) -> Result<Option<String>, Problem> {
        let case = &stored.case;
        let encrypted = case.mail.as_ref().is_some_and(|mail| mail.hints.contains(&Hint::Encrypted));
        let why = match (case.address.is_some(), case.has_openpgp_key) {
            (false, _) => None,
            (true, true) => match self.given_key(stored, &self.keys(stored).await?, self.clock.now()).await? {
                Ok(_) if self.openpgp.is_some() => None,
                Ok(_) => Some(
                    "the reporter gave an OpenPGP key, and this desk has none to sign with (desk keys init)".to_owned(),
                ),
                Err(problem) => Some(format!("the reporter’s OpenPGP key cannot be used: {problem}")),
            },
            (true, false) => {
                encrypted.then(|| "the reporter wrote encrypted and gave no key to be answered with".to_owned())
            }
        };
        Ok(why.map(|why| {
            format!("{why}. A code that opens the case is not mailed in clear; ask them for a key that works")
        }))
    }

    /// The reporter's key, as it may be used now.
    async fn given_key(
        &self,
        stored: &Stored,
        keys: &OpenedKeys,
        now: Timestamp,
    ) -> Result<Result<openpgp::PublicKey, openpgp::KeyProblem>, Problem> {
        let case = &stored.case;
        let damaged = || Fault::damaged(format!("the report of {}", case.id));
        let sealed = self.cases.named_content(&case.id, &case.report).await?.ok_or_else(damaged)?;
        let report: Value = serde_json::from_slice(&keys.team.unseal(&sealed)?).map_err(|_| damaged())?;
        let given = Report::stored(&report).openpgp_key.unwrap_or_default();
        Ok(openpgp::PublicKey::read(&given, now))
    }
}

/// Why what is written to the reporter of an encrypted report does not travel.
pub(crate) const NO_KEY: &str = "The reporter wrote encrypted and gave no key to be answered with.";

const STAYS: &str = "The message is on the case page, and the mail only points there.";

fn by_key(desk_has_keys: bool, key: Result<openpgp::PublicKey, openpgp::KeyProblem>) -> Way {
    match key {
        Ok(_) if !desk_has_keys => Way::Page(Some(
            "The reporter gave an OpenPGP key, and this desk has none yet (desk keys init makes one).".to_owned(),
        )),
        Ok(key) => Way::Encrypted(Box::new(key)),
        Err(problem) => Way::Page(Some(format!("The reporter’s OpenPGP key cannot be used: {problem}."))),
    }
}

impl Post<'_> {
    /// The same, of which something goes to somebody from outside too, with the sealer that has their key.
    pub(crate) fn also_for(self, sealer: Sealer) -> Self {
        Post { sealer, ..self }
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Seals `text` for the team and `audience`, and names it.
    pub(crate) fn seal(&self, commit: &mut Commit, audience: &Audience, text: &str) -> Result<ContentRef, KeyError> {
        commit.seal(&self.sealer, audience, fresh("t"), text.as_bytes())
    }

    /// Seals a value of ours, as JSON.
    pub(crate) fn seal_json<T: Serialize>(
        &self,
        commit: &mut Commit,
        audience: &Audience,
        value: &T,
    ) -> Result<ContentRef, KeyError> {
        let text = serde_json::to_string(value).map_err(|_| KeyError::Wrong("it is plain data"))?;
        self.seal(commit, audience, &text)
    }

    /// A message to the reporter.
    pub(crate) fn message(
        &self,
        commit: &mut Commit,
        stored: &Stored,
        text: &str,
        page_only: bool,
    ) -> Result<Message, KeyError> {
        let travels = match &self.way {
            _ if page_only => Travels::No,
            Way::Page(_) => Travels::No,
            Way::Text => Travels::Clear,
            Way::Encrypted(key) => Travels::Encrypted(self.encrypted(key, text)?),
        };
        commit.message(stored, &self.sealer, self.mail_key, text, travels)
    }

    /// The message, with who wrote it under it, signed and encrypted: what PGP/MIME carries (RFC 3156), in ASCII armour.
    fn encrypted(&self, key: &openpgp::PublicKey, text: &str) -> Result<String, KeyError> {
        let failed = |_| KeyError::Wrong("a message could not be encrypted");
        let keys = self.openpgp.ok_or(KeyError::Wrong("there is no key to sign with"))?;
        let entity = text_entity(&format!("{text}\n\n-- \n{}\n", self.signature));
        let message = encrypt_and_sign(&entity, key, &keys.signing, self.now).map_err(failed)?;
        String::from_utf8(message).map_err(|_| KeyError::Wrong("armour is text"))
    }

    /// What the member should know of the way that a message takes.
    pub(crate) fn warning(&self) -> Option<String> {
        self.kept_back().map(|why| format!("{why} {STAYS}"))
    }

    /// Why what is written travels in no mail to a reporter who wants it by mail.
    pub(crate) fn kept_back(&self) -> Option<&str> {
        match &self.way {
            Way::Page(why) => why.as_deref(),
            Way::Text | Way::Encrypted(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use desk_keys::{LinkKey, Links, SecretKey, Writer};
    use desk_mail::openpgp::desk::generate;
    use desk_mail::openpgp::{DecryptionKey, KeyProblem, SignatureState, SigningKey, decrypt_block};
    use desk_mail::read::{self, Limits, Read};

    use super::*;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_message_to_a_key_is_signed_and_encrypted_and_names_its_member() {
        let desk = generate("Desk", "s@example.org", at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).unwrap();
        let rita = generate("Rita", "r@example.org", at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).unwrap();
        let keys = OpenPgp {
            decryption: DecryptionKey::read(&desk.secrets.decryption).unwrap(),
            signing: SigningKey::read(&desk.secrets.team_signing).unwrap(),
        };
        let mail_key =
            MailSealer::new(SecretKey::generate().public(), Writer::Team, Links::fixed(LinkKey::ephemeral()));
        let key = openpgp::PublicKey::read(&rita.certificate, at(NOW)).unwrap();
        let root = SecretKey::generate();
        let post = Post {
            sealer: Sealer::of_one(&"EXP-2026-7K3QF".parse().unwrap(), root.public()),
            mail_key: &mail_key,
            openpgp: Some(&keys),
            signature: "Álice\nExpress security team".to_owned(),
            way: by_key(true, Ok(key.clone())),
            now: at(NOW),
        };
        assert_eq!(post.warning(), None);
        let message = post.encrypted(&key, "We can reproduce it. Grüße").unwrap();
        assert!(message.starts_with("-----BEGIN PGP MESSAGE-----") && !message.contains("reproduce"), "{message}");
        let ends_right = message.split_inclusive('\n').all(|line| line.ends_with("\r\n"));
        assert!(message.lines().count() > 10 && ends_right, "CRLF");

        let hers = DecryptionKey::read(&rita.secrets.decryption).unwrap();
        let ours = openpgp::PublicKey::read(&desk.certificate, at(NOW)).unwrap();
        let (plain, signature) = decrypt_block(message.as_bytes(), &hers, Some(&ours), at(NOW)).unwrap();
        assert!(matches!(signature, SignatureState::Good { .. }), "{signature:?}");
        let Read::Mail(inner) = read::read(&plain, &Limits::default()) else { panic!("an entity") };
        assert_eq!(inner.text.trim_end(), "We can reproduce it. Grüße\n\n-- \nÁlice\nExpress security team");
    }

    #[test]
    fn a_key_that_cannot_be_used_keeps_the_message_on_the_page_and_says_why() {
        let Way::Page(Some(why)) = by_key(true, Err(KeyProblem::Revoked)) else { panic!("on the page") };
        assert!(why.contains("this key was revoked"), "{why}");
    }
}
