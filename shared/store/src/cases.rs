//! Reading a case: its snapshot, its log, its sealed content, its keys.

use std::collections::BTreeSet;

use desk_domain::case::{Case, ContentRef, Event};
use desk_domain::id::{CaseId, ContentId, PartyId};
use desk_keys::PublicKey;
use jiff::Timestamp;

use crate::deliveries::AT_ONCE;
use crate::fault::Fault;
use crate::item::{Item, Read, b, case_pk, content_pk, key, words_pk};
use crate::query::{Index, Query};
use crate::views::CaseStore;

/// So many contents of a case are read in one query, whichever of them are wanted.
const READ_WHOLE: usize = 60;

/// A case as stored.
#[derive(Clone)]
pub struct Stored {
    pub case: Case,
    /// SHA-256 (hex) of the newest event's bytes.
    pub head: String,
    /// Of a case from before its log named its keys: what seals its words, for the team and the reporter alike.
    pub one_key: Option<PublicKey>,
}

/// What a code leads to: the receipt code, or that of an invitation.
pub struct CodeEntry {
    pub case: CaseId,
    /// Whose it is, where it is not the reporter's.
    pub party: Option<PartyId>,
    /// Their private half, wrapped to the code.
    pub wrapped: Vec<u8>,
}

impl CaseStore {
    /// The case, or `None` when there is none of that id.
    pub async fn case(&self, id: &CaseId) -> Result<Option<Stored>, Fault> {
        let item = self.table.get(key(case_pk(id), "CASE")).await?;
        item.as_ref().map(Stored::read).transpose()
    }

    /// The exact JSON bytes of the events `from..=to`, in order.
    pub async fn log(&self, id: &CaseId, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Fault> {
        let items = self.table.query(&Query::of(Index::Own, log_pk(id)).between(log_sk(from), log_sk(to))).await?;
        items.iter().map(|item| Read(item).bytes("event").map(<[u8]>::to_vec)).collect()
    }

    /// The events `from..=to`, in order.
    pub async fn events(&self, id: &CaseId, from: u64, to: u64) -> Result<Vec<Event>, Fault> {
        let log = self.log(id, from, to).await?;
        log.iter().map(|bytes| parse_event(id, bytes)).collect()
    }

    /// Sealed content; `None` when there is none of that name.
    pub async fn content(&self, case: &CaseId, id: &ContentId) -> Result<Option<Vec<u8>>, Fault> {
        let item = self.table.get(content_key(case, id)).await?;
        item.as_ref().map(|item| Read(item).bytes("sealed").map(<[u8]>::to_vec)).transpose()
    }

    /// Sealed content that an event names; `None` when it is gone.
    ///
    /// # Errors
    /// Damage when it is not what the event names.
    pub async fn named_content(&self, case: &CaseId, content: &ContentRef) -> Result<Option<Vec<u8>>, Fault> {
        let sealed = self.content(case, &content.id).await?;
        match sealed {
            Some(sealed) if desk_keys::sha256_hex(&sealed) != content.sha256 => {
                Err(Fault::damaged(format!("{} of {case} is not what its log names", content.id)))
            }
            sealed => Ok(sealed),
        }
    }

    /// All sealed content of a case by id.
    pub async fn contents(&self, case: &CaseId) -> Result<Vec<(ContentId, Vec<u8>)>, Fault> {
        let items = self.table.query(&Query::of(Index::Own, content_pk(case))).await?;
        items.iter().map(|item| read_content(case, item)).collect()
    }

    /// Of the sealed contents of a case, of which there are `all`, those of these names. Few are read together, at what one or two
    /// texts of the greatest length cost; of many only those, a read for each.
    pub async fn contents_of(
        &self,
        case: &CaseId,
        all: usize,
        names: &BTreeSet<ContentId>,
    ) -> Result<Vec<(ContentId, Vec<u8>)>, Fault> {
        if all <= READ_WHOLE {
            let mut few = self.contents(case).await?;
            few.retain(|(name, _)| names.contains(name));
            return Ok(few);
        }
        let mut found = Vec::with_capacity(names.len());
        for names in names.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
            let one = |name: &&ContentId| {
                let sk = content_sk(name);
                Query::of(Index::Own, content_pk(case)).between(sk.clone(), sk)
            };
            found.extend(self.table.queries(names.iter().map(one)).await?);
        }
        found.iter().map(|item| read_content(case, item)).collect()
    }

    /// What waits to be mailed, or whom to; `None` when it is gone (erased once sent) or never was.
    pub async fn words(&self, case: &CaseId, id: &ContentId) -> Result<Option<Vec<u8>>, Fault> {
        let item = self.table.get(words_key(case, id)).await?;
        item.as_ref().map(|item| Read(item).bytes("sealed").map(<[u8]>::to_vec)).transpose()
    }

    /// Erases what waited to be mailed and has been.
    pub async fn erase_words(&self, case: &CaseId, id: &ContentId) -> Result<(), Fault> {
        self.table.delete(words_key(case, id)).await
    }

    /// The exact JSON bytes of the event that opened a case.
    pub(crate) async fn first_event(&self, id: &CaseId) -> Result<Option<Vec<u8>>, Fault> {
        let item = self.table.get(key(log_pk(id), log_sk(1))).await?;
        item.as_ref().map(|item| Read(item).bytes("event").map(<[u8]>::to_vec)).transpose()
    }

    /// What is known of the mail of this hash, where it was taken in before.
    pub async fn seen_mail(&self, hash: &str) -> Result<Option<SeenMail>, Fault> {
        let item = self.table.get(key(format!("MESSAGE#{hash}"), "MESSAGE")).await?;
        item.as_ref().map(SeenMail::read).transpose()
    }

    /// What a code's look-up hash leads to.
    pub async fn code(&self, lookup: &str) -> Result<Option<CodeEntry>, Fault> {
        let item = self.table.get(key(format!("CODE#{lookup}"), "CODE")).await?;
        let read = |item: Item| {
            let read = Read(&item);
            let case = read.text("case")?.parse().map_err(|_| Fault::damaged("a code's case"))?;
            let party = read.maybe_text("party").map(str::parse).transpose();
            let party = party.map_err(|_| Fault::damaged("a code's party"))?;
            Ok(CodeEntry { case, party, wrapped: read.bytes("wrapped")?.to_vec() })
        };
        item.map(read).transpose()
    }

    /// The look-up hash of the code that a case answers to now.
    pub async fn current_code(&self, id: &CaseId) -> Result<Option<String>, Fault> {
        let item = self.table.get(key(case_pk(id), "CURRENT-CODE")).await?;
        item.as_ref().map(|item| Read(item).text("lookup").map(str::to_owned)).transpose()
    }
}

/// A mail that was taken in, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenMail {
    /// What it led to.
    pub case: CaseId,
    /// How good a copy it was; a better one is taken in once more. Nothing is better than what was written before there were ranks.
    pub rank: i64,
    pub received_at: Timestamp,
    /// Hash of its content.
    pub content: String,
}

/// The rank of what has none.
const BEST: i64 = 9;

impl SeenMail {
    fn read(item: &Item) -> Result<SeenMail, Fault> {
        let read = Read(item);
        let case = read.text("case")?.parse().map_err(|_| Fault::damaged("a mail's case"))?;
        let ranked = item.contains_key("rank");
        Ok(SeenMail {
            case,
            rank: if ranked { read.number("rank")? } else { BEST },
            received_at: if ranked { read.time("received_at")? } else { Timestamp::MAX },
            content: if ranked { read.text("content")?.to_owned() } else { String::new() },
        })
    }
}

impl Stored {
    pub(crate) fn read(item: &Item) -> Result<Stored, Fault> {
        let read = Read(item);
        Ok(Stored {
            case: read.json("snapshot")?,
            head: read.text("head")?.to_owned(),
            one_key: read.maybe_text("public").map(|public| PublicKey::from(public.to_owned())),
        })
    }
}

pub(crate) fn parse_event(id: &CaseId, bytes: &[u8]) -> Result<Event, Fault> {
    serde_json::from_slice(bytes).map_err(|_| Fault::damaged(format!("an event of {id}")))
}

pub(crate) fn log_pk(id: &CaseId) -> String {
    format!("LOG#{id}")
}

pub(crate) fn log_sk(seq: u64) -> String {
    format!("{seq:012}")
}

fn content_key(case: &CaseId, id: &ContentId) -> Item {
    key(content_pk(case), content_sk(id))
}

fn content_sk(id: &ContentId) -> String {
    format!("CONTENT#{id}")
}

fn read_content(case: &CaseId, item: &Item) -> Result<(ContentId, Vec<u8>), Fault> {
    let name = Read(item).text("sk")?.trim_start_matches("CONTENT#");
    let id = name.parse().map_err(|_| Fault::damaged(format!("content of {case}")))?;
    Ok((id, Read(item).bytes("sealed")?.to_vec()))
}

fn words_key(case: &CaseId, id: &ContentId) -> Item {
    key(words_pk(case), format!("WORDS#{id}"))
}

fn with_sealed(mut item: Item, sealed: Vec<u8>) -> Item {
    item.insert("sealed".to_owned(), b(sealed));
    item
}

pub(crate) fn content_item(case: &CaseId, id: &ContentId, sealed: Vec<u8>) -> Item {
    with_sealed(content_key(case, id), sealed)
}

pub(crate) fn words_item(case: &CaseId, id: &ContentId, sealed: Vec<u8>) -> Item {
    with_sealed(words_key(case, id), sealed)
}
