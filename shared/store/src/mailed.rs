//! What a commit seals for `deliver`: words of a mail, and messages to a reporter.
//!
//! Whoever writes to a reporter, by form, by API or by answering a mail, seals it here, so that what the case says of the way
//! ([`Case::way`](desk_domain::case::Case::way)) holds whoever writes: clear words never travel to somebody who asked for
//! encryption. Encrypting takes the case's key, which only `team` opens; so it comes in as it is to be sent.

use desk_domain::case::event::Message;
use desk_domain::case::{Recipient, Way};
use desk_domain::id::{CaseId, ContentId, PackageName, PartyId};
use desk_keys::{KeyError, MailSealer, MailWords};

use crate::case_keys::{Audience, Sealer};
use crate::cases::Stored;
use crate::commit::Commit;
use crate::opening::fresh_id;

/// How whoever writes would have a message travel.
pub enum Travels {
    /// Not at all: it stands on the case page, and the mail points there.
    No,
    /// As it is written.
    Clear,
    /// Encrypted to the key that the reporter gave: one OpenPGP message in ASCII armour.
    Encrypted(String),
}

/// For whom words are that are sealed for a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearer {
    Reporter,
    /// Whoever of the team is told: only the plan of the notice knows who that is.
    Team,
    /// Who maintains a module of others'.
    Maintainer(PackageName),
    Party(PartyId),
}

impl Hearer {
    /// Who hears the words of a mail to `to`; `None` where such a mail carries none.
    pub fn of(to: &Recipient) -> Option<Hearer> {
        match to {
            Recipient::Reporter => Some(Hearer::Reporter),
            Recipient::Member(_) | Recipient::Operator => Some(Hearer::Team),
            Recipient::Maintainer(package) => Some(Hearer::Maintainer(package.clone())),
            Recipient::Party(party) => Some(Hearer::Party(party.clone())),
            Recipient::Pager(_) | Recipient::Outside | Recipient::List(_) | Recipient::Canary => None,
        }
    }
}

impl Commit {
    /// Seals a message to the reporter for the case, and for `deliver` where the case lets it travel so.
    ///
    /// # Errors
    /// When `mail_key` or the case's own is none.
    pub fn message(
        &mut self,
        before: &Stored,
        sealer: &Sealer,
        mail_key: &MailSealer,
        text: &str,
        travels: Travels,
    ) -> Result<Message, KeyError> {
        let case = &before.case;
        let content = self.seal(sealer, &Audience::Reporter, fresh_id("t"), text.as_bytes())?;
        let words = match (case.way(), travels) {
            (Way::Clear, Travels::Clear) => MailWords::Text { text: text.to_owned() },
            (Way::ToKey, Travels::Encrypted(message)) => MailWords::PgpMime { message },
            (Way::Page | Way::KeptFromClear | Way::Clear | Way::ToKey, _) => {
                return Ok(Message { content, mail: None });
            }
        };
        let mail = Some(self.mail_words(&case.id, mail_key, &words, &Hearer::Reporter)?);
        Ok(Message { content, mail })
    }

    /// Seals words of a mail to `to` for `deliver` alone.
    ///
    /// # Errors
    /// When `mail_key` is none.
    pub fn mail_words(
        &mut self,
        case: &CaseId,
        mail_key: &MailSealer,
        words: &MailWords,
        to: &Hearer,
    ) -> Result<ContentId, KeyError> {
        let id = fresh_id("mail");
        self.mail_words_as(case, &id, mail_key, words, to)?;
        Ok(id)
    }

    /// The same under a name that is known already.
    pub(crate) fn mail_words_as(
        &mut self,
        case: &CaseId,
        id: &ContentId,
        mail_key: &MailSealer,
        words: &MailWords,
        to: &Hearer,
    ) -> Result<(), KeyError> {
        self.words(case, id, mail_key.words(words, &words_for(case, id, to))?);
        Ok(())
    }
}

/// What words of a case are proven for: where they lie, and whom they are for.
pub fn words_for(case: &CaseId, id: &ContentId, to: &Hearer) -> String {
    let whom = match to {
        Hearer::Reporter => "reporter".to_owned(),
        Hearer::Team => "team".to_owned(),
        Hearer::Maintainer(package) => format!("maintainer {package}"),
        Hearer::Party(party) => format!("party {party}"),
    };
    format!("{case} {id} {whom}")
}

#[cfg(test)]
mod tests {
    use desk_domain::case::decide::open;
    use desk_domain::case::event::{Answers, ByMail, ContentRef, Hint, Sender};
    use desk_domain::case::{Actor, Case};
    use desk_domain::policy::Policy;
    use desk_keys::{LinkKey, Links, SecretKey, Writer};
    use jiff::Timestamp;

    use super::*;

    type Change = fn(&mut Case);

    fn stored(change: impl FnOnce(&mut Case)) -> (Commit, Stored, Sealer) {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        let id: CaseId = "MIN-2026-7K3QF".parse().unwrap();
        let sealer = Sealer::of_one(&id, SecretKey::generate().public());
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut commit = Commit::new();
        let report: ContentRef = commit.seal(&sealer, &Audience::Reporter, fresh_id("report"), b"w").unwrap();
        let reported = serde_json::json!({"package": null, "answers": "mail", "address": "from-1",
            "has_openpgp_key": false, "known_public": false, "known_exploited": false, "planned_for": null,
            "report": report, "continues": null});
        let events = open(id.clone(), &policy, serde_json::from_value(reported).unwrap(), now);
        let mut opened = commit.open(&id, &Actor::Desk, events, now);
        change(&mut opened.case);
        (commit, opened, sealer)
    }

    /// What of a message would be mailed, for each way of a case: opened again.
    #[test]
    fn clear_words_travel_only_where_nobody_asked_for_encryption() {
        let mail = MailSealer::new(SecretKey::generate().public(), Writer::Team, Links::fixed(LinkKey::ephemeral()));
        let to_page = |case: &mut Case| case.answers = Answers::Page;
        let to_key = |case: &mut Case| case.has_openpgp_key = true;
        let encrypted = |case: &mut Case| {
            let (sender, raw, hints) = (Sender::Dmarc, case.report.clone(), vec![Hint::Encrypted]);
            case.mail = Some(ByMail { sender, raw, receipt: None, thread: None, hints, entered_by: None });
        };
        let ways: [(Way, Change, [bool; 3]); 4] = [
            (Way::KeptFromClear, encrypted, [false, false, false]),
            (Way::Page, to_page, [false, false, false]),
            (Way::ToKey, to_key, [false, false, true]),
            (Way::Clear, |_| (), [false, true, false]),
        ];
        for (way, change, travelled) in ways {
            let (mut commit, before, sealer) = stored(change);
            assert_eq!(before.case.way(), way);
            let all = [Travels::No, Travels::Clear, Travels::Encrypted("armour".to_owned())];
            let messages = all.map(|travels| commit.message(&before, &sealer, &mail, "words", travels).unwrap());
            assert_eq!(messages.map(|message| message.mail.is_some()), travelled, "{way:?}");
        }
    }
}
