//! A channel that is served by an HTTPS call: done once the call was taken and, where it shows, its effect was read back.
//!
//! An answer may be lost after the call was taken, so a call may come again. Each carries the same `Idempotency-Key` for one
//! advisory and channel, and where the effect can be read it is looked for first: what stands there is not called for again.
//!
//! No kind of channel is served so yet; whoever adds one gives its address and body ([`desk_advisory::channel::Call`]), and
//! nothing here changes.

use desk_advisory::channel::{Call, SeenAt};
use desk_call::{Answer, Post};

use crate::publish::Served;

/// Hands an announcement over; `key` is the same for every attempt at it.
pub(crate) async fn serve(call: Call, key: String) -> Served {
    let served = tokio::task::spawn_blocking(move || handed_over(call, key)).await;
    served.unwrap_or(Served::Failed("the call was cut off"))
}

fn handed_over(call: Call, key: String) -> Served {
    let Call { to, content_type, body, seen_at } = call;
    if seen_at.as_ref().is_some_and(is_seen) {
        return Served::Done;
    }
    let headers = vec![("content-type", content_type.to_owned()), ("idempotency-key", key)];
    match desk_call::post(&Post { to, headers, body }) {
        Answer::Taken if seen_at.as_ref().is_none_or(is_seen) => Served::Done,
        Answer::Taken => Served::Failed("the call was taken, and what it hands over is not to be seen yet"),
        Answer::NotNow(why) => Served::Failed(why),
        Answer::Refused(why) => Served::Refused(why),
    }
}

fn is_seen(at: &SeenAt) -> bool {
    desk_call::page(&at.url).is_some_and(|text| text.contains(&at.words))
}
