//! One transaction: next events, snapshot, timers, plan, indexes, content, and whatever hangs on them. All of it or
//! nothing. Here is what a commit holds; `items` has what a case's change is in the table, `write` how all of it is written.
//!
//! A transaction holds 100 writes and 4 MB, an item 400 KB. So nothing whose number somebody else decides is a write for each of
//! them in one commit (`tests/domain/tests/many.rs` tries it):
//!
//! | many | how |
//! |--|--|
//! | answers in quarantine, let in or refused | one event says it of all; the snapshot has their number |
//! | files of a message | objects, put before; one event names them, up to the policy's `files_per_case` |
//! | attachments, texts, quotes of a mail | in the raw mail, one object; listed in one content, within the limits of reading |
//! | a mail that answers several cases | a commit for each case; each is remembered by a hash of its own |
//! | what an audit found | a case each, at most `FINDINGS_MOST` at once |
//! | clocks that start, end or warn in one change | at most 20 of a policy, with at most 20 warnings each |
//! | lines saved on one page | a command each; the page says which were taken |
//! | cases of a member who left | a command each; the policy counts as seen only when all are done, so the next tick goes on |
//! | mails, channels and list rows that an event causes | a put each, by ids that follow from their cause; the plan is disarmed last |
//! | timers of a tick | a command each; what was not fired is still due |

mod items;
mod write;

use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{Delete, Put};
use desk_domain::case::event::ContentRef;
use desk_domain::case::{Actor, Case, EventBody};
use desk_domain::id::{CaseId, ContentId};
use desk_keys::{KeyError, PublicKey};
use jiff::{SignedDuration, Timestamp};

use crate::case_keys::{Audience, KEY, NewKeys, REPORTER, Sealer};
use crate::cases::{SeenMail, Stored, content_item, log_pk, words_item};
use crate::commit::items::chained;
use crate::item::{Build, Item, b, case_pk, content_pk, instant, key, n, plan_pk, s, timer_pk, words_pk};
use crate::kept::kept_until;
use crate::table::ABSENT;

/// A plan that nobody made by then is made by the schedule.
pub const PLAN_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// How a commit ended, when nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Somebody else wrote first: read again, decide again. Also when a new case's id was taken.
    Conflict,
    /// The idempotency key was used before, or the mail taken in: read what came of it then.
    RequestSeen,
    /// Something that this commit uses up (a link, a code) has been used already.
    Used,
}

#[derive(Clone, Copy)]
enum Guard {
    Version,
    Request,
    Once,
}

/// A write whose table is named when it is sent.
#[derive(Clone)]
enum Write {
    Put(PutBuilder),
    Update(UpdateBuilder),
    Delete(DeleteBuilder),
}

/// A transaction in the making.
#[derive(Clone, Default)]
pub struct Commit {
    actions: Vec<(Write, Guard)>,
}

impl Commit {
    pub fn new() -> Commit {
        Commit::default()
    }

    /// Everything of `other` too.
    pub fn merge(&mut self, other: Commit) {
        self.actions.extend(other.actions);
    }

    /// All that was put so far may be removed after `at`.
    pub fn expire(&mut self, at: Timestamp) {
        for (write, _) in &mut self.actions {
            if let Write::Put(put) = write {
                *put = put.clone().item("ttl", n(at.as_second()));
            }
        }
    }

    /// A new case with its first events; `bodies` begins with its report. Gives it as it will be stored.
    ///
    /// # Panics
    /// When `bodies` does not begin with a report.
    pub fn open(&mut self, id: &CaseId, actor: &Actor, bodies: Vec<EventBody>, now: Timestamp) -> Stored {
        let mut bodies = bodies.into_iter();
        let first = bodies.next().expect("a report opens a case");
        let (event, bytes) = chained(id, 1, String::new(), actor, first, now);
        let case = Case::opened(&event).expect("a report opens a case");
        self.put_event(&event, &bytes);
        let opened = Stored { case, head: desk_keys::sha256_hex(&bytes), one_key: None };
        self.extend(None, opened, actor, bodies, now)
    }

    /// The next events of a case. Gives the case as it will be stored. What is kept for a while only stays so: a case whose
    /// first events were gone could not be verified.
    pub fn append(&mut self, before: &Stored, actor: &Actor, bodies: Vec<EventBody>, now: Timestamp) -> Stored {
        let after = self.extend(Some(before), before.clone(), actor, bodies.into_iter(), now);
        if let Some(end) = kept_until(&after.case) {
            self.expire_case(&after.case.id, end);
        }
        after
    }

    /// Everything that was put of one case so far may be removed after `at`.
    fn expire_case(&mut self, id: &CaseId, at: Timestamp) {
        let of_case = [case_pk, log_pk, timer_pk, plan_pk, content_pk, words_pk].map(|pk| s(pk(id)));
        for (write, _) in &mut self.actions {
            if let Write::Put(put) = write
                && put.get_item().as_ref().and_then(|item| item.get("pk")).is_some_and(|pk| of_case.contains(pk))
            {
                *put = put.clone().item("ttl", n(at.as_second()));
            }
        }
    }

    /// A snapshot that is behind its log, made anew; its timers with it.
    pub(crate) fn replace(&mut self, before: &Stored, after: &Stored) {
        self.put_snapshot(Some(before), after, None);
        self.put_timers(Some(&before.case), &after.case);
    }

    fn extend(
        &mut self,
        before: Option<&Stored>,
        mut after: Stored,
        actor: &Actor,
        bodies: impl Iterator<Item = EventBody>,
        now: Timestamp,
    ) -> Stored {
        for body in bodies {
            let (event, bytes) = chained(&after.case.id, after.case.version + 1, after.head, actor, body, now);
            after.case.apply(&event);
            after.head = desk_keys::sha256_hex(&bytes);
            self.put_event(&event, &bytes);
        }
        self.put_snapshot(before, &after, Some(now));
        self.put_timers(before.map(|b| &b.case), &after.case);
        self.put_plan(before.map_or(1, |b| b.case.version + 1), &after.case, now);
        after
    }

    /// Seals words of a case for its team and `audience`, and names them.
    ///
    /// # Errors
    /// When one of its keys is none.
    pub fn seal(
        &mut self,
        sealer: &Sealer,
        audience: &Audience,
        id: ContentId,
        words: &[u8],
    ) -> Result<ContentRef, KeyError> {
        let (content, sealed) = sealer.seal_named(audience, id, words)?;
        self.content(sealer.case(), &content.id, sealed);
        Ok(content)
    }

    /// Seals what goes out of a case for whoever holds the private half of `key`, and names it.
    ///
    /// # Errors
    /// When `key` is none.
    pub fn seal_out(
        &mut self,
        case: &CaseId,
        key: &PublicKey,
        id: ContentId,
        words: &[u8],
    ) -> Result<ContentRef, KeyError> {
        let sealed = key.seal(words)?;
        let content = ContentRef { sha256: desk_keys::sha256_hex(&sealed), id };
        self.content(case, &content.id, sealed);
        Ok(content)
    }

    /// Sealed content of a case.
    pub fn content(&mut self, case: &CaseId, id: &ContentId, sealed: Vec<u8>) {
        self.put(content_item(case, id, sealed), Some(ABSENT), Guard::Version);
    }

    /// What waits to be mailed, or whom to, sealed to the mail key.
    pub fn words(&mut self, case: &CaseId, id: &ContentId, sealed: Vec<u8>) {
        self.put(words_item(case, id, sealed), Some(ABSENT), Guard::Version);
    }

    /// A new case's private halves.
    pub fn case_keys(&mut self, keys: &NewKeys) {
        for (sk, wrapped) in [(KEY, Some(&keys.wrapped.team)), (REPORTER, keys.wrapped.reporter.as_ref())] {
            let Some(wrapped) = wrapped else { continue };
            let item = Build::new(format!("KEY#{}", keys.sealer.case()), sk).set("wrapped", b(wrapped.clone())).item();
            self.put(item, Some(ABSENT), Guard::Version);
        }
    }

    /// The code that leads to a case from now on; `replaces` is the look-up hash of the one before.
    pub fn code(&mut self, case: &CaseId, lookup: &str, wrapped: Vec<u8>, replaces: Option<&str>) {
        let item =
            Build::new(format!("CODE#{lookup}"), "CODE").set("case", s(case.as_str())).set("wrapped", b(wrapped));
        self.put(item.item(), Some(ABSENT), Guard::Version);
        let current = Build::new(case_pk(case), "CURRENT-CODE").set("lookup", s(lookup)).item();
        self.put(current, None, Guard::Version);
        if let Some(old) = replaces {
            self.delete(key(format!("CODE#{old}"), "CODE"), Some("attribute_exists(pk)"), Guard::Once);
        }
    }

    pub(crate) fn request(&mut self, update: UpdateBuilder) {
        self.push(Write::Update(update), Guard::Request);
    }

    /// The mail of this hash led to what `seen` says: it leads to nothing more, unless a better copy of it comes. `id` is the hash of
    /// its `Message-ID`, under which the newest mail of that id is found.
    pub fn mail(&mut self, hash: &str, id: Option<&str>, seen: &SeenMail) {
        let item = |hash: &str| {
            Build::new(format!("MESSAGE#{hash}"), "MESSAGE")
                .set("case", s(seen.case.as_str()))
                .set("rank", n(seen.rank))
                .set("received_at", s(instant(seen.received_at)))
                .set("content", s(seen.content.as_str()))
                .item()
        };
        let put = Put::builder()
            .set_item(Some(item(hash)))
            .condition_expression("attribute_not_exists(pk) OR #rank < :rank")
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_values(":rank", n(seen.rank));
        self.push(Write::Put(put), Guard::Request);
        if let Some(id) = id {
            self.put(item(id), None, Guard::Version);
        }
    }

    /// Something that is not there yet.
    pub(crate) fn put_new(&mut self, item: Item) {
        self.put(item, Some(ABSENT), Guard::Version);
    }

    fn put(&mut self, item: Item, condition: Option<&str>, guard: Guard) {
        let put = Put::builder().set_item(Some(item)).set_condition_expression(condition.map(str::to_owned));
        self.push(Write::Put(put), guard);
    }

    fn delete(&mut self, key: Item, condition: Option<&str>, guard: Guard) {
        let delete = Delete::builder().set_key(Some(key)).set_condition_expression(condition.map(str::to_owned));
        self.push(Write::Delete(delete), guard);
    }

    fn push(&mut self, write: Write, guard: Guard) {
        self.actions.push((write, guard));
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    /// Everything that was put of a case, and whether it has an end.
    fn ends(commit: &Commit) -> Vec<bool> {
        let puts = commit.actions.iter().filter_map(|(write, _)| match write {
            Write::Put(put) => put.get_item().as_ref(),
            Write::Update(_) | Write::Delete(_) => None,
        });
        puts.map(|item| item.contains_key("ttl")).collect()
    }

    #[test]
    fn what_is_added_to_a_case_that_is_kept_for_a_while_is_kept_no_longer() {
        let policy =
            desk_domain::policy::Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        let id: CaseId = "MIN-2026-U7K3QF0".parse().unwrap();
        let sealer = Sealer::of_one(&id, desk_keys::SecretKey::generate().public());
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let reported = |report: &ContentRef| {
            let value = serde_json::json!({"package": null, "answers": "page", "address": null,
                "has_openpgp_key": false, "known_public": false, "known_exploited": false, "planned_for": null,
                "report": report, "continues": null});
            serde_json::from_value(value).unwrap()
        };
        let added = |id: &CaseId, why| {
            let mut commit = Commit::new();
            let report = commit.seal(&sealer, &Audience::Reporter, "report".parse().unwrap(), b"w").unwrap();
            let events = desk_domain::case::decide::open_filed(id.clone(), &policy, reported(&report), why, now);
            let filed = commit.open(id, &Actor::Desk, events, now);
            let mut commit = Commit::new();
            let content = commit.seal(&sealer, &Audience::Team, "t-1".parse().unwrap(), b"w").unwrap();
            commit.append(&filed, &Actor::Desk, vec![EventBody::Noted { content, mail: None }], now);
            ends(&commit)
        };
        use desk_domain::case::event::Resolution;
        assert!(added(&id, Resolution::AutomaticMail).into_iter().all(|has_end| has_end));
        assert!(added(&id, Resolution::PolicyComment).into_iter().all(|has_end| !has_end));
        // What its id does not say has no end, whatever it is resolved as.
        let ordinary = "MIN-2026-7K3QF".parse().unwrap();
        assert!(added(&ordinary, Resolution::AutomaticMail).into_iter().all(|has_end| !has_end));
    }
}
