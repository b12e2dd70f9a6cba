//! A member's answer to a mail of the desk: `ACK` acknowledges, anything else is a note on the case.
//!
//! Only DMARC proves a member: whoever gets hold of a mail that was sent to one has the token, and the reporter's thanks would
//! be in their name.

use desk_domain::case::Recipient;
use desk_domain::case::event::{Answers, Sender};
use desk_domain::case::event::{ContentRef, Message};
use desk_domain::case::{Actor, Case, Command};
use desk_domain::id::MemberId;
use desk_domain::notice::{AcknowledgementRefused, Notice, WhyRefused, standard_acknowledgement};
use desk_domain::policy::Member;
use desk_domain::refusal::Refusal;
use desk_keys::MailWords;
use desk_store::deliveries::Delivery;
use desk_store::opening::fresh_id;
use desk_store::{ActError, Commit, Stored};

use crate::judge::Arrived;
use crate::{Inbox, Outcome};

/// How an answer that acknowledges begins.
const ACK: &str = "ACK";

impl Inbox {
    pub(crate) async fn members_answer(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        id: MemberId,
    ) -> Result<Outcome, ActError> {
        let Some(member) = self.policy.member(&id) else { return self.report(arrived, None).await };
        let theirs = arrived.from().is_some_and(|from| from == member.address.to_lowercase());
        let asked = acknowledges(arrived);
        if let (Some(words), true, Sender::Dmarc) = (&asked, theirs, arrived.sender) {
            return self.acknowledge(arrived, stored, member, words).await;
        }
        if asked.is_some() {
            self.refuse(stored, member, WhyRefused::NotProven).await?;
        }
        // What is not proven to be theirs is a stranger's mail, whatever token it has.
        if !theirs || !arrived.sender.is_authenticated() {
            return self.report(arrived, None).await;
        }
        self.note(arrived, stored, member).await
    }

    async fn note(&self, arrived: &Arrived, stored: &Stored, member: &Member) -> Result<Outcome, ActError> {
        let case = &stored.case.id;
        let note = |text, mail| Command::Note { text, mail: Some(mail) };
        match self.told(case, arrived, stored, &Actor::Member(member.id.clone()), note).await {
            Ok(_) => Ok(Outcome::Noted { case: case.clone() }),
            // A case that they may not read (any more).
            Err(ActError::Refused(_)) => self.report(arrived, None).await,
            Err(e) => Err(e),
        }
    }

    async fn acknowledge(
        &self,
        arrived: &Arrived,
        stored: &Stored,
        member: &Member,
        words: &str,
    ) -> Result<Outcome, ActError> {
        let case = &stored.case.id;
        let text = match words {
            "" => standard_acknowledgement(&self.policy, member, &stored.case),
            words => words.to_owned(),
        };
        if text.len() > self.policy.limits.text_bytes {
            self.refuse(stored, member, WhyRefused::NotReadable).await?;
            return self.note(arrived, stored, member).await;
        }
        let prepare = |before: &Stored, commit: &mut Commit| {
            commit.mail(&arrived.hash, case);
            Ok((Command::AcknowledgeFromMail { message: self.message(commit, before, &text)? }, ()))
        };
        let actor = Actor::Member(member.id.clone());
        match self.cases.act(case, &self.policy, &actor, &self.clock, prepare, |_, (), _| Ok(())).await {
            Ok(_) => Ok(Outcome::Acknowledged { case: case.clone() }),
            Err(ActError::Refused(Refusal::NotAllowed { .. })) => {
                self.refuse(stored, member, WhyRefused::NotOpen).await?;
                self.note(arrived, stored, member).await
            }
            Err(e) => Err(e),
        }
    }

    /// The member's words to the reporter. To an OpenPGP key they would have to be encrypted, which only `team` can: then the
    /// mail points to the case page.
    fn message(&self, commit: &mut Commit, before: &Stored, text: &str) -> Result<Message, ActError> {
        let case = &before.case;
        let content: ContentRef = commit.seal(&case.id, &before.public, fresh_id("t"), text.as_bytes())?;
        let mail = match travels(case) {
            true => {
                let id = fresh_id("mail");
                let words = MailWords::Text { text: text.to_owned() };
                commit.content(&case.id, &id, words.seal(&self.mail_key)?);
                Some(id)
            }
            false => None,
        };
        Ok(Message { content, mail })
    }

    /// Tells the member why their ACK was not taken, at most once a day for each case and reason: to their own address, whoever
    /// wrote.
    async fn refuse(&self, stored: &Stored, member: &Member, why: WhyRefused) -> Result<(), ActError> {
        let (case, now) = (&stored.case.id, self.clock.now());
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let notice = Notice::AcknowledgementRefused(AcknowledgementRefused { why });
        let cause = format!("{case} ACK refused {why:?} {day}");
        let delivery = Delivery::new(&cause, Recipient::Member(member.id.clone()), notice, now);
        let delivery = Delivery { case: Some(case.clone()), ..delivery };
        Ok(self.mail.plan_delivery(&delivery, None).await?)
    }
}

fn travels(case: &Case) -> bool {
    case.answers == Answers::Mail && case.address.is_some() && !case.has_openpgp_key
}

/// The words after `ACK`, where an answer begins with it; empty where there are none.
fn acknowledges(arrived: &Arrived) -> Option<String> {
    arrived.mail().filter(|mail| mail.encrypted.is_none())?;
    let said = arrived.said();
    let mut written = said.written.trim();
    // Above what is quoted stands whose words it is, in words that not every program is known by; they are not the member's.
    if said.quoted.is_some() && written.ends_with(':') {
        written = written.rsplit_once('\n').map_or("", |(above, _)| above).trim_end();
    }
    let rest = written.strip_prefix(ACK)?;
    // "ACKNOWLEDGED that …" is a sentence.
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    Some(rest.trim_start_matches(['.', ':', ',', '!', '-']).trim().to_owned())
}
