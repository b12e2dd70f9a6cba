//! SES: a message goes on the wire once. The SDK's own retries are off, because they would send it again when only the
//! answer was lost.

use std::time::Duration;

use aws_sdk_ses::Client;
use aws_sdk_ses::config::retry::RetryConfig;
use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use desk_aws::{Account, TimeoutConfig, client_config, var};

/// The tag that carries a delivery's id through SES and back in its events.
pub const DELIVERY_TAG: &str = "delivery";

/// Where SES is.
#[derive(Clone)]
pub struct Settings {
    pub account: Account,
    /// Publishes the events that `mail-events` reads.
    pub configuration_set: String,
}

impl Settings {
    /// The configuration set that `DESK_SES_CONFIGURATION_SET` names.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(account: &Account) -> Result<Settings, String> {
        Ok(Settings { account: account.clone(), configuration_set: var("DESK_SES_CONFIGURATION_SET")? })
    }

    /// For a stand-in at `endpoint`.
    pub fn stand_in(endpoint: impl Into<String>) -> Settings {
        Settings { account: Account::stand_in(endpoint), configuration_set: "disclosure-desk".to_owned() }
    }
}

/// How handing over failed, by what may be done next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// SES said no for now; it certainly was not sent.
    #[error("SES refused it for now: {0}")]
    Refused(String),
    /// No answer: it may have been sent or not.
    #[error("SES gave no answer that tells: {0}")]
    Ambiguous(String),
    /// SES will never take this message.
    #[error("SES rejected it: {0}")]
    Rejected(String),
}

/// Hands messages to SES.
pub struct Mailer {
    client: Client,
    configuration_set: String,
}

impl Mailer {
    pub fn connect(settings: &Settings) -> Mailer {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(10))
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
            Err(SdkError::ServiceError(e)) => Err(by_code(e.raw().status().as_u16(), e.err().code().unwrap_or("?"))),
            Err(SdkError::TimeoutError(_)) => Err(SendError::Ambiguous("no answer in time".to_owned())),
            Err(_) => Err(SendError::Ambiguous("the connection failed".to_owned())),
        }
    }
}

/// Only codes that speak of this very message are final; what an operator can mend is tried again.
fn by_code(status: u16, code: &str) -> SendError {
    match (status, code) {
        (500.., _) => SendError::Ambiguous(code.to_owned()),
        (_, "MessageRejected" | "InvalidParameterValue") => SendError::Rejected(code.to_owned()),
        _ => SendError::Refused(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_again_is_told_from_what_may_not() {
        assert_eq!(by_code(400, "Throttling"), SendError::Refused("Throttling".to_owned()));
        assert_eq!(by_code(400, "MessageRejected"), SendError::Rejected("MessageRejected".to_owned()));
        assert_eq!(
            by_code(400, "MailFromDomainNotVerified"),
            SendError::Refused("MailFromDomainNotVerified".to_owned())
        );
        assert_eq!(by_code(503, "ServiceUnavailable"), SendError::Ambiguous("ServiceUnavailable".to_owned()));
    }
}
