//! The lines by which mail programs announce an earlier message: "On … wrote:", "----- Original Message -----".
//!
//! Their forms and languages are those of `email_reply_trimmer`, which knows them as backtracking patterns over the
//! whole text. Here they are word lists and a few tests on at most [`MOST_LINES`] lines of bounded length.

use super::evidence::{has_address, has_clock, has_year, is_dated};
use super::kind::LONGEST_LINE_BYTES;

/// How surely an earlier message begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    Sure,
    /// It could be a sentence ("On startup the log says:"): it counts when a quote follows.
    Likely,
}

/// An announcement: how sure, and over how many lines it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub sureness: Sureness,
    pub lines: usize,
}

/// Over more lines no announcement was ever seen.
const MOST_LINES: usize = 5;

/// How an announcement begins and ends: "On (date), (somebody) wrote:".
struct Form {
    starts: &'static [&'static str],
    verbs: &'static [&'static str],
    /// Somebody may stand after the verb: "Am (date) schrieb (somebody):".
    verb_first: bool,
}

const fn form(starts: &'static [&'static str], verbs: &'static [&'static str], verb_first: bool) -> Form {
    Form { starts, verbs, verb_first }
}

const FORMS: &[Form] = &[
    form(&["在 "], &["写道"], false),
    form(&["op "], &["het volgende geschreven", "schreef"], true),
    form(&["in message "], &["writes"], false),
    form(&["on ", "at "], &["wrote", "writes", "says", "said"], false),
    form(&["le "], &["a écrit", "nous a dit"], false),
    form(&["am "], &["schrieb", "schrieben sie", "geschrieben"], true),
    form(&["il "], &["ha scritto"], false),
    form(&["dnia ", "dňa "], &["napisał", "napisał(a)"], false),
    form(&["em "], &["escreveu"], false),
    form(&["el "], &["escribió"], false),
    form(&["den ", "man. ", "tir. ", "ons. ", "tor. ", "fre. ", "lør. ", "søn. "], &["skrev"], true),
];

/// Verbs that end an announcement which begins with the date itself.
const VERBS_AFTER_DATE: &[&str] = &["написал", "написала", "napisał(a)", "пише"];

const FORWARDED: &[&str] = &[
    "forwarded message",
    "original message",
    "reply message",
    "message transféré",
    "ursprüngliche nachricht",
    "mensaje original",
    "原始邮件",
];

/// The announcement that begins with the first of the lines, and over how many of them it goes.
pub fn find(lines: &[&str]) -> Option<Found> {
    let first = *lines.first()?;
    if first.len() > LONGEST_LINE_BYTES {
        return None;
    }
    let text = plain(first);
    let text = text.trim_start_matches([' ', '<', '>', '-']);
    let alone = in_one_line(first, text).map(|sureness| Found { sureness, lines: 1 });
    match alone {
        Some(Found { sureness: Sureness::Sure, .. }) => alone,
        _ => over_lines(lines, text).or(alone),
    }
}

/// In lower case, every run of blanks as one space, without blanks around.
pub fn plain(line: &str) -> String {
    line.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_one_line(line: &str, text: &str) -> Option<Sureness> {
    if is_forwarded(line, text) || is_iso_date_of_somebody(text) || is_posted(text) {
        return Some(Sureness::Sure);
    }
    by_form(text).or_else(|| by_address(text)).or_else(|| by_somebody(text))
}

/// Joins lines until they are an announcement. Only a line that holds a date begins one, so that nothing is searched
/// for below ordinary text.
fn over_lines(lines: &[&str], first: &str) -> Option<Found> {
    if !is_dated(first) {
        return None;
    }
    let mut text = first.to_owned();
    for (above, line) in lines.iter().enumerate().take(MOST_LINES).skip(1) {
        if line.len() > LONGEST_LINE_BYTES {
            return None;
        }
        let next = plain(line);
        let next = next.trim_start_matches([' ', '>']);
        // A sentence may end before an empty line; an announcement does not.
        if ends_itself(&text, next) || in_one_line(line, next).is_some() || begins_like(first, next) {
            return None;
        }
        text = format!("{text} {next}").trim_end().to_owned();
        if is_whole(&text, first.len()) {
            return Some(Found { sureness: Sureness::Sure, lines: above + 1 });
        }
    }
    None
}

/// No announcement goes on from the text to the next line.
fn ends_itself(text: &str, next: &str) -> bool {
    let sentence = next.is_empty() && text.ends_with('.');
    let spent = FORMS.iter().find(|form| form.starts_with(text)).is_some_and(|form| {
        !form.verb_first && form.verbs.iter().any(|verb| text.split(' ').any(|word| word == *verb))
    });
    sentence || spent
}

/// Both begin with the same word of a form: the next line is the announcement, the first a sentence.
fn begins_like(first: &str, next: &str) -> bool {
    let starts = || FORMS.iter().flat_map(|form| form.starts);
    is_dated(next) && starts().any(|start| first.starts_with(start) && next.starts_with(start))
}

/// The joined lines are an announcement; an address alone has to begin where the first line ends.
fn is_whole(text: &str, first_bytes: usize) -> bool {
    let after_verb = FORMS.iter().any(|form| form.starts_with(text) && form.ends_with(text));
    let formed = by_form(text) == Some(Sureness::Sure) && is_closed(text) && (after_verb || has_address(text));
    let address = || text.rfind('<').is_some_and(|at| at <= first_bytes + 1);
    formed || (by_address(text) == Some(Sureness::Sure) && address())
}

impl Form {
    fn starts_with(&self, text: &str) -> bool {
        self.starts.iter().any(|start| text.starts_with(start))
    }

    fn ends_with(&self, text: &str) -> bool {
        ends_with_any(text, self.verbs)
    }

    fn holds_verb(&self, text: &str) -> bool {
        self.verbs.iter().any(|verb| text.contains(&format!(" {verb} ")))
    }
}

/// "On (date), (somebody) wrote:", "Am (date) schrieb (somebody):", "(somebody) schrieb am (date):".
fn by_form(text: &str) -> Option<Sureness> {
    let closed = is_closed(text);
    let date = has_year(text) || has_clock(text);
    for form in FORMS.iter().filter(|form| form.starts_with(text)) {
        if form.ends_with(text) {
            return Some(sure_if(is_dated(text) && (closed || has_year(text))));
        }
        if form.verb_first && closed && form.holds_verb(text) {
            return Some(sure_if(is_dated(text)));
        }
    }
    if closed && has_year(text) && ends_with_any(text, VERBS_AFTER_DATE) {
        return Some(Sureness::Sure);
    }
    let on_date = text.contains(" wrote on ") || text.contains(" schrieb am ");
    (closed && on_date).then(|| sure_if(date))
}

/// "2016-10-24 15:36 GMT+02:00 (somebody) <(address)>:". Without a date in front it may be a thank-you.
fn by_address(text: &str) -> Option<Sureness> {
    let (before, address) = text.trim_end_matches(':').strip_suffix('>')?.rsplit_once('<')?;
    if !has_address(address) || !has_year(before) {
        return None;
    }
    let date_first = before.split(' ').next().is_some_and(|word| {
        word.starts_with(|letter: char| letter.is_ascii_digit()) && word.matches(['-', '/', '.']).count() == 2
    });
    Some(sure_if(date_first || (has_clock(before) && is_closed(text))))
}

/// "(somebody) <(address)> wrote:", "(somebody) via (something) schrieb:".
fn by_somebody(text: &str) -> Option<Sureness> {
    let somebody = text.split(' ').next().is_some_and(|word| !word.contains('@'));
    let known = text.contains(" via ") || (somebody && has_address(text));
    (known && ends_with_any(text, &["wrote", "schrieb"])).then(|| sure_if(is_closed(text)))
}

/// "Begin forwarded message:", "----- Original Message -----".
fn is_forwarded(line: &str, text: &str) -> bool {
    if text.starts_with("begin forwarded message:") || text.starts_with("début du message transféré :") {
        return true;
    }
    let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '>' || letter == '*');
    let title = text.trim_start_matches(['*', ' ', '-']);
    let after = FORWARDED.iter().find_map(|words| title.strip_prefix(words));
    line.starts_with("--") && after.is_some_and(|after| after.trim_start().starts_with("--"))
}

/// "2016-03-03 17:21 GMT+01:00 (somebody)".
fn is_iso_date_of_somebody(text: &str) -> bool {
    let mut words = text.split(' ');
    let mut next = || words.next().unwrap_or_default();
    let (date, clock, zone) = (next(), next(), next());
    let somebody = words.collect::<String>();
    date.len() == 10
        && has_year(date)
        && has_clock(clock)
        && zone.starts_with("gmt+")
        && !somebody.is_empty()
        && somebody.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// "Posted by (somebody) on 01/21/2016".
fn is_posted(text: &str) -> bool {
    let Some((_, date)) = text.strip_prefix("posted by ").and_then(|rest| rest.rsplit_once(" on ")) else {
        return false;
    };
    date.len() == 10 && date.chars().all(|letter| letter.is_ascii_digit() || letter == '/')
}

fn sure_if(sure: bool) -> Sureness {
    if sure { Sureness::Sure } else { Sureness::Likely }
}

fn ends_with_any(text: &str, verbs: &[&str]) -> bool {
    let text = text.trim_end_matches([' ', '.', ':', '：', '>', '-']);
    verbs.iter().any(|verb| text.ends_with(verb))
}

/// Ends as only an announcement does: with a colon or a line of dashes.
fn is_closed(text: &str) -> bool {
    text.trim_end_matches([' ', '>']).ends_with([':', '：', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sureness(line: &str) -> Option<Sureness> {
        find(&[line]).map(|found| found.sureness)
    }

    #[test]
    fn announcements() {
        for line in [
            "On Wed, Sep 25, 2013, at 03:57 PM, jorge_castro wrote:",
            "---- On Tue, 22 Dec 2015 14:17:36 +0530 Sam&lt;info@discourse.org&gt; wrote ----",
            "At 6/16/2016 08:32 PM, you wrote:",
            "Op 24 aug. 2013 om 16:48 heeft ven88 <info@discourse.org> het volgende geschreven:",
            "Le 4 janv. 2016 19:03, \"Neil Lalonde\" <info@discourse.org> a écrit\u{a0}:",
            "søn. 30. apr. 2017 kl. 00.26 skrev David Taylor <meta@discoursemail.com>:",
            "2013/10/2 camilohollanda <info@discourse.org>",
            "ср, 1 апр. 2015, 18:29, Denis Didkovsky <info@discourse.org>:",
            "2016-03-03 17:21 GMT+01:00 Some One",
            "codinghorror via Discourse Meta <info@discourse.org> schrieb:",
            "Gavin Sinclair (gsinclair@soyabean.com.au) wrote:",
            "Posted by mpalmer on 01/21/2016",
            "*----- Original Message -----*",
            "> Begin forwarded message:",
        ] {
            assert_eq!(sureness(line), Some(Sureness::Sure), "{line}");
        }
    }

    #[test]
    fn sentences_of_reports() {
        for line in ["On startup of express@4.18 the log says:", "On 127.0.0.1:8080, with CVE-2024-1234, he said"] {
            assert_eq!(sureness(line), Some(Sureness::Likely), "{line}");
        }
        for line in ["On Linux it crashes:", "The header is sent on every request."] {
            assert_eq!(sureness(line), None, "{line}");
        }
    }

    #[test]
    fn broken_over_lines() {
        for (text, lines) in [
            ("On Thu, 31 Mar 2016 at 11:16 Some One\n\n<\nmailto:S <some.one@foo.bar>\n> wrote:", Some(5)),
            ("Max <m@example.org> schrieb am Fr., 28.\nApr. 2017 um 11:53 Uhr:", Some(2)),
            ("2016-10-24 15:36 GMT+02:00 Foo bar <\ninfo@foo.bar>:", Some(2)),
            ("On 1 Feb 2016 it crashed.\n\nBob wrote:", None),
            ("On 1 Feb 2016 it crashed\nOn 2 Feb 2016, Bob wrote:", None),
            ("On 1 Feb 2016 Bob wrote it\nand Eve wrote:", None),
            ("I ran it on 2016-10-24 15:36.\nThanks to Foo <info@foo.bar>", None),
        ] {
            let lines_of_text: Vec<&str> = text.lines().collect();
            assert_eq!(find(&lines_of_text).map(|found| found.lines), lines, "{text}");
        }
    }
}
