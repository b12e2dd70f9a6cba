//! The bucket of the published site: plain objects, read back as they were written. A page that is made of everything is
//! replaced only where it still is what was read before.

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::{Client, Config};

use crate::connect::{credentials, https, stand_in_credentials, timeouts, var};
use crate::fault::Fault;

/// Where the bucket is.
#[derive(Clone)]
pub struct ObjectSettings {
    /// `None` is the region's own endpoint.
    pub endpoint: Option<String>,
    pub region: String,
    pub credentials: Credentials,
    pub bucket: String,
}

/// A handle to the bucket; cheap to clone.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
}

/// An object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    /// What it is replaced by, on the condition that it is still this.
    pub etag: Option<String>,
}

/// On what condition an object is put.
#[derive(Clone, Copy, Debug)]
pub enum If<'a> {
    Whatever,
    /// It still is the one with this ETag.
    Unchanged(&'a str),
    Absent,
}

/// How a put ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Done,
    /// Somebody else wrote first: read again.
    Conflict,
}

impl ObjectSettings {
    /// From `AWS_REGION`, the AWS credential variables, `AWS_ENDPOINT_URL_S3` and `DESK_SITE_BUCKET`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<ObjectSettings, String> {
        Ok(ObjectSettings {
            endpoint: var("AWS_ENDPOINT_URL_S3").ok(),
            region: var("AWS_REGION")?,
            credentials: credentials()?,
            bucket: var("DESK_SITE_BUCKET")?,
        })
    }

    /// For a stand-in at `endpoint`.
    pub fn stand_in(endpoint: impl Into<String>, bucket: &str) -> ObjectSettings {
        ObjectSettings {
            endpoint: Some(endpoint.into()),
            region: "us-east-1".to_owned(),
            credentials: stand_in_credentials(),
            bucket: bucket.to_owned(),
        }
    }
}

impl Objects {
    /// Connects. Puts are whole and may be repeated, so the SDK's retries stay on.
    pub fn connect(settings: &ObjectSettings) -> Objects {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(settings.credentials.clone())
            .http_client(https())
            .timeout_config(timeouts())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            // What was written is read back and compared whole.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        Objects { client: Client::from_conf(config.build()), bucket: settings.bucket.clone() }
    }

    /// Puts an object.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn put(&self, key: &str, content_type: &str, bytes: &[u8], condition: If<'_>) -> Result<Put, Fault> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes.to_vec()));
        let put = match condition {
            If::Whatever => put,
            If::Unchanged(etag) => put.if_match(etag),
            If::Absent => put.if_none_match("*"),
        };
        match put.send().await {
            Ok(_) => Ok(Put::Done),
            Err(e) if is_conflict(&e) => Ok(Put::Conflict),
            Err(e) => Err(Fault::from_sdk(&e)),
        }
    }

    /// An object as it is now; `None` when there is none (S3 says so only to who may `s3:ListBucket`).
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Fault> {
        let output = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(output) => output,
            Err(e) if e.as_service_error().is_some_and(|e| e.is_no_such_key()) => return Ok(None),
            Err(e) => return Err(Fault::from_sdk(&e)),
        };
        let (etag, content_type) = (output.e_tag, output.content_type);
        let body = output.body.collect().await;
        let body = body.map_err(|_| Fault::Retryable("an object ended too soon".to_owned()))?;
        Ok(Some(Object { bytes: body.to_vec(), content_type, etag }))
    }
}

/// 412, 409 when two conditional writes meet, or 404 when what was to be replaced is gone meanwhile.
fn is_conflict<E: ProvideErrorMetadata, R>(e: &SdkError<E, R>) -> bool {
    matches!(e.code(), Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}
