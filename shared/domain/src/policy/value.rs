//! The small values of the policy file, each made only through `FromStr`, whose error says what one looks like.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::de::{DeserializeOwned, IntoDeserializer};
use url::Url;

use crate::id::Malformed;
use crate::time;

/// A length of time: read as `90s`, `15m`, `24h` or `30d`, a day being exactly 24 hours; shown in words.
///
/// More than nothing and at most ten years, so that no instant that it is added to leaves the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(pub SignedDuration);

const DAY: i64 = 24 * 60 * 60;
const LONGEST_SECONDS: i64 = 3650 * DAY;

impl FromStr for Length {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed("must be a duration such as 90s, 15m, 24h or 30d, more than nothing and at most 3650d");
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => DAY,
            _ => return Err(wrong),
        };
        let digits = &text[..text.len() - 1];
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong);
        }
        match digits.parse::<i64>().ok().and_then(|n| n.checked_mul(unit)) {
            Some(seconds @ 1..=LONGEST_SECONDS) => Ok(Length(SignedDuration::from_secs(seconds))),
            _ => Err(wrong),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&time::promise(self.0))
    }
}

/// A bare mail address, `security@example.org`, of characters that need no quoting in a header, a `mailto:` URI or a
/// page; addresses that do are legal and not taken.
pub struct MailAddress(pub String);

impl FromStr for MailAddress {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@.-_+=~'".contains(&b));
        match EmailAddress::parse_with_options(text, options) {
            Ok(_) if plain => Ok(MailAddress(text.to_owned())),
            _ => Err(Malformed("must be a mail address such as security@example.org")),
        }
    }
}

/// An `https:` URL, kept as it was written; in ASCII and without what would end a link in Markdown or HTML.
pub(super) struct HttpsUrl(pub String);

impl FromStr for HttpsUrl {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\`|".contains(&b));
        match Url::parse(text) {
            Ok(url)
                if plain && text.starts_with("https://") && url.username().is_empty() && url.password().is_none() =>
            {
                Ok(HttpsUrl(text.to_owned()))
            }
            _ => Err(Malformed("must be an https URL such as https://example.org/security")),
        }
    }
}

/// The beginning of `tag:` URIs (RFC 4151, 2.1): a domain or an address, and a day on which it was the project's.
pub(super) struct TagName(pub String);

impl FromStr for TagName {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let is_domain = |name: &str| {
            let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
            plain && matches!(url::Host::parse(name), Ok(url::Host::Domain(host)) if host == name)
        };
        let is_box = |name: &str| {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._@".contains(&b));
            plain
                && name.parse::<MailAddress>().is_ok()
                && name.rsplit_once('@').is_some_and(|(_, host)| is_domain(host))
        };
        let is_day = |day: &str| {
            let whole = match day.len() {
                4 => format!("{day}-01-01"),
                7 => format!("{day}-01"),
                _ => day.to_owned(),
            };
            whole.parse::<Date>().is_ok_and(|date| date.to_string() == whole)
        };
        match text.split_once(',') {
            Some((name, day)) if (is_domain(name) || is_box(name)) && is_day(day) => Ok(TagName(text.to_owned())),
            _ => Err(Malformed(
                "must be a domain (or an address) and a day on which it was the project's, such as example.org,2026",
            )),
        }
    }
}

/// What the desk calls by itself: an [`HttpsUrl`], or plain HTTP to this very machine (an agent that passes the call on).
pub(super) struct CalledUrl(pub String);

impl FromStr for CalledUrl {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let local = ["http://127.0.0.1:", "http://localhost:"].iter().find_map(|start| text.strip_prefix(start));
        let as_https = local.map(|rest| format!("https://localhost:{rest}"));
        match as_https.as_deref().unwrap_or(text).parse::<HttpsUrl>() {
            Ok(_) => Ok(CalledUrl(text.to_owned())),
            Err(_) => Err(Malformed("must be an https URL such as https://health.example.org/ping/desk")),
        }
    }
}

/// A secret that is sent in a header or a field: letters, digits and punctuation of ASCII.
pub(super) struct Token(pub String);

impl FromStr for Token {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if !text.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Token(text.to_owned()))
        } else {
            Err(Malformed("must be a key of at most 200 letters, digits and punctuation of ASCII, without blanks"))
        }
    }
}

/// Where the desk is reached: an [`HttpsUrl`] that a path can be added to.
pub(super) struct BaseUrl(pub String);

impl FromStr for BaseUrl {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text.parse() {
            Ok(HttpsUrl(url)) if !url.ends_with('/') && !url.contains(['?', '#']) => Ok(BaseUrl(url)),
            _ => Err(Malformed("must be an https URL without a trailing slash, '?' or '#'")),
        }
    }
}

/// A `mailto:` or `https:` URI.
pub(super) struct ContactUri(pub String);

impl FromStr for ContactUri {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let valid = match text.strip_prefix("mailto:") {
            Some(address) => address.parse::<MailAddress>().is_ok(),
            None => text.parse::<HttpsUrl>().is_ok(),
        };
        if valid {
            Ok(ContactUri(text.to_owned()))
        } else {
            Err(Malformed("must be a URI such as mailto:someone@example.org or https://example.org/security"))
        }
    }
}

/// An instant with its offset: `2026-11-23T09:00:00Z`.
pub(super) struct Instant(pub Timestamp);

impl FromStr for Instant {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        text.parse().map(Instant).map_err(|_| Malformed("must be an instant such as 2026-11-23T09:00:00Z"))
    }
}

/// A day: `2026-12-24`.
pub(super) struct Day(pub Date);

impl FromStr for Day {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text.parse() {
            Ok(day) if text.len() == "2026-12-24".len() => Ok(Day(day)),
            _ => Err(Malformed("must be a day such as 2026-12-24")),
        }
    }
}

/// A time of day to the minute: `08:00`.
pub(super) struct TimeOfDay(pub Time);

impl FromStr for TimeOfDay {
    type Err = Malformed;

    /// Takes TOML's own form too, which has seconds (`08:00:00`).
    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text.parse::<Time>() {
            Ok(time) if time.second() == 0 && ["08:00".len(), "08:00:00".len()].contains(&text.len()) => {
                Ok(TimeOfDay(time))
            }
            _ => Err(Malformed("must be a time of day (UTC) such as 08:00")),
        }
    }
}

/// A SHA-256 in hex, kept in small letters.
pub(super) struct Sha256(pub String);

impl FromStr for Sha256 {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Sha256(text.to_ascii_lowercase()))
        } else {
            Err(Malformed("must be a SHA-256 in hex, 64 digits: printf %s SECRET | sha256sum"))
        }
    }
}

/// One of the words of an enum that serde can read.
pub(super) struct Word<T>(pub T);

impl<T: DeserializeOwned> FromStr for Word<T> {
    type Err = NotOneOf;

    fn from_str(text: &str) -> Result<Self, NotOneOf> {
        T::deserialize(text.into_deserializer()).map(Word)
    }
}

/// A word that its enum does not have; `Display` says which there are.
#[derive(Debug)]
pub(super) struct NotOneOf(String);

impl fmt::Display for NotOneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotOneOf {}

impl serde::de::Error for NotOneOf {
    fn custom<T: fmt::Display>(message: T) -> Self {
        NotOneOf(message.to_string())
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        NotOneOf(format!("must be one of: {}", expected.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_exactly_and_shown_in_words() {
        let shown = ["1s", "90s", "15m", "90m", "1h", "24h", "2d", "72h", "5d", "3650d"];
        let words = shown.map(|text| text.parse::<Length>().unwrap().to_string());
        let expected = [
            "1 second",
            "90 seconds",
            "15 minutes",
            "90 minutes",
            "1 hour",
            "24 hours",
            "48 hours",
            "3 days",
            "5 days",
            "3650 days",
        ];
        assert_eq!(words, expected);
        assert_eq!("1d".parse::<Length>().unwrap().0, SignedDuration::from_hours(24));
    }

    #[test]
    fn a_tag_is_a_name_and_a_day_that_it_was_the_projects() {
        for right in ["example.org,2026", "expressjs.com,2026-11", "security@example.org,2026-11-22"] {
            assert_eq!(right.parse::<TagName>().ok().map(|tag| tag.0).as_deref(), Some(right));
        }
        for wrong in [
            "",
            "example.org",
            "example.org,",
            ",2026",
            "example.org,26",
            "example.org,2026-13",
            "example.org,2026-11-22T00",
            "example.org,2026,2027",
            "Example.org,2026",
            "exa mple.org,2026",
            "https://example.org,2026",
            "example.org:8080,2026",
            "127.0.0.1,2026",
            "a+b@example.org,2026",
        ] {
            assert!(wrong.parse::<TagName>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_length_that_is_nothing_negative_too_long_or_odd_is_refused() {
        for wrong in
            ["", "h", "0h", "-5h", "+5h", "1.5h", "5", "5 h", "5w", "24H", "3651d", "9223372036854775807d", "5é"]
        {
            assert!(wrong.parse::<Length>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn addresses_and_urls_cannot_carry_anything_into_a_header_or_a_page() {
        for wrong in
            ["", "a", "a@localhost", "A <a@example.org>", "a@example.org\r\nBcc: b@example.org", "\"a b\"@example.org"]
        {
            assert!(wrong.parse::<MailAddress>().is_err(), "{wrong:?}");
        }
        assert!("security+express@mail.example.org".parse::<MailAddress>().is_ok());
        let urls = [
            "",
            "http://example.org",
            "https://",
            "https://u:p@example.org",
            "https://example.org/\n",
            "https://example.org/<b>",
            "https:example.org",
        ];
        for wrong in urls {
            assert!(wrong.parse::<HttpsUrl>().is_err(), "{wrong:?}");
        }
        assert!("https://groups.google.com/forum/#!forum/express-js".parse::<HttpsUrl>().is_ok());
        assert!("https://desk.example.org/".parse::<BaseUrl>().is_err());
        for (url, right) in
            [("https://h.example/x", true), ("http://127.0.0.1:9/x", true), ("http://h.example/x", false)]
        {
            assert_eq!(url.parse::<CalledUrl>().is_ok(), right, "{url}");
        }
        assert!("mailto:a@example.org?subject=x".parse::<ContactUri>().is_err());
    }
}
