//! One case, for those who need to know. Reading is recorded.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use desk_domain::case::Case;
use desk_domain::case::permit::allowed;
use desk_domain::id::MemberId;
use desk_domain::policy::Member;
use desk_store::Stored;
use desk_store::deliveries::Record;
use desk_store::published::ChannelRecord;
use desk_web::Problem;
use desk_web::view::{CaseView, MailView, Opened};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::case_page::deliveries;
use crate::mail::recorded;
use crate::notes::{Note, notes};
use crate::{Team, publication};

/// A case opened for a member, with all that is shown of it. No `Debug`: it is words.
pub(crate) struct Shown {
    pub opened: Opened,
    /// The reporter's view, with the mails looked into.
    pub view: CaseView,
    /// The mail that the report came in.
    pub mail: Option<MailView>,
    /// Answers in quarantine.
    pub held: Vec<Held>,
    pub notes: Vec<Note>,
    pub channels: Vec<ChannelRecord>,
    pub deliveries: Vec<Record>,
}

/// An answer in quarantine. No `Debug`.
pub(crate) struct Held {
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: MailView,
}

pub(crate) async fn show(
    State(team): State<Arc<Team>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let member = team.member(&headers, false).await?;
    let shown = team.shown(&id, member).await?;
    Ok(Json(team.whole(&shown, &member.id)))
}

impl Team {
    /// The case, when it is there and `member` may read it; else 404 either way.
    pub(crate) async fn readable(&self, id: &str, member: &MemberId) -> Result<Stored, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let stored = self.store.case(&id).await?;
        stored.filter(|s| s.case.readable_by(member, &self.policy)).ok_or_else(Problem::not_found)
    }

    /// Opens a case for a member, and records that.
    pub(crate) async fn shown(&self, id: &str, member: &Member) -> Result<Shown, Problem> {
        let stored = self.readable(id, &member.id).await?;
        let key = self.case_key(&stored).await?;
        self.store.record_reading(&stored.case.id, &member.id, self.clock.now()).await?;
        let opened = Opened::read(&self.store, stored.case, &key).await?;
        let channels = self.channels(&opened.case).await?;
        let deliveries = self.store.deliveries_of(&opened.case.id).await?;
        let mut mails = self.mails(&opened, &key).await;
        let mut view = opened.view(&self.policy, &self.site_url, true);
        mails.fill_all(&mut view);
        let mut mail: Option<MailView> = opened.case.mail.as_ref().map(Into::into);
        for mail in mail.iter_mut() {
            mails.fill(mail);
            if mail.unread.is_some() && mail.attachments.is_empty() {
                mail.attachments = recorded(&opened);
            }
        }
        let held = opened.case.quarantine.answers.iter().map(|held| {
            let mut mail = MailView::from(&held.mail);
            mails.fill(&mut mail);
            let text = opened.text(&held.content).to_owned();
            Held { at: held.at, text, quoted: opened.quoted(&held.mail), mail }
        });
        let held = held.collect();
        let notes = notes(&opened, &mut mails);
        Ok(Shown { view, mail, held, notes, channels, deliveries, opened })
    }

    /// How far a published case's channels are; none before.
    pub(crate) async fn channels(&self, case: &Case) -> Result<Vec<ChannelRecord>, Problem> {
        match case.publication.is_published() {
            true => Ok(self.store.channels(&(&case.id).into()).await?),
            false => Ok(Vec::new()),
        }
    }

    /// The reporter's view, and what only the team sees.
    fn whole(&self, shown: &Shown, member: &MemberId) -> Value {
        let (opened, now) = (&shown.opened, self.clock.now());
        let case = &opened.case;
        let mut whole = json!(shown.view);
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
            "notes": shown.notes.iter().map(Note::json).collect::<Vec<_>>(),
            "events": opened.events,
            "allowed": allowed(case, &self.policy, member, now),
            "third_party": case.third_party,
            "may_forward": case.may_forward,
            "forwarded": case.forwarded,
            "release_planned": case.release_planned,
            "became": case.became,
            "mail": mail(shown),
            "quarantine": quarantine(shown),
            "deliveries": shown.deliveries.iter().map(deliveries::json).collect::<Vec<_>>(),
        });
        let road = publication::view(&self.policy, opened, &shown.channels, now);
        for part in [more, road] {
            if let (Value::Object(whole), Value::Object(part)) = (&mut whole, part) {
                whole.extend(part);
            }
        }
        whole
    }
}

/// The mail that the report came in, and how sure it is whose it is.
fn mail(shown: &Shown) -> Value {
    let (Some(view), Some(by)) = (&shown.mail, &shown.opened.case.mail) else { return Value::Null };
    let mut mail = json!(view);
    mail["sender"] = json!(by.sender);
    mail
}

fn quarantine(shown: &Shown) -> Value {
    let held = |held: &Held| json!({"at": held.at, "text": held.text, "quoted": held.quoted, "mail": held.mail});
    json!({
        "report": shown.opened.case.quarantine.report,
        "answers": shown.held.iter().map(held).collect::<Vec<_>>(),
    })
}
