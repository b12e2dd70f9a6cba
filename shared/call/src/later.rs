//! When whoever was called says to be called again: `Retry-After` (RFC 9110, 10.2.3), in seconds or as a date of HTTP.

use jiff::{SignedDuration, Timestamp};
use ureq::http::HeaderMap;
use ureq::http::header::RETRY_AFTER;

/// Not to be called sooner. How long that is worth waiting for is said by whoever calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// So long after the answer.
    In(SignedDuration),
    At(Timestamp),
}

impl Later {
    /// What an answer says of it; what cannot be read, or is said twice, says nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Later> {
        let mut said = headers.get_all(RETRY_AFTER).iter();
        let (Some(said), None) = (said.next(), said.next()) else { return None };
        Later::read(said.to_str().ok()?.trim_ascii())
    }

    fn read(said: &str) -> Option<Later> {
        if !said.is_empty() && said.bytes().all(|b| b.is_ascii_digit()) {
            return said.parse().ok().map(|seconds| Later::In(SignedDuration::from_secs(seconds)));
        }
        let date = httpdate::parse_http_date(said).ok()?;
        Timestamp::try_from(date).ok().map(Later::At)
    }

    /// The instant that it says, of an answer that came at `now`.
    pub fn instant(self, now: Timestamp) -> Timestamp {
        match self {
            Later::In(wait) => now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            Later::At(at) => at,
        }
    }
}
