//! Every mail that "went out", read back from its `.eml` as its receiver would get it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_parser::{HeaderName, MessageParser};
use serde::Serialize;

/// A mail.
#[derive(Clone, Debug, Serialize)]
pub struct KeptMail {
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
pub fn all(folder: &Path) -> Vec<KeptMail> {
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

impl KeptMail {
    /// Whether an answer comes back to the desk.
    pub fn takes_answers(&self) -> bool {
        self.headers.contains_key("Reply-To")
    }
}

/// What the receiver of a mail sends when they answer it: to its `Reply-To`, with the mail quoted. `None` when there is no such
/// mail, or it takes no answers.
pub fn answer(folder: &Path, id: &str, text: &str, at: Timestamp) -> Option<Vec<u8>> {
    let mail = all(folder).into_iter().find(|mail| mail.id == id)?;
    let header = |name: &str| mail.headers.get(name).map(String::as_str).unwrap_or_default();
    let (own, references) = (bare(header("Message-ID")), header("References"));
    let ids = references.split_whitespace().map(bare).chain([own]);
    let subject = if mail.subject.starts_with("Re: ") { mail.subject.clone() } else { format!("Re: {}", mail.subject) };
    let quoted: String = mail.text.lines().map(|line| format!("> {line}\n")).collect();
    let at_their_time = mail.at.strftime("%Y-%m-%d at %H:%M UTC");
    let text = format!("{text}\n\nOn {at_their_time}, {} wrote:\n{quoted}", header("From"));
    let domain = mail.to.first()?.rsplit_once('@')?.1;
    MessageBuilder::new()
        .from(Address::new_address(None::<&str>, mail.to.first()?.as_str()))
        .to(Address::new_address(None::<&str>, bare(header("Reply-To"))))
        .subject(subject)
        .message_id(format!("{}@{domain}", desk_keys::hex(&desk_keys::random::<16>())))
        .date(at.as_second())
        .in_reply_to(MessageId::new(own))
        .references(MessageId { id: ids.map(Into::into).collect() })
        .text_body(text)
        .write_to_vec()
        .ok()
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

fn read(file: &Path) -> Option<KeptMail> {
    let id = file.file_stem()?.to_str()?.to_owned();
    let millis = id.split('-').next()?.parse().ok()?;
    let raw = std::fs::read(file).ok()?;
    let message = MessageParser::default().parse(&raw)?;
    let to = message.to().into_iter().flat_map(|a| a.iter()).filter_map(|a| a.address().map(str::to_owned)).collect();
    let headers = message.headers_raw().map(|(name, value)| {
        let canonical = HeaderName::parse(name).map_or_else(|| name.to_owned(), |n| n.as_str().to_owned());
        (canonical, unfolded(value))
    });
    Some(KeptMail {
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
