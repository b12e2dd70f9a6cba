//! HTTP as any client speaks it: every status is an answer.

use std::time::Duration;

use serde_json::Value;

/// The largest answer that is read.
const LARGEST: u64 = 256 << 20;
/// How long a call may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(240);

/// An answer, whatever its status.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The pointers of a problem's errors, in its order.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| e["pointer"].as_str().unwrap_or("?").to_owned()).collect()
    }
}

/// An answer whose body need not be text.
pub struct Bytes {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// One HTTP call; an error when there is no whole answer.
pub fn call(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
    let Bytes { status, headers, body } = call_bytes(url, method, path, headers, body.as_bytes())?;
    Ok(Answer { status, headers, text: String::from_utf8(body).map_err(|e| e.to_string())? })
}

/// The same with bytes both ways.
pub fn call_bytes(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Bytes, String> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body).map_err(|e| e.to_string())?;
    let mut response = agent.run(request).map_err(|e| e.to_string())?;
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(|e| e.to_string())?;
    let pair = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
    };
    let headers = response.headers().iter().map(pair).collect();
    Ok(Bytes { status: response.status().as_u16(), headers, body })
}

/// The receipt code on a page that shows it.
pub fn receipt_code(page: &str) -> String {
    let (_, rest) = page.split_once("<code id=\"receipt-code\">").expect("a receipt code");
    let shown = rest.split_once("</code>").expect("an end").0;
    shown.replace("<span>", "").replace("</span>", "")
}

/// A session or a receipt code as the header `authorization` has it.
pub fn bearer(word: &str) -> String {
    format!("Bearer {word}")
}

/// Fields as a browser sends a form.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// A form with files, as a browser sends it: its type, and its bytes. A file is its name, its kind and what is in it.
pub fn upload(fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
    let mut bytes = Vec::new();
    let mut part = |head: String, body: &[u8]| {
        bytes.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, kind, body) in files {
        // As browsers do (HTML, multipart/form-data encoding algorithm).
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        part(format!("name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}"), body);
    }
    bytes.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), bytes)
}

fn encoded(text: &str) -> String {
    let byte = |b: u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(b).to_string(),
        b' ' => "+".to_owned(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}
