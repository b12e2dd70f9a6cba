//! What a change of a case writes: its events, its snapshot with what the indexes show of it, its timers, and a plan.

use aws_sdk_dynamodb::types::Put;
use desk_domain::case::event::{Hint, SCHEMA};
use desk_domain::case::{Actor, Brief, Case, Event, EventBody};
use desk_domain::id::CaseId;
use jiff::Timestamp;

use crate::board::{LAST, closed_shard, comment_shard, filed_shard};
use crate::cases::{Stored, log_pk, log_sk};
use crate::commit::{Commit, Guard, PLAN_GRACE, Write};
use crate::item::{Build, b, case_pk, instant, json, key, n, plan_pk, s, shard, timer_pk};
use crate::table::ABSENT;

impl Commit {
    pub(super) fn put_event(&mut self, event: &Event, bytes: &[u8]) {
        let item = Build::new(log_pk(&event.case), log_sk(event.seq)).set("event", b(bytes)).item();
        self.put(item, Some(ABSENT), Guard::Version);
    }

    pub(super) fn put_snapshot(&mut self, before: Option<&Stored>, after: &Stored, now: Option<Timestamp>) {
        let case = &after.case;
        let mut item = Build::new(case_pk(&case.id), "CASE")
            .set("snapshot", json(case))
            .set("version", n(case.version))
            .set("head", s(&after.head))
            .set_some("public", after.one_key.as_ref().map(|key| s(key.as_str())))
            .set("stage", s(case.stage().to_string()))
            .set("brief", json(&Brief::from(case)))
            .set("received_at", s(instant(case.received_at)))
            .set_some("package", case.package.as_ref().map(|p| s(p.as_str())))
            .set_some("handler", case.handler.as_ref().map(|m| s(m.as_str())))
            .set_some("next_due", case.next_due().map(|at| s(instant(at))));
        if !case.is_closed() || case.written_after_closing().is_some() {
            let next = case.next_due().map_or(LAST.to_owned(), instant);
            item = item
                .set("board", s(format!("BOARD#{}", shard(case.id.as_str()))))
                .set("board_at", s(format!("{next}#{}", case.id)))
                .set_some("handler_of", case.handler.as_ref().map(|m| s(format!("HANDLER#{m}"))));
        } else if case.is_comment() {
            item = item
                .set("board", s(comment_shard(&case.id)))
                .set("board_at", s(format!("{}#{}", instant(case.received_at), case.id)));
        } else if case.is_filed() {
            item = item
                .set("board", s(filed_shard(&case.id)))
                .set("board_at", s(format!("{}#{}", instant(case.received_at), case.id)))
                // Gone once a person has done something with it: who has done that need not be told of it.
                .set_some("filed_at", now.filter(|_| before.is_none()).map(|at| s(instant(at))))
                .set_some("names", named(case).map(|id| s(id.as_str())));
        } else if !case.canary {
            item = item
                .set("board", s(closed_shard(&case.id)))
                .set("board_at", s(format!("{}#{}", instant(case.received_at), case.id)));
        }
        let put = Put::builder().set_item(Some(item.item()));
        let put = match before {
            None => put.condition_expression(ABSENT),
            Some(before) => put
                .condition_expression("version = :version AND head = :head")
                .expression_attribute_values(":version", n(before.case.version))
                .expression_attribute_values(":head", s(&before.head)),
        };
        self.push(Write::Put(put), Guard::Version);
    }

    /// Timers that are new or moved are put, those that are over are deleted.
    pub(super) fn put_timers(&mut self, before: Option<&Case>, after: &Case) {
        let old = before.map(Case::timers).unwrap_or_default();
        let new = after.timers();
        for (clock, at) in new.iter().filter(|timer| !old.contains(timer)) {
            let item = Build::new(timer_pk(&after.id), format!("TIMER#{clock}")).due(after.id.as_str(), *at);
            self.put(item.item(), None, Guard::Version);
        }
        for (clock, _) in old.iter().filter(|(clock, _)| !new.iter().any(|(still, _)| still == clock)) {
            self.delete(key(timer_pk(&after.id), format!("TIMER#{clock}")), None, Guard::Version);
        }
    }

    pub(super) fn put_plan(&mut self, from: u64, case: &Case, now: Timestamp) {
        let due = now.saturating_add(PLAN_GRACE).unwrap_or(now);
        let item = Build::new(plan_pk(&case.id), format!("PLAN#{}", log_sk(from)))
            .set("from", n(from))
            .set("to", n(case.version))
            .due(case.id.as_str(), due);
        self.put(item.item(), None, Guard::Version);
    }
}

/// The case that a filed mail names, if it names one.
fn named(case: &Case) -> Option<&CaseId> {
    case.mail.as_ref()?.hints.iter().find_map(|hint| match hint {
        Hint::Names(id) => Some(id),
        _ => None,
    })
}

/// The next event of a log, and its exact bytes.
pub(super) fn chained(
    case: &CaseId,
    seq: u64,
    prev: String,
    actor: &Actor,
    body: EventBody,
    at: Timestamp,
) -> (Event, Vec<u8>) {
    let event = Event { schema: SCHEMA, case: case.clone(), seq, at, actor: actor.clone(), prev, body };
    let bytes = serde_json::to_vec(&event).expect("events are plain data");
    (event, bytes)
}
