//! One case, for those who need to know. Reading is recorded.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use desk_domain::advisory::Score;
use desk_domain::case::event::Source;
use desk_domain::case::permit::allowed;
use desk_domain::case::quarantine::HeldAnswer;
use desk_domain::case::{Breach, Case, CommandName, Event, Fact, Rm, Steps};
use desk_domain::id::{CaseId, ContentId, MemberId, PackageName};
use desk_domain::moment::Moment;
use desk_domain::policy::Severity;
use desk_http::Problem;
use desk_store::Stored;
use desk_store::published::{ChannelRecord, ChannelState};
use desk_view::{
    CaseView, ChannelProgress, ChannelStanding, LineView, MailView, PartyForTeam, PublicationView, UnsealedCase,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::deliveries::DeliveryView;
use crate::notes::Note;
use crate::shown::{Part, Shown};

/// What the address of a case may ask for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    next: Option<String>,
}

/// An answer in quarantine. No `Debug`.
#[derive(Serialize)]
pub(crate) struct OpenedAnswer {
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: MailView,
    /// Where its words lie, for pages.
    #[serde(skip)]
    pub content: ContentId,
}

impl OpenedAnswer {
    pub(crate) fn of(opened: &UnsealedCase, held: &HeldAnswer<'_>) -> OpenedAnswer {
        OpenedAnswer {
            at: held.event.at,
            text: opened.text(held.content).to_owned(),
            quoted: opened.quoted(held.mail),
            mail: held.mail.into(),
            content: held.content.id.clone(),
        }
    }
}

pub(crate) async fn show(
    AsOfNow(team): AsOfNow,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let member = team.member(&headers, false).await?;
    let Query(asked) = asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "next is not asked for twice."))?;
    let shown = team.shown(&id, member, Part::before(asked.next.as_deref())?).await?;
    // As a value: its names come in one order, however the structs have them.
    Ok(Json(json!(team.whole(&shown, &member.id))))
}

impl Team {
    /// The case, when it is there and `member` may read it; else 404 either way.
    pub(crate) async fn readable(&self, id: &str, member: &MemberId) -> Result<Stored, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let stored = self.cases.case(&id).await?;
        let now = self.clock.now();
        stored.filter(|s| s.case.readable_by(member, &self.policy, now)).ok_or_else(Problem::not_found)
    }

    /// The case, whoever asks: for a command that opens it, which says itself whose it is.
    pub(crate) async fn there(&self, id: &str) -> Result<Stored, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        self.cases.case(&id).await?.ok_or_else(Problem::not_found)
    }

    /// How far a published case's channels are; none before.
    pub(crate) async fn channels(&self, case: &Case) -> Result<Vec<ChannelProgress>, Problem> {
        match case.publication.is_published() {
            true => Ok(self.published.channels(&(&case.id).into()).await?.into_iter().map(progress).collect()),
            false => Ok(Vec::new()),
        }
    }

    /// The reporter's view of a part, and what only the team sees.
    fn whole<'a>(&'a self, shown: &'a Shown, member: &MemberId) -> TeamCaseView<'a> {
        let (opened, now) = (&shown.opened, self.clock.now());
        let case = &opened.case;
        TeamCaseView {
            case: &shown.view,
            publication: opened.publication(&self.policy, &shown.channels, now),
            version: case.version,
            package: case.package.as_ref(),
            rm: case.rm,
            handler: case.handler.as_ref(),
            backup: case.backup.as_ref(),
            severity: case.severity,
            score: opened.newest_score(),
            facts: &case.facts,
            steps: &case.steps,
            breaches: &case.breaches,
            lines: opened.lines(&self.policy, now),
            notes: &shown.notes,
            events: shown.events(),
            allowed: allowed(case, &self.policy, member, now),
            third_party: case.third_party.as_ref(),
            may_forward: case.may_forward.keys().collect(),
            forwarded: &case.forwarded,
            release_planned: case.release_planned.as_ref(),
            parties: &shown.parties,
            became: case.became.as_ref(),
            opened: case.opened.as_ref().map(|of| OpenedView {
                source: of.source,
                reference: of.reference.as_ref().map(|reference| opened.text(reference)),
                reporter_waits: of.reporter,
            }),
            mail: shown.mail.as_ref(),
            quarantine: QuarantineView { report: case.quarantine.report, answers: &shown.held },
            deliveries: shown.deliveries.iter().map(Into::into).collect(),
        }
    }
}

/// What the team's `GET` of a case answers. No `Debug`: it is words.
#[derive(Serialize)]
struct TeamCaseView<'a> {
    #[serde(flatten)]
    case: &'a CaseView,
    #[serde(flatten)]
    publication: PublicationView,
    version: u64,
    package: Option<&'a PackageName>,
    rm: Rm,
    handler: Option<&'a MemberId>,
    backup: Option<&'a MemberId>,
    severity: Option<Severity>,
    score: Option<Score>,
    facts: &'a [Fact],
    steps: &'a Steps,
    breaches: &'a [Breach],
    lines: Vec<LineView>,
    notes: &'a [Note],
    events: Vec<&'a Event>,
    allowed: Vec<CommandName>,
    third_party: Option<&'a PackageName>,
    may_forward: Vec<&'a PackageName>,
    forwarded: &'a BTreeSet<PackageName>,
    release_planned: Option<&'a Moment>,
    /// Who was invited from outside.
    parties: &'a [PartyForTeam],
    became: Option<&'a CaseId>,
    /// What a member opened it for; `None` where somebody reported it here.
    opened: Option<OpenedView<'a>>,
    mail: Option<&'a MailView>,
    quarantine: QuarantineView<'a>,
    deliveries: Vec<DeliveryView<'a>>,
}

/// What a member opened a case for. No `Debug`: it is words.
#[derive(Serialize)]
struct OpenedView<'a> {
    source: Source,
    reference: Option<&'a str>,
    reporter_waits: bool,
}

#[derive(Serialize)]
struct QuarantineView<'a> {
    /// The report itself is not proven to be its sender's.
    report: bool,
    answers: &'a [OpenedAnswer],
}

fn progress(record: ChannelRecord) -> ChannelProgress {
    let state = match record.state {
        ChannelState::Pending => ChannelStanding::Pending,
        ChannelState::Waiting => ChannelStanding::Waiting,
        ChannelState::Failed => ChannelStanding::Failed,
        ChannelState::Done => ChannelStanding::Done,
        ChannelState::GivenUp => ChannelStanding::GivenUp,
    };
    ChannelProgress { channel: record.channel, state, failures: record.failures, why: record.why }
}
