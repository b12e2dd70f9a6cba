//! What a mail is: when it came, from whom, and which of the desk's ways it goes.

use std::sync::Arc;

use desk_domain::case::Recipient;
use desk_domain::case::event::{Hint, Sender};
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Policy;
use desk_mail::read::{Authentication, Forwarder, Head, Mail, Mailbox, Own, Read, Verdict};
use desk_mail::token;
use desk_store::{ActError, Stored};
use jiff::Timestamp;

use crate::Inbox;

/// A mail with what is known of it. No `Debug`: it holds a person's words.
pub(crate) struct Arrived {
    pub raw: Arc<[u8]>,
    pub read: Read,
    /// SHA-256 (hex) of its `Message-ID`, or of the whole mail where it has none.
    pub hash: String,
    /// SES's own receipt.
    pub received_at: Timestamp,
    /// Who wrote it, as far as it says; where it names no one or several, nobody.
    pub author: Option<Mailbox>,
    pub sender: Sender,
}

/// Which way it goes.
pub(crate) enum Purpose {
    Automatic,
    Comment,
    ReportersAnswer(Box<Stored>),
    MembersAnswer(Box<Stored>, MemberId),
    /// A maintainer's, the outside contact's, the operator's.
    OutsidersAnswer(Box<Stored>, Recipient),
    Report,
}

impl Arrived {
    pub(crate) fn new(
        policy: &Policy,
        raw: Arc<[u8]>,
        read: Read,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Arrived {
        let head = read.head();
        let receipt = head.and_then(|head| head.receipt.as_ref());
        let received_at = receipt.and_then(|receipt| receipt.received_at).or(since).unwrap_or(now).min(now);
        let own = Ours::of(policy);
        let author = head.and_then(|head| head.author(&own.everywhere("")).cloned());
        let sender = match head.map(|head| head.authentication(&own.everywhere(""), &forwarders(policy))) {
            Some(Authentication::Dmarc) => Sender::Dmarc,
            Some(Authentication::Aligned) => Sender::Aligned,
            Some(Authentication::Unaligned) => Sender::Unaligned,
            Some(Authentication::Failed) | None => Sender::Failed,
        };
        let hash = match head.and_then(|head| head.message_id.as_deref()) {
            Some(id) => desk_keys::sha256_hex(format!("message-id\n{id}").as_bytes()),
            None => desk_keys::sha256_hex(&raw),
        };
        Arrived { raw, hash, received_at, author, sender, read }
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.read.head()
    }

    pub(crate) fn mail(&self) -> Option<&Mail> {
        match &self.read {
            Read::Mail(mail) => Some(mail),
            Read::Unreadable { .. } => None,
        }
    }

    /// Its author's address, in small letters.
    pub(crate) fn from(&self) -> Option<String> {
        self.author.as_ref().map(|author| author.address.to_lowercase())
    }

    /// What a person should know beside the words; `case` is the one that it goes to.
    pub(crate) fn hints(&self, policy: &Policy, case: Option<&CaseId>) -> Vec<Hint> {
        let receipt = self.head().and_then(|head| head.receipt.as_ref());
        let failed = |verdict: Option<Verdict>| verdict == Some(Verdict::Fail);
        let mail = self.mail();
        let named = self.head().and_then(|head| named(policy, head)).filter(|named| Some(named) != case);
        let all = [
            named.map(Hint::Names),
            mail.is_none().then_some(Hint::Unreadable),
            mail.is_some_and(|mail| mail.text_cut || !mail.over.is_empty()).then_some(Hint::OverLimits),
            mail.is_some_and(|mail| mail.encrypted.is_some()).then_some(Hint::Encrypted),
            failed(receipt.map(|receipt| receipt.spam)).then_some(Hint::Spam),
            failed(receipt.map(|receipt| receipt.virus)).then_some(Hint::Virus),
        ];
        all.into_iter().flatten().collect()
    }
}

impl Inbox {
    pub(crate) async fn purpose(&self, arrived: &Arrived) -> Result<Purpose, ActError> {
        let Some(head) = arrived.head() else { return Ok(Purpose::Report) };
        if self.is_automatic(arrived, head) {
            return Ok(Purpose::Automatic);
        }
        if self.policy.mail.comments.as_deref().is_some_and(|comments| is_to(head, comments)) {
            return Ok(Purpose::Comment);
        }
        let suffixes = head.suffixes(&self.policy.contacts.security);
        let token = token::verified(&self.policy, &self.reply_tokens, &suffixes).await;
        let Some((case, made_for)) = token.and_then(|token| Some((token.case?, token.made_for))) else {
            return Ok(Purpose::Report);
        };
        let Some(stored) = self.cases.case(&case).await?.map(Box::new) else { return Ok(Purpose::Report) };
        Ok(match made_for {
            Recipient::Reporter => Purpose::ReportersAnswer(stored),
            Recipient::Member(member) => Purpose::MembersAnswer(stored, member),
            other => Purpose::OutsidersAnswer(stored, other),
        })
    }

    /// The project's own domain is the desk's, but for the members who have their addresses there.
    fn is_automatic(&self, arrived: &Arrived, head: &Head) -> bool {
        let (policy, from) = (&self.policy, arrived.from());
        let members = || policy.members.iter().map(|member| member.address.to_lowercase());
        let domain = policy.contacts.security.rsplit_once('@').map_or("", |(_, domain)| domain);
        let shared = from.is_some_and(|from| members().any(|member| member == from));
        head.automatic(&Ours::of(policy).everywhere(if shared { "" } else { domain })).is_some()
    }
}

/// What of the policy is the desk's own in mail.
struct Ours<'p> {
    addresses: [&'p str; 1],
    list_ids: Vec<&'p str>,
}

impl<'p> Ours<'p> {
    fn of(policy: &'p Policy) -> Ours<'p> {
        let list_ids = policy.mail.forwarders.iter().filter_map(|f| f.list_id.as_deref()).collect();
        Ours { addresses: [&policy.contacts.security], list_ids }
    }

    /// `domain` is the desk's as a whole; empty where people share it.
    fn everywhere<'a>(&'a self, domain: &'a str) -> Own<'a> {
        Own { addresses: &self.addresses, domain, forwarder_list_ids: &self.list_ids }
    }
}

fn forwarders(policy: &Policy) -> Vec<Forwarder> {
    let forwarder = |of: &desk_domain::policy::Forwarder| Forwarder {
        name: of.name.clone(),
        authserv_id: of.authserv_id.clone().unwrap_or_default().to_lowercase(),
        secret_sha256: desk_keys::from_hex(&of.secret_sha256),
        arc_sealer: None,
    };
    policy.mail.forwarders.iter().map(forwarder).collect()
}

fn is_to(head: &Head, address: &str) -> bool {
    let envelope = head.receipt.as_ref().and_then(|receipt| receipt.recipient.as_ref());
    head.to.iter().chain(&head.cc).chain(envelope).any(|to| to.eq_ignore_ascii_case(address))
}

/// The case that a mail speaks of by what anybody can write: the tag in its subject, or the root of a thread of ours.
fn named(policy: &Policy, head: &Head) -> Option<CaseId> {
    let prefix = format!("{}-", policy.project.prefix);
    let ids = head.in_reply_to.iter().chain(&head.references).map(String::as_str);
    std::iter::once(head.subject.as_str()).chain(ids).find_map(|text| {
        let at = text.find(&prefix)?;
        text.get(at..at + prefix.len() + 10)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use desk_mail::read::{Limits, read};

    use super::*;

    const POLICY: &str = include_str!("../../../infra/policies/express.toml");

    fn arrived(mail: &str) -> Arrived {
        let (policy, raw) = (Policy::from_toml(POLICY).unwrap(), mail.replace('\n', "\r\n").into_bytes());
        let read = read(&raw, &Limits::of(&policy));
        Arrived::new(&policy, raw.into(), read, None, "2026-11-22T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_mail_that_names_a_case_says_which() {
        let policy = Policy::from_toml(POLICY).unwrap();
        let named = |mail: &str| arrived(mail).hints(&policy, None);
        let case: CaseId = "EXP-2026-7K3QF".parse().unwrap();
        assert_eq!(named("From: a@b.example\nSubject: Re: [EXP-2026-7K3QF] x\n\nx"), [Hint::Names(case.clone())]);
        let thread = "From: a@b.example\nReferences: <x@y> <EXP-2026-7K3QF.0123@expressjs.com>\n\nx";
        assert_eq!(named(thread), [Hint::Names(case.clone())]);
        assert_eq!(arrived(thread).hints(&policy, Some(&case)), []);
        assert_eq!(named("From: a@b.example\nSubject: [EXP-2026-7K] é\n\nx"), []);
    }

    #[test]
    fn one_message_id_is_one_mail_and_without_one_the_whole_is() {
        let hash = |mail: &str| arrived(mail).hash;
        assert_eq!(
            hash("From: a@b.example\nMessage-ID: <1@x>\n\nx"),
            hash("From: c@d.example\nMessage-ID: <1@x>\n\ny")
        );
        assert_ne!(hash("From: a@b.example\n\nx"), hash("From: a@b.example\n\ny"));
    }
}
