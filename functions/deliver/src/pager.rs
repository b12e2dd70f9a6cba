//! A page in the shape of each kind of pager. Each carries what [`Page`] has and nothing else.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_call::Post;
use desk_domain::notice::{Page, Urgency};
use desk_domain::policy::{Pager, PagerKind};
use serde_json::{Value, json};

/// The call that wakes; `id` is the same for every attempt at it, `to` is where it goes.
pub(crate) fn call(pager: &Pager, to: String, page: &Page, urgency: Urgency, id: &str) -> Post {
    let key = pager.key().unwrap_or_default();
    match pager.kind {
        PagerKind::Pagerduty => in_json(to, &pagerduty(key, page, urgency, id)),
        PagerKind::Ntfy => ntfy(to, pager.key(), page, urgency),
        PagerKind::Slack => in_json(to, &json!({ "text": slack(&lines(page)) })),
        // Nobody is mentioned, whatever a clock is called.
        PagerKind::Discord => in_json(to, &json!({ "content": lines(page), "allowed_mentions": { "parse": [] } })),
    }
}

fn in_json(to: String, body: &Value) -> Post {
    let headers = vec![("content-type", "application/json".to_owned())];
    Post { to, headers, body: body.to_string().into_bytes() }
}

fn lines(page: &Page) -> String {
    [page.title.clone(), page.text(), page.url.clone()].join("\n")
}

/// A trigger of the Events API v2; one that comes again is the same alert.
fn pagerduty(key: &str, page: &Page, urgency: Urgency, id: &str) -> Value {
    let due: serde_json::Map<String, Value> =
        page.due.iter().map(|(what, when)| (what.clone(), when.as_str().into())).collect();
    json!({
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": id,
        "client": "Disclosure Desk",
        "client_url": page.url,
        "links": [{ "href": page.url, "text": "The case on the desk" }],
        "payload": {
            "summary": page.title,
            "source": "disclosure-desk",
            "severity": if urgency == Urgency::Breach { "critical" } else { "error" },
            "custom_details": due,
        },
    })
}

/// A message of ntfy: the text is the body, all else stands in headers.
fn ntfy(to: String, key: Option<&str>, page: &Page, urgency: Urgency) -> Post {
    let priority = if urgency == Urgency::Breach { "5" } else { "4" };
    let mut headers = vec![
        ("title", in_ascii(&page.title)),
        ("priority", priority.to_owned()),
        ("tags", "rotating_light".to_owned()),
        ("click", page.url.clone()),
    ];
    headers.extend(key.map(|key| ("authorization", format!("Bearer {key}"))));
    Post { to, headers, body: page.text().into_bytes() }
}

/// A header's text; what is not ASCII as an encoded word (RFC 2047), which ntfy reads.
fn in_ascii(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return text.to_owned();
    }
    format!("=?UTF-8?B?{}?=", BASE64.encode(text))
}

/// Slack's three characters of control.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_ascii_whatever_a_clock_is_called() {
        assert_eq!(in_ascii("[EXP-1] Missed: fix"), "[EXP-1] Missed: fix");
        assert_eq!(in_ascii("Rückmeldung"), "=?UTF-8?B?UsO8Y2ttZWxkdW5n?=");
        assert_eq!(in_ascii("a\r\nb: c"), "=?UTF-8?B?YQ0KYjogYw==?=");
    }

    #[test]
    fn slack_is_told_nothing_that_it_would_act_on() {
        assert_eq!(slack("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
    }
}
