//! One case as a page, to read. Reading is recorded; commands are given through the API.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_advisory::{Site, list_mail};
use desk_domain::advisory::{Published, credit_line};
use desk_domain::case::event::{EventBody, FactName};
use desk_domain::case::permit::allowed;
use desk_domain::case::{Actor, ClockState, CommandName};
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::{Member, Policy};
use desk_store::published::ChannelRecord;
use desk_web::page::{self, CaseSummary, CommandLine, FromKind, NoteView, ReportFields, Road, TeamCasePage};
use desk_web::view::{self, From, Opened};
use desk_web::{Problem, clock_label, site};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Team, publication};

pub(crate) async fn page(
    State(team): State<Arc<Team>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match case_page(&team, id, &headers).await {
        Ok(page) => Html(page.html()).into_response(),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Redirect::to("/desk/sign-in").into_response(),
        Err(problem) => problem.page(site(&team.policy)),
    }
}

async fn case_page(
    team: &Team,
    id: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<TeamCasePage, Problem> {
    let member = team.member(headers, true).await?;
    let Path(id) = id.map_err(|_| Problem::not_found())?;
    let stored = team.readable(&id, &member.id).await?;
    let key = team.case_key(&stored).await?;
    team.store.record_reading(&stored.case.id, &member.id, team.clock.now()).await?;
    let opened = Opened::read(&team.store, stored.case, &key).await?;
    let channels = team.channels(&opened.case).await?;
    Ok(team.case_page(&opened, &channels, member))
}

impl Team {
    fn case_page(&self, opened: &Opened, channels: &[ChannelRecord], member: &Member) -> TeamCasePage {
        let (case, policy, now) = (&opened.case, &*self.policy, self.clock.now());
        let view = opened.view(policy, &self.site_url, true);
        let report = report(&view.report.body);
        let reporter = report.reporter_name.clone().unwrap_or_else(|| "The reporter".to_owned());
        let summary = CaseSummary {
            case_id: case.id.to_string(),
            stage: view.stage.to_string(),
            received_at: view.received_at,
            clocks: view.clocks.iter().map(clock).collect(),
            now,
        };
        let paused_since = case.clocks.iter().filter_map(|clock| match clock.state {
            ClockState::Paused { since } => Some((clock_label(clock.name()), since)),
            _ => None,
        });
        let breach = |b: &desk_domain::case::Breach| (clock_label(&b.clock), b.due_at);
        let command = |name: &CommandName| CommandLine {
            name: sentence(name.as_str()),
            line: command_line(*name, &case.id, case.version, &member.id),
        };
        TeamCasePage {
            site: site(policy),
            member_name: member.name.clone(),
            summary,
            paused_since: paused_since.collect(),
            facts: facts(policy, opened),
            package: case.package.as_ref().map(ToString::to_string),
            lines: publication::lines(policy, opened, now).iter().map(line).collect(),
            road: self.road(opened, channels, now),
            messages: view.messages.iter().map(|m| message(m, &reporter)).collect(),
            report,
            notes: notes(policy, opened),
            breaches: case.breaches.iter().map(breach).collect(),
            commands: allowed(case, policy, &member.id, now).iter().map(command).collect(),
        }
    }
}

fn clock(clock: &view::ClockView) -> page::ClockView {
    page::ClockView {
        label: clock_label(&clock.name),
        state: clock.state.to_owned(),
        started_at: clock.started_at,
        due_at: clock.due_at,
        met_at: clock.met_at,
    }
}

fn message(message: &view::MessageView, reporter: &str) -> page::MessageView {
    let (from, from_kind) = match message.from {
        From::Reporter => (reporter.to_owned(), FromKind::Reporter),
        From::Team => (message.by.clone().unwrap_or_else(|| "Security team".to_owned()), FromKind::Team),
        From::Desk => ("Disclosure Desk".to_owned(), FromKind::Desk),
    };
    page::MessageView { at: message.at, from, from_kind, text: message.text.clone() }
}

/// The fields of a report, from the JSON that was sent.
fn report(body: &str) -> ReportFields {
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |pointer: &str| {
        let text = sent.pointer(pointer).and_then(Value::as_str);
        text.filter(|t| !t.trim().is_empty()).map(str::to_owned)
    };
    let flag = |name: &str| sent[name].as_bool().unwrap_or(false);
    let credit = text("/credit/as").map(|name| match text("/credit/link") {
        Some(link) => format!("{name} ({link})"),
        None => name,
    });
    ReportFields {
        package: text("/package").unwrap_or_default(),
        versions: text("/versions").unwrap_or_default(),
        summary: text("/summary").unwrap_or_default(),
        // What is no JSON is not hidden either: it is what was stored, or why it cannot be opened.
        details: text("/details").unwrap_or_else(|| body.to_owned()),
        impact: text("/impact"),
        known_public: flag("known_public"),
        known_exploited: flag("known_exploited"),
        reporter_name: text("/reporter/name"),
        reporter_email: text("/reporter/email"),
        has_openpgp_key: text("/reporter/openpgp_key").is_some(),
        answers_by_mail: text("/reporter/answers").as_deref() == Some("mail"),
        credit,
        planned_for: text("/disclosure/planned_for"),
    }
}

/// The clear fields beside the stage, each with its name.
fn facts(policy: &Policy, opened: &Opened) -> Vec<(String, String)> {
    let case = &opened.case;
    let name =
        |id: &Option<MemberId>| id.as_ref().map_or_else(|| "nobody yet".to_owned(), |id| member_name(policy, id));
    let known: Vec<&str> = case.facts.iter().map(|f| fact_words(f.fact)).collect();
    let row = |name: &str, value: String| (!value.is_empty()).then(|| (name.to_owned(), value));
    let id = |id: &Option<CaseId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    let severity =
        case.severity.map_or_else(|| "not scored yet".to_owned(), |severity| sentence(&word(json!(severity))));
    let rows = [
        row("Report", sentence(&word(json!(case.rm)))),
        row("Handler", name(&case.handler)),
        row("Backup", name(&case.backup)),
        row("Severity", severity),
        row("Score", score(opened)),
        row("Known", known.join("; ")),
        row("Goes on from", id(&case.continues)),
        row("Found by the audit of", id(&case.found_by)),
        row("Duplicate of", id(&case.duplicate_of)),
    ];
    rows.into_iter().flatten().collect()
}

/// Vectors and weaknesses.
fn score(opened: &Opened) -> String {
    let score = publication::newest_score(opened).unwrap_or_default();
    [score.cvss, score.cwe].concat().join(", ")
}

/// `express@4, maintained until 2027-04-01: released (4.19.2)`.
fn line(line: &Value) -> String {
    let text = |name: &str| line[name].as_str();
    let name = text("line").unwrap_or_default();
    let maintained = match (text("end_of_life"), line["maintained"].as_bool()) {
        (None, _) => "maintained".to_owned(),
        (Some(end), Some(true)) => format!("maintained until {end}"),
        (Some(end), _) => format!("not maintained since {end}"),
    };
    let state = match (text("state").unwrap_or_default(), text("version").or_else(|| text("reason"))) {
        ("undetermined", _) => String::new(),
        (state, Some(more)) => format!(": {} ({more})", state.replace('-', " ")),
        (state, None) => format!(": {}", state.replace('-', " ")),
    };
    format!("{name}, {maintained}{state}")
}

impl Team {
    /// How far the case is on the road to publication, in words, with the final form to be read before it is approved.
    fn road(&self, opened: &Opened, channels: &[ChannelRecord], now: Timestamp) -> Road {
        let policy = &*self.policy;
        let view = publication::view(policy, opened, channels, now);
        let text = |pointer: &str| view.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let who = |pointer: &str| match view.pointer(pointer) {
            Some(by) if by["member"].is_string() => {
                member_name(policy, &by["member"].as_str().unwrap_or_default().parse().ok()?).into()
            }
            Some(by) => by.as_str().map(str::to_owned),
            None => None,
        };
        let audit = match text("/audit/state").as_str() {
            "recorded" => {
                let found: Vec<&str> =
                    view["audit"]["findings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let found =
                    if found.is_empty() { String::new() } else { format!(" Cases opened: {}.", found.join(", ")) };
                let words = |pointer: &str| text(pointer).trim_end_matches('.').to_owned();
                format!("Searched: {}. Result: {}.{found}", words("/audit/searched"), words("/audit/result"))
            }
            "waived" => format!("Waived by {}: {}", who("/audit/by").unwrap_or_default(), text("/audit/reason")),
            _ => "not recorded".to_owned(),
        };
        let ranges = view["npm_ranges"].as_object().into_iter().flatten();
        let ranges: Vec<String> =
            ranges.map(|(package, range)| format!("{package} {}", range.as_str().unwrap_or_default())).collect();
        let credit = opened.credit();
        let credit = match (credit.state, credit_line(&credit.credits)) {
            ("answered", None) => "nobody is to be named".to_owned(),
            (_, Some(line)) => line,
            (state, None) => state.to_owned(),
        };
        let step = |name: &str| {
            let at = view["advisory"][name]["at"].as_str()?.parse().ok()?;
            let by = who(&format!("/advisory/{name}/by")).unwrap_or_default();
            Some(format!("{by}, {}", desk_domain::time::instant(at)))
        };
        let row = |name: &str, value: Option<String>| (name.to_owned(), value.unwrap_or_else(|| "not yet".to_owned()));
        let rows = vec![
            row("Affected", (!ranges.is_empty()).then(|| ranges.join("; "))),
            row("Audit", Some(audit)),
            row("Credit", Some(credit)),
            row("Drafted", step("drafted")),
            row("Approved", step("approved")),
            row("Published", step("published")),
        ];
        let channels = view["channels"].as_array().into_iter().flatten().map(|channel| {
            let text = |name: &str| channel[name].as_str().unwrap_or_default();
            let seen = channel["seen_at"].as_str().and_then(|at| at.parse().ok()).map(desk_domain::time::instant);
            let more = seen
                .or_else(|| channel["why"].as_str().map(str::to_owned))
                .map(|m| format!(", {m}"))
                .unwrap_or_default();
            (text("name").to_owned(), format!("{}{more}", text("state")))
        });
        let missing = opened.case.missing(policy, now);
        Road {
            rows,
            missing: if opened.case.publication.is_published() {
                Vec::new()
            } else {
                missing.into_iter().map(|m| m.detail).collect()
            },
            channels: channels.collect(),
            preview: self.preview(opened, now),
        }
    }

    /// The final form as a list would be told of it.
    fn preview(&self, opened: &Opened, now: Timestamp) -> Option<String> {
        let policy = &*self.policy;
        let advisory = publication::final_form(policy, opened, now)?;
        let published_at = opened.case.publication.published.as_ref().map_or(now, |p| p.advisory.at);
        let case = Some(opened.case.id.clone());
        let published = Published { advisory, case, published_at, modified_at: published_at };
        let site = Site { policy, url: &self.site_url, desk_url: &self.public_url };
        let mail = list_mail::write(&site, &published, None);
        Some(format!("Subject: {}\n\n{}", mail.subject, mail.text))
    }
}

fn notes(policy: &Policy, opened: &Opened) -> Vec<NoteView> {
    let note = |event: &desk_domain::case::Event| {
        let (fact, content) = match &event.body {
            EventBody::Noted { content } => (None, content),
            EventBody::FactMarked { fact, source } => (Some(fact_words(*fact).to_owned()), source),
            _ => return None,
        };
        let by = match &event.actor {
            Actor::Member(id) => member_name(policy, id),
            Actor::Reporter => "The reporter".to_owned(),
            Actor::Desk => "Disclosure Desk".to_owned(),
        };
        Some(NoteView { at: event.at, by, fact, text: opened.text(content).to_owned() })
    };
    opened.events.iter().filter_map(note).collect()
}

fn member_name(policy: &Policy, id: &MemberId) -> String {
    policy.member(id).map_or_else(|| id.to_string(), |member| member.name.clone())
}

fn fact_words(fact: FactName) -> &'static str {
    match fact {
        FactName::Public => "Already public",
        FactName::ExploitPublic => "An exploit is public",
        FactName::AttacksObserved => "Attacks were observed",
    }
}

/// A word as the API writes it.
fn word(value: Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `request-information` → `Request information`.
fn sentence(word: &str) -> String {
    let spaced = word.replace('-', " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// How `member` gives a command in a shell, with dots for the words.
fn command_line(name: CommandName, case: &CaseId, version: u64, member: &MemberId) -> String {
    let fields = match name {
        // What stands on this page is approved, or nothing is.
        CommandName::ApproveAdvisory => format!("version:={version}"),
        _ => fields(name).to_owned(),
    };
    format!("desk case do {case} {name}{}{fields} --as {member}", if fields.is_empty() { "" } else { " " })
}

fn fields(name: CommandName) -> &'static str {
    match name {
        CommandName::Acknowledge | CommandName::Update => "message='…'",
        CommandName::Respond => "message='…' next_steps='…'",
        CommandName::RequestInformation => "questions='…'",
        CommandName::Validate | CommandName::Invalidate | CommandName::Defer => "reason='…'",
        CommandName::Note => "text='…'",
        CommandName::Assign | CommandName::HandOver | CommandName::SetBackup => "member=…",
        CommandName::Accept | CommandName::ReissueCode => "",
        CommandName::Duplicate => "of=…",
        CommandName::Close => "resolution=… reason='…'",
        CommandName::Score => "severity=… cvss=…",
        CommandName::Mark => "fact=… source='…'",
        CommandName::DetermineAffected => "affected:='…'",
        CommandName::RecordAudit => "searched='…' result='…'",
        CommandName::WaiveAudit => "reason='…'",
        CommandName::FixReady => "line=… reference='…'",
        CommandName::FixReleased => "line=… version=…",
        CommandName::NotAffected | CommandName::WaiveLine => "line=… reason='…'",
        CommandName::RecordCredit => "decision=as as='…'",
        CommandName::DraftAdvisory => "title='…' summary='…' details=@…",
        // What an approval names, its line adds.
        CommandName::AskCredit | CommandName::ApproveAdvisory | CommandName::Publish => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Asked;

    /// Each field of a command line, with a value that its command takes.
    fn filled(name: CommandName) -> Value {
        let mut body = json!({ "command": name });
        for field in fields(name).split(' ').filter_map(|field| field.split('=').next()).filter(|f| !f.is_empty()) {
            body[field] = match field {
                "member" => json!("alice"),
                "of" => json!("EXP-2026-7K3QF"),
                "resolution" => json!("fixed"),
                "severity" => json!("high"),
                "cvss" => json!(["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]),
                "fact" => json!("public"),
                "affected:" => continue,
                "line" => json!("express@4"),
                "version" => json!("4.19.2"),
                "decision" => json!("as"),
                _ => json!("words"),
            };
        }
        body
    }

    #[test]
    fn every_command_line_names_the_fields_that_its_command_takes() {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap();
        for name in CommandName::ALL {
            let mut body = filled(*name);
            if *name == CommandName::DetermineAffected {
                body["affected"] =
                    json!([{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]);
            }
            let refused = Asked::read(&body, &policy).err().unwrap_or_default();
            assert!(refused.is_empty(), "{name}: {refused:?}");
        }
    }

    #[test]
    fn a_command_line_is_whole() {
        let (case, member) = ("EXP-2026-7K3QF".parse().unwrap(), "alice".parse().unwrap());
        let line = |name| command_line(name, &case, 7, &member);
        assert_eq!(line(CommandName::Accept), "desk case do EXP-2026-7K3QF accept --as alice");
        let approve = "desk case do EXP-2026-7K3QF approve-advisory version:=7 --as alice";
        assert_eq!(line(CommandName::ApproveAdvisory), approve, "the form that stands on this page, or none");
        assert_eq!(line(CommandName::Note), "desk case do EXP-2026-7K3QF note text='…' --as alice");
    }

    #[test]
    fn a_report_is_read_whatever_was_left_out() {
        let least = report(r#"{"package":"p","versions":"v","summary":"s","details":"\n d","reporter":{"name":" "}}"#);
        assert_eq!((least.details.as_str(), least.reporter_name, least.credit), ("\n d", None, None));
        let credit = report(r#"{"credit":{"as":"Rita","link":"https://rita.example"}}"#).credit;
        assert_eq!(credit.as_deref(), Some("Rita (https://rita.example)"));
        assert_eq!(report("(this text cannot be opened)").details, "(this text cannot be opened)");
    }
}
