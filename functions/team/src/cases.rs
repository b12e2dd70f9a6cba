//! One case, for those who need to know. Reading is recorded.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use desk_domain::case::Case;
use desk_domain::case::event::EventBody;
use desk_domain::case::permit::allowed;
use desk_domain::id::MemberId;
use desk_store::Stored;
use desk_store::published::ChannelRecord;
use desk_web::Problem;
use desk_web::view::Opened;
use serde_json::{Value, json};

use crate::{Team, publication};

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
    let channels = team.channels(&opened.case).await?;
    Ok(Json(team.whole(&opened, &channels, &member.id)))
}

impl Team {
    /// The case, when it is there and `member` may read it; else 404 either way.
    pub(crate) async fn readable(&self, id: &str, member: &MemberId) -> Result<Stored, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let stored = self.store.case(&id).await?;
        stored.filter(|s| s.case.readable_by(member, &self.policy)).ok_or_else(Problem::not_found)
    }

    /// How far a published case's channels are; none before.
    pub(crate) async fn channels(&self, case: &Case) -> Result<Vec<ChannelRecord>, Problem> {
        match case.publication.is_published() {
            true => Ok(self.store.channels(&(&case.id).into()).await?),
            false => Ok(Vec::new()),
        }
    }

    /// The reporter's view, and what only the team sees.
    fn whole(&self, opened: &Opened, channels: &[ChannelRecord], member: &MemberId) -> Value {
        let (case, now) = (&opened.case, self.clock.now());
        let mut whole = json!(opened.view(&self.policy, &self.site_url, true));
        let more = json!({
            "version": case.version,
            "package": case.package,
            "rm": case.rm,
            "handler": case.handler,
            "backup": case.backup,
            "severity": case.severity,
            "score": publication::newest_score(opened),
            "facts": case.facts,
            "steps": case.steps,
            "breaches": case.breaches,
            "lines": publication::lines(&self.policy, opened, now),
            "notes": notes(opened),
            "events": opened.events,
            "allowed": allowed(case, &self.policy, member, now),
        });
        let road = publication::view(&self.policy, opened, channels, now);
        for part in [more, road] {
            if let (Value::Object(whole), Value::Object(part)) = (&mut whole, part) {
                whole.extend(part);
            }
        }
        whole
    }
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
