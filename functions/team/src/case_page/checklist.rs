//! The policy's steps as one list: what is done, by whom and when; what is open, with the page that does it; what has to wait,
//! and why. And of all that the one thing that is next.

use desk_domain::case::publication::{Audit, CreditState, LineEnd, Statement};
use desk_domain::case::{Clock, ClockState, CommandName, Rm, Step};
use desk_domain::policy::MetBy;
use desk_pages::{CheckRow, CheckState, NextStep};

use super::{embargo, scheduled, words};
use crate::steps::{At, revision, step_of};

/// The rows, in the order of the policy.
pub(super) fn rows(at: &At<'_>) -> Vec<CheckRow> {
    let (case, steps) = (at.case(), &at.case().steps);
    let reported = case.has_reporter();
    let mut rows = Vec::new();
    if reported {
        rows.push(row(at, "Acknowledged", taken(at, steps.acknowledged.as_ref()), &[("Acknowledge", "write")]));
        rows.push(row(at, "Answered with next steps", taken(at, steps.responded.as_ref()), &[("Answer", "write")]));
    }
    rows.push(row(at, "Handler", handler(at), &[("Choose", "take")]));
    rows.push(row(at, "Confirmed and accepted", decided(at), &[("Decide", "decide")]));
    rows.push(row(at, "Severity", severity(at), &[("Say it", "severity")]));
    rows.extend(embargo::of_steps(at));
    let affected = case.publication.affected.as_ref().map(|affected| written(at, &affected.ranges));
    rows.push(row(at, "Affected versions", affected, &[("Fill in the lines", "lines")]));
    rows.push(row(at, "Similar problems searched for", audit(at), &[("Record", "audit")]));
    rows.push(row(at, "A fix on every line", fixed(at), &[("Lines", "lines"), ("Plan the day", "plan")]));
    rows.push(row(at, "Credit", credit(at), &[("Settle", "credit")]));
    rows.push(row(
        at,
        "Advisory written",
        case.publication.draft.as_ref().map(|s| written(at, s)),
        &[("Write", "advisory")],
    ));
    let approved = case.publication.approval.as_ref().map(|s| written(at, s));
    rows.push(row(at, "Approved by a second person", approved, &[("Look at it", "approve")]));
    let published = case.publication.published.as_ref().map(|p| written(at, &p.advisory));
    let waits = published.is_none();
    rows.push(row(at, "Published", published, &[("Publish", "publish")]));
    if let Some(revising) = &case.publication.revising {
        let pages =
            [("Look at it, and approve it", "approve"), ("Publish it", "publish"), ("What it is for", "revise")];
        let mut row = row(at, "Publish the correction", None, &pages);
        row.detail = revision::why(at, revising);
        rows.push(row);
    } else if let Some(last) = case.publication.put_anew_last() {
        let said = format!("{}, {}", words::actor(at.policy, &last.by), at.instant(last.at));
        rows.push(row(at, revision::anew(last.what), Some(said), &[("Correct it", "revise")]));
    }
    let shut = !at.may(CommandName::Publish);
    if let Some(row) = rows.last_mut().filter(|row| waits && (shut || row.state == CheckState::Later)) {
        row.detail = missing(at).unwrap_or(std::mem::take(&mut row.detail));
    }
    if let Some((row, said)) = rows.last_mut().filter(|_| waits).zip(scheduled::standing(at)) {
        row.detail = format!("{said} {}", row.detail).trim_end().to_owned();
    }
    let closed = case.resolution.map(|resolution| words::full(resolution.words().to_owned()));
    let ends = closed.is_some() || case.publication.is_published() || matches!(case.rm, Rm::Invalid | Rm::Deferred);
    if ends {
        rows.push(row(at, "Closed", closed, &[("Close", "decide")]));
    }
    said_once(rows)
}

/// How severe it is; where it will be asked which weakness it is, that nobody has said so.
fn severity(at: &At<'_>) -> Option<String> {
    let severity = words::severity(at.case().severity?);
    let waits = at.case().missing(at.policy, at.now).iter().any(|missing| missing.requirement == "weakness");
    Some(if waits { format!("{severity}, and no CWE yet") } else { severity.to_owned() })
}

/// What publishing waits for, in a word each.
pub(super) fn missing(at: &At<'_>) -> Option<String> {
    let mut words: Vec<&str> = at.case().missing(at.policy, at.now).iter().map(|missing| missing.requirement).collect();
    words.dedup();
    (!words.is_empty()).then(|| format!("It waits for: {}.", words.join(", ")))
}

/// Of neighbours that wait for the same reason, the first says it.
fn said_once(mut rows: Vec<CheckRow>) -> Vec<CheckRow> {
    for index in (1..rows.len()).rev() {
        if rows[index].state == CheckState::Later && rows[index].detail == rows[index - 1].detail {
            rows[index].detail.clear();
        }
    }
    rows
}

/// A row: done where it says what it came to; else what can be done now, or why nothing can.
pub(super) fn row(at: &At<'_>, label: &str, done: Option<String>, pages: &[(&str, &str)]) -> CheckRow {
    let possible = pages.iter().filter(|(_, path)| step_of(path).is_some_and(|step| at.is_possible(step)));
    let actions: Vec<(String, String)> = possible.map(|(label, path)| ((*label).to_owned(), href(at, path))).collect();
    let why = || {
        let step = pages.first().and_then(|(_, path)| step_of(path))?;
        step.commands.first().and_then(|name| at.why_not(*name)).map(words::full)
    };
    let (state, detail) = match done {
        Some(detail) => (CheckState::Done, detail),
        None if !actions.is_empty() => (CheckState::Open, String::new()),
        None => (CheckState::Later, why().unwrap_or_default()),
    };
    let actions = match state {
        // What was said to the reporter is said; more of it is another message.
        CheckState::Done if pages.iter().any(|(_, path)| *path == "write") => Vec::new(),
        CheckState::Done => actions.into_iter().map(|(_, href)| ("Change".to_owned(), href)).take(1).collect(),
        CheckState::Open | CheckState::Later => actions,
    };
    CheckRow { state, label: label.to_owned(), detail, actions }
}

pub(super) fn href(at: &At<'_>, path: &str) -> String {
    format!("/desk/cases/{}/{path}", at.case().id)
}

/// `Alice Example, Sun 2026-11-22 14:05 UTC`.
fn taken(at: &At<'_>, step: Option<&Step>) -> Option<String> {
    step.map(|step| format!("{}, {}", words::actor(at.policy, &step.by), at.instant(step.at)))
}

fn written(at: &At<'_>, statement: &Statement) -> String {
    format!("{}, {}", words::actor(at.policy, &statement.by), at.instant(statement.at))
}

fn handler(at: &At<'_>) -> Option<String> {
    let name = |id| words::member_name(at.policy, id);
    let handler = at.case().handler.as_ref().map(name)?;
    Some(match at.case().backup.as_ref().map(name) {
        Some(backup) => format!("{handler}; {backup} stands in"),
        None => handler,
    })
}

fn decided(at: &At<'_>) -> Option<String> {
    match at.case().rm {
        Rm::Received | Rm::Valid => None,
        Rm::Invalid => Some("Found to be no vulnerability".to_owned()),
        Rm::Deferred => Some("Put off".to_owned()),
        // What was closed without it is not done.
        Rm::Accepted | Rm::Closed => taken(at, at.case().steps.confirmed.as_ref()),
    }
}

fn audit(at: &At<'_>) -> Option<String> {
    match at.case().publication.audit.as_ref()? {
        Audit::Waived(statement) => Some(format!("Waived by {}", written(at, statement))),
        Audit::Recorded { audit, findings } => {
            let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
            let found = if found.is_empty() { String::new() } else { format!("; found {}", found.join(", ")) };
            Some(written(at, audit) + &found)
        }
    }
}

fn fixed(at: &At<'_>) -> Option<String> {
    let publication = &at.case().publication;
    if let Some(step) = &at.case().steps.released {
        let doubts: String = at.case().release_doubts(at.policy).iter().map(|doubt| format!("; {doubt}")).collect();
        return Some(format!("Released, {}{doubts}", at.instant(step.at)));
    }
    let lines = &publication.affected.as_ref()?.lines;
    let ended = |line| matches!(publication.end_of(line), Some(LineEnd::Waived(_) | LineEnd::NotAffected(_)));
    (!lines.is_empty() && lines.iter().all(ended)).then(|| "None is needed".to_owned())
}

fn credit(at: &At<'_>) -> Option<String> {
    match &at.case().publication.credit {
        CreditState::Unasked if !at.case().has_reporter() => {
            Some("Nobody reported it; who found it can be named".to_owned())
        }
        CreditState::Unasked | CreditState::Asked { .. } => None,
        // Nobody is named who asked not to be: it is to be taken up first.
        CreditState::Answered { .. }
            if at.case().publication.credit_waits.as_ref().is_some_and(CreditState::is_refused) =>
        {
            None
        }
        CreditState::Answered { .. } if at.case().publication.credit_waits.is_some() => {
            Some("Changed since it was approved".to_owned())
        }
        CreditState::Answered { granted: None, .. } => Some("Nobody is named".to_owned()),
        CreditState::Answered { granted: Some(_), .. } => {
            desk_domain::advisory::credit_line(&at.opened.credit().credits).or(Some("Answered".to_owned()))
        }
    }
}

/// The one thing that is next: what is due first, else the first step that is open.
pub(super) fn next(at: &At<'_>, rows: &[CheckRow]) -> NextStep {
    let possible = |path: &str| step_of(path).is_some_and(|step| at.is_possible(step));
    let go = |label: &str, path: &str| possible(path).then(|| (label.to_owned(), href(at, path)));
    if possible("unproven") {
        let action = go("Look at it", "unproven");
        return NextStep { words: "Say whose the mail in quarantine is".to_owned(), due: None, action };
    }
    let running =
        at.case().clocks.iter().filter(|clock| clock.is_open() && !matches!(clock.state, ClockState::Paused { .. }));
    if let Some(clock) = running.min_by_key(|clock| clock.start.due_at) {
        let (words, action) = of_clock(at, clock, &go);
        return NextStep { words, due: Some(clock.start.due_at), action };
    }
    match rows.iter().find(|row| row.state == CheckState::Open) {
        Some(row) if !at.case().is_closed() => {
            NextStep { words: row.label.clone(), due: None, action: row.actions.first().cloned() }
        }
        _ => NextStep { words: "Nothing is due".to_owned(), due: None, action: None },
    }
}

fn of_clock(
    at: &At<'_>,
    clock: &Clock,
    go: &impl Fn(&str, &str) -> Option<(String, String)>,
) -> (String, Option<(String, String)>) {
    let label = at.policy.clock_label(clock.name());
    match clock.start.met_by {
        MetBy::MessageToReporter if at.may(CommandName::Acknowledge) => (label, go("Acknowledge", "write")),
        MetBy::MessageToReporter | MetBy::MessageWithNextSteps => (label, go("Write to the reporter", "write")),
        MetBy::HandlerAssigned => (label, go("Take it", "take")),
        MetBy::ReporterAnswer => ("We wait for the reporter’s answer".to_owned(), None),
        MetBy::Scored => (label, go("How severe is it?", "severity")),
        MetBy::CreditAnswered => (label, go("Credit", "credit")),
        MetBy::Published => (label, go("The advisory", "advisory")),
        MetBy::Released => (label, go("Versions and fixes", "lines")),
        MetBy::Announced => (label, None),
        MetBy::EmbargoOver => (label, go("The embargo", "embargo")),
        MetBy::Settled => (label, go("Say what becomes of it", "settle")),
        MetBy::Recorded => (label, go("Record it", "duty")),
    }
}
