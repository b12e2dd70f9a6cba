//! Mail that SES took in: a report, an answer to a case, or something to file. One mail, one effect: it is known by its sender,
//! its `Message-ID` and its content, and a better copy of one that proved less is taken in once more.
//!
//! The mail lies in the inbound bucket until what it led to is stored; whatever fails on the way leaves it there, and the
//! schedule takes it up again. So nothing is lost, and nothing is said to have arrived that has not. A mail that ends the process
//! which takes it in is known by the mark that was put before ([`Taking`]): it is taken in once more without a look into it, as one
//! that a person has to read, and what ends that process too lies aside. Neither keeps those behind it from going on.
//!
//! The order of judgement, each step on what SES itself found ([`desk_mail::read`]), never on what a sender can write:
//!
//! 1. *Automatic mail* (RFC 3834), bounces and lists are filed and never answered.
//! 2. `AWAY` or `SWAP` and days as the first words of a member's own mail say when they are away, or swap two shifts on call (T43),
//!    whatever it answers.
//! 3. A *reply token* joins a mail to its case ([`desk_mail::token`]): the reporter's answer, a member's, a maintainer's. It says
//!    which case, and never who: what comes from another address than it was made for waits for a person.
//! 4. Mail to the address for *comments* on the policy, and to no other of the desk's, is one (T59).
//! 5. Everything else is a *report*. One that names a case without a token says so to the team.
//!
//! What is not proven to come from its sender's domain, because DMARC failed or because nothing speaks for it, is in quarantine:
//! its words are stored and its clocks run, and no machine writes to that address. Nothing is proven of what SES takes for spam
//! either: a report in it would be lost if it were thrown away, and its sender would be somebody else's victim if it were
//! answered.
//!
//! Addresses in `To` and `Cc` are read for tokens and for nothing else; nothing of a case is ever sent to them.

mod answer;
mod away;
mod file;
mod judge;
mod member;
mod ours;
mod report;
mod sealed;
mod source;

use std::sync::Arc;

use desk_domain::id::CaseId;
use desk_domain::policy::Policy;
use desk_keys::{Links, MailSealer, ReceiptSigner, RootPublic};
use desk_mail::read::{Limits, Read, read_within, unread};
use desk_runtime::{Clock, Woken};
use desk_store::objects::Objects;
use desk_store::{ActError, CaseStore, DeskStore, Fault, MailStore, Taking, TeamStore};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::judge::{Answer, Arrived, Purpose, Whose};

/// A sweep begins with no mail later than so long after its start: half of what the function has.
const SWEEP: SignedDuration = SignedDuration::from_secs(30);

/// Why a mail is not looked into.
const ENDED: &str = "ended the process that read it";

pub struct Inbox {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub desk: DeskStore,
    /// What members say of the rota.
    pub members: TeamStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// The bucket of mail as it came.
    pub inbound: Objects,
    /// The bucket of sealed mail.
    pub content: Objects,
    /// Wraps new case keys; cannot unwrap any.
    pub root: RootPublic,
    /// Seals what waits to be sent.
    pub mail_key: MailSealer,
    pub signer: ReceiptSigner,
    pub reply_tokens: Links,
    /// Where the desk is reached, without a trailing slash.
    pub public_url: String,
}

/// What a mail led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// It opened a case.
    Reported {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// It was filed, as a case that is over: nobody is answered.
    Filed {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// The reporter's answer.
    Replied {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// An answer that waits for a person.
    Quarantined {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// A member's ACK.
    Acknowledged {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// Among the notes of a case: a member's answer, or one from outside the team.
    Noted {
        #[serde(rename = "case_id")]
        case: CaseId,
    },
    /// It was taken in before; nothing more came of it.
    Seen,
    /// Somebody else has taken it, or is at it.
    Gone,
    /// It ended whoever took it in, read and unread: it lies in the bucket until an operator has it tried again.
    Aside,
}

/// What S3 tells of objects that were put.
#[derive(Deserialize)]
struct Puts {
    #[serde(rename = "Records")]
    records: Vec<Put>,
}

#[derive(Deserialize)]
struct Put {
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    object: Named,
}

#[derive(Deserialize)]
struct Named {
    /// As in a URL: blanks are `+`.
    key: String,
}

impl Inbox {
    /// What wakes it: S3's event of new objects, or else the schedule.
    ///
    /// # Errors
    /// When something could not be taken in; it still lies in the bucket.
    pub async fn event(&self, payload: Value) -> Result<Value, String> {
        match Woken::<Puts>::read(payload)? {
            Woken::By(puts) => match self.take_all(&puts.keys()).await {
                0 => Ok(Value::Null),
                failed => Err(format!("{failed} mails could not be taken in")),
            },
            Woken::Schedule => {
                self.sweep().await.map_err(|e| e.to_string())?;
                Ok(Value::Null)
            }
        }
    }

    /// Takes in whatever lies in the bucket. What fails still lies there, and the schedule comes again by itself.
    ///
    /// # Errors
    /// When the bucket cannot be looked at.
    pub async fn sweep(&self) -> Result<(), Fault> {
        // What S3's own event has just been sent for may be among it: one of the two finds nothing left to do.
        let keys: Vec<String> = self.inbound.list().await?.into_iter().map(|(key, _)| key).collect();
        let until = self.clock.now().saturating_add(SWEEP).unwrap_or(Timestamp::MAX);
        for key in &keys {
            // A process that is ended for want of time would speak against the mail that it has just begun with.
            if self.clock.now() > until {
                tracing::info!("more mail lies in the bucket than one sweep takes in; the next goes on");
                break;
            }
            self.take_all(std::slice::from_ref(key)).await;
        }
        Ok(())
    }

    /// Takes in one mail after another; gives how many failed.
    async fn take_all(&self, keys: &[String]) -> usize {
        let mut failed = 0;
        for key in keys {
            if let Err(fault) = self.take(key).await {
                tracing::error!(object = key, fault = %fault, alarm = "mail-unread", "a mail could not be taken in; it still lies in the bucket");
                failed += 1;
            }
        }
        failed
    }

    /// Takes one mail in.
    ///
    /// # Errors
    /// When it could not be stored; it still lies in the bucket.
    pub async fn take(&self, object: &str) -> Result<Outcome, ActError> {
        let ended = match self.desk.begin_taking(object, self.clock.now()).await? {
            Taking::Mine { ended } => ended,
            Taking::Others => return Ok(Outcome::Gone),
            Taking::Aside => {
                let told = "a mail ended whoever took it in, unread too; it lies aside in the bucket";
                tracing::error!(object, alarm = "mail-aside", "{told}");
                return Ok(Outcome::Aside);
            }
        };
        let done = self.take_in(object, ended).await;
        if let Err(fault) = self.desk.end_taking(object).await {
            tracing::warn!(object, fault = %fault, "the mark of a mail stays; it speaks against the mail if that still lies there");
        }
        done
    }

    /// `ended`: whoever took it in before has ended in the middle of it.
    async fn take_in(&self, object: &str, ended: bool) -> Result<Outcome, ActError> {
        let Some(found) = self.inbound.get(object).await? else { return Ok(Outcome::Gone) };
        let raw: Arc<[u8]> = found.bytes.into();
        if ended {
            tracing::error!(
                object,
                alarm = "mail-aside",
                "a mail ended whoever took it in; it is kept unread, for a person"
            );
        }
        let arrived = self.arrived(raw, found.last_modified, ended).await;
        let (sender, unreadable) = (arrived.sender, matches!(arrived.read, Read::Unreadable { .. }));
        let outcome = self.effect(arrived).await?;
        self.inbound.delete(object).await?;
        tracing::info!(
            object,
            outcome = ?outcome,
            sender = ?sender,
            unreadable,
            metric.MailReceived = 1,
            metric.MailFiled = u64::from(matches!(outcome, Outcome::Filed { .. })),
            metric.MailUnreadable = u64::from(unreadable),
            "a mail was taken in"
        );
        Ok(outcome)
    }

    /// The mail, read on a thread of its own that this one does not wait for longer than the policy says. Of one that is not to be
    /// looked into, its header at most is read.
    async fn arrived(&self, raw: Arc<[u8]>, since: Option<Timestamp>, ended: bool) -> Arrived {
        let (limits, within) = (Limits::of(&self.policy), self.policy.mail.parse_seconds.unsigned_abs());
        let handed = raw.clone();
        let read = move || if ended { unread(&handed, &limits, ENDED) } else { read_within(handed, limits, within) };
        let read = tokio::task::spawn_blocking(read).await;
        let read = read.unwrap_or(Read::Unreadable { why: "the thread that read it failed", head: None });
        Arrived::new(&self.policy, raw, read, since, self.clock.now())
    }

    async fn effect(&self, arrived: Arrived) -> Result<Outcome, ActError> {
        let purpose = self.purpose(&arrived).await?;
        let automatic = matches!(purpose, Purpose::Automatic);
        let arrived = if automatic { arrived.filed() } else { arrived };
        let before = match &arrived.id {
            Some(id) => self.cases.seen_mail(id).await?,
            None => None,
        };
        let arrived = arrived.after(before);
        if let Purpose::Answers(answers) = purpose {
            self.answers_again(&arrived).await?;
            return self.answers(&arrived, answers).await;
        }
        if self.seen(&arrived, &arrived.hash).await? {
            return Ok(Outcome::Seen);
        }
        if !automatic {
            self.answers_again(&arrived).await?;
        }
        once(match purpose {
            Purpose::Automatic => self.file(&arrived).await,
            Purpose::Comment => self.comment(&arrived).await,
            Purpose::OfRota(member, said) => self.of_rota(arrived, member, said).await,
            Purpose::Aside(member) => self.aside(arrived, member).await,
            Purpose::Report | Purpose::Answers(_) => self.report(&arrived, None).await,
        })
    }

    /// An answer to several cases joins each of them; what came of the first that it changed is what came of it.
    async fn answers(&self, arrived: &Arrived, answers: Vec<Answer>) -> Result<Outcome, ActError> {
        let mut came = Outcome::Seen;
        for Answer { stored, whose } in answers {
            let hash = arrived.hash_for(&stored.case.id);
            if self.seen(arrived, &hash).await? {
                continue;
            }
            let one = once(match whose {
                Whose::Reporters => self.reporters_answer(arrived, &stored, None).await,
                Whose::NotTheirs(why) => self.reporters_answer(arrived, &stored, Some(why)).await,
                Whose::Members(member) => self.members_answer(arrived, &stored, member).await,
                Whose::Outsiders(from) => self.outsiders_answer(arrived, &stored, from).await,
                Whose::Strangers => self.report(arrived, None).await,
            })?;
            if came == Outcome::Seen {
                came = one;
            }
        }
        Ok(came)
    }

    /// Whether a copy that was as good was taken in.
    async fn seen(&self, arrived: &Arrived, hash: &str) -> Result<bool, ActError> {
        Ok(self.cases.seen_mail(hash).await?.is_some_and(|seen| seen.rank >= arrived.rank as i64))
    }
}

/// Another process was faster with the very same mail.
fn once(done: Result<Outcome, ActError>) -> Result<Outcome, ActError> {
    match done {
        Err(ActError::RequestSeen) => Ok(Outcome::Seen),
        done => done,
    }
}

impl Inbox {
    /// Whoever writes from an address can be reached there, whatever came back from it before.
    async fn answers_again(&self, arrived: &Arrived) -> Result<(), ActError> {
        let from = arrived.from().filter(|_| arrived.sender.is_authenticated());
        match from.map(|from| self.reply_tokens.address_hashes(&from)) {
            Some(filed) => Ok(self.mail.unsuppress(&filed).await?),
            None => Ok(()),
        }
    }
}

impl Puts {
    fn keys(&self) -> Vec<String> {
        self.records.iter().map(|record| object_key(&record.s3.object.key)).collect()
    }
}

fn object_key(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every example of AWS's own: S3's are read, and what is another service's is refused whole.
    #[test]
    fn of_all_events_those_of_s3_are_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/lambda-events");
        let mut read = Vec::new();
        for entry in std::fs::read_dir(&folder).expect("the examples").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a text");
            let Ok(event) = serde_json::from_str::<Value>(&text) else { continue };
            let Some(records) = event.get("Records") else { continue };
            let of_s3 = records[0]["eventSource"] == "aws:s3";
            let woken = Woken::<Puts>::read(event);
            assert_eq!(woken.is_ok(), of_s3, "{}", entry.path().display());
            let Ok(Woken::By(puts)) = woken else { continue };
            read.extend(puts.keys());
        }
        assert_eq!(read.iter().filter(|key| *key == "Happy Face.jpg").count(), read.len(), "{read:?}");
        assert!(read.len() >= 2, "{read:?}");
    }

    #[test]
    fn a_key_is_read_as_s3_writes_it_in_events() {
        assert_eq!(object_key("d6iitobk75ur44p8kdnnp7g2n800"), "d6iitobk75ur44p8kdnnp7g2n800");
        assert_eq!(object_key("Happy+Face%2B1.jpg"), "Happy Face+1.jpg");
    }
}
