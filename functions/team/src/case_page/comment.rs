//! One comment on the policy as a page: what was said, what was written since, and the two things that can come of it.

use desk_domain::case::CommandName;
use desk_domain::policy::Member;
use desk_domain::report::Report;
use desk_pages::{CommentPage, Site};
use desk_view::UnsealedCase;

use super::{Asked, Paper, checklist, commands, step_of, words};
use crate::Team;
use crate::mail;
use crate::shown::Shown;

impl Team {
    pub(super) fn comment_page(&self, shown: &Shown, member: &Member, asked: &Asked) -> CommentPage {
        let case = &shown.opened.case;
        let at = self.at(member, &shown.opened);
        let paper = Paper::of(shown, member);
        let Comment { from, subject, text } = Comment::of(&shown.opened);
        let (newer, older) = paper.pages(shown, asked);
        let (newer_notes, older_notes) = paper.pages_of_notes(shown, asked);
        let possible = |name| at.may(name);
        let whose = from.clone().unwrap_or_else(|| "Whoever commented".to_owned());
        CommentPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, None),
            case_id: case.id.to_string(),
            spoken: case.id.spoken(),
            notice: asked.done.as_deref().and_then(step_of).map(|step| step.done.to_owned()),
            received_at: case.received_at,
            from,
            subject,
            text,
            mail: shown.mail.as_ref().map(|mail| mail::part(&case.id, &member.id, mail)),
            messages: shown.view.messages.iter().rev().map(|message| paper.message(message, &whose)).collect(),
            newer,
            older,
            older_notes,
            newer_notes,
            notes: shown.notes.iter().rev().map(|note| self.note(note, &paper)).collect(),
            answer: match possible(CommandName::AnswerComment) {
                true => Ok(checklist::href(&at, "answer")),
                false => Err(at.why_not(CommandName::AnswerComment).filter(|_| case.became.is_none()).map(words::full)),
            },
            report: possible(CommandName::TreatAsReport).then(|| checklist::href(&at, "report")),
            became: case.became.as_ref().map(ToString::to_string),
            commands: commands(&at),
        }
    }
}

/// What somebody said of the policy. No `Debug`: it is words.
pub(crate) struct Comment {
    pub from: Option<String>,
    pub subject: Option<String>,
    pub text: String,
}

impl Comment {
    pub(crate) fn of(opened: &UnsealedCase) -> Comment {
        let case = &opened.case;
        let told = opened.json(&case.report).unwrap_or_default();
        let report = Report::stored(&told);
        let from = match (report.reporter_name, report.reporter_email) {
            (Some(name), Some(address)) => Some(format!("{name}, {address}")),
            (name, address) => name.or(address),
        };
        let by_form = case.came_as_comment() && case.mail.is_none();
        Comment { from, subject: (!by_form).then_some(report.summary), text: report.details }
    }

    /// What whoever commented wrote last, and when.
    pub(crate) fn newest(opened: &UnsealedCase) -> (jiff::Timestamp, String) {
        use desk_domain::case::event::Written;
        let since = opened.events.iter().rev().find_map(|event| match event.body.row().written {
            Written::ByReporter { content, .. } => Some((event.at, opened.text(content).to_owned())),
            _ => None,
        });
        since.unwrap_or_else(|| (opened.case.received_at, Comment::of(opened).text))
    }
}
