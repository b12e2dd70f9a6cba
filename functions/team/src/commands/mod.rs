//! `POST /desk/api/cases/{id}/commands`: seal, decide, commit, answer.

mod sealed;
mod treat;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use desk_domain::advisory::Advisory;
use desk_domain::affected::{self, Affected};
use desk_domain::case::permit::{permit, refuse};
use desk_domain::case::publication::AuditWords;
use desk_domain::case::{Actor, Command, CommandName, EventBody};
use desk_domain::id::{CaseId, LineName};
use desk_domain::policy::Member;
use desk_domain::refusal::Refusal;
use desk_keys::{KeyError, MailWords, NewKey, ReceiptCode, SecretKey};
use desk_store::requests::{Answer, Request};
use desk_store::{ActError, Acted, Commit, Stored};
use desk_web::{Problem, answer, body};
use serde_json::{Value, json};

use self::treat::Treated;
use crate::message::{Post, seal_for_mail, seal_json};
use crate::request::{Asked, Finding};
use crate::{Team, publication};

pub(crate) async fn post(
    State(team): State<Arc<Team>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let member = team.member(&headers, false).await?;
    let bytes = body::read(body, team.policy.limits.body_bytes).await?;
    let value = body::json(&headers, &bytes)?;
    let request = body::idempotency_key(&headers)?.map(|key| {
        let path = format!("/desk/api/cases/{id}/commands");
        Request::new("POST", &path, member.id.as_str(), &key, &body::canonical(&value))
    });
    // Asked for first: after a hand-over the case is no longer theirs, and the answer still is.
    if let Some(before) = answer::recalled(&team.store, request.as_ref(), team.clock.now()).await? {
        return Ok(answer::json(before));
    }
    let stored = team.readable(&id, &member.id).await?;
    Ok(answer::json(team.command(member, &stored, &value, request.as_ref()).await?))
}

/// The code that a command issues, beside the command.
struct NewCode {
    code: ReceiptCode,
    /// Mailed to the reporter, or else handed over by the member.
    mailed: bool,
}

/// What a command was held against before it is given.
enum Checked {
    Nothing,
    /// The key that a new code is to open, and the code that it takes the place of.
    Code {
        key: SecretKey,
        old: Option<String>,
    },
    /// The version is a fix.
    Fix,
    /// The lines whose release is no fix by the ranges that are to be determined.
    Undone(Vec<LineName>),
    /// The final form that is to be approved.
    Form(Box<Advisory>),
    /// Ids and keys for the cases of what was found.
    Keys(Vec<(CaseId, NewKey)>),
    /// The case that what was filed becomes.
    Report(Box<Treated>),
}

impl Checked {
    /// Whether it holds only for the case as it was read.
    fn is_of_one_version(&self) -> bool {
        matches!(self, Checked::Fix | Checked::Undone(_) | Checked::Form(_))
    }
}

impl Team {
    async fn command(
        &self,
        member: &Member,
        stored: &Stored,
        value: &Value,
        request: Option<&Request>,
    ) -> Result<Answer, Problem> {
        let asked = Asked::read(value, &self.policy).map_err(Problem::invalid)?;
        if let Asked::Duplicate { of, .. } = &asked
            && self.store.case(of).await?.is_none_or(|other| !other.case.readable_by(&member.id, &self.policy))
        {
            return Err(Refusal::field("/of", "there is no such case here").into());
        }
        let checked = self.checked(member, stored, &asked).await?;
        let post = self.post(stored, &member.name).await?;
        let prepare = |before: &Stored, commit: &mut Commit| {
            // What was opened and held against the command is what it is given to, or it is not given.
            if checked.is_of_one_version() && before.case.version != stored.case.version {
                return Err(ActError::Moved);
            }
            Ok(match (&asked, &checked) {
                (_, Checked::Code { key, old }) => {
                    let (command, new) = self.new_code(before, commit, key, old.as_deref())?;
                    (command, Some(new))
                }
                (_, Checked::Form(form)) => {
                    let content = self.seal_final_form(commit, before, form)?;
                    (Command::ApproveAdvisory { content }, None)
                }
                (Asked::Affected(ranges), Checked::Undone(undone)) => {
                    (self.determined(before, commit, ranges, undone)?, None)
                }
                (Asked::Audit { audit, findings }, Checked::Keys(keys)) => {
                    (self.audited(member, before, commit, audit, findings.iter().zip(keys))?, None)
                }
                (_, Checked::Report(report)) => {
                    commit.merge(report.commit.clone());
                    (Command::TreatAsReport { opened: report.opened.clone() }, None)
                }
                _ => (self.sealed(&asked, &post, before, commit)?, None),
            })
        };
        let finish = |acted: &Acted, new: Option<NewCode>, commit: &mut Commit| {
            let mut answer = said(acted, new.as_ref());
            if let Checked::Report(report) = &checked {
                report.tell(&mut answer);
            }
            let warnings = warnings(&post, &asked, &checked, acted);
            if !warnings.is_empty() {
                answer["warnings"] = json!(warnings);
            }
            let answer = Answer { status: 200, body: answer.to_string() };
            if let Some(request) = request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let actor = Actor::Member(member.id.clone());
        let done = self.store.act(&stored.case.id, &self.policy, &actor, &self.clock, prepare, finish).await;
        let nothing = |acted: &Acted| Answer { status: 200, body: said(acted, None).to_string() };
        let done = done.map(|(acted, answer)| answer.unwrap_or_else(|| nothing(&acted)));
        answer::once(&self.store, request, self.clock.now(), done).await
    }

    /// What must be opened before a command is given.
    async fn checked(&self, member: &Member, stored: &Stored, asked: &Asked) -> Result<Checked, Problem> {
        let name = match asked {
            Asked::Approve { .. } => CommandName::ApproveAdvisory,
            Asked::Released { .. } => CommandName::FixReleased,
            Asked::Affected(_) => CommandName::DetermineAffected,
            Asked::ReissueCode => CommandName::ReissueCode,
            Asked::Audit { .. } => CommandName::RecordAudit,
            Asked::TreatAsReport => CommandName::TreatAsReport,
            _ => return Ok(Checked::Nothing),
        };
        let now = self.clock.now();
        permit(&stored.case, &self.policy, &member.id, name, now)?;
        if let Asked::Audit { findings, .. } = asked {
            return Ok(Checked::Keys(self.finding_keys(findings.len()).await?));
        }
        let key = self.case_key(stored).await?;
        if matches!(asked, Asked::TreatAsReport) {
            return Ok(Checked::Report(Box::new(self.treated(stored, &key, now).await?)));
        }
        if matches!(asked, Asked::ReissueCode) {
            return Ok(Checked::Code { key, old: self.store.current_code(&stored.case.id).await? });
        }
        let opened = self.opened(stored.case.clone(), &key).await?;
        match asked {
            Asked::Released { line, version } => {
                publication::is_a_fix(&opened, line, version)?;
                Ok(Checked::Fix)
            }
            Asked::Affected(ranges) => Ok(Checked::Undone(publication::undone(&opened, ranges))),
            Asked::Approve { version: Some(version) } if *version != stored.case.version => Err(ActError::Moved.into()),
            _ => match publication::to_be_approved(&self.policy, &opened, now)? {
                Ok(form) => Ok(Checked::Form(Box::new(form))),
                Err(why) => Err(refuse(&stored.case, &self.policy, &member.id, now, why).into()),
            },
        }
    }

    fn determined(
        &self,
        before: &Stored,
        commit: &mut Commit,
        ranges: &[Affected],
        undone: &[LineName],
    ) -> Result<Command, KeyError> {
        let lines = affected::lines_touched(ranges, &self.policy);
        Ok(Command::DetermineAffected { lines, content: seal_json(commit, before, &ranges)?, undone: undone.to_vec() })
    }

    /// The audit, and a case for each thing that it found, in one transaction.
    fn audited<'a>(
        &self,
        member: &Member,
        before: &Stored,
        commit: &mut Commit,
        audit: &AuditWords,
        findings: impl Iterator<Item = (&'a Finding, &'a (CaseId, NewKey))>,
    ) -> Result<Command, ActError> {
        let (case, now) = (&before.case, self.clock.now());
        let open = |(finding, new)| self.open_finding(commit, case, &member.id, finding, new, now);
        let findings = findings.map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(Command::RecordAudit { content: seal_json(commit, before, audit)?, findings })
    }

    fn new_code(
        &self,
        before: &Stored,
        commit: &mut Commit,
        key: &SecretKey,
        old: Option<&str>,
    ) -> Result<(Command, NewCode), KeyError> {
        let (code, id) = (ReceiptCode::generate(), &before.case.id);
        let wrapped = key.wrapped(&code.key().public(), id.as_str())?;
        commit.code(id, &code.lookup(), wrapped, old);
        let mail = match before.case.address {
            Some(_) => {
                let words = MailWords::Code { code: code.words().to_string() };
                Some(seal_for_mail(commit, before, &self.mail_key, &words)?)
            }
            None => None,
        };
        let mailed = mail.is_some();
        Ok((Command::ReissueCode { mail }, NewCode { code, mailed }))
    }
}

/// What the member should know beside the answer: that words which were to travel stay on the page, what is left to do.
fn warnings(post: &Post<'_>, asked: &Asked, checked: &Checked, acted: &Acted) -> Vec<String> {
    let sent = acted.events.iter().any(|event| matches!(event, EventBody::MessageSent { .. }));
    let stays = post.warning().filter(|_| sent && !asked.page_only()).map(str::to_owned);
    let left = match checked {
        Checked::Report(report) => report.warning(),
        _ => None,
    };
    stays.into_iter().chain(left).collect()
}

/// The state after, and what happened. A new code is shown to the member only when no mail can carry it.
fn said(acted: &Acted, new: Option<&NewCode>) -> Value {
    let case = &acted.after.case;
    let mut body = json!({"case_id": case.id, "version": case.version, "stage": case.stage(), "events": acted.events});
    if let Some(new) = new.filter(|new| !new.mailed) {
        body["receipt_code"] = json!(*new.code.words());
    }
    body
}
