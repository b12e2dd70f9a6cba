//! The functions that send and hear of what was sent, on a bench, with a scripted SES.

use std::sync::Arc;
use std::time::Duration;

use deliver::Deliver;
use desk_domain::case::{Actor, Command, Message, Recipient};
use desk_domain::id::{CaseId, SourceId};
use desk_domain::notice::{AwaySaid, Notice, Receipt, ReporterReplied, Written};
use desk_domain::policy::{Away, Policy};
use desk_keys::link::Purpose;
use desk_keys::{Announcer, Links};
use desk_local::wiring::Wiring;
use desk_mail::event::{Bounce, Complaint, EventType, SentMail, SesEvent};
use desk_mail::ses::{DELIVERY_TAG, Settings};
use desk_store::deliveries::{Delivery, DeliveryRecord, State};
use desk_store::{Audience, Commit, Stored};
use jiff::civil::date;
use mail_events::MailEvents;

use crate::ses::Ses;
use crate::{Bench, content_id};

pub struct Post {
    pub bench: Bench,
    pub ses: Ses,
    pub ses_url: String,
    pub deliver: Deliver,
    pub events: MailEvents,
}

/// An ordinary notice that is never told with others.
pub fn goes_alone() -> Notice {
    let days = Away { from: date(2026, 12, 24), until: date(2027, 1, 1) };
    Notice::AwaySaid(AwaySaid { said: Ok(days) })
}

pub fn reporter_replied() -> Notice {
    Notice::ReporterReplied(ReporterReplied { opened: None })
}

impl Post {
    pub async fn new() -> Post {
        Post::under(|_| {}).await
    }

    /// Under a policy that was changed.
    pub async fn under(change: impl FnOnce(&mut Policy)) -> Post {
        let (mut bench, ses) = (Bench::new().await, Ses::default());
        let mut policy = crate::policy();
        change(&mut policy);
        bench.policy = Arc::new(policy);
        let ses_url = ses.serve().await;
        let deliver = instance(&bench, &ses_url, Duration::from_secs(10)).await;
        let events = bench.wiring().mail_events();
        Post { bench, ses, ses_url, deliver, events }
    }

    /// One more instance of the function, which waits so long for SES.
    pub async fn instance(&self, answers_within: Duration) -> Deliver {
        instance(&self.bench, &self.ses_url, answers_within).await
    }

    /// A notice to a member, planned.
    pub async fn planned(&self, to: &str) -> String {
        let id = self.bench.case(7, None).await;
        self.plan(&id, 1, Recipient::Member(to.parse().expect("a member")), reporter_replied()).await
    }

    pub async fn plan(&self, case: &CaseId, seq: u64, to: Recipient, notice: Notice) -> String {
        let mut delivery = Delivery::of_event(case, seq, to, notice, self.bench.hands.now());
        if matches!(delivery.recipient, Recipient::List(_)) {
            delivery.proof = Some(self.announcer().proof(&delivery.announced()).expect("a key"));
        }
        self.bench.store.mail.plan_delivery(&delivery, None).await.expect("a plan");
        delivery.id
    }

    /// Who says what lists are told.
    pub fn announcer(&self) -> Announcer {
        Announcer::new(Links::fixed(self.bench.keys.link_key(Purpose::Announcements).expect("a key")))
    }

    /// The receipt of a case, planned.
    pub async fn receipt(&self, case: &CaseId) -> String {
        let receipt = Receipt { received_at: self.bench.hands.now(), due: Vec::new(), unlisted: false };
        self.plan(case, 1, Recipient::Reporter, Notice::Receipt(receipt)).await
    }

    /// The same of a report that came from there.
    pub async fn receipt_from(&self, case: &CaseId, source: &SourceId) -> String {
        let receipt = Receipt { received_at: self.bench.hands.now(), due: Vec::new(), unlisted: false };
        let (notice, now) = (Notice::Receipt(receipt), self.bench.hands.now());
        let delivery = Delivery::of_event(case, 1, Recipient::Reporter, notice, now);
        let delivery = Delivery { source: Some(source.clone()), ..delivery };
        self.bench.store.mail.plan_delivery(&delivery, None).await.expect("a plan");
        delivery.id
    }

    /// A member acknowledges the case; the delivery of those words, planned.
    pub async fn acknowledged(&self, case: &CaseId) -> String {
        let bench = &self.bench;
        let alice = Actor::Member("alice".parse().expect("a member"));
        let sealer = bench.store.cases.sealer(case).await.expect("the case's keys");
        let prepare = |_: &Stored, commit: &mut Commit| {
            let content = commit.seal(&sealer, &Audience::Reporter, content_id("t-1"), b"thanks")?;
            Ok((Command::Acknowledge { message: Message { content, mail: None } }, ()))
        };
        let acted =
            bench.store.cases.act(case, &bench.policy, &alice, &bench.hands.clock(), prepare, |_, (), _| Ok(())).await;
        let (acted, _) = acted.expect("an acknowledgement");
        let seq = acted.after.case.sent.last().expect("a message").seq;
        let by = "alice".parse().expect("a member");
        let kind = desk_domain::case::event::MessageKind::Acknowledgement;
        self.plan(
            case,
            seq,
            Recipient::Reporter,
            Notice::Written(Written { kind, by, handler: None, end: None, asks_tracker: false, embargo_over: false }),
        )
        .await
    }

    pub async fn record(&self, id: &str) -> DeliveryRecord {
        self.bench.store.mail.delivery(id).await.expect("a record").expect("it was planned")
    }

    pub async fn state(&self, id: &str) -> State {
        self.record(id).await.state
    }

    pub async fn stored(&self, case: &CaseId) -> Stored {
        self.bench.store.cases.case(case).await.expect("a case").expect("it was opened")
    }

    pub async fn tick(&self) {
        self.deliver.tick().await.expect("a tick");
    }

    /// What SES tells of a delivery; a bounce is a hard one.
    pub fn event(&self, id: &str, event_type: EventType) -> SesEvent {
        let tags = [(DELIVERY_TAG.to_owned(), vec![id.to_owned()])].into();
        let mail = SentMail {
            timestamp: self.bench.hands.now(),
            message_id: "ses-x".to_owned(),
            destination: Vec::new(),
            tags,
        };
        let hard = Bounce { bounce_type: "Permanent".to_owned(), bounce_sub_type: Some("General".to_owned()) };
        let bounce = (event_type == EventType::Bounce).then_some(hard);
        let complaint = (event_type == EventType::Complaint).then_some(Complaint { complaint_sub_type: None });
        SesEvent { event_type, mail, bounce, complaint }
    }

    /// SES tells it.
    pub async fn tells(&self, id: &str, event_type: EventType) {
        self.events.take_in(&self.event(id, event_type)).await.expect("an event");
    }
}

async fn instance(bench: &Bench, ses_url: &str, answers_within: Duration) -> Deliver {
    let ses = Settings { answers_within, ..Settings::stand_in(ses_url) };
    Wiring { ses, ..bench.wiring() }.deliver().await.expect("a function")
}
