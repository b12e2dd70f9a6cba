//! One case, for those who need to know. Reading is recorded.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use desk_domain::case::event::EventBody;
use desk_domain::case::permit::allowed;
use desk_domain::id::MemberId;
use desk_domain::policy::Policy;
use desk_store::Stored;
use desk_web::Problem;
use desk_web::view::Opened;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Team;

pub(crate) async fn show(
    State(team): State<Arc<Team>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let member = team.member(&headers, false).await?;
    let stored = team.readable(&id, &member.id).await?;
    let key = team.case_key(&stored).await?;
    team.store.record_reading(&stored.case.id, &member.id, team.clock.now()).await?;
    let opened = Opened::read(&team.store, stored.case, &key).await?;
    Ok(Json(team.whole(&opened, &member.id)))
}

impl Team {
    /// The case, when it is there and `member` may read it; else 404 either way.
    pub(crate) async fn readable(&self, id: &str, member: &MemberId) -> Result<Stored, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let stored = self.store.case(&id).await?;
        stored.filter(|s| s.case.readable_by(member, &self.policy)).ok_or_else(Problem::not_found)
    }

    /// The reporter's view, and what only the team sees.
    fn whole(&self, opened: &Opened, member: &MemberId) -> Value {
        let case = &opened.case;
        let mut whole = json!(opened.view(&self.policy, true));
        let more = json!({
            "version": case.version,
            "package": case.package,
            "rm": case.rm,
            "handler": case.handler,
            "backup": case.backup,
            "severity": case.severity,
            "score": newest_score(opened),
            "facts": case.facts,
            "steps": case.steps,
            "breaches": case.breaches,
            "lines": lines(&self.policy, opened, self.clock.now()),
            "notes": notes(opened),
            "events": opened.events,
            "allowed": allowed(case, &self.policy, member),
        });
        if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
            whole.extend(more);
        }
        whole
    }
}

pub(crate) fn newest_score(opened: &Opened) -> Option<Value> {
    let scored = opened.events.iter().rev().find_map(|event| match &event.body {
        EventBody::Scored { content, .. } => Some(content),
        _ => None,
    })?;
    serde_json::from_str(opened.text(scored)).ok()
}

/// The lines of the case's package and whether each is still maintained.
pub(crate) fn lines(policy: &Policy, opened: &Opened, now: Timestamp) -> Vec<Value> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let package = opened.case.package.as_ref().and_then(|name| policy.package(name.as_str()));
    let line = |line: &desk_domain::policy::Line| {
        let maintained = line.end_of_life.is_none_or(|end| today <= end);
        json!({"line": line.name, "end_of_life": line.end_of_life, "maintained": maintained})
    };
    package.map(|p| p.lines.iter().map(line).collect()).unwrap_or_default()
}

fn notes(opened: &Opened) -> Vec<Value> {
    let note = |event: &desk_domain::case::Event| match &event.body {
        EventBody::Noted { content } => Some(json!({"at": event.at, "by": event.actor, "text": opened.text(content)})),
        EventBody::FactMarked { fact, source } => {
            Some(json!({"at": event.at, "by": event.actor, "fact": fact, "text": opened.text(source)}))
        }
        _ => None,
    };
    opened.events.iter().filter_map(note).collect()
}
