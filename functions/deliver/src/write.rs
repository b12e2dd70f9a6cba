//! Writes a delivery's message at the moment of sending: addresses are resolved, links signed, sealed words opened.

use desk_advisory::advisory_page;
use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, ContentId};
use desk_domain::notice::{Letter, Links, Setting};
use desk_domain::policy::{Member, Role};
use desk_mail::compose::{Message, compose};
use desk_store::Fault;
use desk_store::deliveries::Record;
use desk_web::link::{AcknowledgeLink, CaseLink};

use crate::Deliver;

/// SES's own address that takes every mail and gives it to nobody.
const SIMULATOR: &str = "success@simulator.amazonses.com";

/// A message ready to go.
pub(crate) struct Written {
    pub to: String,
    pub raw: Vec<u8>,
}

impl Deliver {
    /// The message, or (inner error) why it can never be sent.
    pub(crate) async fn write(&self, record: &Record) -> Result<Result<Written, &'static str>, Fault> {
        let delivery = &record.delivery;
        let to = match self.address(delivery.case.as_ref(), &delivery.recipient).await? {
            Ok(to) => to,
            Err(why) => return Ok(Err(why)),
        };
        let words = match (&record.sealed, &delivery.case, &delivery.words) {
            (Some(sealed), ..) => self.opened(sealed).await?,
            (None, Some(case), Some(words)) => self.content(case, words).await?,
            _ => None,
        };
        let links = self.links(record, words.as_deref());
        let setting = Setting {
            policy: &self.policy,
            case: delivery.case.as_ref(),
            recipient: &delivery.recipient,
            now: self.clock.now(),
            links: &links,
            sealed: words.as_deref(),
        };
        let letter = delivery.notice.letter(&setting);
        Ok(self.composed(record, to, &letter).ok_or("the message could not be composed"))
    }

    fn composed(&self, record: &Record, to: String, letter: &Letter) -> Option<Written> {
        let name = format!("{} security team", self.policy.project.name);
        let message = Message {
            from: (&name, &self.policy.contacts.security),
            to: &to,
            letter,
            case: record.delivery.case.as_ref(),
            id: &record.delivery.id[..32],
            date: self.clock.now(),
            personal: record.delivery.notice.is_personal(),
            plain: record.delivery.notice.is_plain(),
        };
        let raw = compose(&message).ok()?;
        Some(Written { to, raw })
    }

    /// Where it goes now: who left the team or lost the role gets nothing from that moment (T16).
    async fn address(&self, case: Option<&CaseId>, to: &Recipient) -> Result<Result<String, &'static str>, Fault> {
        Ok(match to {
            Recipient::Member(id) => {
                let has_part = |m: &&Member| m.has(Role::Triage) || m.has(Role::ReleaseManager);
                let current = self.policy.member(id).filter(|m| case.is_none() || has_part(m));
                current.map(|m| m.address.clone()).ok_or("the member is no longer of the team")
            }
            Recipient::Outside => {
                let outside = self.policy.contacts.outside.as_ref();
                outside.map(|p| p.address.clone()).ok_or("the policy names no contact outside")
            }
            Recipient::List(id) => {
                let list = self.policy.channel(id).filter(|c| c.enabled).and_then(|c| c.address.clone());
                list.ok_or("the policy names no such list any more")
            }
            Recipient::Canary => Ok(SIMULATOR.to_owned()),
            Recipient::Operator => Ok(self.policy.contacts.operator.clone()),
            Recipient::Reporter => self.reporter(case).await?.ok_or("the reporter has no address that works"),
        })
    }

    async fn reporter(&self, case: Option<&CaseId>) -> Result<Option<String>, Fault> {
        let Some(id) = case else { return Ok(None) };
        let Some(stored) = self.store.case(id).await? else { return Ok(None) };
        match stored.case.address {
            Some(address) => self.content(id, &address).await,
            None => Ok(None),
        }
    }

    async fn content(&self, case: &CaseId, id: &ContentId) -> Result<Option<String>, Fault> {
        let sealed = self.store.content(case, id).await?;
        match sealed {
            Some(sealed) => self.opened(&sealed).await,
            None => Ok(None),
        }
    }

    async fn opened(&self, sealed: &[u8]) -> Result<Option<String>, Fault> {
        let plain = self.mail_key.open(sealed).await?;
        Ok(plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok()))
    }

    fn links(&self, record: &Record, words: Option<&str>) -> Links {
        let base = &self.public_url;
        let delivery = &record.delivery;
        let Some(case) = &delivery.case else {
            let token = words.unwrap_or_default();
            return Links { sign_in: format!("{base}/desk/session?token={token}"), ..Links::default() };
        };
        let acknowledge = match (&delivery.recipient, delivery.notice.acknowledge_until()) {
            (Recipient::Member(member), Some(expires_at)) => {
                let link = AcknowledgeLink { case: case.clone(), member: member.clone(), expires_at };
                Some(format!("{base}/desk/acknowledge?t={}", self.team_links.sign(&link)))
            }
            _ => None,
        };
        Links {
            case_page: format!("{base}/case?t={}", self.reporter_links.sign(&CaseLink { case: case.clone() })),
            desk_case: format!("{base}/desk/cases/{case}"),
            acknowledge,
            sign_in: String::new(),
            advisory: format!("{}/{}", self.site_url, advisory_page::key_of(&case.into())),
        }
    }
}
