//! The heads of all logs, as they are exported: for each case how many events it has and the hash of the newest, which stands for all
//! before it. Whoever keeps them can tell later whether a log was cut off, written anew or taken away.
//!
//! One line of JSON for each case, in the order of their ids. What is kept for a while only is not among them: it goes by itself.
//! What was exported once stays a line as it was, until the log holds it again: a log that lost something is told of, and not taken
//! for a shorter one.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::id::CaseId;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::board::every_list;
use crate::cases::{log_pk, log_sk};
use crate::fault::Fault;
use crate::item::{Item, Read, b, case_pk, key};
use crate::views::{CaseStore, DeskStore};

/// So many cases are looked at at once.
const AT_ONCE: usize = 16;

/// Where a log stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub case: CaseId,
    /// How many events.
    pub events: u64,
    /// SHA-256 (hex) of the newest.
    pub head: String,
    /// Whether the log did not hold it any more when it was looked at again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

/// What a look at a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// There is none, and none was exported.
    Nothing,
    Stands(Head),
    /// The log does not hold what was exported of it, and why; as it was exported.
    Lost(Head, &'static str),
}

/// Lines as they are exported.
pub fn lines(heads: &[Head]) -> Vec<u8> {
    let line = |head: &Head| serde_json::to_string(head).expect("a head is plain data") + "\n";
    heads.iter().map(line).collect::<String>().into_bytes()
}

/// What lines of an export say, by case.
///
/// # Errors
/// Damage where one cannot be read.
pub fn read_lines(lines: &[u8]) -> Result<BTreeMap<CaseId, Head>, Fault> {
    let read = |line: &[u8]| {
        let head: Head = serde_json::from_slice(line).map_err(|_| Fault::damaged("a line of exported heads"))?;
        Ok((head.case.clone(), head))
    };
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(read).collect()
}

impl CaseStore {
    /// The ids of all cases that stand on a list of the team's, open, filed, comments and closed, and are kept for ever. One that moves from list to list
    /// at this very moment may be missed.
    pub async fn listed(&self) -> Result<BTreeSet<CaseId>, Fault> {
        let mut ids = BTreeSet::new();
        for list in every_list() {
            for item in self.table.queries(list.into_iter()).await? {
                let id = Read(&item).text("pk")?.strip_prefix("CASE#").and_then(|id| id.parse::<CaseId>().ok());
                let id = id.ok_or_else(|| Fault::damaged("a case id on a list"))?;
                if !id.is_passing() {
                    ids.insert(id);
                }
            }
        }
        Ok(ids)
    }

    /// Where the logs of these cases stand, held against what was exported of them before; in their order.
    ///
    /// # Errors
    /// A passing fault. What is damaged has lost what was exported of it.
    pub async fn heads_of(&self, cases: &[CaseId], before: &BTreeMap<CaseId, Head>) -> Result<Vec<Looked>, Fault> {
        let mut looked = Vec::with_capacity(cases.len());
        for some in cases.chunks(AT_ONCE) {
            for one in join_all(some.iter().map(|id| self.look(id, before.get(id)))).await {
                looked.push(one?);
            }
        }
        Ok(looked)
    }

    async fn look(&self, id: &CaseId, before: Option<&Head>) -> Result<Looked, Fault> {
        let now = match self.head(id).await {
            Ok(now) => now,
            Err(Fault::Damaged(_)) => return Ok(lost(before, "it cannot be read")),
            Err(fault) => return Err(fault),
        };
        let Some((now, ends)) = now else { return Ok(lost(before, "it is gone")) };
        let Some(before) = before else { return Ok(Looked::Stands(now)) };
        if ends {
            return Ok(lost(Some(before), "it has an end (ttl), and will be removed"));
        }
        if now.events < before.events {
            return Ok(lost(Some(before), "it is shorter"));
        }
        // Of what nothing came to, its snapshot tells; of what went on, the event that was the newest then.
        let then = match now.events == before.events {
            true => Some(now.head.clone()),
            false => self.event_hash(id, before.events).await?,
        };
        match then.as_ref() == Some(&before.head) {
            true => Ok(Looked::Stands(now)),
            false => Ok(lost(Some(before), "it is another one")),
        }
    }

    /// Where a log stands, as the snapshot says, and whether that has an end.
    async fn head(&self, id: &CaseId) -> Result<Option<(Head, bool)>, Fault> {
        let Some(item) = self.table.get_of(key(case_pk(id), "CASE"), &["pk", "sk", "version", "head", "ttl"]).await?
        else {
            return Ok(None);
        };
        let read = Read(&item);
        let events =
            u64::try_from(read.number("version")?).map_err(|_| Fault::damaged(format!("the version of {id}")))?;
        let head = Head { case: id.clone(), events, head: read.text("head")?.to_owned(), lost: false };
        Ok(Some((head, item.contains_key("ttl"))))
    }

    /// The hash of an event; `None` where there is none of that number.
    pub(crate) async fn event_hash(&self, id: &CaseId, seq: u64) -> Result<Option<String>, Fault> {
        let item = self.table.get(key(log_pk(id), log_sk(seq))).await?;
        item.as_ref().map(|item| Read(item).bytes("event").map(desk_keys::sha256_hex)).transpose()
    }
}

fn lost(before: Option<&Head>, why: &'static str) -> Looked {
    before.map_or(Looked::Nothing, |before| Looked::Lost(Head { lost: true, ..before.clone() }, why))
}

impl DeskStore {
    /// Keeps lines of an export that is not whole yet.
    pub async fn keep_heads(&self, part: u32, lines: Vec<u8>) -> Result<(), Fault> {
        let mut item = part_key(part);
        item.insert("lines".to_owned(), b(lines));
        self.table.put(item, None).await.map(drop)
    }

    /// Lines that were kept.
    ///
    /// # Errors
    /// Damage where there are none.
    pub async fn kept_heads(&self, part: u32) -> Result<Vec<u8>, Fault> {
        let item = self.table.get(part_key(part)).await?;
        let item = item.ok_or_else(|| Fault::damaged(format!("part {part} of an export")))?;
        Read(&item).bytes("lines").map(<[u8]>::to_vec)
    }
}

fn part_key(part: u32) -> Item {
    key("DESK#heads", format!("PART#{part:06}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written() {
        let head = |id: &str, events, lost| Head { case: id.parse().unwrap(), events, head: "ab".repeat(32), lost };
        let heads = [head("EXP-2026-00001", 3, false), head("EXP-2026-00002", 70, true)];
        let text = lines(&heads);
        let expected = format!(
            "{{\"case\":\"EXP-2026-00001\",\"events\":3,\"head\":\"{0}\"}}\n\
             {{\"case\":\"EXP-2026-00002\",\"events\":70,\"head\":\"{0}\",\"lost\":true}}\n",
            "ab".repeat(32)
        );
        assert_eq!(String::from_utf8(text.clone()).unwrap(), expected);
        assert_eq!(read_lines(&text).unwrap().into_values().collect::<Vec<_>>(), heads);
        assert!(read_lines(b"").unwrap().is_empty());
        assert!(read_lines(b"{}\n").is_err() && read_lines(&text[..text.len() - 3]).is_err());
    }
}
