//! A channel that is served by an HTTPS call: done once the call was taken and, where it shows, its effect was read back.
//!
//! An answer may be lost after the call was taken, so a call may come again. Each carries the same `Idempotency-Key` for one
//! advisory and channel, and where the effect can be read it is looked for first: what stands there is not called for again.
//!
//! No kind of channel is served so yet; whoever adds one gives its address and body ([`desk_advisory::channel::Call`]), and
//! nothing here changes. Addresses, and the words of the client, which may quote one, stay out of logs and records.

use std::time::Duration;

use desk_advisory::channel::{Call, SeenAt};

use crate::publish::Served;

/// For one call, with its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is read of a page at most, in bytes.
const PAGE: u64 = 1024 * 1024;

/// Hands an announcement over; `key` is the same for every attempt at it.
pub(crate) async fn serve(call: Call, key: String) -> Served {
    let served = tokio::task::spawn_blocking(move || handed_over(&call, &key)).await;
    served.unwrap_or(Served::Failed("the call was cut off"))
}

fn handed_over(call: &Call, key: &str) -> Served {
    if call.seen_at.as_ref().is_some_and(is_seen) {
        return Served::Done;
    }
    let answer = agent()
        .post(&call.to)
        .header("content-type", call.content_type)
        .header("idempotency-key", key)
        .send(&call.body[..]);
    match answer.map(|answer| answer.status().as_u16()) {
        Err(_) => Served::Failed("nobody answered the call"),
        Ok(200..300) if call.seen_at.as_ref().is_none_or(is_seen) => Served::Done,
        Ok(200..300) => Served::Failed("the call was taken, and what it hands over is not to be seen yet"),
        // It took too long, came too early or too often, or the other end is ill (RFC 9110, 15.5.9 and 15.6; RFC 8470; RFC 6585).
        Ok(408 | 425 | 429 | 500..) => Served::Failed("the call was not taken this time"),
        Ok(_) => Served::Refused("the call was refused"),
    }
}

fn is_seen(at: &SeenAt) -> bool {
    let Ok(mut answer) = agent().get(&at.url).call() else { return false };
    let found = answer.status().is_success();
    let text = answer.body_mut().with_config().limit(PAGE).read_to_string();
    found && text.is_ok_and(|text| text.contains(&at.words))
}

/// Redirects are not followed: what is handed over goes where the policy says, or nowhere.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    config.max_redirects(0).http_status_as_error(false).build().into()
}
