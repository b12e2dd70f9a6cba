//! A mail that opens a case: its words as a report has them, the mail itself sealed beside.

use desk_domain::case::event::{Answers, ByMail, Hint, Reported, Resolution};
use desk_domain::id::{CaseId, PackageName};
use desk_domain::notice::FiledWords;
use desk_domain::policy::Policy;
use desk_domain::report::Report;
use desk_domain::text::seen;
use desk_mail::openpgp::armour::PUBLIC_KEY;
use desk_mail::openpgp::{Encryption, PublicKey};
use desk_mail::read::{Limits, Mail, attachment};
use desk_store::opening::{FILED_WORDS, REPORTER_KEY, content_id};
use desk_store::{ActError, Audience, Fault, NewCase, Opener};
use serde_json::{Value, json};

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

/// Ids are random; this many taken ones in a row do not happen.
const ATTEMPTS: u32 = 12;

const NOT_SAID: &str = "(not said)";
const PGP_KEYS: &str = "application/pgp-keys";

impl Inbox {
    /// A new case, that goes on from `continues` where it answers what was filed.
    pub(crate) async fn report(&self, arrived: &Arrived, continues: Option<&CaseId>) -> Result<Outcome, ActError> {
        let case = self.opened(arrived, continues, None).await?;
        Ok(Outcome::Reported { case })
    }

    /// Opens a case and stores it; one that is `filed` is over as it arrives.
    pub(crate) async fn opened(
        &self,
        arrived: &Arrived,
        continues: Option<&CaseId>,
        filed: Option<Resolution>,
    ) -> Result<CaseId, ActError> {
        for _ in 0..ATTEMPTS {
            let new = self.new_case(arrived, continues, filed).await?;
            let (id, mail) = (new.stored.case.id.clone(), new.stored.case.mail.clone());
            let mut commit = new.commit;
            arrived.remember(&mut commit, &arrived.hash, &id);
            let outcome = self.cases.commit(commit).await?;
            if outcome == desk_store::Outcome::Done {
                return Ok(id);
            }
            if let Some(mail) = mail {
                self.forget_raw(&id, &mail.raw).await;
            }
            if outcome == desk_store::Outcome::RequestSeen {
                return Err(ActError::RequestSeen);
            }
        }
        Err(Fault::Retryable("no case id was free".to_owned()).into())
    }

    /// A new case; of it only the sealed mail is stored yet.
    pub(crate) async fn new_case(
        &self,
        arrived: &Arrived,
        continues: Option<&CaseId>,
        filed: Option<Resolution>,
    ) -> Result<NewCase, ActError> {
        let policy = &*self.policy;
        let opener = Opener {
            policy,
            root: &self.root,
            mail_key: &self.mail_key,
            signer: Some(&self.signer),
            public_url: &self.public_url,
        };
        let now = self.clock.now();
        let mut opening = match filed {
            Some(Resolution::AutomaticMail) => opener.begin_passing(now).await?,
            Some(_) | None => opener.begin(now).await?,
        };
        let key =
            arrived.mail().filter(|_| arrived.sender.is_authenticated()).and_then(|mail| self.key_of(arrived, mail));
        let report = opening.seal("report", report_json(arrived, key.as_deref()).to_string().as_bytes())?;
        let raw = self.keep_raw((opening.sealer(), &Audience::Reporter), arrived).await?;
        let from = arrived.answerable(policy);
        let address = match &from {
            Some(from) => Some(opening.seal_for_mail("reporter-address", from)?),
            None => None,
        };
        if let Some(key) = &key {
            opening.seal_for_mail(REPORTER_KEY, key)?;
        }
        let thread = match arrived.head().and_then(|head| head.thread_id()) {
            Some(id) if from.is_some() => Some(opening.seal_for_mail("thread", id)?),
            _ => None,
        };
        let subject = arrived.head().map(|head| head.subject.as_str()).unwrap_or_default();
        if filed == Some(Resolution::AutomaticMail) {
            let words = FiledWords { from: arrived.from(), subject: subject.to_owned() };
            opening.seal_for_mail(FILED_WORDS, &serde_json::to_string(&words).expect("words are plain data"))?;
        }
        let (package, third_party) = about(policy, subject);
        let reported = Reported {
            package,
            answers: Answers::Mail,
            address,
            has_openpgp_key: key.is_some(),
            known_public: false,
            known_exploited: false,
            planned_for: None,
            report,
            continues: continues.cloned(),
            found_by: None,
            opened: None,
            canary: false,
            received_at: Some(arrived.received_at),
            third_party,
            unlisted: false,
            may_forward: false,
            source: self.source(arrived).map(Box::new),
            files: Vec::new(),
            keys: None,
            mail: Some(ByMail {
                sender: arrived.sender,
                raw,
                receipt: filed.is_none().then(|| content_id("receipt-mail")),
                thread,
                entered_by: None,
                hints: {
                    let mut hints = arrived.hints(policy, continues);
                    let others = key.is_none() && arrived.mail().is_some_and(|mail| self.has_others_key(mail));
                    hints.extend((others && arrived.sender.is_authenticated()).then_some(Hint::OthersKey));
                    hints
                },
            }),
        };
        Ok(opening.finish(reported, filed, &arrived.body).await?)
    }

    /// The sender's OpenPGP key, in the text or attached; mail to them is encrypted from then on. One of theirs that is expired or revoked
    /// is theirs too: they asked for encryption, and no code goes to them in clear.
    fn key_of(&self, arrived: &Arrived, mail: &Mail) -> Option<String> {
        let attached = mail.attachments.iter().filter(|part| part.content_type == PGP_KEYS).filter_map(|part| {
            let (_, bytes) = attachment(&arrived.raw, &Limits::of(&self.policy), part.index)?;
            String::from_utf8(bytes).ok()
        });
        let armoured = attached
            .chain(std::iter::once(mail.text.clone()))
            .flat_map(|text| PUBLIC_KEY.all(&text).map(|block| block.replace("\r\n", "\n")).collect::<Vec<_>>());
        let mut armoured: Vec<String> = armoured.collect();
        let from = arrived.from().unwrap_or_default();
        // One that names somebody else would hide from the sender what is meant for them.
        let usable = |key: &String| PublicKey::read(key, self.clock.now()).is_ok_and(|key| key.names(&from));
        let first =
            armoured.iter().position(usable).or_else(|| armoured.iter().position(|key| PublicKey::is_of(key, &from)));
        first.map(|place| armoured.swap_remove(place))
    }

    /// Whether it carries a key and none that is its sender's.
    fn has_others_key(&self, mail: &Mail) -> bool {
        PUBLIC_KEY.begins(&mail.text).is_some() || mail.attachments.iter().any(|part| part.content_type == PGP_KEYS)
    }
}

/// The report as `POST /reports` would have it, and what only a mail has.
fn report_json(arrived: &Arrived, key: Option<&str>) -> Value {
    let (head, mail) = (arrived.head(), arrived.mail());
    let from = arrived.author.as_ref();
    let subject = head.map(|head| head.subject.as_str()).filter(|subject| !subject.is_empty());
    let attachments = mail.map(attached);
    let report = Report {
        package: NOT_SAID.to_owned(),
        versions: NOT_SAID.to_owned(),
        summary: subject.unwrap_or("(a mail without a subject)").to_owned(),
        details: arrived.whole(),
        reporter_name: from.and_then(|from| from.name.clone()),
        reporter_email: from.map(|from| from.address.clone()),
        openpgp_key: key.map(str::to_owned),
        answers: Answers::Mail,
        ..Report::default()
    };
    let mut report = report.to_json();
    report["mail"] = json!({
        "message_id": head.and_then(|head| head.message_id.as_deref()),
        "from": from.map(|from| from.address.as_str()),
        "subject": subject,
        "date": head.and_then(|head| head.date),
        "text_cut": mail.is_some_and(|mail| mail.text_cut),
        "html_only": mail.is_some_and(|mail| mail.html_only),
        "signed": mail.is_some_and(|mail| mail.signed),
        "encrypted": mail.and_then(|mail| mail.encrypted).map(Encryption::name),
        "attachments": attachments.unwrap_or_default(),
        "over": mail.map(|mail| mail.over.clone()).unwrap_or_default(),
    });
    report
}

/// What is attached to a mail, as it is sealed beside its words.
pub(crate) fn attached(mail: &Mail) -> Vec<Value> {
    mail.attachments.iter().map(described).collect()
}

fn described(part: &desk_mail::read::Attachment) -> Value {
    json!({"index": part.index, "name": part.name, "content_type": part.content_type, "bytes": part.bytes})
}

/// The package that a subject speaks of, by a name of the policy's that stands in it as a word of its own: of those in scope, or
/// else of others' (T35). Not in the text: there, whatever is used is named.
fn about(policy: &Policy, subject: &str) -> (Option<PackageName>, Option<PackageName>) {
    let subject = seen(subject);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_./@~:".contains(c);
    let words = || subject.split(|c| !is_name(c)).map(|word| word.trim_matches(['.', '/', '-', ':']));
    match words().find_map(|word| policy.package_meant(word)) {
        Some(own) => (Some(own.name.clone()), None),
        None => (None, words().find_map(|word| policy.third_party_meant(word)).map(|module| module.package.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t35_a_subject_names_a_package_as_a_word_of_its_own() {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap();
        let about = |subject: &str| {
            let (own, others) = about(&policy, subject);
            (own.map(String::from), others.map(String::from))
        };
        let own = (Some("express".to_owned()), None);
        let helmet = (None, Some("helmet".to_owned()));
        assert_eq!(about("Open redirect in express"), own);
        assert_eq!(about("express@4.19.1: open redirect"), own);
        assert_eq!(about("Express: open redirect"), own);
        assert_eq!(about("[npm:ExpressJS@4] open redirect"), own);
        assert_eq!(about("helmet, and how express uses it"), own);
        assert_eq!(about("XSS in helmet."), helmet);
        assert_eq!(about("We expressed our concern about helmet-like things"), (None, None));
        assert_eq!(about(""), (None, None));
    }
}
