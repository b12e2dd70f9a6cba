//! Splits a text into lines that are judged as one each: a block of code, an announcement broken over lines.

use super::kind::{self, Kind};
use super::marker::{self, Sureness};

/// One or more lines of the text, judged as one.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub kind: Kind,
    /// Index of the first.
    pub start: usize,
    pub count: usize,
}

const FENCE: &str = "```";
const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const SIGNATURE_END: &str = "-----END PGP SIGNATURE-----";

/// Judges every line, first alone and then beside its neighbours.
pub fn judge(text: &[&str]) -> Vec<Line> {
    let mut reader = Reader::new(text);
    let mut lines = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (kind, count) = reader.next(at);
        lines.push(Line { kind, start: at, count });
        at += count;
    }
    let alone: Vec<Kind> = lines.iter().map(|line| line.kind).collect();
    for (index, line) in lines.iter_mut().enumerate() {
        let above = index.checked_sub(1).map(|above| alone[above]);
        if above == Some(Kind::Text) && is_underline(text, line)
            || line.kind == Kind::Signature && is_in_sentence(text[line.start], above, alone.get(index + 1))
        {
            line.kind = Kind::Text;
        }
    }
    lines
}

/// The line under a heading, as in Markdown: as long as the heading.
fn is_underline(text: &[&str], line: &Line) -> bool {
    let rule = text[line.start].trim();
    let heading = text[line.start - 1].trim().chars().count();
    line.kind == Kind::Delimiter
        && rule.len() > 2
        && rule.len().abs_diff(heading) < 2
        && ["=", "-"].iter().any(|sign| rule.trim_matches(|letter| sign.contains(letter)).is_empty())
}

/// "…, and the cookie is / sent with every request" is no signature.
fn is_in_sentence(line: &str, above: Option<Kind>, below: Option<&Kind>) -> bool {
    let goes_on = above == Some(Kind::Text) && line.trim_start().starts_with(char::is_lowercase);
    goes_on || below == Some(&Kind::Text)
}

/// Asked with rising positions, it reads the text once.
struct Reader<'a> {
    text: &'a [&'a str],
    fences: Ahead<'a>,
    signature_ends: Ahead<'a>,
    quote_ends: Ahead<'a>,
    /// Behind the last line that is not empty.
    end: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [&'a str]) -> Self {
        Self {
            text,
            fences: Ahead { text, wanted: |line| line.trim() == FENCE, at: 0 },
            signature_ends: Ahead { text, wanted: |line| line.trim() == SIGNATURE_END, at: 0 },
            quote_ends: Ahead { text, wanted: |line| line.starts_with("<<<"), at: 0 },
            end: text.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1),
        }
    }

    /// What begins here, and over how many lines it goes.
    fn next(&mut self, at: usize) -> (Kind, usize) {
        let line = self.text[at].trim();
        if line.is_empty() {
            return (Kind::Empty, 1);
        }
        let code = || line.strip_prefix(FENCE).is_some_and(|language| !language.contains('`'));
        if code()
            && let Some(end) = self.fences.after(at)
        {
            return (Kind::Text, end - at + 1);
        }
        if let Some(count) = self.frame(at, line) {
            return (Kind::Frame, count);
        }
        if let Some(count) = self.enclosed_quote(at, line) {
            return (Kind::Quote, count);
        }
        match self.marker(at) {
            Some(count) => (Kind::Marker, count),
            None => (kind::of(line), 1),
        }
    }

    /// PGP armor around a signed text, or the last lines of a mailing list.
    fn frame(&mut self, at: usize, line: &str) -> Option<usize> {
        let below = &self.text[at + 1..];
        if line == SIGNED {
            return Some(1 + usize::from(below.first().is_some_and(|line| line.starts_with("Hash: "))));
        }
        if line == SIGNATURE {
            return self.signature_ends.after(at).map(|end| end - at + 1);
        }
        let last = self.end - at;
        let footer = last <= 2 && line.starts_with("Unsubscribe: ") && line.contains('@');
        (footer && below.iter().take(last - 1).all(|line| line.contains("http:"))).then_some(last)
    }

    /// Old newsreaders put a quote between `>>> name >>>` and `<<< name <<<`.
    fn enclosed_quote(&mut self, at: usize, line: &str) -> Option<usize> {
        let name = line.strip_prefix(">>>")?.strip_suffix('>')?.trim_matches(['>', ' ']);
        let end = self.quote_ends.after(at)?;
        (self.text[end].trim_matches(['<', ' ']) == name).then_some(end - at + 1)
    }

    fn marker(&self, at: usize) -> Option<usize> {
        let found = marker::find(&self.text[at..])?;
        let below = || self.text[at + found.lines..].iter().take(3).find(|line| !line.trim().is_empty());
        let quoted = || below().is_some_and(|line| kind::of(line) == Kind::Quote);
        (found.sureness == Sureness::Sure || quoted()).then_some(found.lines)
    }
}

/// The next wanted line; positions rise, so every line is looked at once.
struct Ahead<'a> {
    text: &'a [&'a str],
    wanted: fn(&str) -> bool,
    at: usize,
}

impl Ahead<'_> {
    fn after(&mut self, position: usize) -> Option<usize> {
        self.at = self.at.max(position + 1);
        while self.at < self.text.len() && !(self.wanted)(self.text[self.at]) {
            self.at += 1;
        }
        (self.at < self.text.len()).then_some(self.at)
    }
}
