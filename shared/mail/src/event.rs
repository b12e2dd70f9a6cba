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
    pub mail: SentMail,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complaint: Option<Complaint>,
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
pub struct SentMail {
    /// When SES took the message.
    pub timestamp: Timestamp,
    pub message_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destination: Vec<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounce {
    /// `Permanent`, `Transient` or `Undetermined`.
    pub bounce_type: String,
    /// `General`, `NoEmail`, `MailboxFull`, `Suppressed`, `OnAccountSuppressionList` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounce_sub_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// `OnAccountSuppressionList` where SES took the message and never sent it, because of a complaint of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_sub_type: Option<String>,
}

/// How a message that came back did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// For good: nothing will ever reach this address. Also what SES kept back because it is on a list of such addresses.
    Hard,
    /// This message, after SES had tried for hours; another may arrive. An absent person's automatic answer is told as such a
    /// bounce too, after the delivery.
    Soft,
}

impl SesEvent {
    /// The delivery that it tells of; `None` for mail that is not ours.
    pub fn delivery(&self) -> Option<&str> {
        self.mail.tags.get(DELIVERY_TAG)?.first().map(String::as_str)
    }

    /// How the message came back; `None` where the event tells something else.
    pub fn back(&self) -> Option<Back> {
        let permanent = self.bounce.as_ref().is_some_and(|b| b.bounce_type == "Permanent");
        (self.event_type == EventType::Bounce).then_some(if permanent { Back::Hard } else { Back::Soft })
    }

    /// Whether the receiver complained of this message, and not SES remembered a complaint and kept it back.
    pub fn was_delivered_and_complained_of(&self) -> bool {
        let kept_back = self.complaint.as_ref().is_some_and(|c| c.complaint_sub_type.is_some());
        self.event_type == EventType::Complaint && !kept_back
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
        assert_eq!(event.back(), Some(Back::Hard));
        assert_eq!(event.delivery(), Some("d1"));
        let soft = text.replace("\"Permanent\"", "\"Transient\"");
        assert_eq!(serde_json::from_str::<SesEvent>(&soft).unwrap().back(), Some(Back::Soft));
        for odd in ["Subscription", "Rendering Failure"] {
            let odd: SesEvent = serde_json::from_str(&text.replace("\"Bounce\"", &format!("{odd:?}"))).unwrap();
            assert_eq!((odd.event_type, odd.back()), (EventType::Other, None));
        }
    }
    #[test]
    fn a_complaint_is_told_from_what_ses_kept_back_for_one_of_before() {
        let text = r#"{"eventType":"Complaint","complaint":{"arrivalDate":"2017-08-05T00:41:02.669Z",
            "complainedRecipients":[{"emailAddress":"x@example.com"}],"complaintFeedbackType":"abuse"},
            "mail":{"timestamp":"2017-08-05T00:40:01.123Z","messageId":"EXAMPLE-1","tags":{"delivery":["d1"]}}}"#;
        let told = |text: &str| serde_json::from_str::<SesEvent>(text).unwrap().was_delivered_and_complained_of();
        assert!(told(text));
        assert!(told(&text.replace("\"complaintFeedbackType\"", "\"complaintSubType\":null,\"x\"")));
        assert!(!told(
            &text.replace("complaintFeedbackType\":\"abuse", "complaintSubType\":\"OnAccountSuppressionList")
        ));
    }
}
