//! Calls to addresses that the policy names: with patience, without redirects, out of this network alone ([`outside`]), and what an
//! answer means for whoever would call again. They block; a function makes them on a thread of their own.
//!
//! An address may be a secret (whoever knows a webhook can call it), and so may the words of the client, which may quote one: no
//! error and no log line has either.

mod later;
mod outside;
mod special;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

pub use crate::later::Later;
use crate::outside::{NotCalled, Outside};

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
    /// Not this time, for this reason: the same call may be taken later, and not before the instant that was said, where one was.
    NotNow(&'static str, Option<Later>),
    /// 3xx or 4xx, or an address that is not called, for this reason: the same call will not be taken by calling again.
    Refused(&'static str),
}

/// Makes a call, once.
pub fn post(post: &Post) -> Answer {
    let request = agent(PATIENCE).post(&post.to);
    let request = post.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    meaning(request.send(&post.body[..]))
}

/// Calls an address, once, to be heard there; what it says is not read.
pub fn get(url: &str, patience: Duration) -> Answer {
    meaning(agent(patience).get(url).call())
}

/// Why nobody who follows a link comes to anything by it; `None` where they do, or may: what leads elsewhere is not followed, and what is
/// kept from programs may be read by people.
pub fn why_nothing_stands(url: &str, patience: Duration) -> Option<&'static str> {
    match agent(patience).get(url).call().map(|answer| answer.status().as_u16()) {
        Ok(404 | 410) => Some("nothing stands there"),
        Ok(500..) => Some("what answers there is out of order"),
        Ok(_) => None,
        Err(_) => Some("nobody answers there"),
    }
}

/// What whoever was asked says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// 2xx, with these bytes.
    Said(Vec<u8>),
    /// 404 or 410.
    Nothing,
    /// Nothing that tells either way, for this reason.
    Unanswered(&'static str),
}

/// Asks at an address, once; an answer of more than `most` bytes is none.
pub fn ask(url: &str, most: u64) -> Heard {
    let mut answer = match agent(PATIENCE).get(url).call() {
        Ok(answer) => answer,
        Err(ureq::Error::Other(why)) => {
            return Heard::Unanswered(why.downcast_ref().map_or(UNANSWERED, |NotCalled(why)| why));
        }
        Err(_) => return Heard::Unanswered(UNANSWERED),
    };
    match answer.status().as_u16() {
        200..300 => match answer.body_mut().with_config().limit(most).read_to_vec() {
            Ok(bytes) => Heard::Said(bytes),
            Err(_) => Heard::Unanswered("the answer is broken off, or too long"),
        },
        404 | 410 => Heard::Nothing,
        300..400 => Heard::Unanswered("the answer leads elsewhere, and is not followed"),
        400..500 => Heard::Unanswered(REFUSED),
        _ => Heard::Unanswered("what answers there is out of order"),
    }
}

/// What stands at an address; `None` when nobody answers, or with anything but 2xx, or with too much.
pub fn page(url: &str) -> Option<String> {
    let Heard::Said(bytes) = ask(url, PAGE) else { return None };
    String::from_utf8(bytes).ok()
}

const REFUSED: &str = "the call was refused";
const GONE: &str = "who was called wants no more calls (410)";
const UNANSWERED: &str = "nobody answered the call";
const NOT_TAKEN: &str = "the call was not taken this time";

fn meaning<Body>(answer: Result<ureq::http::Response<Body>, ureq::Error>) -> Answer {
    match answer.map(|answer| (answer.status().as_u16(), Later::of(answer.headers()))) {
        // What is no header, or no address, is none by calling again either.
        Err(ureq::Error::Http(_) | ureq::Error::BadUri(_)) => Answer::Refused(REFUSED),
        Err(ureq::Error::Other(why)) => {
            why.downcast_ref().map_or(Answer::NotNow(UNANSWERED, None), |NotCalled(why)| Answer::Refused(why))
        }
        Err(_) => Answer::NotNow(UNANSWERED, None),
        Ok((200..300, _)) => Answer::Taken,
        // It took too long, came too early or too often, or the other end is ill (RFC 9110, 15.5.9 and 15.6; RFC 8470; RFC 6585).
        Ok((408 | 425 | 429 | 500.., later)) => Answer::NotNow(NOT_TAKEN, later),
        Ok((410, _)) => Answer::Refused(GONE),
        Ok(_) => Answer::Refused(REFUSED),
    }
}

/// Redirects are not followed: what is handed over goes where the policy says, or nowhere. No proxy is asked, whatever the environment
/// names: it would look the name up itself.
fn agent(patience: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(patience)).max_redirects(0).proxy(None);
    let config = config.http_status_as_error(false).build();
    ureq::Agent::with_parts(config, DefaultConnector::default(), Outside(DefaultResolver::default()))
}
