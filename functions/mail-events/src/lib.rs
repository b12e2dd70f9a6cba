//! What SES tells of a message becomes its delivery's state; a message to a reporter that did not arrive opens its clock again,
//! and who is to be paged and cannot be reached is told of to the others.
//!
//! Events come late, twice and in any order: each is handled so that handling it again changes nothing, and what must follow
//! from one is done before its state is noted, so that a failure in between has it come again.

use std::sync::Arc;

use aws_lambda_events::event::sns::SnsEvent;
use desk_domain::case::Recipient;
use desk_domain::id::MemberId;
use desk_domain::notice::{MemberBounced, Notice};
use desk_domain::policy::{Member, Policy};
use desk_mail::event::{Back, EventType, SesEvent};
use desk_runtime::Clock;
use desk_store::deliveries::{Delivery, DeliveryRecord, State};
use desk_store::{ActError, CaseStore, Fault, MailStore, PublishedStore, TeamStore, Unwritten};
use jiff::Timestamp;

pub struct MailEvents {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub members: TeamStore,
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
                Ok(event) => self.take_in(&event).await?,
                Err(_) => tracing::warn!(message = record.sns.message_id, "a notification is no SES event"),
            }
        }
        Ok(())
    }

    /// One SES event.
    pub async fn take_in(&self, event: &SesEvent) -> Result<(), ActError> {
        let Some(id) = event.delivery() else {
            tracing::info!(ses = event.mail.message_id, "an event of mail that is not ours");
            return Ok(());
        };
        tracing::info!(delivery = id, ses = event.mail.message_id, kind = ?event.event_type, "an SES event");
        if event.event_type == EventType::Send {
            self.mail.saw_send_event(event.mail.timestamp).await?;
        }
        let Some(record) = self.mail.delivery(id).await? else {
            tracing::warn!(delivery = id, "an event of a delivery that is not known (any more)");
            return Ok(());
        };
        match event.event_type {
            EventType::Send => self.sent(event, &record).await?,
            EventType::Delivery => self.delivered(event, &record).await?,
            EventType::Bounce if event.back() == Some(Back::Soft) => self.undelivered(&record).await?,
            EventType::Bounce => self.bounced(event, &record).await?,
            EventType::Complaint if event.was_delivered_and_complained_of() => self.complained(&record).await?,
            // Kept back for a complaint of before: nobody has got this message.
            EventType::Complaint => self.bounced(event, &record).await?,
            EventType::Reject => self.rejected(&record).await?,
            EventType::DeliveryDelay => self.delayed(&record).await?,
            EventType::Other => {}
        }
        Ok(())
    }

    /// It was sent, whatever the sender got to hear of it.
    async fn sent(&self, event: &SesEvent, record: &DeliveryRecord) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        self.erase_words(self.mail.mark_sent(id, &event.mail.message_id, self.clock.now()).await?).await
    }

    async fn delivered(&self, event: &SesEvent, record: &DeliveryRecord) -> Result<(), Fault> {
        if let Some(member) = self.member_at(event, record)
            && self.members.arrived(member, event.mail.timestamp).await?
        {
            tracing::info!(member = %member.id, "mail reaches the member again");
        }
        let delivered = self.mail.mark_delivered(&record.delivery.id, self.clock.now()).await?;
        self.wake_channel(delivered.as_ref()).await?;
        self.erase_words(delivered).await
    }

    /// It came back for good. The case, the list of dead addresses and the others of the team are told first: a bounce that was
    /// marked and forgotten would be a promise silently broken.
    async fn bounced(&self, event: &SesEvent, record: &DeliveryRecord) -> Result<(), ActError> {
        if record.state == State::Bounced {
            return Ok(());
        }
        self.suppress(record, Unwritten::HardBounce).await?;
        self.cases.tell_bounced(&record.delivery, &self.policy, &self.clock).await?;
        self.alarm_unless_reporter(record, "mail came back for good");
        if let Some(member) = self.member_at(event, record) {
            let since = self.members.came_back(member, self.clock.now()).await?;
            self.tell_others(&member.id, since).await?;
        }
        let bounced = self.mail.mark_bounced(&record.delivery.id, self.clock.now()).await?;
        self.wake_channel(bounced.as_ref()).await?;
        Ok(self.erase_words(bounced).await?)
    }

    /// It came back after hours: the address may work again, but this message did not arrive. For a member's own message that is
    /// a promise not kept. Nothing came back of what was delivered: an absent person's server answers like this too.
    async fn undelivered(&self, record: &DeliveryRecord) -> Result<(), ActError> {
        if matches!(record.state, State::Delivered | State::Bounced) {
            return Ok(());
        }
        if record.delivery.notice.is_message() {
            self.cases.tell_bounced(&record.delivery, &self.policy, &self.clock).await?;
        }
        self.alarm_unless_reporter(record, "mail could not be delivered in time");
        let bounced = self.mail.mark_undelivered(&record.delivery.id, self.clock.now()).await?;
        self.wake_channel(bounced.as_ref()).await?;
        Ok(self.erase_words(bounced).await?)
    }

    /// It arrived, so its promise is kept; but nothing more is to be mailed there.
    async fn complained(&self, record: &DeliveryRecord) -> Result<(), ActError> {
        self.suppress(record, Unwritten::Complaint).await?;
        self.alarm_unless_reporter(record, "a receiver calls our mail unwanted");
        let complained = self.mail.mark_complained(&record.delivery.id, self.clock.now()).await?;
        self.wake_channel(complained.as_ref()).await?;
        Ok(self.erase_words(complained).await?)
    }

    /// SES found in it what must not be mailed. Nobody has it; the address is not to blame, so only a member's own message is
    /// told of to the case, which then counts what stands on its page.
    async fn rejected(&self, record: &DeliveryRecord) -> Result<(), ActError> {
        let id = record.delivery.id.as_str();
        if record.state == State::Rejected {
            return Ok(());
        }
        if record.delivery.notice.is_message() {
            self.cases.tell_bounced(&record.delivery, &self.policy, &self.clock).await?;
        }
        tracing::error!(
            delivery = id,
            template = record.delivery.notice.template(),
            alarm = "mail-rejected",
            "SES would not send a mail"
        );
        let rejected = self.mail.mark_rejected(id, self.clock.now()).await?;
        self.wake_channel(rejected.as_ref()).await?;
        Ok(self.erase_words(rejected).await?)
    }

    /// The receiver's server does not take it so far. A page that waits is a page not read.
    async fn delayed(&self, record: &DeliveryRecord) -> Result<(), Fault> {
        let Some(noted) = self.mail.note_delay(&record.delivery.id, self.clock.now()).await? else { return Ok(()) };
        let (id, to) = (&noted.delivery.id, &noted.delivery.recipient);
        match to {
            Recipient::Reporter | Recipient::Maintainer(_) | Recipient::Party(_) => {
                tracing::warn!(delivery = id, "mail is delayed");
            }
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Outside
            | Recipient::Operator
            | Recipient::List(_)
            | Recipient::Canary => {
                tracing::error!(delivery = id, recipient = ?to, alarm = "mail-delayed", "mail to the team is delayed");
            }
        }
        Ok(())
    }

    /// Only a reporter's address is, or a party's: those that the policy names are its keepers' to mend. One that nobody has sent to since
    /// addresses are noted is left to SES's own list.
    async fn suppress(&self, record: &DeliveryRecord, why: Unwritten) -> Result<(), Fault> {
        match (&record.delivery.recipient, &record.address) {
            (Recipient::Reporter | Recipient::Party(_), Some(address)) => {
                self.mail.suppress(address, why, self.clock.now()).await
            }
            _ => Ok(()),
        }
    }

    fn alarm_unless_reporter(&self, record: &DeliveryRecord, what: &str) {
        let (id, to) = (&record.delivery.id, &record.delivery.recipient);
        match to {
            Recipient::Reporter | Recipient::Party(_) => {
                tracing::warn!(delivery = id, what, "mail to a reporter or a party");
            }
            Recipient::Member(_)
            | Recipient::Pager(_)
            | Recipient::Outside
            | Recipient::Operator
            | Recipient::List(_)
            | Recipient::Maintainer(_)
            | Recipient::Canary => {
                tracing::error!(delivery = id, what, recipient = ?to, alarm = "mail-bounced", "mail to the team or outside")
            }
        }
    }

    /// The member whom it was sent to, at the address that they have now.
    fn member_at(&self, event: &SesEvent, record: &DeliveryRecord) -> Option<&Member> {
        let member = self.policy.member(record.delivery.recipient.member()?)?;
        let to = &event.mail.destination;
        (to.is_empty() || to.iter().any(|to| to.eq_ignore_ascii_case(&member.address))).then_some(member)
    }

    /// Nothing reaches this member: the operator and the rest of the team hear of it, once.
    async fn tell_others(&self, member: &MemberId, since: Timestamp) -> Result<(), Fault> {
        let now = self.clock.now();
        let cause = format!("member-bounced {member} {since}");
        let others = self.policy.triage().filter(|other| other.id != *member);
        let others = others.map(|other| Recipient::Member(other.id.clone()));
        for to in others.chain([Recipient::Operator]) {
            let notice = Notice::MemberBounced(MemberBounced { member: member.clone() });
            self.mail.plan_delivery(&Delivery::new(&cause, to, notice, now), None).await?;
        }
        Ok(())
    }

    /// What becomes of a mail to a list is what its channel waits for.
    async fn wake_channel(&self, record: Option<&DeliveryRecord>) -> Result<(), Fault> {
        let Some(DeliveryRecord { delivery, .. }) = record else { return Ok(()) };
        if let (Recipient::List(channel), Notice::Announcement(notice)) = (&delivery.recipient, &delivery.notice) {
            self.published.touch_channel(&notice.advisory, channel, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Of what a delivery has come to its end with, nothing waits any more.
    async fn erase_words(&self, ended: Option<DeliveryRecord>) -> Result<(), Fault> {
        let Some(DeliveryRecord { delivery, .. }) = ended else { return Ok(()) };
        match (&delivery.case, &delivery.words) {
            (Some(case), Some(words)) => self.cases.erase_words(case, words).await,
            _ => Ok(()),
        }
    }
}
