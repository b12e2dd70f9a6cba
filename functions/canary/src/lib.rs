//! Tries the whole way that a report goes, from outside: files a marked one over the public route, opens its page with the
//! receipt code, and waits until its page mail was planned and sent. The mail goes to SES's own simulator, the case is over
//! as it arrives: nobody hears of it, and it counts nowhere.

use std::time::{Duration, Instant};

use desk_domain::case::Recipient;
use desk_domain::id::CaseId;
use desk_domain::notice::{NewReport, Notice};
use desk_keys::LinkKey;
use desk_keys::payload::{CANARY_HEADER, CanaryLink};
use desk_runtime::Clock;
use desk_store::MailStore;
use desk_store::deliveries::{Delivery, State};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How long the page mail may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const CALL: Duration = Duration::from_secs(15);

pub struct Canary {
    pub mail: MailStore,
    pub clock: Clock,
    pub links: LinkKey,
    /// Where the desk is reached, without a trailing slash.
    pub url: String,
}

/// A flight that came home.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Flown {
    pub case: CaseId,
    pub took: SignedDuration,
}

/// Where it was lost, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("the canary was lost: {0}")]
pub struct Lost(String);

impl Canary {
    /// One flight.
    ///
    /// # Errors
    /// [`Lost`]; it is counted and logged here.
    pub async fn fly(&self) -> Result<Flown, Lost> {
        let flown = self.flight().await;
        match &flown {
            Ok(flown) => {
                let seconds = flown.took.as_secs_f64();
                tracing::info!(case = %flown.case, metric.CanaryHome = 1, metric.CanarySeconds = seconds, "the canary is home");
            }
            Err(lost) => tracing::error!(why = %lost, alarm = "canary", metric.CanaryHome = 0, "the canary was lost"),
        }
        flown
    }

    async fn flight(&self) -> Result<Flown, Lost> {
        let start = self.clock.now();
        let token = self.links.sign(&CanaryLink { at: start });
        let filed = self.call("POST", "/reports", (CANARY_HEADER, token), Some(report())).await?;
        let case: Option<CaseId> = filed["case_id"].as_str().and_then(|id| id.parse().ok());
        let case = case.ok_or_else(|| Lost("its receipt names no case".to_owned()))?;
        let code = filed["receipt_code"].as_str().unwrap_or_default();
        let page = self.call("GET", "/case", ("authorization", format!("Bearer {code}")), None).await?;
        if page["case_id"] != filed["case_id"] {
            return Err(Lost("its receipt code opens another case".to_owned()));
        }
        self.sent(&case).await?;
        Ok(Flown { took: start.duration_until(self.clock.now()), case })
    }

    /// Waits until the page mail was sent.
    async fn sent(&self, case: &CaseId) -> Result<(), Lost> {
        let (page, start) = (page_mail(case, self.clock.now()), Instant::now());
        loop {
            let known = self.mail.delivery(&page.id).await.map_err(|fault| Lost(fault.to_string()))?;
            match known.map(|record| record.state) {
                Some(State::Sent | State::Delivered) => return Ok(()),
                Some(state) if state.is_lost() => return Err(Lost(format!("its page mail is {state:?}"))),
                state if start.elapsed() >= PATIENCE => {
                    let state = state.map_or("was not planned".to_owned(), |state| format!("is still {state:?}"));
                    return Err(Lost(format!("its page mail {state}")));
                }
                _ => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn call(
        &self,
        method: &'static str,
        path: &str,
        (name, value): (&'static str, String),
        body: Option<Value>,
    ) -> Result<Value, Lost> {
        let url = format!("{}{path}", self.url);
        let at = format!("{method} {path}");
        let called = tokio::task::spawn_blocking(move || {
            let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(CALL)).build().into();
            let mut answer = match body {
                Some(body) => agent.post(&url).header(name, value).send_json(body)?,
                None => agent.get(&url).header(name, value).call()?,
            };
            answer.body_mut().read_json::<Value>()
        });
        match called.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(ureq::Error::StatusCode(status))) => Err(Lost(format!("{at} was answered with {status}"))),
            // The words of the client may quote a header.
            _ => Err(Lost(format!("{at} was not answered"))),
        }
    }
}

/// What it reports: nothing that anybody would take for a vulnerability.
fn report() -> Value {
    json!({
        "package": "canary",
        "versions": "none",
        "summary": "This is not a vulnerability",
        "details": "The desk files this report itself, to see that reports arrive and that their page mail goes out.",
    })
}

/// The page mail of a canary's case. Its id follows from case, event, recipient and template alone.
fn page_mail(case: &CaseId, now: jiff::Timestamp) -> Delivery {
    let notice = NewReport {
        third_party: None,
        planned_for: None,
        next: None,
        package: None,
        received_at: now,
        due: Vec::new(),
        on_call: None,
        continues: None,
        acknowledge_until: None,
        urgent: false,
        opened: None,
        quarantined: false,
        hints: Vec::new(),
    };
    Delivery::of_event(case, 1, Recipient::Canary, Notice::NewReport(notice), now)
}
