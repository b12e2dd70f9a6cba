//! One case as a page: what is next, the steps, the conversation, what is known. Reading is recorded; each step is a page of its
//! own ([`crate::steps`]).

mod checklist;
mod commands;
pub(crate) mod comment;
pub(crate) mod deliveries;
pub(crate) mod embargo;
mod facts;
mod history;
mod parties;
mod publication;
mod report;
pub(crate) mod scheduled;
pub(crate) mod tags;
mod urgent;
pub(crate) mod words;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk_advisory::markdown;
use desk_domain::case::event::NoteKind;
use desk_domain::case::permit::allowed;
use desk_domain::case::{Actor, Case, CommandName, Recipient, Tracker};
use desk_domain::id::{CaseId, ContentId, MemberId, PartyId};
use desk_domain::notice::step;
use desk_domain::policy::Member;
use desk_http::Problem;
use desk_pages::{
    CaseSummary, FileLine, HeldView, MailPart, NotYoursPage, NoteView, OpenForm, QuarantineView, SharedCard, Site,
    TeamCasePage, Words,
};
use desk_store::Stored;
use desk_view::{FileView, MailView, MessageView, Speaker, UnsealedCase, form_sha256};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use self::commands::command_line;
use crate::as_of_now::AsOfNow;
use crate::cases::OpenedAnswer;
use crate::notes::Note;
use crate::shown::{NOTES, Part, Shown};
use crate::steps::{At, step_of};
use crate::{Team, mail};

/// What the address of a case may ask for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The step that was just taken.
    done: Option<String>,
    /// Which page of the conversation, and which of the notes: 1 is the newest.
    page: Option<usize>,
    notes: Option<usize>,
}

impl Asked {
    fn part(&self) -> Part {
        Part::Page { messages: self.page.unwrap_or(1), notes: self.notes.unwrap_or(1) }
    }
}

type AskedFor = Result<Query<Asked>, QueryRejection>;

pub(crate) use self::history::page as history_page;

pub(crate) async fn page(
    AsOfNow(team): AsOfNow,
    id: Result<Path<String>, PathRejection>,
    asked: AskedFor,
    headers: HeaderMap,
) -> Response {
    let case = id.as_ref().map(|Path(id)| id.clone()).unwrap_or_default();
    match case_page(&team, id, asked, &headers).await {
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => team.not_found(&case, &headers).await,
        page => team.answered(page),
    }
}

async fn case_page(
    team: &Team,
    id: Result<Path<String>, PathRejection>,
    asked: AskedFor,
    headers: &HeaderMap,
) -> Result<String, Problem> {
    let member = team.member(headers, true).await?;
    let Path(id) = id.map_err(|_| Problem::not_found())?;
    // What cannot be read of the address asks for nothing.
    let asked = asked.map_or(Asked { done: None, page: None, notes: None }, |Query(asked)| asked);
    let shown = team.shown(&id, member, asked.part()).await?;
    Ok(match team.reads_as_comment(&shown.opened.case, member) {
        true => team.comment_page(&shown, member, &asked).html(),
        false => team.case_page(&shown, member, &asked).html(),
    })
}

impl Team {
    /// Of a report that was found to be a comment, the team sees the whole case.
    pub(crate) fn reads_as_comment(&self, case: &Case, member: &Member) -> bool {
        let opens = || case.opens_to(&member.id, &self.policy, self.clock.now());
        case.came_as_comment() || (case.is_comment() && !opens())
    }

    fn case_page(&self, shown: &Shown, member: &Member, asked: &Asked) -> TeamCasePage {
        let (opened, view) = (&shown.opened, &shown.view);
        let (case, policy, now) = (&opened.case, &*self.policy, self.clock.now());
        let zone = member.time_zone.as_ref();
        let at = self.at(member, opened);
        let reporter = report::reporter_name(&view.report.body).unwrap_or_else(|| "The reporter".to_owned());
        let paper = Paper::of(shown, member);
        let checklist = checklist::rows(&at);
        let (newer, older) = paper.pages(shown, asked);
        let (newer_notes, older_notes) = paper.pages_of_notes(shown, asked);
        let (deliveries, more_deliveries) = deliveries::lines(policy, zone, &shown.deliveries);
        TeamCasePage {
            site: Site::of(policy),
            desk: self.desk(member, None),
            summary: CaseSummary {
                case_id: case.id.to_string(),
                stage: view.stage,
                received_at: view.received_at,
                clocks: view.clocks.clone(),
                now,
            },
            spoken: case.id.spoken(),
            tags: tags::tags(&case.into(), now),
            notice: asked.done.as_deref().and_then(step_of).map(|step| step.done.to_owned()),
            next: checklist::next(&at, &checklist),
            checklist,
            urgent: urgent::list(&at),
            more: more(&at),
            report_open: case.steps.confirmed.is_none() && !case.is_closed(),
            events: opened.events.len(),
            older,
            newer,
            can_write: at.may(CommandName::Update),
            reported: case.has_reporter(),
            facts: facts::facts(policy, opened, zone),
            package: case.package.as_ref().map(ToString::to_string),
            lines: opened.lines(policy, now).iter().map(|line| facts::line(line, policy, zone)).collect(),
            publication: publication::facts(policy, &opened.publication(policy, &shown.channels, now)),
            channels: publication::channels(zone, &opened.publication(policy, &shown.channels, now)),
            news: shown.said.iter().filter(|said| paper.is_new(said.by.as_deref(), said.at)).count(),
            last_read: paper.last_read,
            shared: view.shared.iter().map(|s| SharedCard::of(&case.id, s, markdown::html)).collect(),
            share_href: at.may(CommandName::Share).then(|| checklist::href(&at, "share")),
            parties: parties::cards(&at, &shown.parties),
            invite_party_href: at.may(CommandName::InviteParty).then(|| checklist::href(&at, "others")),
            messages: view.messages.iter().rev().map(|m| paper.message(m, &reporter)).collect(),
            report: report::report(&view.report.body, case.has_reporter()),
            files: paper.files(&view.report.files),
            mail: shown.mail.as_ref().map(|mail| mail::part(&case.id, &member.id, mail)),
            quarantine: paper.quarantine(shown, &at),
            tracker: policy.project.tracker.clone().filter(|_| case.tracker == Some(Tracker::Agreed)),
            notes: shown.notes.iter().rev().map(|note| self.note(note, &paper)).collect(),
            breaches: case.breaches.iter().map(|b| (policy.clock_label(&b.clock), b.due_at)).collect(),
            older_notes,
            newer_notes,
            deliveries,
            more_deliveries: more_deliveries || shown.more_deliveries,
            commands: commands(&at),
        }
    }

    fn note(&self, note: &Note, paper: &Paper<'_>) -> NoteView {
        let policy = &*self.policy;
        let about = match &note.kind {
            NoteKind::Plain => None,
            NoteKind::Source(fact) => Some(format!("source of “{}”", words::fact(*fact))),
            NoteKind::Duty(clock) => Some(format!("source of “{} done”", policy.clock_words(clock))),
            NoteKind::Opened => Some("why they opened the case".to_owned()),
            NoteKind::Invited(member) => Some(format!("why they let in {}", words::member_name(policy, member))),
            NoteKind::Uninvited(member) => {
                Some(format!("why {} reads it no longer", words::member_name(policy, member)))
            }
            NoteKind::Tracker => Some("source of the reporter’s consent to the public tracker".to_owned()),
            NoteKind::Reopened => Some("why they took the case up again".to_owned()),
            NoteKind::Consent => Some("source of the reporter’s consent to forwarding".to_owned()),
            NoteKind::Forwarded(to) => Some(format!("forwarded to the maintainers of {to}")),
            NoteKind::Outsider(_) => Some("by mail".to_owned()),
            NoteKind::ToParty(party) => Some(format!("to {}, on its page", paper.party(party))),
            NoteKind::ByParty(_) => Some("on its page".to_owned()),
            NoteKind::PartyEnded(party) => Some(format!("why the invitation of {} was ended", paper.party(party))),
            NoteKind::GivenUp(channel) => Some(format!("why they gave up {}", policy.channel_name(channel))),
            NoteKind::Refused => Some("refused: not the reporter’s".to_owned()),
        };
        let by = match &note.kind {
            NoteKind::Outsider(Recipient::Party(party)) | NoteKind::ByParty(party) => paper.party(party),
            NoteKind::Outsider(from) => words::recipient(policy, from),
            NoteKind::Refused => "An answer by mail".to_owned(),
            NoteKind::Plain
            | NoteKind::Source(_)
            | NoteKind::Duty(_)
            | NoteKind::Opened
            | NoteKind::Invited(_)
            | NoteKind::Uninvited(_)
            | NoteKind::ToParty(_)
            | NoteKind::PartyEnded(_)
            | NoteKind::Reopened
            | NoteKind::GivenUp(_)
            | NoteKind::Tracker
            | NoteKind::Consent
            | NoteKind::Forwarded(_) => words::actor(policy, &note.by),
        };
        let mail = note.mail.as_ref().map(|mail| paper.mail(mail));
        let new = note.by != Actor::Member(paper.member.clone()) && paper.is_since(note.at);
        let Words { text, quoted, whole } = paper.words(&note.text, note.quoted.as_deref(), Some(&note.content));
        NoteView { at: note.at, by, about, text, quoted, whole, mail, new }
    }
}

/// What every part of the page names: which case it is, and who reads it.
struct Paper<'a> {
    case: &'a CaseId,
    member: &'a MemberId,
    member_name: &'a str,
    last_read: Option<Timestamp>,
    opened: &'a UnsealedCase,
}

impl<'a> Paper<'a> {
    fn of(shown: &'a Shown, member: &'a Member) -> Paper<'a> {
        let (case, last_read) = (&shown.opened.case.id, shown.last_read);
        Paper { case, member: &member.id, member_name: &member.name, last_read, opened: &shown.opened }
    }
}

impl Paper<'_> {
    /// `Fastify (party-1)`
    fn party(&self, id: &PartyId) -> String {
        match self.opened.case.party(id) {
            Some(party) => format!("{} ({id})", self.opened.text(&party.name)),
            None => id.to_string(),
        }
    }

    fn mail(&self, mail: &MailView) -> MailPart {
        mail::part(self.case, self.member, mail)
    }

    /// Files that came by the page; those of a mail stand with the mail.
    fn files(&self, files: &[FileView]) -> Vec<FileLine> {
        let href = |file: &FileView| Some(format!("/desk/cases/{}/files/{}", self.case, file.content.as_ref()?));
        files.iter().map(|file| FileLine::of(file, href(file))).collect()
    }

    fn message(&self, message: &MessageView, reporter: &str) -> desk_pages::MessageView {
        let from = match message.from {
            Speaker::Reporter => reporter.to_owned(),
            Speaker::Team => message.by.clone().unwrap_or_else(|| "Security team".to_owned()),
            Speaker::Desk => "Disclosure Desk".to_owned(),
        };
        let Words { text, quoted, whole } =
            self.words(&message.text, message.quoted.as_deref(), message.content.as_ref());
        desk_pages::MessageView {
            at: message.at,
            from,
            speaker: message.from,
            text,
            quoted,
            whole,
            files: self.files(&message.files),
            mail: message.mail.as_ref().map(|mail| self.mail(mail)),
            new: self.is_new(message.by.as_deref(), message.at),
        }
    }

    /// A text of the case as far as a page shows it.
    fn words(&self, text: &str, quoted: Option<&str>, content: Option<&ContentId>) -> Words {
        let whole = content.map(|content| format!("/desk/cases/{}/files/{content}", self.case));
        Words::of(text, quoted, whole)
    }

    /// Where the newer part of the conversation is, and where the older.
    fn pages(&self, shown: &Shown, asked: &Asked) -> (Option<String>, Option<String>) {
        turns(asked.page, shown.pages, |page| format!("/desk/cases/{}?page={page}", self.case))
    }

    /// The same of the notes.
    fn pages_of_notes(&self, shown: &Shown, asked: &Asked) -> (Option<String>, Option<String>) {
        let pages = shown.all_notes.div_ceil(NOTES).max(1);
        turns(asked.notes, pages, |page| format!("/desk/cases/{}?notes={page}#notes-title", self.case))
    }

    /// What they wrote themselves is no news.
    fn is_new(&self, by: Option<&str>, at: Timestamp) -> bool {
        by != Some(self.member_name) && self.is_since(at)
    }

    /// Whether it was after the member last read the case; the first time nothing is.
    fn is_since(&self, at: Timestamp) -> bool {
        self.last_read.is_some_and(|read| at > read)
    }

    fn quarantine(&self, shown: &Shown, at: &At<'_>) -> Option<QuarantineView> {
        let case = &shown.opened.case;
        let looked_at = !case.is_closed() || case.written_after_closing().is_some();
        if case.quarantine.is_empty() || !looked_at {
            return None;
        }
        let held = |held: &OpenedAnswer| {
            let Words { text, quoted, whole } = self.words(&held.text, held.quoted.as_deref(), Some(&held.content));
            HeldView { at: held.at, text, quoted, whole, mail: self.mail(&held.mail) }
        };
        let href = at.may(CommandName::ReleaseQuarantine).then(|| checklist::href(at, "unproven"));
        let answers = shown.held.iter().map(held).collect();
        Some(QuarantineView { report: case.quarantine.report, answers, more: shown.more_held, href })
    }
}

/// Why a member would open a case, as they typed it, and what was wrong with that.
#[derive(Default)]
pub(crate) struct Reason {
    pub typed: String,
    pub error: Option<String>,
}

impl Team {
    /// What a member is told of a case that does not open to them: of one that is there, whom to ask.
    pub(crate) async fn not_found(&self, id: &str, headers: &HeaderMap) -> Response {
        let shown = async {
            let member = self.member(headers, true).await?;
            self.not_theirs(member, id, Reason::default(), StatusCode::FORBIDDEN).await
        };
        shown.await.unwrap_or_else(|problem| self.answered(Err(problem)))
    }

    /// The page of a case that is there and not the member's to read, with what they typed to open it.
    pub(crate) async fn not_theirs(
        &self,
        member: &Member,
        id: &str,
        asked: Reason,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let Stored { case, .. } = self.there(id).await?;
        if case.readable_by(&member.id, &self.policy, self.clock.now()) {
            return Err(Problem::not_found());
        }
        let may_open = allowed(&case, &self.policy, &member.id, self.clock.now()).contains(&CommandName::Read);
        let handler = case.handler.as_ref().and_then(|id| self.policy.member(id));
        let page = NotYoursPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, None),
            spoken: case.id.spoken(),
            stage: case.stage(),
            handler: handler
                .map(|handler| (handler.name.clone(), self.asking_to_read(&handler.address, &case.id, &member.id))),
            since: case.steps.handler_assigned.as_ref().map(|step| step.at),
            open: may_open.then(|| OpenForm {
                action: format!("/desk/cases/{}/{}", case.id, step::READ),
                key: desk_keys::hex(&desk_keys::random::<16>()),
                reason: asked.typed,
                error: asked.error,
            }),
            case_id: case.id.to_string(),
        };
        Ok((status, Html(page.html())).into_response())
    }
}

impl Team {
    /// A mail to whoever handles a case, with the way to let in who asks.
    fn asking_to_read(&self, handler: &str, case: &CaseId, member: &MemberId) -> String {
        let link = format!("{}/desk/cases/{case}/{}?member={member}", self.public_url, step::INVITE);
        let body = format!("Please let me in: {link}");
        let body = utf8_percent_encode(&body, NON_ALPHANUMERIC);
        format!("mailto:{handler}?subject={case}&body={body}")
    }
}

/// Where the page before and the page behind the one that was asked for are, of so many.
fn turns(asked: Option<usize>, pages: usize, href: impl Fn(usize) -> String) -> (Option<String>, Option<String>) {
    let page = asked.unwrap_or(1).clamp(1, pages);
    ((page > 1).then(|| href(page - 1)), (page < pages).then(|| href(page + 1)))
}

/// Steps that can be taken and have no row in the list of the policy's steps.
fn more(at: &At<'_>) -> Vec<(String, String)> {
    let extra = [
        "settle", "invite", "facts", "embargo", "duty", "revise", "channels", "cve", "module", "code", "answer",
        "report", "reopen",
    ]
    .into_iter()
    .filter_map(step_of);
    let possible = extra.filter(|step| at.is_possible(step));
    possible.map(|step| (step.title.to_owned(), checklist::href(at, step.path))).collect()
}

/// How each command that may be given now is given in a shell; nothing of a channel that is settled already.
fn commands(at: &At<'_>) -> Vec<String> {
    let form = at.opened.final_form(at.policy, at.now).map(|form| form_sha256(&form));
    let announced = at.case().steps.announced.is_some();
    let settles = |name: &CommandName| {
        matches!(name, CommandName::RetryChannel | CommandName::GiveUpChannel | CommandName::SettleChannel)
    };
    let useful = at.allowed.iter().filter(|name| !(announced && settles(name)));
    useful.map(|name| command_line(*name, &at.case().id, form.as_deref(), &at.member.id)).collect()
}
