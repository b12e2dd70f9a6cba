//! Every mail that "went out", read back from its `.eml` as its receiver would get it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mail_parser::{HeaderName, MessageParser};
use serde::Serialize;

/// A mail.
#[derive(Clone, Debug, Serialize)]
pub struct Mail {
    pub id: String,
    pub at: Timestamp,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub headers: BTreeMap<String, String>,
    #[serde(skip)]
    pub html: String,
}

/// All mails in the folder, oldest first.
pub fn all(folder: &Path) -> Vec<Mail> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .collect();
    files.sort();
    files.iter().filter_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Option<Mail> {
    let id = file.file_stem()?.to_str()?.to_owned();
    let millis = id.split('-').next()?.parse().ok()?;
    let raw = std::fs::read(file).ok()?;
    let message = MessageParser::default().parse(&raw)?;
    let to = message.to().into_iter().flat_map(|a| a.iter()).filter_map(|a| a.address().map(str::to_owned)).collect();
    let headers = message.headers_raw().map(|(name, value)| {
        let canonical = HeaderName::parse(name).map_or_else(|| name.to_owned(), |n| n.as_str().to_owned());
        (canonical, unfolded(value))
    });
    Some(Mail {
        id,
        at: Timestamp::from_millisecond(millis).ok()?,
        to,
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        headers: headers.collect(),
    })
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
