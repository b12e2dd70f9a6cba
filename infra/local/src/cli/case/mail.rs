//! `desk case mail` and `desk case file`: a mail as it came, one of its attachments, or a file that came by the page, fetched in
//! pieces that an answer can hold.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::super::client::{Client, Fetched};
use super::super::output::{self, Output};
use super::encoded;
use crate::Failure;

/// As much as an answer of the desk holds.
const PIECE: usize = 4 * 1024 * 1024;

const NEEDS_FILE: &str = "with --json a file is needed: --out FILE";

#[derive(Args)]
pub(in crate::cli) struct FileArguments {
    /// The case id
    id: String,
    /// Which file, by the name that `desk case show` gives as its content
    name: String,
    /// Where to; standard output when left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct MailArguments {
    /// The case id
    id: String,
    /// Which mail; the one that the report came in when left out
    #[arg(long, value_name = "NAME")]
    content: Option<String>,
    /// One attachment instead of the mail, by its number
    #[arg(long, value_name = "N")]
    attachment: Option<usize>,
    /// Where to; standard output when left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl MailArguments {
    pub(super) async fn get(self, client: &Client, as_json: bool) -> Result<Output, Failure> {
        if as_json && self.out.is_none() {
            return Err(Failure(NEEDS_FILE.to_owned()));
        }
        let bearer = client.bearer().await?;
        let content = match self.content {
            Some(content) => content,
            None => reports(client, &self.id, &bearer).await?,
        };
        let mut path = format!("/desk/cases/{}/mail/{}", encoded(&self.id), encoded(&content));
        if let Some(index) = self.attachment {
            path.push_str(&format!("/attachments/{index}"));
        }
        let answer = json!({"case_id": self.id, "content": content, "attachment": self.attachment});
        given(&whole(client, &path, &bearer).await?, self.out.as_deref(), answer)
    }
}

impl FileArguments {
    pub(super) async fn get(self, client: &Client, as_json: bool) -> Result<Output, Failure> {
        if as_json && self.out.is_none() {
            return Err(Failure(NEEDS_FILE.to_owned()));
        }
        let path = format!("/desk/cases/{}/files/{}", encoded(&self.id), encoded(&self.name));
        let answer = json!({"case_id": self.id, "content": self.name});
        given(&whole(client, &path, &client.bearer().await?).await?, self.out.as_deref(), answer)
    }
}

/// What was fetched, where it was asked for.
fn given(bytes: &[u8], out: Option<&Path>, mut answer: Value) -> Result<Output, Failure> {
    match out {
        Some(file) => keep(file, bytes).map_err(|e| Failure::of(&file.display().to_string(), e))?,
        None => output::file(bytes).map_err(|e| Failure::of("standard output", e))?,
    }
    answer["bytes"] = bytes.len().into();
    answer["sha256"] = desk_keys::sha256_hex(bytes).into();
    let text = out.map(|file| format!("{} bytes in {}", bytes.len(), file.display())).unwrap_or_default();
    Ok(Output::done(answer, text))
}

/// The mail that a case's report came in.
async fn reports(client: &Client, id: &str, bearer: &str) -> Result<String, Failure> {
    let path = format!("/desk/api/cases/{}", encoded(id));
    let case = client.ask("GET", &path, &[("authorization", bearer)], None).await?.done()?;
    let own = case["mail"]["content"].as_str().map(str::to_owned);
    own.ok_or_else(|| match mails(&case) {
        names if names.is_empty() => Failure(format!("no mail came to {id}")),
        names => Failure(format!("the report of {id} came by no mail; name one by --content: {}", names.join(", "))),
    })
}

/// The names of all mails in what a case answers.
fn mails(case: &Value) -> Vec<String> {
    let parts = [&case["messages"], &case["notes"], &case["quarantine"]["answers"]];
    let all = parts.into_iter().filter_map(Value::as_array).flatten();
    all.filter_map(|part| part["mail"]["content"].as_str().map(str::to_owned)).collect()
}

/// All of it, piece by piece.
async fn whole(client: &Client, path: &str, bearer: &str) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    loop {
        let range = format!("bytes={}-{}", all.len(), all.len() + PIECE - 1);
        let headers = [("authorization", bearer), ("range", range.as_str())];
        let piece = client.fetch("GET", path, &headers, None).await?;
        match (piece.status, total(&piece)) {
            (200, _) => return Ok(piece.bytes),
            // An empty file has no first byte to ask for.
            (416, _) if all.is_empty() => return Ok(all),
            (206, Some(total)) if !piece.bytes.is_empty() => {
                all.extend(piece.bytes);
                if all.len() >= total {
                    return Ok(all);
                }
            }
            (206, _) => return Err(Failure("the desk gave a piece without its place".to_owned())),
            _ => return Err(piece.answer().done().err().unwrap_or(Failure("the desk gave no file".to_owned()))),
        }
    }
}

/// `bytes 0-9/120` → 120.
fn total(piece: &Fetched) -> Option<usize> {
    piece.content_range.as_ref()?.rsplit_once('/')?.1.parse().ok()
}

/// It may be an unpublished vulnerability: nobody else on this machine reads it.
fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mails_of_a_case_are_named() {
        let case = json!({"messages": [{"text": "t"}, {"mail": {"content": "raw-1"}}], "notes": [],
            "quarantine": {"answers": [{"mail": {"content": "raw-2"}}]}});
        assert_eq!(mails(&case), ["raw-1", "raw-2"]);
        assert!(mails(&json!({})).is_empty());
    }

    #[test]
    fn a_piece_says_how_much_there_is() {
        let of = |range: &str| total(&Fetched { status: 206, content_range: Some(range.to_owned()), bytes: vec![] });
        assert_eq!(of("bytes 0-9/120"), Some(120));
        assert_eq!(of("bytes 0-9/*"), None);
    }
}
