//! `GET /desk/cases/{id}/mail/{content}` and `…/attachments/{index}`: a mail as it came, and what was attached to it;
//! `…/files/{content}`: a file that came by the page, or a text that is too long for one. Always
//! to be saved, never to be shown: whoever wrote it may wish the team ill. Reading is recorded, as a page's is.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_domain::case::ContentRef;
use desk_domain::id::{ContentId, MemberId};
use desk_http::Problem;
use desk_keys::SecretKey;
use desk_mail::read::{Limits, saved_name};
use desk_view::UnsealedCase;

use super::look;
use super::named;
use super::piece::{PIECE, Piece, piece};
use crate::Team;
use crate::as_of_now::AsOfNow;

/// Text travels as text, where each byte may be written in six.
const TEXT_BYTES: usize = 512 * 1024;

const SANDBOX: &str = "default-src 'none'; sandbox";

/// What is handed out. No `Debug`.
struct File {
    name: String,
    content_type: &'static str,
    bytes: Vec<u8>,
    /// How a shell gets it, whatever its size.
    command: String,
}

/// A case that is the caller's to read, its key, and the name of what is asked for in it. No `Debug`.
struct AskedFor {
    by: MemberId,
    opened: UnsealedCase,
    key: SecretKey,
    name: ContentId,
}

pub(crate) async fn raw(
    AsOfNow(team): AsOfNow,
    Path((id, content)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (kept, raw) = team.kept(&id, &content, &headers).await?;
    let command = format!("desk case mail {id} --content {content} --out FILE");
    let name = format!("{}-{content}.eml", kept.case.id);
    answer(File { name, content_type: "message/rfc822", bytes: raw, command }, &headers)
}

pub(crate) async fn attachment(
    AsOfNow(team): AsOfNow,
    Path((id, content, index)): Path<(String, String, usize)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (kept, raw) = team.kept(&id, &content, &headers).await?;
    let reporter = team.reporter_key(&kept);
    let found = look::attachment(&raw, &Limits::of(&team.policy), &team.opener(reporter.as_ref()), index);
    let (attached, bytes) = found.ok_or_else(Problem::not_found)?;
    let content_type = kind(&attached.content_type, &bytes);
    let command = format!("desk case mail {id} --content {content} --attachment {index} --out FILE");
    answer(File { name: attached.name, content_type, bytes, command }, &headers)
}

pub(crate) async fn file(
    AsOfNow(team): AsOfNow,
    Path((id, content)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = team.opened_to(&id, &content, &headers).await?;
    let command = format!("desk case file {id} {content} --out FILE");
    if let Some((seq, text)) = asked.opened.whole(&asked.name) {
        let case = &asked.opened.case.id;
        team.members.record_reading(case, &asked.by, team.clock.now()).await?;
        let (name, bytes) = (format!("{case}-{seq}.txt"), text.into_bytes());
        return answer(File { name, content_type: kind("text/plain", &bytes), bytes, command }, &headers);
    }
    let (about, kept) = asked.opened.file(&asked.name).ok_or_else(Problem::not_found)?;
    let bytes = team.given_out(&asked, kept).await?;
    let content_type = kind(&about.content_type, &bytes);
    answer(File { name: about.name, content_type, bytes, command }, &headers)
}

/// What a file is given out as: as text where it is some, else as bytes.
fn kind(said: &str, bytes: &[u8]) -> &'static str {
    let is_text = said == "text/plain" && bytes.len() <= TEXT_BYTES && std::str::from_utf8(bytes).is_ok();
    if is_text { "text/plain; charset=utf-8" } else { "application/octet-stream" }
}

impl Team {
    /// A mail of a case that is the caller's to read, as it came. The reading is recorded.
    async fn kept(&self, id: &str, content: &str, headers: &HeaderMap) -> Result<(UnsealedCase, Vec<u8>), Problem> {
        let asked = self.opened_to(id, content, headers).await?;
        let opened = &asked.opened;
        let mail = named(&opened.case, &opened.events, &asked.name).ok_or_else(Problem::not_found)?;
        let raw = self.given_out(&asked, mail).await?;
        Ok((asked.opened, raw))
    }

    async fn opened_to(&self, id: &str, content: &str, headers: &HeaderMap) -> Result<AskedFor, Problem> {
        let member = self.member(headers, true).await?;
        let stored = self.readable(id, &member.id).await?;
        let name: ContentId = content.parse().map_err(|_| Problem::not_found())?;
        let key = self.keys(&stored).await?.team;
        let opened = self.unsealed_with(stored.case, &key, |wanted, log| wanted.naming(log, &name)).await?;
        Ok(AskedFor { by: member.id.clone(), opened, key, name })
    }

    /// What was asked for, opened. The reading is recorded.
    async fn given_out(&self, asked: &AskedFor, content: &ContentRef) -> Result<Vec<u8>, Problem> {
        let case = &asked.opened.case.id;
        self.members.record_reading(case, &asked.by, self.clock.now()).await?;
        Ok(self.kept_whole(case, &asked.key, content).await?)
    }
}

/// The file, or the piece of it that was asked for.
fn answer(file: File, headers: &HeaderMap) -> Result<Response, Problem> {
    let len = file.bytes.len();
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let mut response = match piece(range, len) {
        Piece::Whole => ([(header::CONTENT_TYPE, file.content_type)], file.bytes).into_response(),
        Piece::Part(from, until) => {
            let place = format!("bytes {from}-{}/{len}", until - 1);
            let part = file.bytes[from..until].to_vec();
            // Half a character is no text.
            let kind = "application/octet-stream".to_owned();
            let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_RANGE, place)];
            (StatusCode::PARTIAL_CONTENT, headers, part).into_response()
        }
        Piece::TooLarge => {
            let detail = format!(
                "It has {len} bytes, and an answer holds at most {PIECE}: ask for it in pieces (Range), or in a shell: {}",
                file.command
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        Piece::Unsatisfiable => {
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, format!("It has {len} bytes."));
            let mut response = problem.into_response();
            if let Ok(place) = HeaderValue::from_str(&format!("bytes */{len}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, place);
            }
            return Ok(response);
        }
    };
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_DISPOSITION, disposition(&file.name));
    sent.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    sent.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    sent.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// To be saved under a name that cannot end the header: in ASCII, and (RFC 8187) as it is.
fn disposition(name: &str) -> HeaderValue {
    let name = saved_name(name);
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let byte = |b: u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    let exact: String = name.bytes().map(byte).collect();
    let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(bytes: usize, range: Option<&str>) -> Result<Response, Problem> {
        let mut headers = HeaderMap::new();
        if let Some(range) = range {
            headers.insert(header::RANGE, range.parse().unwrap());
        }
        let file = File {
            name: "poc.html".to_owned(),
            content_type: "application/octet-stream",
            bytes: vec![7; bytes],
            command: "desk case mail X".to_owned(),
        };
        answer(file, &headers)
    }

    #[test]
    fn a_file_is_saved_and_never_shown() {
        let response = get(3, None).unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(header("content-disposition"), "attachment; filename=\"poc.html\"; filename*=UTF-8''poc.html");
        assert_eq!(header("content-security-policy"), SANDBOX);
        assert_eq!(header("x-content-type-options"), "nosniff");
    }

    #[test]
    fn what_is_too_large_for_an_answer_comes_in_pieces() {
        let refused = get(PIECE + 1, None).unwrap_err();
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.detail().contains("desk case mail X"), "{}", refused.detail());
        let part = get(PIECE + 1, Some(&format!("bytes={PIECE}-"))).unwrap();
        let place = part.headers()[header::CONTENT_RANGE].to_str().unwrap().to_owned();
        assert_eq!(
            (part.status(), place),
            (StatusCode::PARTIAL_CONTENT, format!("bytes {PIECE}-{PIECE}/{}", PIECE + 1))
        );
        let beyond = get(3, Some("bytes=3-")).unwrap();
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.headers()[header::CONTENT_RANGE], "bytes */3");
    }

    #[test]
    fn no_name_ends_the_header_that_it_stands_in() {
        let value = disposition("a\"; b\r\nSet-Cookie: x\u{202e}é.txt");
        let text = value.to_str().unwrap();
        assert!(!text.contains(['\r', '\n']) && text.matches('"').count() == 2, "{text}");
        assert!(text.ends_with("%C3%A9.txt"), "{text}");
    }
}
