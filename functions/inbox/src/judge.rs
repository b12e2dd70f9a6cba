//! What a mail is: when it came, from whom, and which of the desk's ways it goes.

use std::sync::Arc;

use desk_domain::case::Recipient;
use desk_domain::case::event::{Hint, Sender};
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Policy;
use desk_domain::text::seen;
use desk_mail::read::{Authentication, Before, Forwarder, Head, Mail, Mailbox, Own, Read, Verdict};
use desk_mail::token::{self, Token};
use desk_store::{ActError, Commit, SeenMail, Stored};
use jiff::Timestamp;

use crate::Inbox;
use crate::away::OfRota;

/// A mail with what is known of it. No `Debug`: it holds a person's words.
pub(crate) struct Arrived {
    pub raw: Arc<[u8]>,
    pub read: Read,
    /// SHA-256 (hex) of its sender, `Message-ID` and content, or of the whole mail where it has no id: the same mail.
    pub hash: String,
    /// SHA-256 of its `Message-ID` alone.
    pub id: Option<String>,
    /// SHA-256 of its content.
    pub content: String,
    /// SHA-256 of its body as it was sent.
    pub body: String,
    /// What is known of the newest mail of its id.
    pub before: Option<SeenMail>,
    /// SES's own receipt, or that of the copy that came before.
    pub received_at: Timestamp,
    /// Who wrote it, as far as it says; where it names no one or several, nobody.
    pub author: Option<Mailbox>,
    pub sender: Sender,
    pub rank: Rank,
    /// A program or a list may have written it: nobody is known who may be written to.
    pub filed: bool,
}

/// How good a copy of a mail is: what is better than one that came before is taken in once more, and opens the case with what it
/// proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Filed,
    Unproven,
    Proven,
}

/// Which way it goes.
pub(crate) enum Purpose {
    Automatic,
    Comment,
    /// To mails about these cases.
    Answers(Vec<Answer>),
    /// A member says when they are away, or speaks of a swap.
    OfRota(MemberId, OfRota),
    /// To a mail that spoke of no case, from whom the policy names.
    Aside(Option<MemberId>),
    Report,
}

/// An answer to a mail about a case.
pub(crate) struct Answer {
    pub stored: Box<Stored>,
    pub whose: Whose,
}

pub(crate) enum Whose {
    Reporters,
    /// It has the reporter's token and comes from somebody else, or its subject is none that a person's program writes.
    NotTheirs(Hint),
    Members(MemberId),
    /// A maintainer's, the outside contact's, the operator's, or that of a party of the case.
    Outsiders(Recipient),
    /// It has the token of a party and comes from somebody else: whoever that is was not invited.
    Strangers,
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
        let body = desk_mail::read::sent_hash(&raw);
        let content = content(&body, head);
        let id = head.and_then(|head| head.message_id.as_deref());
        let from = author.as_ref().map(|author| author.address.to_lowercase()).unwrap_or_default();
        let hash = match id {
            Some(id) => desk_keys::sha256_hex(format!("mail\n{from}\n{id}\n{content}").as_bytes()),
            None => desk_keys::sha256_hex(&raw),
        };
        let id = id.map(|id| desk_keys::sha256_hex(format!("message-id\n{id}").as_bytes()));
        let rank = if sender.is_authenticated() { Rank::Proven } else { Rank::Unproven };
        Arrived { raw, hash, id, content, body, before: None, received_at, author, sender, rank, filed: false, read }
    }

    /// Nothing but to be filed: nobody is answered.
    pub(crate) fn filed(mut self) -> Arrived {
        (self.rank, self.filed) = (Rank::Filed, true);
        self
    }

    /// With what is known of a mail of its id. A better copy of one that came before counts from when that one came.
    pub(crate) fn after(mut self, before: Option<SeenMail>) -> Arrived {
        let copy = before.as_ref().filter(|before| before.content == self.content && before.rank < self.rank as i64);
        if let Some(copy) = copy {
            self.received_at = self.received_at.min(copy.received_at);
        }
        self.before = before;
        self
    }

    /// Under which hash it is remembered where it answers one case among several.
    pub(crate) fn hash_for(&self, case: &CaseId) -> String {
        desk_keys::sha256_hex(format!("{}\n{case}", self.hash).as_bytes())
    }

    /// Remembers that it led to `case`, under `hash`.
    pub(crate) fn remember(&self, commit: &mut Commit, hash: &str, case: &CaseId) {
        let seen = SeenMail {
            case: case.clone(),
            rank: self.rank as i64,
            received_at: self.received_at,
            content: self.content.clone(),
        };
        commit.mail(hash, self.id.as_deref(), &seen);
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

    /// Whether its text is packed in a form that nobody here opens, and is no encryption.
    pub(crate) fn is_sealed(&self) -> bool {
        self.mail().is_some_and(|mail| mail.sealed)
    }

    /// Whom a machine or a member could answer: its author, but where a program, a list or the desk itself stands there.
    pub(crate) fn answerable(&self, policy: &Policy) -> Option<String> {
        self.from().filter(|from| !self.filed && !policy.is_ours(from) && !desk_mail::read::takes_no_answer(from))
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
        let before = self.before.as_ref().map(|before| before.case.clone()).filter(|before| Some(before) != case);
        let unanswered = self.head().is_some_and(Head::unanswered);
        let elsewhere = self.head().is_some_and(|head| {
            let from = self.from();
            head.reply_to.iter().any(|to| Some(to.address.to_lowercase()) != from)
        });
        let all = [
            named.map(Hint::Names),
            before.map(Hint::SeenBefore),
            unanswered.then_some(Hint::Unanswered),
            elsewhere.then_some(Hint::AnswersElsewhere),
            self.is_sealed().then_some(Hint::Sealed),
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
        let suffixes = head.suffixes(&self.policy.contacts.security);
        let tokens = token::verified(&self.policy, &self.reply_tokens, &suffixes).await;
        if self.is_automatic(head, !tokens.is_empty()) {
            return Ok(Purpose::Automatic);
        }
        if let Some((member, said)) = self.says_of_rota(arrived) {
            return Ok(Purpose::OfRota(member, said));
        }
        let mut answers = Vec::new();
        for token in &tokens {
            let Some(case) = &token.case else { continue };
            if let Some(stored) = self.cases.case(case).await? {
                answers.push(Answer { whose: self.whose(arrived, head, case, token), stored: Box::new(stored) });
            }
        }
        let programs = answers.iter().any(|answer| before_subject(head, &answer.stored.case.id) == Before::Program);
        if programs {
            return Ok(Purpose::Automatic);
        }
        for answer in &mut answers {
            self.follow(answer).await?;
        }
        if !answers.is_empty() {
            return Ok(Purpose::Answers(answers));
        }
        if tokens.iter().any(|token| token.case.is_none()) {
            return Ok(Purpose::Aside(self.member_of(arrived)));
        }
        // Delivered to that address alone: whoever names the security address too reports.
        let comments = self
            .policy
            .mail
            .comments
            .as_deref()
            .is_some_and(|comments| is_to(head, comments) && !is_to_named(head, &self.policy.contacts.security));
        Ok(if comments { Purpose::Comment } else { Purpose::Report })
    }

    /// What was filed and became a report goes on as that.
    async fn follow(&self, answer: &mut Answer) -> Result<(), ActError> {
        if let Some(became) = answer.stored.case.became.clone()
            && let Some(stored) = self.cases.case(&became).await?
        {
            *answer.stored = stored;
        }
        Ok(())
    }

    /// Whose an answer with this token is: the token says which case, and never who.
    fn whose(&self, arrived: &Arrived, head: &Head, case: &CaseId, token: &Token) -> Whose {
        let theirs = arrived.from().is_some_and(|from| token.is_of(&self.reply_tokens, &from));
        match &token.made_for {
            Recipient::Member(member) => Whose::Members(member.clone()),
            Recipient::Reporter if theirs && before_subject(head, case) == Before::Unknown => {
                Whose::NotTheirs(Hint::OddSubject)
            }
            Recipient::Reporter if theirs => Whose::Reporters,
            made_for => match (self.member_of(arrived), made_for) {
                (Some(member), _) => Whose::Members(member),
                (None, Recipient::Reporter) => Whose::NotTheirs(Hint::OtherAddress),
                (None, Recipient::Party(_)) if !theirs => Whose::Strangers,
                (None, other) => Whose::Outsiders(other.clone()),
            },
        }
    }

    /// The member whose own address it comes from, proven.
    pub(crate) fn member_of(&self, arrived: &Arrived) -> Option<MemberId> {
        let from = arrived.from().filter(|_| arrived.sender.is_authenticated())?;
        let member = self.policy.members.iter().find(|member| member.address.to_lowercase() == from)?;
        Some(member.id.clone())
    }

    /// `has_token`: the desk wrote to whoever has it.
    fn is_automatic(&self, head: &Head, has_token: bool) -> bool {
        let policy = &self.policy;
        let forwarded = forwarders(policy).iter().any(|forwarder| head.forwarded_by(forwarder));
        let domain = policy.contacts.security.rsplit_once('@').map_or("", |(_, domain)| domain);
        head.automatic(&Ours::of(policy).everywhere(domain), has_token || forwarded).is_some()
    }
}

fn before_subject(head: &Head, case: &CaseId) -> Before {
    desk_mail::read::before(&head.subject, &format!("[{case}]"))
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

/// Whether somebody wrote to the address, whatever became of the mail on its way: not the envelope's word.
fn is_to_named(head: &Head, address: &str) -> bool {
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let same = |to: &String| {
        let (local, of) = to.rsplit_once('@').unwrap_or((to, ""));
        of.eq_ignore_ascii_case(domain) && local.eq_ignore_ascii_case(name)
    };
    head.to.iter().chain(&head.cc).any(same)
}

/// What is the same of a mail in each of its copies: its body, and its subject where that is all that it says.
fn content(body: &str, head: Option<&Head>) -> String {
    match head {
        Some(head) if body == EMPTY => desk_keys::sha256_hex(head.subject.as_bytes()),
        _ => body.to_owned(),
    }
}

/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The case that a mail speaks of by what anybody can write: the tag in its subject, or the root of a thread of ours.
fn named(policy: &Policy, head: &Head) -> Option<CaseId> {
    let prefix = format!("{}-", policy.project.prefix);
    let ids = head.in_reply_to.iter().chain(&head.references).map(String::as_str);
    let subject = seen(&head.subject);
    std::iter::once(&*subject).chain(ids).find_map(|text| {
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
    fn a_mail_is_known_by_sender_id_and_content() {
        let hash = |mail: &str| arrived(mail).hash;
        let one = hash("From: a@b.example\nMessage-ID: <1@x>\nSubject: s\n\nx");
        assert_eq!(one, hash("From: A <a@b.example>\nMessage-ID: <1@x> (relayed)\nSubject: [spam?] s\n\nx\n\n"));
        assert_ne!(one, hash("From: a@b.example\nMessage-ID: <1@x>\n\ny"));
        assert_ne!(one, hash("From: c@d.example\nMessage-ID: <1@x>\n\nx"));
        let empty = |subject: &str| hash(&format!("From: a@b.example\nMessage-ID: <1@x>\nSubject: {subject}\n\n"));
        assert_ne!(empty("one"), empty("two"));
        assert_ne!(hash("From: a@b.example\n\nx"), hash("From: a@b.example\n\ny"));
    }
}
