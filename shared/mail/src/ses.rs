//! SES: a message goes on the wire once. The SDK's own retries are off, because they would send it again when only the
//! answer was lost.

use std::fmt;
use std::time::Duration;

use aws_sdk_ses::Client;
use aws_sdk_ses::config::retry::RetryConfig;
use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use desk_aws::{Account, TimeoutConfig, client_config};
use desk_runtime::var;

/// The tag that carries a delivery's id through SES and back in its events.
pub const DELIVERY_TAG: &str = "delivery";

/// Where SES is.
#[derive(Clone)]
pub struct Settings {
    pub account: Account,
    /// Publishes the events that `mail-events` reads.
    pub configuration_set: String,
    /// After so long without an answer, nobody knows whether a message was taken.
    pub answers_within: Duration,
}

/// Long for SES, and short for a function that has a minute.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

impl Settings {
    /// For a stand-in at `endpoint`.
    pub fn stand_in(endpoint: impl Into<String>) -> Settings {
        let configuration_set = "disclosure-desk".to_owned();
        Settings { account: Account::stand_in(endpoint), configuration_set, answers_within: ANSWERS_WITHIN }
    }
}

/// How handing over failed, by what may be done next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// SES said no for now; it certainly was not sent.
    #[error("SES refused it for now: {0}")]
    Refused(String),
    /// So it did, because the account sends too much.
    #[error("SES refused it for now: {0}")]
    Throttled(Throttle),
    /// No answer: it may have been sent or not.
    #[error("SES gave no answer that tells: {0}")]
    Ambiguous(String),
    /// SES will never take this message.
    #[error("SES rejected it: {0}")]
    Rejected(String),
}

/// What the account sends too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// In a second; it passes at once.
    Rate,
    /// In 24 hours; it passes slowly.
    Day,
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Throttle::Rate => "more mail than its rate",
            Throttle::Day => "more mail than its daily quota",
        })
    }
}

/// What the account may send, in recipients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    pub per_second: f64,
    /// In any 24 hours; `None` where there is no such quota.
    pub per_day: Option<f64>,
    /// In the last 24 hours.
    pub sent: f64,
}

/// Hands messages to SES.
pub struct Mailer {
    client: Client,
    configuration_set: String,
}

impl Mailer {
    /// Sends under the configuration set that `DESK_SES_CONFIGURATION_SET` names.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(account: &Account) -> Result<Mailer, String> {
        let configuration_set = var("DESK_SES_CONFIGURATION_SET")?;
        let settings = Settings { account: account.clone(), configuration_set, answers_within: ANSWERS_WITHIN };
        Ok(Mailer::connect(&settings))
    }

    pub fn connect(settings: &Settings) -> Mailer {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(settings.answers_within)
            .operation_timeout(settings.answers_within)
            .build();
        let config = client_config!(aws_sdk_ses, &settings.account, "SES")
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        let client = Client::from_conf(config.build());
        Mailer { client, configuration_set: settings.configuration_set.clone() }
    }

    /// Sends `raw` to `to`, tagged with the delivery's id; gives SES's own message id.
    ///
    /// # Errors
    /// [`SendError`] says whether it may be sent again.
    pub async fn send(&self, from: &str, to: &str, raw: Vec<u8>, delivery: &str) -> Result<String, SendError> {
        let unsendable = |_| SendError::Rejected("the message could not be built".to_owned());
        let message = RawMessage::builder().data(Blob::new(raw)).build().map_err(unsendable)?;
        let tag = MessageTag::builder().name(DELIVERY_TAG).value(delivery).build().map_err(unsendable)?;
        let sent = self
            .client
            .send_raw_email()
            .source(from)
            .destinations(to)
            .raw_message(message)
            .tags(tag)
            .configuration_set_name(&self.configuration_set)
            .send()
            .await;
        match sent {
            Ok(output) => Ok(output.message_id().to_owned()),
            Err(SdkError::ConstructionFailure(_)) => {
                Err(SendError::Rejected("the request could not be built".to_owned()))
            }
            Err(SdkError::ServiceError(e)) => {
                let (code, message) = (e.err().code().unwrap_or("?"), e.err().message().unwrap_or_default());
                Err(by_code(e.raw().status().as_u16(), code, message))
            }
            Err(SdkError::TimeoutError(_)) => Err(SendError::Ambiguous("no answer in time".to_owned())),
            Err(_) => Err(SendError::Ambiguous("the connection failed".to_owned())),
        }
    }
}

impl Mailer {
    /// What the account may send now.
    ///
    /// # Errors
    /// SES's code, or that there was no answer.
    pub async fn quota(&self) -> Result<Quota, String> {
        let asked = self.client.get_send_quota().send().await;
        let quota = asked.map_err(|e| e.code().unwrap_or("no answer").to_owned())?;
        let per_day = Some(quota.max24_hour_send()).filter(|most| *most >= 0.0);
        Ok(Quota { per_second: quota.max_send_rate(), per_day, sent: quota.sent_last24_hours() })
    }
}

/// Only codes that speak of this very message are final; what an operator can mend is tried again. SES tells by the words
/// alone which of its quotas is used up.
fn by_code(status: u16, code: &str, message: &str) -> SendError {
    match (status, code) {
        (500.., _) => SendError::Ambiguous(code.to_owned()),
        (_, "MessageRejected" | "InvalidParameterValue") => SendError::Rejected(code.to_owned()),
        (429, _) | (_, "Throttling" | "ThrottlingException") => {
            SendError::Throttled(if message.contains("Daily") { Throttle::Day } else { Throttle::Rate })
        }
        _ => SendError::Refused(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_again_is_told_from_what_may_not() {
        let throttled = |words| by_code(400, "Throttling", words);
        assert_eq!(throttled("Maximum sending rate exceeded."), SendError::Throttled(Throttle::Rate));
        assert_eq!(throttled("Daily message quota exceeded."), SendError::Throttled(Throttle::Day));
        assert_eq!(by_code(400, "MessageRejected", ""), SendError::Rejected("MessageRejected".to_owned()));
        let unverified = "MailFromDomainNotVerified";
        assert_eq!(by_code(400, unverified, ""), SendError::Refused(unverified.to_owned()));
        assert_eq!(by_code(503, "ServiceUnavailable", ""), SendError::Ambiguous("ServiceUnavailable".to_owned()));
    }
}
