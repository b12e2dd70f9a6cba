//! How AWS is reached: the SDK's own environment variables, read once where a process starts, and what every client is made
//! with. The one room for it, because three others (`store`, `keys`, `mail`) each speak to services of their own.

use std::time::Duration;

pub use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
pub use aws_smithy_runtime_api::client::http::SharedHttpClient;
pub use aws_smithy_types::timeout::TimeoutConfig;
pub use aws_types::region::Region;
use desk_runtime::var;

/// Where calls go, and as whom.
#[derive(Clone)]
pub struct Account {
    pub region: Region,
    pub credentials: Credentials,
    endpoint: Endpoint,
}

#[derive(Clone)]
enum Endpoint {
    /// As the environment says, service by service.
    Environment,
    /// A stand-in for whatever is asked.
    StandIn(String),
}

impl Account {
    /// From `AWS_REGION` (or `AWS_DEFAULT_REGION`), `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. In
    /// Lambda the environment's credentials are all there is, so no other source is asked; an operator's shell gets them by
    /// `aws configure export-credentials --format env`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Account, String> {
        let region = var("AWS_REGION").or_else(|missing| var("AWS_DEFAULT_REGION").map_err(|_| missing))?;
        let (key, secret) = (var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?);
        let credentials = Credentials::new(key, secret, var("AWS_SESSION_TOKEN").ok(), None, "environment");
        Ok(Account { region: Region::new(region), credentials, endpoint: Endpoint::Environment })
    }

    /// A stand-in at `endpoint`, which takes any credentials.
    pub fn stand_in(endpoint: impl Into<String>) -> Account {
        Account {
            region: Region::from_static("us-east-1"),
            credentials: Credentials::new("local", "local", None, None, "stand-in"),
            endpoint: Endpoint::StandIn(endpoint.into()),
        }
    }

    /// Where a service answers: `AWS_ENDPOINT_URL_<SERVICE>`, or `AWS_ENDPOINT_URL`; `None` is the region's own endpoint.
    /// `service` is the SDK's name for it, in capitals (`SECRETS_MANAGER`).
    pub fn endpoint(&self, service: &str) -> Option<String> {
        match &self.endpoint {
            Endpoint::StandIn(url) => Some(url.clone()),
            Endpoint::Environment => {
                var(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|_| var("AWS_ENDPOINT_URL")).ok()
            }
        }
    }
}

/// HTTPS through rustls and ring: one provider in every binary, and the one whose first handshake is cheap.
pub fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A call may take this long; an attempt of it less.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(15))
        .build()
}

/// The settings that every client of a service has. Each adds only what differs, such as retries.
#[macro_export]
macro_rules! client_config {
    ($sdk:ident, $account:expr, $service:literal) => {{
        let account: &$crate::Account = $account;
        let config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region(account.region.clone())
            .credentials_provider(account.credentials.clone())
            .http_client($crate::https())
            .timeout_config($crate::timeouts());
        match account.endpoint($service) {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config,
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_asked_for_everything() {
        let account = Account::stand_in("http://127.0.0.1:1");
        assert_eq!(account.endpoint("KMS").as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(account.endpoint("DYNAMODB"), account.endpoint("SES"));
    }
}
