//! A bucket: of the published site, of sealed mail, or of mail as it came. Plain objects, read back as they were written. A
//! page that is made of everything is replaced only where it still is what was read before.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use desk_aws::{Account, client_config};
use desk_domain::id::CaseId;
use desk_runtime::var;
use jiff::Timestamp;

use crate::fault::Fault;

/// Where the bucket is.
#[derive(Clone)]
pub struct ObjectSettings {
    pub account: Account,
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
    pub last_modified: Option<Timestamp>,
}

/// An object that was asked for up to a size.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Whole(Object),
    /// It has so many bytes, and was not read.
    Larger(u64),
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
    /// For a stand-in at `endpoint`.
    pub fn stand_in(endpoint: impl Into<String>, bucket: &str) -> ObjectSettings {
        ObjectSettings { account: Account::stand_in(endpoint), bucket: bucket.to_owned() }
    }
}

impl Objects {
    /// Connects to the bucket that `variable` names: `DESK_SITE_BUCKET`, `DESK_CONTENT_BUCKET`,
    /// `DESK_INBOUND_BUCKET` or `DESK_HEADS_BUCKET`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(account: &Account, variable: &'static str) -> Result<Objects, String> {
        Ok(Objects::connect(&ObjectSettings { account: account.clone(), bucket: var(variable)? }))
    }

    /// Connects. Puts are whole and may be repeated, so the SDK's retries stay on.
    pub fn connect(settings: &ObjectSettings) -> Objects {
        let account = &settings.account;
        let config = client_config!(aws_sdk_s3, account, "S3")
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            // A stand-in has no host name for each bucket.
            .force_path_style(account.endpoint("S3").is_some())
            // What was written is read back and compared whole.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        Objects { client: Client::from_conf(config.build()), bucket: settings.bucket.clone() }
    }

    /// Puts an object.
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

    /// Puts an object into a bucket whose objects are locked: S3 takes it there only with its checksum. What was put under the same key
    /// before stays, as a version of it.
    pub async fn put_locked(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let put = put.checksum_algorithm(ChecksumAlgorithm::Sha256).body(ByteStream::from(bytes));
        put.send().await.map(drop).map_err(|e| Fault::from_sdk(&e))
    }

    /// The last key, in the order of keys, that ends so; all of them are looked at.
    pub async fn last_key(&self, end: &str) -> Result<Option<String>, Fault> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        let mut last: Option<String> = None;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| Fault::from_sdk(&e))?;
            let keys = page.contents().iter().filter_map(aws_sdk_s3::types::Object::key);
            last = keys.filter(|key| key.ends_with(end)).map(str::to_owned).chain(last).max();
        }
        Ok(last)
    }

    /// Since when the oldest object lies there; of the first thousand, which is more than should ever lie.
    pub async fn oldest(&self) -> Result<Option<Timestamp>, Fault> {
        Ok(self.list().await?.into_iter().filter_map(|(_, since)| since).min())
    }

    /// Keys, and since when each lies there; the first thousand.
    pub async fn list(&self) -> Result<Vec<(String, Option<Timestamp>)>, Fault> {
        let listed = self.client.list_objects_v2().bucket(&self.bucket).send().await;
        let listed = listed.map_err(|e| Fault::from_sdk(&e))?;
        let row = |object: &aws_sdk_s3::types::Object| {
            let key = object.key().filter(|key| !key.ends_with(SES_TRIAL))?;
            Some((key.to_owned(), object.last_modified().and_then(instant)))
        };
        Ok(listed.contents().iter().filter_map(row).collect())
    }

    /// Removes an object; nothing happens when there is none.
    pub async fn delete(&self, key: &str) -> Result<(), Fault> {
        let deleted = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        deleted.map(drop).map_err(|e| Fault::from_sdk(&e))
    }

    /// An object as it is now; `None` when there is none (S3 says so only to who may `s3:ListBucket`).
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Fault> {
        Ok(match self.get_at_most(key, u64::MAX).await? {
            Some(Found::Whole(object)) => Some(object),
            Some(Found::Larger(_)) | None => None,
        })
    }

    /// An object as it is now, of at most `most` bytes; of a larger one only how large it is.
    pub async fn get_at_most(&self, key: &str, most: u64) -> Result<Option<Found>, Fault> {
        let output = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(output) => output,
            Err(e) if e.as_service_error().is_some_and(|e| e.is_no_such_key()) => return Ok(None),
            Err(e) => return Err(Fault::from_sdk(&e)),
        };
        let length = output.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
        if length > most {
            return Ok(Some(Found::Larger(length)));
        }
        let (etag, content_type) = (output.e_tag, output.content_type);
        let last_modified = output.last_modified.as_ref().and_then(instant);
        let body = output.body.collect().await;
        let body = body.map_err(|_| Fault::Retryable("an object ended too soon".to_owned()))?;
        Ok(Some(Found::Whole(Object { bytes: body.to_vec(), content_type, etag, last_modified })))
    }
}

/// Where a mail that is sealed for a case lies.
pub fn sealed_key(case: &CaseId, content: &str) -> String {
    format!("{case}/{content}")
}

/// SES tries a new bucket with an object of its own.
const SES_TRIAL: &str = "AMAZON_SES_SETUP_NOTIFICATION";

fn instant(at: &aws_sdk_s3::primitives::DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}

/// 412, 409 when two conditional writes meet, or 404 when what was to be replaced is gone meanwhile.
fn is_conflict<E: ProvideErrorMetadata, R>(e: &SdkError<E, R>) -> bool {
    matches!(e.code(), Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}
