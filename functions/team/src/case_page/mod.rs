//! One case as a page, to read. Reading is recorded; commands are given through the API.

mod commands;
pub(crate) mod deliveries;
mod facts;
mod publication;
mod report;
pub(crate) mod words;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use desk_domain::case::CommandName;
use desk_domain::case::event::NoteKind;
use desk_domain::case::permit::allowed;
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Member;
use desk_http::Problem;
use desk_pages::{CaseSummary, CommandLine, HeldView, MailPart, NoteView, QuarantineView, Site, TeamCasePage};
use desk_view::{MailView, Speaker, form_sha256};

use self::commands::command_line;
use self::words::sentence;
use crate::cases::Shown;
use crate::notes::Note;
use crate::{Team, mail};

pub(crate) async fn page(
    State(team): State<Arc<Team>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    team.answered(case_page(&team, id, &headers).await.map(|page| page.html()))
}

async fn case_page(
    team: &Team,
    id: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<TeamCasePage, Problem> {
    let member = team.member(headers, true).await?;
    let Path(id) = id.map_err(|_| Problem::not_found())?;
    let shown = team.shown(&id, member).await?;
    Ok(team.case_page(&shown, member))
}

impl Team {
    fn case_page(&self, shown: &Shown, member: &Member) -> TeamCasePage {
        let (opened, view) = (&shown.opened, &shown.view);
        let (case, policy, now) = (&opened.case, &*self.policy, self.clock.now());
        let reporter = report::reporter_name(&view.report.body).unwrap_or_else(|| "The reporter".to_owned());
        let paper = Paper { case: &case.id, member: &member.id };
        let breach = |b: &desk_domain::case::Breach| (policy.clock_label(&b.clock), b.due_at);
        let form = opened.final_form(policy, now).map(|form| form_sha256(&form));
        let command = |name: &CommandName| CommandLine {
            name: sentence(name.as_str()),
            line: command_line(*name, &case.id, form.as_deref(), &member.id),
        };
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
            facts: facts::facts(policy, opened),
            package: case.package.as_ref().map(ToString::to_string),
            lines: opened.lines(policy, now).iter().map(facts::line).collect(),
            publication: self.publication_progress(opened, &opened.publication(policy, &shown.channels, now), now),
            messages: view.messages.iter().map(|m| paper.message(m, &reporter)).collect(),
            report: report::report(&view.report.body),
            mail: shown.mail.as_ref().map(|mail| {
                let sender = case.mail.as_ref().map(|mail| mail::sender(mail.sender).to_owned());
                mail::part(&case.id, &member.id, mail, sender.into_iter().collect())
            }),
            quarantine: paper.quarantine(shown),
            notes: shown.notes.iter().map(|note| self.note(note, &paper)).collect(),
            breaches: case.breaches.iter().map(breach).collect(),
            deliveries: deliveries::lines(policy, &shown.deliveries),
            commands: allowed(case, policy, &member.id, now).iter().map(command).collect(),
        }
    }

    fn note(&self, note: &Note, paper: &Paper<'_>) -> NoteView {
        let policy = &*self.policy;
        let about = match &note.kind {
            NoteKind::Plain => None,
            NoteKind::Source(fact) => Some(format!("source of “{}”", words::fact(*fact))),
            NoteKind::Duty(clock) => Some(format!("source of “{} done”", policy.clock_words(clock))),
            NoteKind::Consent => Some("source of the reporter’s consent to forwarding".to_owned()),
            NoteKind::Forwarded(to) => Some(format!("forwarded to the maintainers of {to}")),
            NoteKind::Outsider(_) => Some("by mail".to_owned()),
            NoteKind::Refused => Some("refused: not the reporter’s".to_owned()),
        };
        let by = match &note.kind {
            NoteKind::Outsider(from) => words::recipient(policy, from),
            NoteKind::Refused => "An answer by mail".to_owned(),
            NoteKind::Plain | NoteKind::Source(_) | NoteKind::Duty(_) | NoteKind::Consent | NoteKind::Forwarded(_) => {
                words::actor(policy, &note.by)
            }
        };
        let mail = note.mail.as_ref().map(|mail| paper.mail(mail));
        NoteView { at: note.at, by, about, text: note.text.clone(), quoted: note.quoted.clone(), mail }
    }
}

/// What every part of the page names: which case it is, and who reads it.
struct Paper<'a> {
    case: &'a CaseId,
    member: &'a MemberId,
}

impl Paper<'_> {
    fn mail(&self, mail: &MailView) -> MailPart {
        mail::part(self.case, self.member, mail, Vec::new())
    }

    fn message(&self, message: &desk_view::MessageView, reporter: &str) -> desk_pages::MessageView {
        let from = match message.from {
            Speaker::Reporter => reporter.to_owned(),
            Speaker::Team => message.by.clone().unwrap_or_else(|| "Security team".to_owned()),
            Speaker::Desk => "Disclosure Desk".to_owned(),
        };
        desk_pages::MessageView {
            at: message.at,
            from,
            speaker: message.from,
            text: message.text.clone(),
            quoted: message.quoted.clone(),
            mail: message.mail.as_ref().map(|mail| self.mail(mail)),
        }
    }

    fn quarantine(&self, shown: &Shown) -> Option<QuarantineView> {
        let case = &shown.opened.case;
        if case.quarantine.is_empty() || case.is_closed() {
            return None;
        }
        let held = |held: &crate::cases::OpenedAnswer| HeldView {
            at: held.at,
            text: held.text.clone(),
            quoted: held.quoted.clone(),
            mail: self.mail(&held.mail),
        };
        let release = command_line(CommandName::ReleaseQuarantine, self.case, None, self.member);
        Some(QuarantineView {
            report: case.quarantine.report,
            answers: shown.held.iter().map(held).collect(),
            refuse: release.replace(" --as ", " refuse=true --as "),
            release,
        })
    }
}
