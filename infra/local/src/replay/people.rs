//! Who acts on a report's way, and how they speak to the desk.

use desk_domain::policy::Role;
use serde_json::{Value, json};

use super::lead::{Case, Lead};
use crate::Failure;

impl Lead<'_> {
    pub(super) fn first_member(&self) -> Result<String, Failure> {
        let first = self.policy.triage().next().map(|m| m.id.to_string());
        first.ok_or_else(|| Failure("the policy's team is empty".to_owned()))
    }

    /// Whom the rota has chosen, as somebody who may read the case sees it.
    pub(super) async fn handler(&self, case: &Case) -> Result<String, Failure> {
        for member in self.policy.triage() {
            if let Ok(known) = self.case(case, member.id.as_str()).await
                && let Some(handler) = known["handler"].as_str()
            {
                return Ok(handler.to_owned());
            }
        }
        Err(Failure(format!("nobody handles {}", case.id)))
    }

    /// A release manager who is not the handler; else another member, as the backup; else the handler, in a team of one.
    pub(super) async fn second(&self, case: &Case, handler: &str) -> Result<String, Failure> {
        let others = || self.policy.members.iter().filter(|m| m.id.as_str() != handler);
        if let Some(manager) = others().find(|m| m.has(Role::ReleaseManager)) {
            return Ok(manager.id.to_string());
        }
        let Some(backup) = others().find(|m| m.has(Role::Triage)) else { return Ok(handler.to_owned()) };
        self.tell(case, handler, json!({"command": "set-backup", "member": backup.id})).await?;
        Ok(backup.id.to_string())
    }

    pub(super) async fn tell(&self, case: &Case, member: &str, body: Value) -> Result<(), Failure> {
        let path = format!("/desk/api/cases/{}/commands", case.id);
        self.client.as_this_member(member, "POST", &path, Some(bytes(&body))).await?.done()?;
        self.bar.inc(1);
        Ok(())
    }

    pub(super) async fn as_reporter(&self, case: &Case, path: &str, body: Value) -> Result<(), Failure> {
        let headers = [("authorization", case.code.as_str())];
        self.client.ask("POST", path, &headers, Some(bytes(&body))).await?.done().map(drop)
    }

    pub(super) async fn case(&self, case: &Case, member: &str) -> Result<Value, Failure> {
        let path = format!("/desk/api/cases/{}", case.id);
        self.client.as_this_member(member, "GET", &path, None).await?.done()
    }

    /// Time passes, and everything that is due on the way happens.
    pub(super) async fn pass(&self, minutes: u64) -> Result<(), Failure> {
        let body = json!({ "advance": format!("{minutes}m") });
        self.client.with_secret("POST", "/_local/clock", Some(bytes(&body))).await?.done().map(drop)
    }
}

pub(super) fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}
