//! Calls to addresses that the policy names: with patience, without redirects, and what an answer means for whoever would call
//! again. They block; a function makes them on a thread of their own.
//!
//! An address may be a secret (whoever knows a webhook can call it), and so may the words of the client, which may quote one: no
//! error and no log line has either.

use std::time::Duration;

/// For one call, with its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is read of a page at most, in bytes.
const PAGE: u64 = 1024 * 1024;

/// A call. No `Debug`: the address or a header may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// An `https:` URL, or plain HTTP to this very machine.
    pub to: String,
    /// Names in small letters; values in ASCII.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 2xx.
    Taken,
    /// Not this time, for this reason: the same call may be taken later.
    NotNow(&'static str),
    /// 3xx or 4xx: the same call will not be taken by calling again.
    Refused,
}

/// Makes a call, once.
pub fn post(post: &Post) -> Answer {
    let request = post.headers.iter().fold(agent().post(&post.to), |r, (name, value)| r.header(*name, value));
    match request.send(&post.body[..]).map(|answer| answer.status().as_u16()) {
        // What is no header, or no address, is none by calling again either.
        Err(ureq::Error::Http(_) | ureq::Error::BadUri(_)) => Answer::Refused,
        Err(_) => Answer::NotNow("nobody answered the call"),
        Ok(200..300) => Answer::Taken,
        // It took too long, came too early or too often, or the other end is ill (RFC 9110, 15.5.9 and 15.6; RFC 8470; RFC 6585).
        Ok(408 | 425 | 429 | 500..) => Answer::NotNow("the call was not taken this time"),
        Ok(_) => Answer::Refused,
    }
}

/// What stands at an address; `None` when nobody answers, or with anything but 2xx, or with too much.
pub fn page(url: &str) -> Option<String> {
    let mut answer = agent().get(url).call().ok().filter(|answer| answer.status().is_success())?;
    answer.body_mut().with_config().limit(PAGE).read_to_string().ok()
}

/// Redirects are not followed: what is handed over goes where the policy says, or nowhere.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    config.max_redirects(0).http_status_as_error(false).build().into()
}
