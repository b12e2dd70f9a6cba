//! Verifies what is stored: the chain of hashes, that replaying the log gives the snapshot, that sealed content is what the events
//! name, and that nothing of it has an end that it should not have. Against exported heads, that the log holds what it held then.

use std::collections::BTreeMap;

use desk_domain::case::{Case, Event, EventBody};
use desk_domain::id::CaseId;
use serde::Serialize;

use crate::Store;
use crate::cases::{Stored, log_pk, parse_event};
use crate::fault::Fault;
use crate::heads::Head;
use crate::item::{Item, Read, case_pk, content_pk, key, s, timer_pk, words_pk};
use crate::kept::kept_until;
use crate::objects::{Objects, sealed_key};
use crate::query::{Index, Query};

/// What verifying a case found; it holds when `problems` is empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verified {
    pub case_id: CaseId,
    pub events: u64,
    /// SHA-256 of the newest event: whoever kept it can tell whether the log was rewritten since.
    pub head: String,
    pub problems: Vec<String>,
}

/// A log as it was read, and what of it does not hold.
#[derive(Default)]
pub(crate) struct Told {
    pub events: Vec<Event>,
    /// How many items there are; one that cannot be read is among them.
    count: u64,
    pub head: String,
    /// Every content that an event names, and its hash.
    named: BTreeMap<String, String>,
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

    /// The ids of all cases that are to be verified: those that are kept for ever, and those that have an end which nothing of them
    /// says. What goes by itself may be going already.
    pub async fn cases_to_verify(&self) -> Result<Vec<CaseId>, Fault> {
        let mut ids = self.all_cases().await?;
        for id in self.passing_cases().await? {
            let Some(item) = self.cases.table.get(key(case_pk(&id), "CASE")).await? else { continue };
            if !ends_as_it_should(&item, Stored::read(&item).ok().as_ref()) {
                ids.push(id);
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Verifies one case, with what of it lies in the bucket of sealed `mail`; `None` when there is none of that id.
    ///
    /// # Errors
    /// A fault of the store. What does not hold is no fault: it is in the answer.
    pub async fn verify(&self, id: &CaseId, mail: Option<&Objects>) -> Result<Option<Verified>, Fault> {
        let Some(stored) = self.cases.case(id).await? else { return Ok(None) };
        let mut told = told(id, &self.partition(log_pk(id)).await?)?;
        if let Some(EventBody::ReportReceived(reported)) = told.events.first().map(|event| &event.body)
            && let Some(keys) = &reported.keys
            && self.cases.wrapped_keys(id).await?.is_none_or(|wrapped| wrapped.differ(keys))
        {
            told.problems.push("its keys are not those that its log names".to_owned());
        }
        for event in &told.events {
            if let EventBody::PartyInvited(new) = &event.body
                && !self.cases.party_key_lies(id, &new.party, &new.key).await?
            {
                told.problems.push(format!("the key of {} is not the one that its log names", new.party));
            }
        }
        if told.head != stored.head {
            told.problems.push("the log does not end where the snapshot says".to_owned());
        }
        if Case::replay(&told.events).as_ref() != Some(&stored.case) {
            told.problems.push("replaying the log does not give the snapshot".to_owned());
        }
        let contents = self.contents_that_differ(id, &told.named, mail).await?;
        let ends = self.ends(id, &stored).await?;
        told.problems.extend(contents.into_iter().chain(ends));
        Ok(Some(Verified { case_id: id.clone(), events: told.count, head: told.head, problems: told.problems }))
    }

    /// Sealed content that is not what the log names.
    async fn contents_that_differ(
        &self,
        id: &CaseId,
        named: &BTreeMap<String, String>,
        mail: Option<&Objects>,
    ) -> Result<Vec<String>, Fault> {
        let contents: BTreeMap<String, String> = self
            .cases
            .contents(id)
            .await?
            .into_iter()
            .map(|(id, sealed)| (id.into(), desk_keys::sha256_hex(&sealed)))
            .collect();
        let mut problems = Vec::new();
        for (content, hash) in named {
            let stored = match (contents.get(content), mail) {
                (None, Some(mail)) => {
                    let object = mail.get(&sealed_key(id, content)).await?;
                    object.map(|object| desk_keys::sha256_hex(&object.bytes))
                }
                (stored, _) => stored.cloned(),
            };
            match stored {
                Some(stored) if stored == *hash => {}
                Some(_) => problems.push(format!("content {content} is not what the log names")),
                None => problems.push(format!("content {content} is missing")),
            }
        }
        Ok(problems)
    }

    /// Whoever gives an item an end removes it. Only a case that says itself how long it is kept has one.
    async fn ends(&self, id: &CaseId, stored: &Stored) -> Result<Vec<String>, Fault> {
        let mut problems = Vec::new();
        for pk in [case_pk(id), log_pk(id), content_pk(id), format!("KEY#{id}"), timer_pk(id), words_pk(id)] {
            let items = self.partition(pk.clone()).await?;
            match items.iter().filter(|item| !ends_as_it_should(item, Some(stored))).count() {
                0 => {}
                1 => problems.push(format!("1 item of {pk} has an end (ttl): it will be removed")),
                several => problems.push(format!("{several} items of {pk} have an end (ttl): they will be removed")),
            }
        }
        Ok(problems)
    }

    pub(crate) async fn partition(&self, pk: String) -> Result<Vec<Item>, Fault> {
        self.cases.table.query(&Query::of(Index::Own, pk)).await
    }

    /// What of exported heads the logs do not hold any more, by case; of `only` this case where one is named.
    ///
    /// # Errors
    /// A fault of the store. What does not hold is no fault: it is in the answer.
    pub async fn against(
        &self,
        exported: &BTreeMap<CaseId, Head>,
        only: Option<&CaseId>,
    ) -> Result<BTreeMap<CaseId, String>, Fault> {
        let wanted = |case: &&CaseId| only.is_none_or(|only| only == *case);
        let mut lost = BTreeMap::new();
        for case in exported.keys().filter(wanted) {
            let Head { events, head, .. } = &exported[case];
            let found = match self.cases.event_hash(case, *events).await? {
                Some(hash) if hash == *head => None,
                Some(_) => Some(format!("event {events} is not the one that was exported")),
                None => Some(self.shorter(case, *events).await?),
            };
            lost.extend(found.map(|problem| (case.clone(), problem)));
        }
        Ok(lost)
    }

    async fn shorter(&self, case: &CaseId, events: u64) -> Result<String, Fault> {
        let last = self.cases.table.query(&Query::of(Index::Own, log_pk(case)).descending().first(1)).await?;
        Ok(match last.first() {
            Some(last) => {
                let at: u64 =
                    Read(last).text("sk")?.parse().map_err(|_| Fault::damaged(format!("an event of {case}")))?;
                format!("its log ends with event {at}: {events} were exported")
            }
            None => format!("it is missing: {events} events of it were exported"),
        })
    }
}

/// Reads the items of a log one after another.
pub(crate) fn told(id: &CaseId, log: &[Item]) -> Result<Told, Fault> {
    let mut told = Told::default();
    for (place, item) in (1u64..).zip(log) {
        let bytes = Read(item).bytes("event")?;
        match parse_event(id, bytes) {
            Ok(event) => {
                if event.seq != place || event.case != *id {
                    let problem = format!("event {place} says that it is event {} of {}", event.seq, event.case);
                    told.problems.push(problem);
                }
                if event.prev != told.head {
                    told.problems.push(format!("event {place} does not follow from the one before it"));
                }
                let named = event.body.contents().into_iter();
                told.named.extend(named.map(|content| (content.id.to_string(), content.sha256.clone())));
                told.events.push(event);
            }
            Err(_) => told.problems.push(format!("event {place} cannot be read")),
        }
        told.head = desk_keys::sha256_hex(bytes);
        told.count = place;
    }
    Ok(told)
}

/// Whether an item has no end, or the one that its case says.
fn ends_as_it_should(item: &Item, stored: Option<&Stored>) -> bool {
    let end = item.contains_key("ttl").then(|| Read(item).number("ttl").ok());
    let should = stored.and_then(|stored| kept_until(&stored.case)).map(|end| end.as_second());
    end.is_none_or(|end| end.is_some() && end == should)
}
