//! Files that come by the page. Each is sealed to its case and put into the bucket before anything names it, as mail is; the words
//! about it, which are its sender's, are sealed beside the message.
//!
//! Nothing that was put is removed again here: a public function that may not delete can lose nobody anything. What a case never
//! came to name stays sealed, and nobody asks for it; it is looked at before whether the case takes it.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use desk_domain::case::event::{FileCount, KeptFile};
use desk_http::upload::{self, Most, SentFile};
use desk_http::{Problem, body};
use desk_mail::read::safe_name;
use desk_pages::{FilesField, size};
use desk_store::objects::{If, sealed_key};
use desk_store::opening::fresh_id;
use desk_store::{Audience, Sealer};
use serde_json::{Value, json};

use crate::Intake;
use crate::session::Sent;

/// What stands in place of words where there are files alone.
pub(crate) const WITHOUT_WORDS: &str = "(Files, without a message.)";

/// The longest kind of a file that is kept as it was said.
const KIND_BYTES: usize = 100;

/// A form as it was sent, with files or without. No `Debug`.
#[derive(Default)]
pub(crate) struct Filled {
    pub fields: Sent,
    pub files: Files,
}

/// Files that came with a form. No `Debug`.
#[derive(Default)]
pub(crate) struct Files {
    sent: Vec<SentFile>,
    /// They are over what one page takes: none was kept.
    pub too_large: bool,
}

impl Files {
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// How many were chosen; of those that were too large, one at least.
    pub fn count(&self) -> usize {
        self.sent.len().max(usize::from(self.too_large))
    }

    /// How large they are together.
    pub fn bytes(&self) -> usize {
        self.sent.iter().map(|file| file.bytes.len()).sum()
    }

    /// What is told of each: name, kind, size, hash. It is sealed, and never clear.
    pub fn listed(&self) -> Vec<Value> {
        self.sent.iter().enumerate().map(|(place, file)| described(place, file)).collect()
    }

    /// With those that a case has.
    pub fn with(&self, count: FileCount) -> FileCount {
        count.plus(self.sent.iter().map(|file| file.bytes.len() as u64))
    }
}

fn described(place: usize, file: &SentFile) -> Value {
    let kind = file.content_type.as_deref().filter(|kind| kind.len() <= KIND_BYTES);
    json!({
        "name": safe_name(&file.name).unwrap_or_else(|| format!("file-{}", place + 1)),
        "content_type": kind.unwrap_or("application/octet-stream"),
        "bytes": file.bytes.len(),
        "sha256": desk_keys::sha256_hex(&file.bytes),
    })
}

impl Intake {
    /// A form, in whichever of the two ways a browser sends one.
    ///
    /// # Errors
    /// 400 when it is not whole, 413.
    pub(crate) async fn filled(&self, headers: &HeaderMap, sent: Body) -> Result<Filled, Problem> {
        let limits = &self.policy.limits;
        if !upload::is_upload(headers) {
            // A form without files writes a byte in up to three; what it means is held to the limit of the API's body.
            let bytes = body::read(sent, 3 * limits.body_bytes).await?;
            return Ok(Filled { fields: body::form(&bytes), files: Files::default() });
        }
        let most = Most { field_bytes: limits.body_bytes, file_bytes: limits.files_bytes };
        let upload = upload::read(headers, sent, most).await?;
        Ok(Filled { fields: upload.fields, files: Files { sent: upload.files, too_large: upload.too_large } })
    }

    /// Whether a case that has `count` takes these too.
    ///
    /// # Errors
    /// 413 when they are too large together, 422 when the case has too many then.
    pub(crate) fn takes(&self, files: &Files, count: FileCount) -> Result<(), Problem> {
        if files.too_large {
            let most = size(self.policy.limits.files_bytes);
            let detail =
                format!("Your files are too large: {most} can be sent each time. Send them one after another.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        Ok(files.with(count).within(&self.policy.limits)?)
    }

    /// Seals the files for a case and keeps them.
    ///
    /// # Errors
    /// 503 when one could not be put.
    pub(crate) async fn keep(&self, sealer: &Sealer, files: &Files) -> Result<Vec<KeptFile>, Problem> {
        let mut kept = Vec::new();
        for file in &files.sent {
            let (content, sealed) = sealer.seal_named(&Audience::Reporter, fresh_id("file"), &file.bytes)?;
            let at = sealed_key(sealer.case(), content.id.as_str());
            self.content.put(&at, "application/age", &sealed, If::Absent).await?;
            kept.push(KeptFile { content, bytes: file.bytes.len() as u64 });
        }
        Ok(kept)
    }

    /// The field that takes files, after `lost` were chosen and not taken.
    pub(crate) fn files_field(&self, error: Option<String>, lost: usize) -> FilesField {
        FilesField { most: self.policy.limits.files_bytes, error, lost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, kind: Option<&str>) -> Value {
        let file = SentFile { name: name.to_owned(), content_type: kind.map(str::to_owned), bytes: b"x".to_vec() };
        Files { sent: vec![file], too_large: false }.listed().remove(0)
    }

    #[test]
    fn a_file_is_listed_under_a_name_that_may_be_shown() {
        let listed_as = |name: &str| listed(name, None)["name"].as_str().unwrap().to_owned();
        assert_eq!(listed_as("../../etc/passwd"), "passwd");
        assert_eq!(listed_as("C:\\temp\\poc.js"), "poc.js");
        assert_eq!(listed_as("gpj.\u{202e}exe\r\n.txt"), "gpj.\u{202e}exe  .txt");
        assert_eq!(listed_as("<script>"), "_script_");
        assert_eq!((listed_as("/"), listed_as("...")), ("file-1".to_owned(), "file-1".to_owned()));
        let long = "k".repeat(KIND_BYTES + 1);
        for kind in [None, Some(long.as_str())] {
            assert_eq!(listed("a", kind)["content_type"], "application/octet-stream");
        }
        assert_eq!(listed("a", Some("text/html"))["content_type"], "text/html");
    }
}
