//! A mail as somebody's program writes it (RFC 5322).

use std::sync::atomic::{AtomicU64, Ordering};

const BOUNDARY: &str = "=_part";

/// A mail before it is sent.
#[derive(Clone)]
pub struct Eml {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Headers and bytes of what is attached.
    attached: Vec<(String, Vec<u8>)>,
}

impl Eml {
    /// A mail of plain text to the security address of Express, with a `Message-ID` of its own.
    pub fn new(from: &str, subject: &str, text: &str) -> Eml {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nanos = std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_nanos());
        let id = format!("<{nanos:x}.{}@mail.example.org>", COUNT.fetch_add(1, Ordering::Relaxed));
        let empty = Eml { headers: Vec::new(), body: text.as_bytes().to_vec(), attached: Vec::new() };
        empty
            .with("From", from)
            .with("To", "security@expressjs.com")
            .with("Subject", subject)
            .with("Message-ID", &id)
            .with("MIME-Version", "1.0")
            .with("Content-Type", "text/plain; charset=utf-8")
            .with("Content-Transfer-Encoding", "8bit")
    }

    /// A mail as it lies in a file: headers, an empty line, the text.
    pub fn read(text: &str) -> Eml {
        let (head, body) = text.split_once("\n\n").expect("a mail has an empty line");
        let mut mail = Eml { headers: Vec::new(), body: body.as_bytes().to_vec(), attached: Vec::new() };
        for line in head.lines() {
            match line.strip_prefix([' ', '\t']) {
                Some(more) => mail.headers.last_mut().expect("a header goes on").1 += &format!("\r\n {more}"),
                None => {
                    let (name, value) = line.split_once(':').expect("a header has a name");
                    mail.headers.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
        mail
    }

    /// With a header of this value, in place of another of the name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Eml {
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, old)) => value.clone_into(old),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// With one more header, whatever there is of the name.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Eml {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Eml {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// With another body, of this type and encoding.
    #[must_use]
    pub fn saying(mut self, content_type: &str, encoding: &str, body: &[u8]) -> Eml {
        self.body = body.to_vec();
        self.with("Content-Type", content_type).with("Content-Transfer-Encoding", encoding)
    }

    /// With a file; its bytes stand as they are.
    #[must_use]
    pub fn attach(mut self, name: &str, content_type: &str, bytes: &[u8]) -> Eml {
        let head = format!(
            "Content-Type: {content_type}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: binary"
        );
        self.attached.push((head, bytes.to_vec()));
        self
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// As it goes over the wire; lines of text end as they should.
    pub fn raw(&self) -> Vec<u8> {
        if self.attached.is_empty() {
            return [head(&self.headers).as_bytes(), b"\r\n", &wire(&self.body)].concat();
        }
        let of_text = |(name, _): &&(String, String)| name.starts_with("Content-");
        let (text, whole): (Vec<_>, Vec<_>) = self.headers.iter().partition(of_text);
        let text: Vec<(String, String)> = text.into_iter().cloned().collect();
        let whole: Vec<(String, String)> = whole.into_iter().cloned().collect();
        let mut raw = head(&whole).into_bytes();
        raw.extend(format!("Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\n").bytes());
        raw.extend([head(&text).as_bytes(), b"\r\n", &wire(&self.body)].concat());
        for (head, bytes) in &self.attached {
            raw.extend(format!("\r\n--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
            raw.extend(bytes);
        }
        raw.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        raw
    }
}

fn head(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// `\n` alone ends no line in mail.
fn wire(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 64);
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'\n' && (at == 0 || text[at - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}
