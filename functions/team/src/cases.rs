//! One case, for those who need to know. Reading is recorded.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use desk_advisory::advisory_page;
use desk_domain::advisory::Score;
use desk_domain::case::event::Source;
use desk_domain::case::permit::allowed;
use desk_domain::case::{Breach, Case, CommandName, Event, Fact, Rm, Steps, quarantine};
use desk_domain::id::{CaseId, MemberId, PackageName};
use desk_domain::moment::Moment;
use desk_domain::policy::{Member, Severity};
use desk_http::Problem;
use desk_keys::SecretKey;
use desk_store::deliveries::DeliveryRecord;
use desk_store::published::{ChannelRecord, ChannelState};
use desk_store::{Fault, Stored};
use desk_view::{
    CaseView, ChannelProgress, ChannelStanding, LineView, MailView, PartyForTeam, PublicationView, UnsealedCase,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::case_page::deliveries::DeliveryView;
use crate::mail::recorded;
use crate::notes::{Note, notes};

/// A case opened for a member, with all that is shown of it. No `Debug`: it is words.
pub(crate) struct Shown {
    pub opened: UnsealedCase,
    /// The reporter's view, with the mails looked into.
    pub view: CaseView,
    /// The mail that the report came in.
    pub mail: Option<MailView>,
    /// Answers in quarantine.
    pub held: Vec<OpenedAnswer>,
    pub notes: Vec<Note>,
    pub channels: Vec<ChannelProgress>,
    pub deliveries: Vec<DeliveryRecord>,
    /// When the member read it before, to the hour; `None` the first time.
    pub last_read: Option<Timestamp>,
}

/// An answer in quarantine. No `Debug`.
#[derive(Serialize)]
pub(crate) struct OpenedAnswer {
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    pub mail: MailView,
}

pub(crate) async fn show(
    AsOfNow(team): AsOfNow,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let member = team.member(&headers, false).await?;
    let shown = team.shown(&id, member).await?;
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

    /// Opens a case for a member, and records that.
    pub(crate) async fn shown(&self, id: &str, member: &Member) -> Result<Shown, Problem> {
        let stored = self.readable(id, &member.id).await?;
        let key = self.keys(&stored).await?.team;
        let last_read = self.members.last_read(&stored.case.id, &member.id).await?;
        self.members.record_reading(&stored.case.id, &member.id, self.clock.now()).await?;
        let opened = self.unsealed(stored.case, &key).await?;
        let channels = self.channels(&opened.case).await?;
        let deliveries = self.mail.deliveries_of(&opened.case.id).await?;
        let mut mails = self.mails(&opened, &key).await;
        let advised_by = opened.case.advised_by().unwrap_or(&opened.case.id);
        let mut view = opened.view(&self.policy, advisory_page::url(&self.site_url, advised_by), true);
        mails.fill_all(&mut view);
        let mut mail: Option<MailView> = opened.case.mail.as_ref().map(Into::into);
        for mail in mail.iter_mut() {
            mails.fill(mail);
            if mail.unread.is_some() && mail.attachments.is_empty() {
                mail.attachments = recorded(&opened);
            }
        }
        let held = quarantine::waiting(&opened.events).into_iter().map(|held| {
            let mut mail = MailView::from(held.mail);
            mails.fill(&mut mail);
            let text = opened.text(held.content).to_owned();
            OpenedAnswer { at: held.event.at, text, quoted: opened.quoted(held.mail), mail }
        });
        let held = held.collect();
        let notes = notes(&opened, &mut mails);
        Ok(Shown { view, mail, held, notes, channels, deliveries, last_read, opened })
    }

    /// Reads everything of a case, and opens what its key opens.
    pub(crate) async fn unsealed(&self, case: Case, key: &SecretKey) -> Result<UnsealedCase, Fault> {
        let events = self.cases.events(&case.id, 1, case.version).await?;
        let contents = self.cases.contents(&case.id).await?;
        let opened = UnsealedCase::new(case, events, contents, |sealed| key.unseal(sealed).ok());
        for content in &opened.changed {
            tracing::error!(case = %opened.case.id, content = %content, "a sealed text is not what the log names");
        }
        Ok(opened)
    }

    /// How far a published case's channels are; none before.
    async fn channels(&self, case: &Case) -> Result<Vec<ChannelProgress>, Problem> {
        match case.publication.is_published() {
            true => Ok(self.published.channels(&(&case.id).into()).await?.into_iter().map(progress).collect()),
            false => Ok(Vec::new()),
        }
    }

    /// The reporter's view, and what only the team sees.
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
            events: &opened.events,
            allowed: allowed(case, &self.policy, member, now),
            third_party: case.third_party.as_ref(),
            may_forward: case.may_forward.keys().collect(),
            forwarded: &case.forwarded,
            release_planned: case.release_planned.as_ref(),
            parties: opened.parties(&self.policy),
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
    events: &'a [Event],
    allowed: Vec<CommandName>,
    third_party: Option<&'a PackageName>,
    may_forward: Vec<&'a PackageName>,
    forwarded: &'a BTreeSet<PackageName>,
    release_planned: Option<&'a Moment>,
    /// Who was invited from outside.
    parties: Vec<PartyForTeam>,
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
    };
    ChannelProgress { channel: record.channel, state, failures: record.failures, why: record.why }
}
