//! Verifies what is stored: the chain of hashes, that replaying the log gives the snapshot, and that sealed content is
//! what the events name.

use std::collections::BTreeMap;

use desk_domain::case::{Case, EventBody};
use desk_domain::id::CaseId;
use serde::Serialize;

use crate::Store;
use crate::cases::parse_event;
use crate::fault::Fault;
use crate::item::{Item, Read, s};
use crate::objects::{Objects, sealed_key};

/// What verifying a case found; it holds when `problems` is empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verified {
    pub case_id: CaseId,
    pub events: u64,
    /// SHA-256 of the newest event: whoever kept it can tell whether the log was rewritten since.
    pub head: String,
    pub problems: Vec<String>,
}

impl Store {
    /// The ids of all cases; an operator's tool, which reads the whole table.
    pub async fn all_cases(&self) -> Result<Vec<CaseId>, Fault> {
        self.cases_where("sk = :case AND attribute_not_exists(#ttl)").await
    }

    /// The ids of those that are kept for a while only.
    pub async fn passing_cases(&self) -> Result<Vec<CaseId>, Fault> {
        self.cases_where("sk = :case AND attribute_exists(#ttl)").await
    }

    async fn cases_where(&self, filter: &str) -> Result<Vec<CaseId>, Fault> {
        let snapshots = self.cases.table.scan(|scan| {
            scan.filter_expression(filter)
                .expression_attribute_names("#ttl", "ttl")
                .projection_expression("pk, sk")
                .expression_attribute_values(":case", s("CASE"))
        });
        let id = |item: &Item| {
            let id = Read(item).text("pk")?.strip_prefix("CASE#").and_then(|id| id.parse().ok());
            id.ok_or_else(|| Fault::damaged("a case's key"))
        };
        let mut ids = snapshots.await?.iter().map(id).collect::<Result<Vec<CaseId>, _>>()?;
        ids.sort();
        Ok(ids)
    }

    /// Verifies one case, with what of it lies in the bucket of sealed `mail`; `None` when there is none of that id.
    ///
    /// # Errors
    /// A fault of the store. What does not hold is no fault: it is in the answer.
    pub async fn verify(&self, id: &CaseId, mail: Option<&Objects>) -> Result<Option<Verified>, Fault> {
        let Some(stored) = self.cases.case(id).await? else { return Ok(None) };
        let log = self.cases.log(id, 1, u64::MAX >> 24).await?;
        let mut problems = Vec::new();
        let (mut prev, mut events, mut refs) = (String::new(), Vec::new(), BTreeMap::new());
        for (place, bytes) in (1u64..).zip(&log) {
            match parse_event(id, bytes) {
                Ok(event) => {
                    if event.seq != place || event.case != *id {
                        problems.push(format!("event {place} says that it is event {} of {}", event.seq, event.case));
                    }
                    if event.prev != prev {
                        problems.push(format!("event {place} does not follow from the one before it"));
                    }
                    let named = event.body.contents().into_iter();
                    refs.extend(named.map(|content| (content.id.to_string(), content.sha256.clone())));
                    events.push(event);
                }
                Err(_) => problems.push(format!("event {place} cannot be read")),
            }
            prev = desk_keys::sha256_hex(bytes);
        }
        if let Some(EventBody::ReportReceived(reported)) = events.first().map(|event| &event.body)
            && let Some(keys) = &reported.keys
            && self.cases.wrapped_keys(id).await?.is_none_or(|wrapped| wrapped.differ(keys))
        {
            problems.push("its keys are not those that its log names".to_owned());
        }
        for event in &events {
            if let EventBody::PartyInvited(new) = &event.body
                && !self.cases.party_key_lies(id, &new.party, &new.key).await?
            {
                problems.push(format!("the key of {} is not the one that its log names", new.party));
            }
        }
        if prev != stored.head {
            problems.push("the log does not end where the snapshot says".to_owned());
        }
        if Case::replay(&events).as_ref() != Some(&stored.case) {
            problems.push("replaying the log does not give the snapshot".to_owned());
        }
        let contents: BTreeMap<String, String> = self
            .cases
            .contents(id)
            .await?
            .into_iter()
            .map(|(id, sealed)| (id.into(), desk_keys::sha256_hex(&sealed)))
            .collect();
        for (content, hash) in refs {
            let stored = match (contents.get(&content), mail) {
                (None, Some(mail)) => {
                    let object = mail.get(&sealed_key(id, &content)).await?;
                    object.map(|object| desk_keys::sha256_hex(&object.bytes))
                }
                (stored, _) => stored.cloned(),
            };
            match stored {
                Some(stored) if stored == hash => {}
                Some(_) => problems.push(format!("content {content} is not what the log names")),
                None => problems.push(format!("content {content} is missing")),
            }
        }
        Ok(Some(Verified { case_id: id.clone(), events: log.len() as u64, head: prev, problems }))
    }
}
