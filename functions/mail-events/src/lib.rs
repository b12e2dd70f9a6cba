//! What SES tells of a message becomes its delivery's state; a hard bounce of a member's message opens its clock again.

use std::sync::Arc;

use aws_lambda_events::event::sns::SnsEvent;
use desk_domain::case::{Actor, Command, Recipient};
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain::refusal::Refusal;
use desk_mail::event::{EventType, SesEvent};
use desk_store::deliveries::Record;
use desk_store::{ActError, Clock, Fault, Store};

/// The function.
pub struct MailEvents {
    pub store: Store,
    pub policy: Arc<Policy>,
    pub clock: Clock,
}

impl MailEvents {
    /// A batch of SNS records. Handling one again changes nothing.
    ///
    /// # Errors
    /// A fault of the store: SNS delivers the batch again.
    pub async fn batch(&self, event: SnsEvent) -> Result<(), ActError> {
        for record in event.records {
            match serde_json::from_str::<SesEvent>(&record.sns.message) {
                Ok(event) => self.one(&event).await?,
                Err(_) => tracing::warn!(message = record.sns.message_id, "a notification is no SES event"),
            }
        }
        Ok(())
    }

    /// One SES event.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn one(&self, event: &SesEvent) -> Result<(), ActError> {
        let Some(delivery) = event.delivery() else {
            tracing::info!(ses = event.mail.message_id, "an event of mail that is not ours");
            return Ok(());
        };
        tracing::info!(delivery, ses = event.mail.message_id, kind = ?event.event_type, "an SES event");
        match event.event_type {
            EventType::Send => Ok(self.sent(event, delivery).await?),
            EventType::Bounce if event.is_hard_bounce() => self.bounced(delivery).await,
            EventType::Delivery => {
                let delivered = self.store.mark_delivered(delivery, self.clock.now()).await?;
                Ok(self.wake_channel(delivered.as_ref()).await?)
            }
            _ => Ok(()),
        }
    }

    /// What becomes of a mail to a list is what its channel waits for.
    async fn wake_channel(&self, record: Option<&Record>) -> Result<(), Fault> {
        let Some(Record { delivery, .. }) = record else { return Ok(()) };
        if let (Recipient::List(channel), Notice::Announcement(notice)) = (&delivery.recipient, &delivery.notice) {
            self.store.touch_channel(&notice.advisory, channel, self.clock.now()).await?;
        }
        Ok(())
    }

    /// It was sent, whatever the sender got to hear of it; and events are arriving.
    async fn sent(&self, event: &SesEvent, delivery: &str) -> Result<(), Fault> {
        self.store.saw_send_event(event.mail.timestamp).await?;
        let sent = self.store.mark_sent(delivery, &event.mail.message_id, self.clock.now()).await?;
        let Some(Record { delivery, .. }) = sent else { return Ok(()) };
        if let (Some(case), Some(words)) = (&delivery.case, &delivery.words) {
            self.store.erase_content(case, words).await?;
        }
        Ok(())
    }

    /// The case hears of it first: a bounce marked and then forgotten would be a promise silently broken.
    async fn bounced(&self, id: &str) -> Result<(), ActError> {
        let Some(Record { delivery, .. }) = self.store.delivery(id).await? else { return Ok(()) };
        match (&delivery.recipient, &delivery.case, delivery.seq) {
            (Recipient::Reporter, Some(case), Some(seq)) => {
                let command = Command::MessageBounced { seq };
                match self.store.tell(case, &self.policy, &Actor::Desk, &self.clock, &command).await {
                    Ok(_) | Err(ActError::Refused(Refusal::NotFound)) => {}
                    Err(e) => return Err(e),
                }
            }
            (recipient, ..) => {
                tracing::error!(delivery = id, recipient = ?recipient, alarm = "mail-bounced", "mail to the team or to a list came back");
            }
        }
        let bounced = self.store.mark_bounced(id, self.clock.now()).await?;
        Ok(self.wake_channel(bounced.as_ref()).await?)
    }
}
