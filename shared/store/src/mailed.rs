//! What a commit seals for `deliver`: words of a mail, and messages to a reporter.
//!
//! Whoever writes to a reporter, by form, by API or by answering a mail, seals it here, so that what the case says of the way
//! ([`Case::way`](desk_domain::case::Case::way)) holds whoever writes: clear words never travel to somebody who asked for
//! encryption. Encrypting takes the case's key, which only `team` opens; so it comes in as it is to be sent.

use desk_domain::case::Way;
use desk_domain::case::event::Message;
use desk_domain::id::{CaseId, ContentId};
use desk_keys::{KeyError, MailWords, PublicKey};

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

impl Commit {
    /// Seals a message to the reporter for the case, and for `deliver` where the case lets it travel so.
    ///
    /// # Errors
    /// When `mail_key` or the case's own is none.
    pub fn message(
        &mut self,
        before: &Stored,
        sealer: &Sealer,
        mail_key: &PublicKey,
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
        let mail = Some(self.mail_words(&case.id, mail_key, &words)?);
        Ok(Message { content, mail })
    }

    /// Seals words of a mail for `deliver` alone.
    ///
    /// # Errors
    /// When `mail_key` is none.
    pub fn mail_words(
        &mut self,
        case: &CaseId,
        mail_key: &PublicKey,
        words: &MailWords,
    ) -> Result<ContentId, KeyError> {
        let id = fresh_id("mail");
        self.words(case, &id, words.seal(mail_key)?);
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use desk_domain::case::decide::open;
    use desk_domain::case::event::{Answers, ByMail, ContentRef, Hint, Sender};
    use desk_domain::case::{Actor, Case};
    use desk_domain::policy::Policy;
    use desk_keys::SecretKey;
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
        let mail = SecretKey::generate();
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
            let messages =
                all.map(|travels| commit.message(&before, &sealer, &mail.public(), "words", travels).unwrap());
            assert_eq!(messages.map(|message| message.mail.is_some()), travelled, "{way:?}");
        }
    }
}
