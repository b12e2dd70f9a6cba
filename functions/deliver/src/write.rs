//! Writes a delivery's message at the moment of sending: addresses are resolved, links signed, sealed words opened.

use desk_advisory::advisory_page;
use desk_domain::case::{Answering, Case, Party, PartyState, Recipient};
use desk_domain::id::{CaseId, ContentId, PartyId};
use desk_domain::notice::{FiledWords, Letter, Links, Notice, Origin, Setting};
use desk_domain::policy::Form;
use desk_keys::MailWords;
use desk_keys::payload::{AcknowledgeLink, CaseLink};
use desk_mail::compose::{Automatic, Body, Message, compose};
use desk_mail::read::takes_no_answer;
use desk_mail::token;
use desk_store::deliveries::{Delivery, DeliveryRecord};
use desk_store::opening::{FILED_WORDS, content_id};
use desk_store::{Fault, Stored};

use crate::Deliver;

/// SES's own address that takes every mail and gives it to nobody.
const SIMULATOR: &str = "success@simulator.amazonses.com";

/// A message ready to go.
pub(crate) struct ReadyMail {
    pub to: String,
    pub raw: Vec<u8>,
}

/// Where in a message its sealed words belong.
#[derive(Default)]
struct Carried<'a> {
    /// For the letter: a member's message, a receipt code.
    text: Option<&'a str>,
    code: Option<&'a str>,
    /// The signed receipt, to go along.
    receipt: Option<&'a str>,
    /// A finished OpenPGP message in place of the letter's body.
    encrypted: Option<&'a str>,
    /// For the link that signs in.
    token: Option<&'a str>,
}

impl Deliver {
    /// The message, or (inner error) why it can never be sent.
    pub(crate) async fn write(&self, record: &DeliveryRecord) -> Result<Result<ReadyMail, &'static str>, Fault> {
        let delivery = &record.delivery;
        let to = match self.address(delivery).await? {
            Ok(to) => to,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(why) = self.is_told_there(delivery).await? {
            return Ok(Err(why));
        }
        let words = match self.words(record).await? {
            Ok(words) => words,
            Err(why) => return Ok(Err(why)),
        };
        let mut carried = words.as_ref().map(Carried::of).unwrap_or_default();
        let key = self.key(record).await?;
        // Whoever asked for encryption gets no code in clear: it stays until a person has cleared how it reaches them.
        let encrypts = carried.code.is_some() && self.asked_for_encryption(record).await?;
        let code_withheld = encrypts && !matches!(key, Some(Ok(_)));
        if code_withheld {
            (carried.code, carried.receipt) = (None, None);
        }
        let filed = self.filed_words(&delivery.notice).await?;
        let (answering, waits) = self.answering(record).await?;
        let links = self.links(record, carried.token);
        // Somebody may have been faster than this mail.
        let acknowledge = links.acknowledge.filter(|_| waits);
        let links = Links { acknowledge, case_page: self.case_page(record).await?, ..links };
        let setting = Setting {
            policy: &self.policy,
            case: delivery.case.as_ref(),
            recipient: &delivery.recipient,
            now: self.clock.now(),
            links: &links,
            text: carried.text,
            code: carried.code,
            code_withheld,
            instead_of: delivery.instead_of.as_ref(),
            answering,
            in_clear: !encrypts,
            filed: &filed,
        };
        let letter = delivery.notice.letter(&setting);
        let encrypted = match carried.encrypted {
            Some(finished) => Some(finished.as_bytes().to_vec()),
            None => key.and_then(|key| self.encrypted(record, &letter, carried.receipt, key)),
        };
        let answers = self.first_message_id(record).await?;
        let body = match &encrypted {
            Some(armoured) => Body::Encrypted(armoured),
            None if delivery.notice.is_plain() => self.signed(record, &letter).unwrap_or(Body::Plain),
            None => Body::Twins { receipt: carried.receipt },
        };
        let raw = self.composed(record, &to, &letter, body, answers.as_deref());
        Ok(raw.map(|raw| ReadyMail { to, raw }).ok_or("the message could not be composed"))
    }

    fn composed(
        &self,
        record: &DeliveryRecord,
        to: &str,
        letter: &Letter,
        body: Body<'_>,
        answers: Option<&str>,
    ) -> Option<Vec<u8>> {
        let delivery = &record.delivery;
        let name = format!("{} security team", self.policy.project.name);
        let reply_to =
            token::reply_to(&self.policy, &self.reply_tokens, delivery.case.as_ref(), &delivery.recipient, to);
        let message = Message {
            from: (&name, &self.policy.contacts.security),
            to,
            reply_to: reply_to.as_deref(),
            letter,
            body,
            case: delivery.case.as_ref(),
            answers,
            id: &delivery.id[..32],
            date: self.clock.now(),
            automatic: match delivery.notice.origin() {
                Origin::Message | Origin::Forwarded | Origin::Approved => Automatic::No,
                Origin::FirstAnswer if answers.is_some() => Automatic::Replied,
                Origin::FirstAnswer | Origin::Desk | Origin::Asked => Automatic::Generated,
            },
        };
        compose(&message).ok()
    }

    /// Somebody who was invited to a case.
    pub(crate) async fn party(&self, case: &CaseId, party: &PartyId) -> Result<Option<Party>, Fault> {
        Ok(self.cases.case(case).await?.and_then(|stored| stored.case.party(party).cloned()))
    }

    /// What a member's answer comes to now, and whether the report still waits for an acknowledgement that they may give by button.
    async fn answering(&self, record: &DeliveryRecord) -> Result<(Answering, bool), Fault> {
        let delivery = &record.delivery;
        let (Recipient::Member(member), Some(case)) = (&delivery.recipient, &delivery.case) else {
            return Ok((Answering::Writes, false));
        };
        let stands_in = delivery.instead_of.is_some();
        let now = |case: &Case| case.answering(member, stands_in, &self.policy, self.clock.now());
        let triage = self.policy.triage().any(|of_team| of_team.id == *member);
        let waits = |case: &Case| triage && case.waits_for_acknowledgement();
        let stored = self.cases.case(case).await?;
        Ok(stored.map_or((Answering::Writes, triage), |Stored { case, .. }| (now(&case), waits(&case))))
    }

    /// The `Message-ID` of the mail that opened the case, for its reporter alone: in nobody else's mailbox does it stand.
    async fn first_message_id(&self, record: &DeliveryRecord) -> Result<Option<String>, Fault> {
        let (Recipient::Reporter, Some(case)) = (&record.delivery.recipient, &record.delivery.case) else {
            return Ok(None);
        };
        let stored = self.cases.case(case).await?;
        match stored.and_then(|stored| stored.case.mail).and_then(|mail| mail.thread) {
            Some(thread) => self.content(case, &thread).await,
            None => Ok(None),
        }
    }

    /// Where it goes now: who left the team or lost the role gets nothing from that moment (T16).
    async fn address(&self, delivery: &Delivery) -> Result<Result<String, &'static str>, Fault> {
        let case = delivery.case.as_ref();
        Ok(match &delivery.recipient {
            Recipient::Member(id) => {
                let current = self.policy.member(id).filter(|m| case.is_none() || m.has_part());
                current.map(|m| m.address.clone()).ok_or("the member is no longer of the team")
            }
            Recipient::Outside => {
                let outside = self.policy.contacts.outside.as_ref();
                outside.map(|p| p.address.clone()).ok_or("the policy names no contact outside")
            }
            Recipient::List(id) => {
                let list = self.policy.channel(id).filter(|c| c.enabled).and_then(|c| c.kept(Form::Mailbox));
                list.map(str::to_owned).ok_or("the policy names no such list any more")
            }
            Recipient::Maintainer(package) => {
                let module = self.policy.third_party(package.as_str()).and_then(|t| t.mail_address());
                module.map(str::to_owned).ok_or("the policy names no address of its maintainers any more")
            }
            Recipient::Party(party) => self.address_of_party(case, party).await?,
            Recipient::Pager(_) => Err("a pager has no address"),
            Recipient::Canary => Ok(SIMULATOR.to_owned()),
            Recipient::Operator => Ok(self.policy.contacts.operator.clone()),
            Recipient::Reporter => self.reporter(case).await?.ok_or("the reporter has no address that works"),
        })
    }

    async fn reporter(&self, case: Option<&CaseId>) -> Result<Option<String>, Fault> {
        let Some(id) = case else { return Ok(None) };
        let Some(stored) = self.cases.case(id).await? else { return Ok(None) };
        match stored.case.address {
            // The last that stands before a list and the desk itself, however the address came there.
            Some(address) => {
                let address = self.content(id, &address).await?;
                Ok(address.filter(|to| !self.policy.is_ours(to) && !takes_no_answer(to)))
            }
            None => Ok(None),
        }
    }

    /// Whose invitation has ended is told that, and nothing more from then on.
    pub(crate) async fn is_let_go(&self, delivery: &Delivery) -> Result<bool, Fault> {
        let (Recipient::Party(party), Some(case)) = (&delivery.recipient, &delivery.case) else { return Ok(false) };
        let party = self.party(case, party).await?;
        let ended = party.is_some_and(|party| party.state() == PartyState::Ended);
        Ok(ended && !matches!(delivery.notice, Notice::PartyEnded(_)))
    }

    async fn address_of_party(
        &self,
        case: Option<&CaseId>,
        party: &PartyId,
    ) -> Result<Result<String, &'static str>, Fault> {
        let Some(id) = case else { return Ok(Err("it is of no case")) };
        let Some(party) = self.party(id, party).await? else { return Ok(Err("nobody was invited under that name")) };
        let address = self.content(id, &party.address).await?;
        let works = address.filter(|to| !self.policy.is_ours(to) && !takes_no_answer(to));
        Ok(works.ok_or("the party has no address that works"))
    }

    pub(crate) async fn content(&self, case: &CaseId, id: &ContentId) -> Result<Option<String>, Fault> {
        let sealed = self.cases.words(case, id).await?;
        match sealed {
            Some(sealed) => self.unsealed(&sealed).await,
            None => Ok(None),
        }
    }

    /// What stands above the filed mails that a digest names.
    async fn filed_words(&self, notice: &Notice) -> Result<Vec<(CaseId, FiledWords)>, Fault> {
        let Notice::Digest(digest) = notice else { return Ok(Vec::new()) };
        let mut filed = Vec::new();
        for row in &digest.filed.rows {
            let sealed = self.content(&row.case, &content_id(FILED_WORDS)).await?;
            let words = sealed.and_then(|sealed| serde_json::from_str(&sealed).ok());
            filed.extend(words.map(|words| (row.case.clone(), words)));
        }
        Ok(filed)
    }

    async fn unsealed(&self, sealed: &[u8]) -> Result<Option<String>, Fault> {
        let plain = self.mail_key.unseal(sealed).await?;
        Ok(plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok()))
    }

    /// Where its reporter reads a case: by a link that shows at once where it stands, as long as one holds.
    async fn case_page(&self, record: &DeliveryRecord) -> Result<String, Fault> {
        let page = format!("{}/case", self.public_url);
        let (Recipient::Reporter, Some(id)) = (&record.delivery.recipient, &record.delivery.case) else {
            return Ok(page);
        };
        let Some(Stored { case, .. }) = self.cases.case(id).await? else { return Ok(page) };
        Ok(match case.link_ended(case.code, &self.policy, self.clock.now()) {
            None => format!("{page}?t={}", self.reporter_links.sign(&CaseLink { case: id.clone(), code: case.code })),
            Some(_) => page,
        })
    }

    pub(crate) fn links(&self, record: &DeliveryRecord, token: Option<&str>) -> Links {
        let base = &self.public_url;
        let delivery = &record.delivery;
        let Some(case) = &delivery.case else {
            let token = token.unwrap_or_default();
            let (sign_in, board) = (format!("{base}/desk/session?token={token}"), format!("{base}/desk"));
            return Links { sign_in, board, ..Links::default() };
        };
        let acknowledges = delivery.notice.acknowledge_until().is_some();
        let acknowledge = delivery.recipient.member().filter(|_| acknowledges).map(|member| {
            let link = AcknowledgeLink { case: case.clone(), member: member.clone() };
            format!("{base}/desk/acknowledge?t={}", self.team_links.sign(&link))
        });
        Links {
            party_page: format!("{base}/party"),
            case_page: format!("{base}/case"),
            desk_case: format!("{base}/desk/cases/{case}"),
            board: format!("{base}/desk"),
            acknowledge,
            sign_in: String::new(),
            advisory: advisory_page::url(&self.site_url, delivery.notice.advised_by().unwrap_or(case)),
            report_form: format!("{base}/"),
        }
    }
}

impl Carried<'_> {
    fn of(words: &MailWords) -> Carried<'_> {
        let nothing = Carried::default();
        match words {
            MailWords::Text { text } => Carried { text: Some(text), ..nothing },
            MailWords::Receipt { code, receipt } => {
                Carried { code: Some(code), receipt: receipt.as_deref(), ..nothing }
            }
            MailWords::Code { code } => Carried { code: Some(code), ..nothing },
            MailWords::PgpMime { message } => Carried { encrypted: Some(message), ..nothing },
            MailWords::SignIn { token } => Carried { token: Some(token), ..nothing },
        }
    }
}
