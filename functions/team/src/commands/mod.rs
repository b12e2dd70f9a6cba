//! `POST /desk/api/cases/{id}/commands`: seal, decide, commit, answer.

mod duplicate;
mod follow_up;
mod invitation;
mod ready;
mod sealed;
mod treat;

use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk_advisory::article;
use desk_domain::affected;
use desk_domain::case::permit::{permit, permit_at, refuse};
use desk_domain::case::publication::AuditWords;
use desk_domain::case::publication::{Gate, When};
use desk_domain::case::share::SharedThing;
use desk_domain::case::{Actor, Command, CommandName, EventBody};
use desk_domain::id::CaseId;
use desk_domain::policy::Member;
use desk_http::{Problem, answer, body};
use desk_keys::{KeyError, MailWords, ReceiptCode, SecretKey};
use desk_store::requests::{Answer, Request};
use desk_store::{ActError, Acted, Audience, Commit, Hearer, NewKeys, Stored};
use desk_view::UnsealedCase;
use serde_json::{Value, json};

use self::ready::{NewCode, Ready};
pub(crate) use self::sealed::{Seal, Sealing};
pub(crate) use self::treat::RECEIPT;
use crate::as_of_now::AsOfNow;
use crate::message::Post;
use crate::publication::{Determined, Fix};
use crate::request::{Asked, Finding, Work};
use crate::{Team, publication};

pub(crate) async fn post(
    AsOfNow(team): AsOfNow,
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
    if let Some(before) = answer::recalled(&team.cases, request.as_ref(), team.clock.now()).await? {
        return Ok(answer::json(before));
    }
    let stored = match value["command"] == CommandName::Read.as_str() {
        true => team.there(&id).await?,
        false => team.readable(&id, &member.id).await?,
    };
    Ok(answer::json(team.command(member, &stored, &value, request.as_ref()).await?))
}

/// What the desk says of a case by itself (that a release is to be seen) moves it between reading and writing. A command that hangs on what
/// was opened for it is held against the case again then, so often: it is what its member gives a moment later. What they have read is
/// named by their command where it matters ([`form_to_approve`](Team::form_to_approve)), or by their page.
const ATTEMPTS: u32 = 4;

impl Team {
    pub(crate) async fn command(
        &self,
        member: &Member,
        stored: &Stored,
        value: &Value,
        request: Option<&Request>,
    ) -> Result<Answer, Problem> {
        let mut again = None;
        for _ in 0..ATTEMPTS {
            let read = again.as_ref().unwrap_or(stored);
            if let Some(answer) = self.done(member, read, value, request, false).await? {
                return Ok(answer);
            }
            again = Some(self.readable(stored.case.id.as_str(), &member.id).await?);
        }
        Err(ActError::Moved.into())
    }

    /// The same, only while the case is as it was read.
    pub(crate) async fn command_as_read(
        &self,
        member: &Member,
        stored: &Stored,
        value: &Value,
    ) -> Result<Answer, Problem> {
        self.done(member, stored, value, None, true).await?.ok_or_else(|| ActError::Moved.into())
    }

    /// What came of it; `None` where the case has changed since it was read, and what was opened for the command is not the case.
    async fn done(
        &self,
        member: &Member,
        stored: &Stored,
        value: &Value,
        request: Option<&Request>,
        as_read: bool,
    ) -> Result<Option<Answer>, Problem> {
        let asked = Asked::read(value, &self.policy).map_err(Problem::invalid)?;
        let page_only = asked.page_only;
        let post = self.post(stored, &member.name).await?;
        let post = match &asked.party {
            Some(party) => {
                let keys = self.keys(stored).await?;
                post.also_for(self.cases.sealer_held_for(&keys, &stored.case, party).await?)
            }
            None => post,
        };
        if let (CommandName::AnswerComment, true, Some(why)) =
            (asked.name, stored.case.came_as_comment(), post.kept_back())
        {
            // There is no page on which it could wait.
            return Err(refuse(&stored.case, &self.policy, &member.id, self.clock.now(), why.to_owned()).into());
        }
        let ready = self.ready(member, stored, asked).await?;
        let prepare = |before: &Stored, commit: &mut Commit| {
            // What was opened and held against the command is what it is given to, or it is not given.
            if (as_read || ready.is_of_one_version()) && before.case.version != stored.case.version {
                return Err(ActError::Moved);
            }
            self.given(member, &ready, &post, before, commit)
        };
        let finish = |acted: &Acted, new: Option<NewCode>, commit: &mut Commit| {
            let mut answer = said(acted, new.as_ref());
            if let Some(report) = ready.report() {
                report.tell(&mut answer);
            }
            if let Ready::FollowUp(new) = &ready {
                answer["opened"] = json!({"case_id": new.opened});
            }
            let warnings = warnings(&post, page_only, &ready, acted);
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
        let done = self.cases.act(&stored.case.id, &self.policy, &actor, &self.clock, prepare, finish).await;
        if matches!(done, Err(ActError::Moved)) {
            return Ok(None);
        }
        let nothing = |acted: &Acted| Answer { status: 200, body: said(acted, None).to_string() };
        let done = done.map(|(acted, answer)| answer.unwrap_or_else(|| nothing(&acted)));
        answer::once(&self.cases, request, self.clock.now(), done).await.map(Some)
    }

    /// The case with its words.
    async fn opened_for_command(&self, stored: &Stored) -> Result<UnsealedCase, Problem> {
        Ok(self.unsealed(stored.case.clone(), &self.keys(stored).await?.team).await?)
    }

    /// Opens what must be opened before a command is given.
    async fn ready(&self, member: &Member, stored: &Stored, asked: Asked) -> Result<Ready, Problem> {
        let (case, now) = (&stored.case, self.clock.now());
        let permitted = || permit(case, &self.policy, &member.id, asked.name, now);
        match asked.work {
            Work::Seal(seal) => Ok(Ready::Words(seal)),
            Work::Duplicate { of, words } => {
                permitted()?;
                Ok(Ready::Duplicate { of: self.root_of(case, &of).await?, words })
            }
            Work::Released { line, version } => {
                permitted()?;
                Ok(Ready::Fix(Fix::new(&self.opened_for_command(stored).await?, line, version)?))
            }
            Work::Waived { line, seal } => {
                permitted()?;
                Ok(Ready::Waived { warning: publication::waived(&self.opened_for_command(stored).await?, &line), seal })
            }
            Work::Affected(ranges) => {
                permitted()?;
                Ok(Ready::Ranges(Determined::new(&self.opened_for_command(stored).await?, ranges)))
            }
            Work::Audit { audit, findings } => {
                permitted()?;
                let keys = self.finding_keys(findings.len()).await?;
                Ok(Ready::Audit { audit, findings: findings.into_iter().zip(keys).collect() })
            }
            Work::Write(draft) => {
                permitted()?;
                let doubts = self.doubts(&self.opened_for_command(stored).await?, &draft).await?;
                Ok(Ready::Written { draft, doubts })
            }
            Work::Approve { form } => {
                permitted()?;
                let (form, doubts) = self.form_to_approve(member, stored, form.as_deref()).await?;
                Ok(Ready::Form { form: Box::new(form), doubts })
            }
            Work::Cve(cve) => {
                permitted()?;
                let (draft, doubts) = self.draft_with(stored, cve).await?;
                Ok(Ready::Cve { draft: Box::new(draft), doubts })
            }
            Work::Publish { on } => {
                let gate = on.as_ref().map_or(Gate::Now, When::gate);
                permit_at(case, &self.policy, &member.id, asked.name, now, gate)?;
                let (signed, doubts) = (self.said_to_publish(stored, gate).await?, case.release_doubts(&self.policy));
                Ok(Ready::Publication { signed, on, doubts })
            }
            Work::ShareDraft { with, words } => {
                permitted()?;
                let opened = self.opened_for_command(stored).await?;
                // Where there is none, `decide` says so.
                let text = opened.final_form(&self.policy, now).as_ref().map(article::of).unwrap_or_default();
                Ok(Ready::Draft { with, text, words })
            }
            Work::InviteParty(invitation) => {
                permitted()?;
                self.takes_key(&invitation)?;
                Ok(Ready::Invitation(invitation))
            }
            Work::ReissueCode => {
                permitted()?;
                if let Some(why) = self.code_stays(stored).await? {
                    return Err(refuse(case, &self.policy, &member.id, now, why).into());
                }
                let keys = self.keys(stored).await?;
                Ok(Ready::Code { keys, old: self.cases.current_code(&case.id).await? })
            }
            Work::FollowUp => {
                permitted()?;
                let key = self.keys(stored).await?.team;
                Ok(Ready::FollowUp(Box::new(self.followed_up(stored, &key, &member.id, now).await?)))
            }
            Work::TreatAsReport { address } => {
                permitted()?;
                let key = self.keys(stored).await?.team;
                let entered = address.as_deref().map(|address| (&member.id, address));
                Ok(Ready::Report(Box::new(self.treated(stored, &key, entered, now).await?)))
            }
        }
    }

    /// The command, with what it brings into the transaction beside its events.
    fn given(
        &self,
        member: &Member,
        ready: &Ready,
        post: &Post<'_>,
        before: &Stored,
        commit: &mut Commit,
    ) -> Result<(Command, Option<NewCode>), ActError> {
        Ok(match ready {
            Ready::Words(seal) | Ready::Waived { seal, .. } => {
                (seal(&mut Sealing { post, mail_key: &self.mail_key, stored: before, commit })?, None)
            }
            Ready::Fix(fix) => {
                let mut sealing = Sealing { post, mail_key: &self.mail_key, stored: before, commit };
                let (line, version) = (fix.line.clone(), sealing.text(&fix.version.to_string())?);
                let asked = self.seal_for_registry(commit, before, fix)?;
                (Command::FixReleased { line, version, differs: fix.differs, asked }, None)
            }
            Ready::Duplicate { of, words } => {
                let mut sealing = Sealing { post, mail_key: &self.mail_key, stored: before, commit };
                let message = words.as_ref().map(|words| sealing.message(words)).transpose()?;
                (Command::Duplicate { of: of.clone(), message }, None)
            }
            Ready::Ranges(determined) => (self.determined(post, commit, determined)?, None),
            Ready::Audit { audit, findings } => (self.audited(member, (before, post), commit, audit, findings)?, None),
            Ready::Written { draft, doubts: _ } => {
                let mut sealing = Sealing { post, mail_key: &self.mail_key, stored: before, commit };
                (Command::DraftAdvisory { content: sealing.json(draft.as_ref())? }, None)
            }
            Ready::Form { form, doubts: _ } => {
                (Command::ApproveAdvisory { content: self.seal_final_form(commit, before, form)? }, None)
            }
            Ready::Cve { draft, doubts: _ } => {
                let mut sealing = Sealing { post, mail_key: &self.mail_key, stored: before, commit };
                (Command::RecordCve { content: sealing.json(draft.as_ref())? }, None)
            }
            Ready::Publication { signed, on, doubts: _ } => {
                (Command::Publish { signed: signed.clone(), on: on.clone() }, None)
            }
            Ready::Draft { with, text, words } => {
                let mut sealing = Sealing { post, mail_key: &self.mail_key, stored: before, commit };
                let (content, message) = sealing.shown(with, text, words)?;
                (Command::Share { what: SharedThing::DraftAdvisory, with: with.clone(), content, message }, None)
            }
            Ready::Invitation(invitation) => (self.invited(invitation, post, before, commit)?, None),
            Ready::Code { keys, old } => {
                let (command, new) = self.new_code(before, commit, keys.reporter(), old.as_deref())?;
                (command, Some(new))
            }
            Ready::FollowUp(new) => {
                commit.merge(new.commit.clone());
                let code = new.code(commit, post)?;
                (Command::FollowUp { opened: new.opened.clone(), code }, None)
            }
            Ready::Report(report) => {
                commit.merge(report.commit.clone());
                (Command::TreatAsReport { opened: report.opened.clone() }, None)
            }
        })
    }

    fn determined(
        &self,
        post: &Post<'_>,
        commit: &mut Commit,
        Determined { ranges, undone, warnings: _ }: &Determined,
    ) -> Result<Command, KeyError> {
        let lines = affected::lines_touched(ranges, &self.policy);
        let content = post.seal_json(commit, &Audience::Team, ranges)?;
        Ok(Command::DetermineAffected { lines, content, undone: undone.clone() })
    }

    /// The audit, and a case for each thing that it found, in one transaction.
    fn audited(
        &self,
        member: &Member,
        (before, post): (&Stored, &Post<'_>),
        commit: &mut Commit,
        audit: &AuditWords,
        findings: &[(Finding, (CaseId, NewKeys))],
    ) -> Result<Command, ActError> {
        let (case, now) = (&before.case, self.clock.now());
        let open = |(finding, new): &(Finding, (CaseId, NewKeys))| {
            self.open_finding(commit, case, &member.id, finding, new, now)
        };
        let findings = findings.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(Command::RecordAudit { content: post.seal_json(commit, &Audience::Team, audit)?, findings })
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
                Some(commit.mail_words(id, &self.mail_key, &words, &Hearer::Reporter)?)
            }
            None => None,
        };
        let mailed = mail.is_some();
        Ok((Command::ReissueCode { mail }, NewCode { code, mailed }))
    }
}

/// What the member should know beside the answer: that words which were to travel stay on the page, what is left to do.
fn warnings(post: &Post<'_>, page_only: bool, ready: &Ready, acted: &Acted) -> Vec<String> {
    let sent = acted.events.iter().any(|event| matches!(event, EventBody::MessageSent { .. }));
    let stays = post.warning().filter(|_| sent && !page_only);
    stays.into_iter().chain(ready.warnings()).collect()
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
