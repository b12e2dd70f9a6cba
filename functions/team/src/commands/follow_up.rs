//! What a reporter wrote to a closed case becomes a case of its own: its words, files and mail, with the time when the first of it
//! came. The closed case says which it is, and shows its reporter the code.

use desk_domain::case::event::{ByMail, EventBody, KeptFile, Reported};
use desk_domain::case::written_after::{Message, waiting};
use desk_domain::case::{Case, ContentRef};
use desk_domain::id::{CaseId, MemberId};
use desk_domain::report::Report;
use desk_domain::time::instant;
use desk_http::Problem;
use desk_keys::{KeyError, SecretKey};
use desk_store::opening::{REPORTER_KEY, content_id};
use desk_store::{Audience, Commit, Fault, Opening, Stored};
use desk_view::UnsealedCase;
use jiff::Timestamp;
use serde_json::Value;

use super::treat::RECEIPT;
use crate::Team;
use crate::message::Post;

/// The new case, before it is stored.
pub(super) struct FollowedUp {
    pub commit: Commit,
    pub opened: CaseId,
    /// What opens its page.
    code: String,
}

impl FollowedUp {
    /// The code, sealed for the page of the closed case.
    pub(super) fn code(&self, commit: &mut Commit, post: &Post<'_>) -> Result<ContentRef, KeyError> {
        post.seal(commit, &Audience::Reporter, &self.code)
    }
}

impl Team {
    /// The case that `by` opens for what waits on a closed one.
    pub(super) async fn followed_up(
        &self,
        closed: &Stored,
        key: &SecretKey,
        by: &MemberId,
        now: Timestamp,
    ) -> Result<FollowedUp, Problem> {
        let opened = self.unsealed_with(closed.case.clone(), key, |wanted, log| wanted.after_closing(log)).await?;
        let (case, messages) = (&opened.case, waiting(&opened.events));
        let root = self.root.public();
        let mut opening = self.case_opener(&root).begin(now).await?;
        let body = self.goes_on(&opened, &messages);
        let report = opening.seal("report", body.as_bytes())?;
        let address = match &case.address {
            Some(address) => self.copied(&mut opening, &case.id, address).await?,
            None => None,
        };
        self.copied(&mut opening, &case.id, &content_id(REPORTER_KEY)).await?;
        let mut files = Vec::new();
        for file in messages.iter().filter_map(|message| message.files).flat_map(|files| &files.kept) {
            let content = self.resealed(&opening, &case.id, key, &file.content).await?;
            files.push(KeptFile { content, bytes: file.bytes });
        }
        let mail = self.mail_of_follow_up(&mut opening, case, key, &messages, by).await?;
        let first = messages.first().map_or(now, |message| message.at);
        let received_at = case.written_after_closing().map_or(first, |clock| clock.start.started_at);
        let first_of_closed = opened.events.first().map(|event| &event.body);
        let Some(EventBody::ReportReceived(reported)) = first_of_closed else {
            return Err(Fault::damaged(format!("the first event of {}", case.id)).into());
        };
        let reported = Reported {
            report,
            address,
            answers: case.answers,
            mail,
            files,
            received_at: Some(received_at),
            continues: Some(case.id.clone()),
            known_public: false,
            known_exploited: false,
            planned_for: None,
            found_by: None,
            opened: None,
            canary: false,
            source: None,
            ..reported.clone()
        };
        let handler = self.had_it(case, by, now);
        let new = opening.finish_follow_up(reported, by, handler, &desk_keys::sha256_hex(body.as_bytes())).await?;
        Ok(FollowedUp { commit: new.commit, opened: new.stored.case.id, code: new.code.words().to_string() })
    }

    /// Whoever had the closed case, while they are there; else whoever opens this one, if they are of triage.
    fn had_it(&self, closed: &Case, by: &MemberId, now: Timestamp) -> Option<MemberId> {
        let of_triage = |id: &&MemberId| self.policy.triage().any(|member| member.id == **id);
        let last = closed.handler.as_ref().filter(|id| self.policy.present(id, now).is_some());
        last.filter(of_triage).or_else(|| Some(by).filter(of_triage)).cloned()
    }

    /// The report of the new case: who reported stays who they are, and the words are what they wrote since.
    fn goes_on(&self, opened: &UnsealedCase, messages: &[Message<'_>]) -> String {
        let told: Value = opened.json(&opened.case.report).unwrap_or_default();
        let goes_on = Report {
            summary: format!("Written after {} was closed", opened.case.id),
            details: self.joined(opened, messages),
            known_public: false,
            known_exploited: false,
            planned_for: None,
            ..Report::stored(&told)
        };
        let mut report = goes_on.to_json();
        let listed = messages.iter().filter_map(|message| opened.json::<Vec<Value>>(&message.files?.listed));
        let listed: Vec<Value> = listed.flatten().collect();
        if !listed.is_empty() {
            report["files"] = listed.into();
        }
        report.to_string()
    }

    /// What was written, under the time of each where it is more than one. The newest that fit into a report.
    fn joined(&self, opened: &UnsealedCase, messages: &[Message<'_>]) -> String {
        let most = self.policy.limits.text_bytes;
        if let [only] = messages {
            return opened.text(only.content).to_owned();
        }
        let mut texts = Vec::new();
        let mut length = EARLIER.len();
        for message in messages.iter().rev() {
            let text = format!("{}:\n\n{}", instant(message.at), opened.text(message.content));
            length += text.len() + 2;
            if length > most {
                texts.push(EARLIER.to_owned());
                break;
            }
            texts.push(text);
        }
        texts.reverse();
        texts.join("\n\n")
    }

    /// How the newest of it came by mail, where the reporter writes by mail; so the code travels with the receipt, and what is sent
    /// stays in their thread.
    async fn mail_of_follow_up(
        &self,
        opening: &mut Opening<'_>,
        closed: &Case,
        key: &SecretKey,
        messages: &[Message<'_>],
        by: &MemberId,
    ) -> Result<Option<ByMail>, Problem> {
        let Some(mail) = &closed.mail else { return Ok(None) };
        let newest = messages.iter().rev().find_map(|message| message.mail);
        let mail = ByMail { raw: newest.map_or(&mail.raw, |newest| &newest.raw).clone(), ..mail.clone() };
        let mut moved = self.moved(opening, &closed.id, key, &mail).await?;
        if !moved.sender.is_authenticated() {
            // A person has said that it is the reporter's.
            moved.entered_by = Some(by.clone());
        }
        Ok(Some(ByMail { receipt: Some(content_id(RECEIPT)), ..moved }))
    }
}

const EARLIER: &str = "(What was written before this stands on the closed case.)";
