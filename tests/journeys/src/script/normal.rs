//! Makes what is random the same: ids are counted, times are said from the journey's start, tokens and addresses named.

use desk_domain::id::CaseId;
use jiff::Timestamp;

/// The policy's rota goes around once in four weeks from here.
const ROTA_STARTS: &str = "2026-11-23T09:00:00Z";
const ROUND: i64 = 28 * 24 * 60 * 60;

/// How far it is from `now` to the start of the rota's next round; `None` when it is now.
pub(super) fn seconds_to_next_round(now: &str) -> Option<i64> {
    let (now, start): (Timestamp, Timestamp) = (now.parse().expect("a time"), ROTA_STARTS.parse().expect("a time"));
    let into = (now.as_second() - start.as_second()).rem_euclid(ROUND);
    (into > 0).then_some(ROUND - into)
}

/// What a journey has seen of the random.
pub(super) struct Normal {
    url: String,
    /// T+0.
    start: Timestamp,
    /// Ids in the order in which they were first seen.
    cases: Vec<String>,
}

impl Normal {
    pub(super) fn new(url: &str, start: &str) -> Normal {
        Normal { url: url.to_owned(), start: start.parse().expect("a time"), cases: Vec::new() }
    }

    /// The text with everything random replaced.
    pub(super) fn text(&mut self, text: &str) -> String {
        let (mut out, mut rest, mut inside_word) = (String::new(), text, false);
        while let Some(c) = rest.chars().next() {
            let found = if inside_word { None } else { self.found(rest) };
            let (length, put) = found.unwrap_or((c.len_utf8(), c.to_string()));
            inside_word = put.ends_with(|c: char| c.is_ascii_alphanumeric());
            out += &put;
            rest = &rest[length..];
        }
        out
    }

    /// What the text begins with, when that is random: how long it is, and what to put there.
    fn found(&mut self, text: &str) -> Option<(usize, String)> {
        if text.starts_with(&self.url) {
            return Some((self.url.len(), "http://desk.test".to_owned()));
        }
        if let Some(id) = case_id(text) {
            let place = self.cases.iter().position(|c| c == id).unwrap_or_else(|| {
                self.cases.push(id.to_owned());
                self.cases.len() - 1
            });
            // As long as an id is, so that lines fold where they did.
            let counted = match id.len() {
                14 => format!("EXP-2026-{:05}", place + 1),
                _ => format!("EXP-2026-U{:06}", place + 1),
            };
            let spoken = id.parse().map(|id: CaseId| format!(" {}", id.spoken())).unwrap_or_default();
            return Some(match text[id.len()..].starts_with(&spoken) && !spoken.is_empty() {
                true => (id.len() + spoken.len(), counted + " (its two words)"),
                false => (id.len(), counted),
            });
        }
        // Days of a policy stand; the day of a publication is the journey's.
        const PUBLISHED: &str = "Published ";
        if let Some(day) = text.strip_prefix(PUBLISHED).and_then(|rest| rest.get(..10))
            && let Ok(day) = day.parse::<jiff::civil::Date>()
            && instant(&text[PUBLISHED.len()..]).is_none()
        {
            let at = day.to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp()).unwrap_or(self.start);
            let days = at.as_second().div_euclid(86_400) - self.start.as_second().div_euclid(86_400);
            return Some((PUBLISHED.len() + 10, format!("{PUBLISHED}T+{days}d")));
        }
        if let Some((length, at)) = instant(text) {
            return Some((length, since(self.start, at)));
        }
        secret(text)
    }
}

/// A token, a receipt code or a hash.
fn secret(text: &str) -> Option<(usize, String)> {
    for parameter in ["t=", "token="] {
        if let Some(token) =
            text.strip_prefix(parameter).map(|t| run(t, |c| c.is_ascii_alphanumeric() || "-_.".contains(c)))
            && token.len() > 20
        {
            return Some((parameter.len() + token.len(), format!("{parameter}TOKEN")));
        }
    }
    let word = run(text, |c| c.is_ascii_lowercase() || c == '-');
    if word.split('-').count() == 12 && word.split('-').all(|w| w.len() >= 3) {
        return Some((word.len(), "TWELVE-WORDS".to_owned()));
    }
    let hex = run(text, |c| c.is_ascii_hexdigit());
    if hex.len() == 64 {
        return Some((64, "SHA256".to_owned()));
    }
    None
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// `EXP-2026-7K3QF`; of what is kept for a while only, `EXP-2026-U7K3QF0`.
fn case_id(text: &str) -> Option<&str> {
    let of_length =
        |length: usize| text.get(..length).filter(|id| id.starts_with("EXP-") && id.parse::<CaseId>().is_ok());
    [16, 14].into_iter().find_map(of_length)
}

/// `2026-11-23T09:00:00.167Z`, or `Mon 2026-11-23 09:00 UTC`, also where a mail's line (shown behind a bar) ends between.
fn instant(text: &str) -> Option<(usize, Timestamp)> {
    if let Some(day) =
        ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "].iter().find_map(|d| text.strip_prefix(d))
    {
        return instant(day).map(|(length, at)| (length + text.len() - day.len(), at));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let date = text.get(..10).filter(|d| d.parse::<jiff::civil::Date>().is_ok())?;
    let exact = run(text, |c| c.is_ascii_digit() || "-:.TZ+".contains(c));
    if let Ok(at) = exact.parse() {
        return Some((exact.len(), at));
    }
    let gap = |c: char| c.is_whitespace() || c == '|';
    let time = text[10..].trim_start_matches(gap);
    let clock = time.get(..5)?;
    let zone = time[5..].trim_start_matches(gap).strip_prefix("UTC")?;
    let at = format!("{date}T{clock}:00Z").parse().ok()?;
    Some((text.len() - zone.len(), at))
}

/// `T+1d12h`, in whole minutes: scripts let single seconds pass for mails to be sent.
fn since(start: Timestamp, at: Timestamp) -> String {
    let minute = |t: Timestamp| t.as_second().div_euclid(60);
    let minutes = minute(at) - minute(start);
    let units = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "m")];
    let said: String = units.iter().filter(|(n, _)| *n != 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if said.is_empty() { "T+0".to_owned() } else { format!("T+{said}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_random_is_made_the_same_and_the_rest_is_kept() {
        let start = "2026-11-23T09:00:00.167Z";
        let is =
            |text: &str, expected: &str| assert_eq!(Normal::new("http://127.0.0.1:4711", start).text(text), expected);
        is("EXP-2026-7K3QF, EXP-2026-AAAAA, EXP-2026-7K3QF.", "EXP-2026-00001, EXP-2026-00002, EXP-2026-00001.");
        is("EXP-2026-7K3QF, EXP-2026-U7K3QF0.", "EXP-2026-00001, EXP-2026-U000002.");
        is("due 2026-11-24T21:05:00.167Z!", "due T+1d12h5m!");
        is("due Mon 2026-11-23\n| 09:00 UTC (now)", "due T+0 (now)");
        is("http://127.0.0.1:4711/case?t=abcdefghijklmnopqrstuvwxyz.x_y-z end", "http://desk.test/case?t=TOKEN end");
        is("ghost-casino-evidence-click-guitar-flip-ankle-cake-quit-hood-model-unfold", "TWELVE-WORDS");
        is("on 2027-01-31, as-is", "on 2027-01-31, as-is");
        is("Published 2026-11-25. Published 2026-11-23 09:00 UTC", "Published T+2d. Published T+0");
        is("<updated>2026-11-23T09:01:30+00:00<", "<updated>T+1m<");
    }

    #[test]
    fn the_rota_begins_a_round_every_four_weeks() {
        assert_eq!(seconds_to_next_round("2026-11-23T09:00:00.5Z"), None);
        assert_eq!(seconds_to_next_round("2026-11-23T08:00:00Z"), Some(3600));
        assert_eq!(seconds_to_next_round("2026-12-21T08:59:59Z"), Some(1));
    }
}
