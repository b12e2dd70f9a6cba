//! One report's way to publication: what the reporter and the members do, in the order of the policy's steps, and how long
//! each lets the others wait.

use std::path::Path;

use desk_advisory::osv::Reading;
use desk_domain::advisory::{Credit, Draft};
use desk_domain::affected::{self, Affected};
use desk_domain::fields::{self, FieldError};
use desk_domain::policy::{ClockKind, Policy};
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::cut::{self, cut};
use super::people::bytes;
use super::{Done, Promises};
use crate::Failure;
use crate::cli::client::Client;

/// How often the bar moves for one case.
pub(super) const STEPS: u64 = 16;

/// A report being led.
pub(super) struct Lead<'a> {
    pub client: &'a Client,
    pub policy: &'a Policy,
    pub reading: &'a Reading,
    /// Which of all it is; it varies how long things take.
    pub place: usize,
    /// Nobody acknowledges this one in time.
    pub late: bool,
    pub bar: &'a ProgressBar,
}

/// A case under way.
pub(super) struct Case {
    pub id: String,
    /// The reporter's bearer header.
    pub code: String,
}

impl Lead<'_> {
    /// Leads it all the way; the row of it, and how its channels stand.
    pub async fn to_publication(&self, root: &Path, source: &str) -> Result<(Done, String), Failure> {
        let ranges = self.reading.lines(self.policy).map_err(|why| Failure(why.join("; ")))?;
        self.can_be_said(&ranges)?;
        let case = self.report(&ranges).await?;
        let handler = self.answered(&case).await?;
        self.confirmed(&case, &handler).await?;
        self.fixed(&case, &handler, &ranges).await?;
        self.credited(&case, &handler).await?;
        self.published(&case, &handler).await?;
        self.row(&case, &handler, root, source).await
    }

    /// Holds what will be said against what the desk takes, before there is a case.
    fn can_be_said(&self, ranges: &[Affected]) -> Result<(), Failure> {
        let limits = &self.policy.limits;
        let told = |problems: Vec<FieldError>| {
            let all: Vec<String> = problems.into_iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect();
            Failure(all.join("; "))
        };
        fields::read(&self.draft_body(), |fields| Draft::read(fields, limits)).map_err(told)?;
        fields::read(&self.credit_body(), |fields| Credit::read_decision(fields, limits.line_bytes)).map_err(told)?;
        fields::read(&json!({"affected": ranges}), |fields| affected::read(fields, self.policy)).map_err(told)?;
        Ok(())
    }

    async fn report(&self, ranges: &[Affected]) -> Result<Case, Failure> {
        let draft = &self.reading.draft;
        let limits = &self.policy.limits;
        let packages = affected::packages(ranges);
        let package = packages.first().ok_or_else(|| Failure("it names no package".to_owned()))?;
        let body = json!({
            "package": package,
            "versions": cut(&affected::npm_range(ranges, package), limits.line_bytes),
            "summary": cut(&draft.summary, limits.line_bytes),
            "details": draft.details,
            "reporter": {"name": "Rita Reporter", "email": "rita@example.org"},
        });
        let answer = self.client.ask("POST", "/reports", &[], Some(bytes(&body))).await?.done()?;
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        self.bar.inc(1);
        Ok(Case { id: text("case_id"), code: format!("Bearer {}", text("receipt_code")) })
    }

    /// Acknowledged, taken on and answered in detail; who handles it.
    async fn answered(&self, case: &Case) -> Result<String, Failure> {
        let first = self.first_member()?;
        // Most are acknowledged within the morning; one lies until after the promise is broken.
        let wait = if self.late { 26 * 60 } else { 35 + (47 * self.place as u64) % 150 };
        self.pass(wait).await?;
        let thanks = "Thank you for your report. We have it and look into it.";
        let handler = match self.late {
            false => {
                self.tell(case, &first, json!({"command": "acknowledge", "message": thanks})).await?;
                self.pass(20).await?;
                self.tell(case, &first, json!({"command": "assign", "member": first})).await?;
                first
            }
            true => {
                // The rota has chosen by then.
                let handler = self.handler(case).await?;
                self.tell(case, &handler, json!({"command": "acknowledge", "message": thanks})).await?;
                handler
            }
        };
        self.pass(6 * 60 + (95 * self.place as u64) % 600).await?;
        let response = json!({"command": "respond", "message": "We can reproduce what you describe.",
            "next_steps": "We determine the affected versions and prepare a fix for each line that is maintained."});
        self.tell(case, &handler, response).await?;
        self.pass(3 * 60).await?;
        let question = json!({"command": "request-information", "questions": "Is there anything that makes it worse or harmless?"});
        self.tell(case, &handler, question).await?;
        self.pass(9 * 60).await?;
        self.as_reporter(case, "/case/messages", json!({"text": "Nothing beyond what I wrote."})).await?;
        Ok(handler)
    }

    async fn confirmed(&self, case: &Case, handler: &str) -> Result<(), Failure> {
        self.pass(2 * 60).await?;
        self.tell(case, handler, json!({"command": "validate", "reason": "Confirmed as you describe it."})).await?;
        let score = &self.reading.score;
        if score.severity.is_some() || !score.cvss.is_empty() {
            let body = json!({"command": "score", "cvss": score.cvss, "severity": score.severity, "cwe": score.cwe});
            self.tell(case, handler, body).await?;
        }
        self.tell(case, handler, json!({"command": "accept"})).await
    }

    /// Every line that is affected and maintained gets its fix, or is waived where there is none. A line past its end gets the fix that
    /// the record names of it all the same: only what was released is published as one.
    async fn fixed(&self, case: &Case, handler: &str, ranges: &[Affected]) -> Result<(), Failure> {
        self.pass(24 * 60).await?;
        self.tell(case, handler, json!({"command": "determine-affected", "affected": ranges})).await?;
        let audit = json!({"command": "record-audit", "result": "none",
            "searched": "The same pattern in every module of the package."});
        self.tell(case, handler, audit).await?;
        let known = self.case(case, handler).await?;
        let fix = |line: &str| affected::fix_of(ranges, &line.parse().ok()?);
        let named = |line: &Value| line["line"].as_str().map(str::to_owned);
        let is_open = |line: &&Value| match line["state"].as_str() {
            Some("pending") => line["affected"] == true,
            Some("end-of-life") => named(line).is_some_and(|line| fix(&line).is_some()),
            _ => false,
        };
        let lines = known["lines"].as_array().cloned().unwrap_or_default();
        let lines: Vec<String> = lines.iter().filter(is_open).filter_map(named).collect();
        // Which line a link of the record mends is not said there.
        let reference = "the security fork";
        self.pass(2 * 24 * 60).await?;
        for line in lines.iter().filter(|line| fix(line).is_some()) {
            self.tell(case, handler, json!({"command": "fix-ready", "line": line, "reference": reference})).await?;
            self.pass(60).await?;
        }
        for line in &lines {
            match fix(line) {
                Some(version) => {
                    self.tell(case, handler, json!({"command": "fix-released", "line": line, "version": version}))
                        .await?;
                }
                None => {
                    let body = json!({"command": "waive-line", "line": line, "reason": "No version of it is known to be fixed."});
                    self.tell(case, handler, body).await?;
                }
            }
            self.pass(15).await?;
        }
        Ok(())
    }

    async fn credited(&self, case: &Case, handler: &str) -> Result<(), Failure> {
        self.tell(case, handler, json!({"command": "ask-credit"})).await?;
        self.pass(5 * 60).await?;
        self.as_reporter(case, "/case/credit", self.credit_body()).await
    }

    fn credit_body(&self) -> Value {
        let asked = |credit: &Credit| {
            let mut body = json!({"as": credit.name, "link": credit.contact});
            if let Some(kind) = credit.kind {
                body["type"] = json!(kind);
            }
            body
        };
        match self.reading.credits.split_first() {
            None => json!({"decision": "none"}),
            Some((first, rest)) => {
                let mut body = asked(first);
                body["decision"] = json!("as");
                body["also"] = rest.iter().map(asked).collect();
                body
            }
        }
    }

    fn draft_body(&self) -> Value {
        let (draft, limits) = (&self.reading.draft, &self.policy.limits);
        json!({"title": cut(&draft.title, limits.line_bytes),
            "summary": cut(&draft.summary, cut::summary_bytes(limits)), "details": cut::details(self.reading, limits),
            "references": draft.references, "aliases": draft.aliases, "cve": draft.cve,
            "related": draft.related})
    }

    /// Drafted by the handler, approved by a second person, published, seen on every channel, closed.
    async fn published(&self, case: &Case, handler: &str) -> Result<(), Failure> {
        self.pass(60).await?;
        let mut body = self.draft_body();
        body["command"] = "draft-advisory".into();
        self.tell(case, handler, body).await?;
        self.pass(2 * 60).await?;
        let second = self.second(case, handler).await?;
        self.tell(case, &second, json!({"command": "approve-advisory"})).await?;
        self.pass(5).await?;
        self.tell(case, &second, json!({"command": "publish"})).await?;
        self.pass(10).await?;
        let known = self.case(case, handler).await?;
        let released = known["lines"].as_array().is_some_and(|all| all.iter().any(|line| line["state"] == "released"));
        let (resolution, reason) = match released {
            true => ("fixed", "The fixes are released and the advisory is published. Thank you."),
            // Nothing was released, and so nothing is fixed.
            false => ("wont-fix", "The advisory is published; no version is known that is free of it. Thank you."),
        };
        self.tell(case, handler, json!({"command": "close", "resolution": resolution, "reason": reason})).await
    }

    async fn row(&self, case: &Case, handler: &str, root: &Path, source: &str) -> Result<(Done, String), Failure> {
        let known = self.case(case, handler).await?;
        let clocks = known["clocks"].as_array().cloned().unwrap_or_default();
        let after = |kind: ClockKind| {
            let row = self.policy.clock_of(kind)?;
            let clock = clocks.iter().find(|c| c["name"] == row.name.as_str())?;
            let at = |field: &str| clock[field].as_str()?.parse::<Timestamp>().ok();
            Some(at("started_at")?.duration_until(at("met_at")?).as_secs())
        };
        let mut promises = Promises::default();
        for row in self.policy.clocks.iter().filter(|row| row.promise) {
            match clocks.iter().find(|c| c["name"] == row.name.as_str()).and_then(|c| c["state"].as_str()) {
                Some("met") => promises.kept += 1,
                Some("breached") => promises.missed += 1,
                _ => {}
            }
        }
        let id = &case.id;
        let done = Done {
            source: source.to_owned(),
            case_id: id.clone(),
            acknowledged_after_s: after(ClockKind::Acknowledgement),
            responded_after_s: after(ClockKind::DetailedResponse),
            promises,
            left_out: cut::left_out(self.reading, &self.policy.limits),
            osv: root.join(format!("osv/{id}.json")),
            page: root.join(format!("advisories/{id}.html")),
        };
        Ok((done, channels(&known)))
    }
}

/// `5 done, 1 disabled`.
fn channels(known: &Value) -> String {
    let mut counts: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for channel in known["channels"].as_array().into_iter().flatten() {
        *counts.entry(channel["state"].as_str().unwrap_or("?")).or_default() += 1;
    }
    let mut states: Vec<(&str, u32)> = counts.into_iter().collect();
    states.sort_by_key(|(state, _)| *state != "done");
    states.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ")
}
