//! How the tables and the bucket are reached: the SDK's own environment variables, read once where a process starts.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Intercept, Region, SharedHttpClient};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::Store;
use crate::clock::{Clock, DateWitness};
use crate::meter::Meter;

/// Where the tables are.
#[derive(Clone)]
pub struct Settings {
    /// `None` is the region's own endpoint.
    pub endpoint: Option<String>,
    pub region: String,
    pub credentials: Credentials,
    pub cases_table: String,
    pub mail_table: String,
}

impl Settings {
    /// From `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL_DYNAMODB`,
    /// `DESK_CASES_TABLE` and `DESK_MAIL_TABLE`. In Lambda the environment's credentials are all there is, so no other
    /// source is asked.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Settings, String> {
        Ok(Settings {
            endpoint: var("AWS_ENDPOINT_URL_DYNAMODB").ok(),
            region: var("AWS_REGION")?,
            credentials: credentials()?,
            cases_table: var("DESK_CASES_TABLE")?,
            mail_table: var("DESK_MAIL_TABLE")?,
        })
    }

    /// For a stand-in at `endpoint`, which takes any credentials.
    pub fn stand_in(endpoint: impl Into<String>) -> Settings {
        Settings {
            endpoint: Some(endpoint.into()),
            region: "us-east-1".to_owned(),
            credentials: stand_in_credentials(),
            cases_table: "cases".to_owned(),
            mail_table: "mail".to_owned(),
        }
    }
}

pub(crate) fn var(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}

/// In Lambda the environment's credentials are all there is.
pub(crate) fn credentials() -> Result<Credentials, String> {
    let (key, secret) = (var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(key, secret, var("AWS_SESSION_TOKEN").ok(), None, "environment"))
}

/// What every stand-in takes.
pub(crate) fn stand_in_credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "stand-in")
}

/// HTTPS through rustls and ring.
pub(crate) fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A call may take this long; an attempt of it less.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(15))
        .build()
}

impl Store {
    /// Connects. Reads and writes are retried by the SDK (transactions carry a request token, so a repeated one acts
    /// once).
    pub fn connect(settings: &Settings, clock: Clock) -> Store {
        Store::connect_with(settings, clock, None::<NoIntercept>)
    }

    /// Connects through one more interceptor, which runs before the date is witnessed.
    pub fn connect_with(settings: &Settings, clock: Clock, first: Option<impl Intercept + 'static>) -> Store {
        let witness = DateWitness::new(clock);
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(settings.credentials.clone())
            .http_client(https())
            .timeout_config(timeouts())
            .retry_config(RetryConfig::standard().with_max_attempts(3));
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        if let Some(first) = first {
            config = config.interceptor(first);
        }
        let config = config.interceptor(witness.clone()).build();
        Store {
            db: Client::from_conf(config),
            cases: Arc::from(settings.cases_table.as_str()),
            mail: Arc::from(settings.mail_table.as_str()),
            meter: Arc::new(Meter::default()),
            witness,
        }
    }
}

#[derive(Debug)]
struct NoIntercept;

impl Intercept for NoIntercept {
    fn name(&self) -> &'static str {
        "NoIntercept"
    }
}
