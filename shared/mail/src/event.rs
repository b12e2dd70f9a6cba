//! SES's events, as its configuration set publishes them (through SNS): only what is needed of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ses::DELIVERY_TAG;

/// One event. See "Contents of event data that Amazon SES publishes to Amazon SNS".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SesEvent {
    pub event_type: EventType,
    pub mail: Mail,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventType {
    Send,
    Delivery,
    Bounce,
    Complaint,
    Reject,
    DeliveryDelay,
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// When SES took the message.
    pub timestamp: Timestamp,
    pub message_id: String,
    #[serde(default)]
    pub tags: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounce {
    /// `Permanent`, `Transient` or `Undetermined`.
    pub bounce_type: String,
}

impl SesEvent {
    /// The delivery that it tells of; `None` for mail that is not ours.
    pub fn delivery(&self) -> Option<&str> {
        self.mail.tags.get(DELIVERY_TAG)?.first().map(String::as_str)
    }

    /// Whether the message came back for good.
    pub fn is_hard_bounce(&self) -> bool {
        self.event_type == EventType::Bounce && self.bounce.as_ref().is_some_and(|b| b.bounce_type == "Permanent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_as_ses_writes_it_is_read() {
        let text = r#"{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General",
            "bouncedRecipients":[{"emailAddress":"x@example.com"}],"timestamp":"2017-08-05T00:41:02.669Z"},
            "mail":{"timestamp":"2017-08-05T00:40:02.012Z","source":"a@example.com","messageId":"EXAMPLE-0",
            "destination":["x@example.com"],"tags":{"ses:configuration-set":["Set"],"delivery":["d1"]}}}"#;
        let event: SesEvent = serde_json::from_str(text).unwrap();
        assert!(event.is_hard_bounce());
        assert_eq!(event.delivery(), Some("d1"));
        let odd = text.replace("\"Bounce\"", "\"Subscription\"");
        assert_eq!(serde_json::from_str::<SesEvent>(&odd).unwrap().event_type, EventType::Other);
    }
}
