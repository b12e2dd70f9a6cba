//! Forms with files (`multipart/form-data`, RFC 7578), as a browser sends them, within limits. Fields stand before files in our
//! forms, so that of a form whose files are too large the words are known all the same.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use multer::{Field, Multipart};

use crate::Problem;
use crate::body::FORGOTTEN_BYTES;

/// The most parts that a form has: more is no browser's form of ours.
const PARTS: usize = 400;

/// How much of a form is taken.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// All fields together.
    pub field_bytes: usize,
    /// All files together.
    pub file_bytes: usize,
}

/// What a form was sent with. No `Debug`: it is words.
#[derive(Default)]
pub struct Upload {
    /// The fields; the last of a name counts.
    pub fields: BTreeMap<String, String>,
    pub files: Vec<SentFile>,
    /// The files were too large together: there are none then.
    pub too_large: bool,
}

/// A file as it was sent. No `Debug`.
pub struct SentFile {
    /// As its sender calls it: nothing to be believed.
    pub name: String,
    /// As its sender says; `None` where that is nothing of that form.
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

/// Whether a request says that it is such a form.
pub fn is_upload(headers: &HeaderMap) -> bool {
    boundary(headers).is_some()
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Reads a form with files.
///
/// # Errors
/// 400 when it is not what it says, 413 when its words are too many, or far more was sent than is taken.
pub async fn read(headers: &HeaderMap, body: Body, most: Most) -> Result<Upload, Problem> {
    let boundary = boundary(headers).ok_or_else(damaged)?;
    let mut parts = Multipart::new(body.into_data_stream(), boundary);
    let (mut upload, mut reading) = (Upload::default(), Reading { most, fields: 0, files: 0, parts: 0 });
    while let Some(part) = parts.next_field().await.map_err(|_| damaged())? {
        reading.part(part, &mut upload).await?;
    }
    if reading.files > most.file_bytes {
        upload.too_large = true;
        upload.files.clear();
    }
    Ok(upload)
}

/// How far reading is.
struct Reading {
    most: Most,
    fields: usize,
    files: usize,
    parts: usize,
}

impl Reading {
    async fn part(&mut self, mut part: Field<'_>, upload: &mut Upload) -> Result<(), Problem> {
        self.parts += 1;
        if self.parts > PARTS {
            return Err(too_large(self.most));
        }
        let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let content_type = part.content_type().map(|kind| kind.essence_str().to_owned());
        let (mut bytes, is_file) = (Vec::new(), file.is_some());
        while let Some(chunk) = part.chunk().await.map_err(|_| damaged())? {
            if self.takes(chunk.len(), is_file)? {
                bytes.extend_from_slice(&chunk);
            }
        }
        match file {
            // A browser sends a field for files that was left empty as a file without a name.
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => upload.files.push(SentFile { name, content_type, bytes }),
            None => drop(upload.fields.insert(name, String::from_utf8_lossy(&bytes).into_owned())),
        }
        Ok(())
    }

    /// Whether so much more is kept; what is over the limit of files is read and forgotten.
    fn takes(&mut self, bytes: usize, is_file: bool) -> Result<bool, Problem> {
        let (read, most) = match is_file {
            true => (&mut self.files, self.most.file_bytes),
            false => (&mut self.fields, self.most.field_bytes),
        };
        *read += bytes;
        let (kept, left) = (*read <= most, most.saturating_add(FORGOTTEN_BYTES));
        if *read > left || (!is_file && !kept) { Err(too_large(self.most)) } else { Ok(kept) }
    }
}

fn damaged() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "The form did not arrive whole. Please send it again.")
}

fn too_large(most: Most) -> Problem {
    let detail = format!(
        "It is too large: one form takes {} bytes of words, and {} bytes of files.",
        most.field_bytes, most.file_bytes
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const MOST: Most = Most { field_bytes: 20, file_bytes: 10 };

    fn form(parts: &[(&str, &str)]) -> String {
        let part =
            |(head, body): &(&str, &str)| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        parts.iter().map(part).collect::<String>() + "--b--\r\n"
    }

    fn read_form(body: String) -> Result<Upload, Problem> {
        let kind = HeaderValue::from_static("multipart/form-data; boundary=b");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
        assert!(is_upload(&headers));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(read(&headers, body.into(), MOST))
    }

    #[test]
    fn fields_and_files_are_told_apart_and_an_empty_choice_is_no_file() {
        let file = "name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/plain; charset=utf-8";
        let none = "name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream";
        let read = read_form(form(&[("name=\"text\"", "a\r\nb"), (file, "0123"), (none, "")])).ok().unwrap();
        assert_eq!(read.fields, BTreeMap::from([("text".to_owned(), "a\r\nb".to_owned())]));
        let [found] = &read.files[..] else { panic!("one file, not {}", read.files.len()) };
        assert_eq!((found.name.as_str(), found.content_type.as_deref()), ("a.txt", Some("text/plain")));
        assert_eq!((found.bytes.as_slice(), read.too_large), (b"0123".as_slice(), false));
    }

    #[test]
    fn of_files_that_are_too_large_together_none_is_kept_and_the_words_are() {
        let file = "name=\"files\"; filename=\"a\"";
        let read = read_form(form(&[("name=\"text\"", "w"), (file, "012345"), (file, "012345")])).ok().unwrap();
        assert!(read.too_large && read.files.is_empty() && read.fields["text"] == "w");
        let whole = read_form(form(&[(file, "01234"), (file, "01234")])).ok().unwrap();
        assert_eq!((whole.files.len(), whole.too_large), (2, false), "up to the limit itself");
    }

    #[test]
    fn what_is_not_such_a_form_or_far_too_much_is_refused() {
        let status = |body: String| read_form(body).err().map(|problem| problem.status().as_u16());
        assert_eq!(status(form(&[("name=\"text\"", &"w".repeat(21))])), Some(413));
        let file = "name=\"files\"; filename=\"a\"";
        assert_eq!(status(form(&[(file, &"w".repeat(FORGOTTEN_BYTES + 11))])), Some(413));
        assert_eq!(status(form(&[("name=\"a\"", ""); PARTS + 1])), Some(413));
        assert_eq!(status("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut".to_owned()), Some(400));
        assert_eq!(status(String::new()), Some(400));
        let json = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        assert!(!is_upload(&json));
    }
}
