//! The inbox of the local runner: every mail it would have sent, and its movable clock.

use askama::Template;
use jiff::Timestamp;

use super::rendered;
use super::time::after;

/// `/_local/mail`, and `/_local/mail?id=…` with one mail open.
#[derive(Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// What time it is outside.
    pub now: Timestamp,
    /// What the runner's own clock says; it only ever runs ahead.
    pub clock: Timestamp,
    /// Newest first.
    pub mails: Vec<MailRow>,
    pub open: Option<MailView>,
}

/// One mail in the list.
#[derive(Clone, Debug)]
pub struct MailRow {
    pub id: String,
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
}

/// The mail that is open; no `Debug`, because it holds links and messages.
pub struct MailView {
    pub id: String,
    /// Name and value, in the mail's order.
    pub headers: Vec<(String, String)>,
    /// The plain text; web addresses in it become links.
    pub text: String,
    /// Address of the HTML part, when there is one.
    pub html_href: Option<String>,
    /// Where its receiver's answer is sent from, when it takes one.
    pub reply_action: Option<String>,
}

/// What a mail program shows.
const MAIN_HEADERS: [&str; 4] = ["From", "To", "Date", "Subject"];

/// A stretch of a mail's text.
#[derive(Debug, PartialEq, Eq)]
enum Segment<'a> {
    Text(&'a str),
    Link(&'a str),
}

impl MailPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    /// How far the runner's clock is ahead: `1 d 6 h`.
    fn ahead(&self) -> Option<String> {
        after(self.now, self.clock)
    }

    fn is_open(&self, id: &str) -> bool {
        self.open.as_ref().is_some_and(|mail| mail.id == id)
    }
}

impl MailView {
    fn subject(&self) -> &str {
        let subject = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("subject"));
        subject.map_or("(no subject)", |(_, value)| value)
    }

    /// The headers that people read, in the order in which they do.
    fn main_headers(&self) -> Vec<&(String, String)> {
        let named = |name: &'static str| self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        MAIN_HEADERS.into_iter().flat_map(named).collect()
    }

    fn other_headers(&self) -> Vec<&(String, String)> {
        let is_main = |name: &str| MAIN_HEADERS.iter().any(|main| main.eq_ignore_ascii_case(name));
        self.headers.iter().filter(|(name, _)| !is_main(name)).collect()
    }

    fn segments(&self) -> Vec<Segment<'_>> {
        segments(&self.text)
    }
}

/// Cuts the web addresses out of a text; the stretches joined are the text again.
fn segments(mut text: &str) -> Vec<Segment<'_>> {
    let mut found = Vec::new();
    while let Some(start) = ["http://", "https://"].iter().filter_map(|scheme| text.find(scheme)).min() {
        let (before, rest) = text.split_at(start);
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"'".contains(c)).unwrap_or(rest.len());
        let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        found.push(Segment::Text(before));
        found.push(Segment::Link(address));
        text = &rest[address.len()..];
    }
    found.push(Segment::Text(text));
    found
}

#[cfg(test)]
mod tests {
    use super::Segment::{Link, Text};
    use super::{MailView, segments};

    #[test]
    fn the_headers_that_people_read_come_first_and_none_is_lost() {
        let headers = ["Auto-Submitted", "date", "Subject", "To", "X-Other"].map(|name| (name.into(), String::new()));
        let mail = MailView {
            id: String::new(),
            headers: headers.into(),
            text: String::new(),
            html_href: None,
            reply_action: None,
        };
        let names = |headers: Vec<&(String, String)>| headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(mail.main_headers()), ["To", "date", "Subject"]);
        assert_eq!(names(mail.other_headers()), ["Auto-Submitted", "X-Other"]);
    }

    #[test]
    fn web_addresses_are_cut_out_without_the_sentence_around_them() {
        let text = "Open http://localhost:8080/case?t=a.b_c. (or https://example.org/)\n";
        let expected = [
            Text("Open "),
            Link("http://localhost:8080/case?t=a.b_c"),
            Text(". (or "),
            Link("https://example.org/"),
            Text(")\n"),
        ];
        assert_eq!(segments(text), expected);
        assert_eq!(segments("nothing here"), [Text("nothing here")]);
        assert_eq!(segments("https://"), [Text(""), Link("https://"), Text("")]);
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn mail() -> MailPage {
        let headers = vec![(text(), text()), ("Subject".into(), text())];
        let open = MailView {
            id: text(),
            headers,
            text: format!("https://{HOSTILE}"),
            html_href: Some(text()),
            reply_action: Some(text()),
        };
        let row = MailRow { id: text(), at: at(1), to: text(), subject: text() };
        MailPage { now: at(1), clock: at(2), mails: vec![row], open: Some(open) }
    }

    pub(crate) fn pages() -> Samples {
        vec![("mail", mail().html())]
    }
}
