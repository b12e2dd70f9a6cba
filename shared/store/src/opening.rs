//! A new case before it is stored: its id, its keys, the code that opens it, and what is sealed for it.
//!
//! Nothing is stored until the [`Commit`] is: whoever wraps and signs is asked before, so that nothing is when they cannot be
//! reached.

use desk_domain::case::decide::{ByMember, open, open_by_member, open_filed, open_follow_up};
use desk_domain::case::event::{ContentRef, Reported, Resolution};
use desk_domain::case::{Actor, Case, Clock, EventBody};
use desk_domain::id::{CaseId, ContentId, MemberId, Prefix};
use desk_domain::policy::{ClockKind, Policy};
use desk_keys::{KeyError, MailSealer, MailWords, ReceiptCode, ReceiptSigner, RootPublic};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::case_keys::{Audience, NewKeys, Sealer};
use crate::cases::Stored;
use crate::commit::Commit;
use crate::kept::kept_until;
use crate::mailed::Hearer;

/// The reporter's OpenPGP key, sealed to the mail key beside the address: what is mailed is encrypted to it.
pub const REPORTER_KEY: &str = "reporter-key";

/// What stands above a filed mail ([`desk_domain::notice::FiledWords`]), sealed to the mail key for the digest that tells of it.
pub const FILED_WORDS: &str = "filed-words";

/// What a receipt says that its hash is over, where that is a mail's body and not the whole of what was received.
pub const MAIL_BODY: &str = "mail-body";

/// What a case is opened with. Each of them only seals, wraps or signs.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub policy: &'a Policy,
    /// Wraps new case keys; cannot unwrap any.
    pub root: &'a RootPublic,
    /// Seals what waits to be sent.
    pub mail_key: &'a MailSealer,
    /// Signs the receipt; who opens a case for somebody else gives none.
    pub signer: Option<&'a ReceiptSigner>,
    /// Where the desk is reached: who issues the receipt.
    pub public_url: &'a str,
}

/// A case in the making.
pub struct Opening<'a> {
    opener: Opener<'a>,
    pub id: CaseId,
    pub now: Timestamp,
    keys: NewKeys,
    code: ReceiptCode,
    commit: Commit,
}

/// A new case, with what only its reporter gets to see.
pub struct NewCase {
    /// All that it takes to store it.
    pub commit: Commit,
    pub stored: Stored,
    pub code: ReceiptCode,
    /// The signed receipt (JWS).
    pub receipt: Option<String>,
}

impl<'a> Opener<'a> {
    /// Draws an id, makes the keys and a code.
    ///
    /// # Errors
    /// When whoever wraps keys cannot be reached.
    pub async fn begin(self, now: Timestamp) -> Result<Opening<'a>, KeyError> {
        self.begin_as(CaseId::from_random, now).await
    }

    /// The same of a case that is kept for a while only.
    ///
    /// # Errors
    /// The same.
    pub async fn begin_passing(self, now: Timestamp) -> Result<Opening<'a>, KeyError> {
        self.begin_as(CaseId::passing, now).await
    }

    async fn begin_as(self, drawn: fn(&Prefix, i16, u32) -> CaseId, now: Timestamp) -> Result<Opening<'a>, KeyError> {
        let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
        let id = drawn(&self.policy.project.prefix, year, u32::from_le_bytes(desk_keys::random()));
        let (keys, code) = (NewKeys::make(self.root, &id).await?, ReceiptCode::generate());
        let mut commit = Commit::new();
        commit.case_keys(&keys);
        Ok(Opening { opener: self, id, now, keys, code, commit })
    }
}

impl Opening<'_> {
    /// What seals the words of the case.
    pub fn sealer(&self) -> &Sealer {
        &self.keys.sealer
    }

    /// Seals words of the reporter's for the case.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal(&mut self, name: &str, words: &[u8]) -> Result<ContentRef, KeyError> {
        self.commit.seal(&self.keys.sealer, &Audience::Reporter, content_id(name), words)
    }

    /// Seals words for the team alone.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal_for_team(&mut self, name: &str, words: &[u8]) -> Result<ContentRef, KeyError> {
        self.commit.seal(&self.keys.sealer, &Audience::Team, content_id(name), words)
    }

    /// Seals for `deliver` what it has to know of the reporter: an address, a thread, a key.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal_for_mail(&mut self, name: &str, known: &str) -> Result<ContentId, KeyError> {
        let id = content_id(name);
        self.commit.words(&self.id, &id, self.opener.mail_key.fact(known.as_bytes())?);
        Ok(id)
    }

    /// What was sealed for `deliver` before.
    pub fn sealed(&mut self, name: &str, sealed: Vec<u8>) -> ContentId {
        let id = content_id(name);
        self.commit.words(&self.id, &id, sealed);
        id
    }

    /// The case as it will be, with its receipt over `sha256` (hex) of what was received. What `filed` names is over as it
    /// arrives, and goes after a while.
    ///
    /// # Errors
    /// When whoever signs cannot be reached.
    pub async fn finish(
        self,
        reported: Reported,
        filed: Option<Resolution>,
        sha256: &str,
    ) -> Result<NewCase, KeyError> {
        let (id, policy, now) = (self.id.clone(), self.opener.policy, self.now);
        let reported = self.named(reported);
        let (actor, events) = match filed {
            None => (Actor::Reporter, open(id, policy, reported, now)),
            Some(why) => (Actor::Desk, open_filed(id, policy, reported, why, now)),
        };
        self.finish_with(&actor, events, sha256).await
    }

    /// The same of a case for what a reporter wrote to a closed one, which the member `by` opens and `handler` has.
    ///
    /// # Errors
    /// When whoever signs cannot be reached.
    pub async fn finish_follow_up(
        self,
        reported: Reported,
        by: &MemberId,
        handler: Option<MemberId>,
        sha256: &str,
    ) -> Result<NewCase, KeyError> {
        let (actor, reported) = (Actor::Member(by.clone()), self.named(reported));
        let events = open_follow_up(self.id.clone(), self.opener.policy, reported, &actor, handler, self.now);
        self.finish_with(&actor, events, sha256).await
    }

    /// The same of a case that a member opens. Where nobody reported it, there is no code: nobody has a page.
    ///
    /// # Errors
    /// The same.
    pub async fn finish_by_member(
        self,
        reported: Reported,
        by: ByMember<'_>,
        sha256: &str,
    ) -> Result<NewCase, KeyError> {
        let (actor, reported) = (by.by.clone(), self.named(reported));
        let events = open_by_member(self.id.clone(), self.opener.policy, reported, by, self.now);
        self.finish_with(&actor, events, sha256).await
    }

    /// With the keys that the words are sealed to.
    fn named(&self, reported: Reported) -> Reported {
        Reported { keys: Some(Box::new(self.keys.named.clone())), ..reported }
    }

    async fn finish_with(self, actor: &Actor, events: Vec<EventBody>, sha256: &str) -> Result<NewCase, KeyError> {
        let Opening { opener, id, now, keys, code, mut commit } = self;
        // The receipt travels sealed under the name that the report gives it.
        let travels = match events.first() {
            Some(EventBody::ReportReceived(reported)) => reported.receipt().cloned(),
            _ => None,
        };
        let stored = commit.open(&id, actor, events, now);
        if stored.case.has_reporter() {
            commit.code(&id, &code.lookup(), keys.reporter.wrapped(&code.key().public(), id.as_str())?, None);
        }
        let receipt = match opener.signer {
            Some(signer) => Some(signer.sign(&receipt_claims(opener.public_url, &stored.case, sha256)).await?),
            None => None,
        };
        if let Some(name) = travels {
            let words = MailWords::Receipt { code: code.words().to_string(), receipt: receipt.clone() };
            commit.mail_words_as(&id, &name, opener.mail_key, &words, &Hearer::Reporter)?;
        }
        if let Some(end) = kept_until(&stored.case) {
            commit.expire(end);
        }
        Ok(NewCase { commit, stored, code, receipt })
    }
}

/// What a receipt says: of `case` as it was opened, over `sha256` (hex) of what was received.
pub fn receipt_claims(public_url: &str, case: &Case, sha256: &str) -> Value {
    let mut claims = json!({
        "iss": public_url,
        "case_id": case.id,
        "received_at": case.received_at,
        "report_sha256": sha256,
        "due": Promised::of(case),
    });
    if case.mail.is_some() {
        // Of a mail, its sender has the body as it was received, and not the header.
        claims["over"] = MAIL_BODY.into();
    }
    claims
}

/// The two promises' due times; a clock that starts only later has none yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Promised {
    pub acknowledgement: Option<Timestamp>,
    pub detailed_response: Option<Timestamp>,
}

impl Promised {
    pub fn of(case: &Case) -> Promised {
        Promised::where_clock(case, |_| true)
    }

    /// Of what nobody has done yet.
    pub fn still_owed(case: &Case) -> Promised {
        Promised::where_clock(case, Clock::is_open)
    }

    fn where_clock(case: &Case, which: impl Fn(&Clock) -> bool) -> Promised {
        let due = |kind| case.clock_of(kind).filter(|clock| which(clock)).map(|clock| clock.start.due_at);
        Promised {
            acknowledgement: due(ClockKind::Acknowledgement),
            detailed_response: due(ClockKind::DetailedResponse),
        }
    }
}

/// A name of its own: `reply-0123456789abcdef`.
pub fn fresh_id(kind: &str) -> ContentId {
    content_id(&format!("{kind}-{}", desk_keys::hex(&desk_keys::random::<8>())))
}

/// # Panics
/// When `name` is no content id; it is one of our own words.
pub fn content_id(name: &str) -> ContentId {
    name.parse().expect("a constant that is a content id")
}
