//! What AWS does between the functions: streams wake `fan-out` and `deliver`, SNS wakes `mail-events`, the schedule wakes
//! `inbox`, `sla-check` and `deliver`, and `fan-out` once a day (AWS's each hour). One pump at a time, so that moving the clock steps through everything in order.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use deliver::Deliver;
use desk_domain::advisory::Published;
use desk_runtime::stream::{self, Worker};
use desk_store::{Due, DueKind, Fault, PLAN_GRACE, Store};
use fan_out::FanOut;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mail_events::MailEvents;
use serde_json::{Value, json};
use sla_check::SlaCheck;
use tokio::sync::{Mutex, Notify};

use crate::Failure;
use crate::clock::DeskClock;
use crate::inbound::Inbound;
use crate::ses::Ses;
use crate::streams::{Batch, Stream};
use crate::undone::Undone;

/// How often the schedule ticks. AWS's ticks once a minute; here somebody may be watching.
const TICK: Duration = Duration::from_secs(5);
/// How long nothing is looked for when nobody has knocked.
const IDLE: Duration = Duration::from_millis(200);
/// A batch that fails this often in a row is given up; its plan's timer and the due index find its work again.
pub(crate) const ATTEMPTS: u32 = 20;
/// How much of what is left is told, from each shard.
const MOST_LEFT: i32 = 20;

/// The functions without a route of their own.
pub struct Functions {
    pub sla_check: SlaCheck,
    pub fan_out: FanOut,
    pub deliver: Deliver,
    pub mail_events: MailEvents,
}

/// Moves everything on.
pub struct Pump {
    functions: Functions,
    inbound: Arc<Inbound>,
    store: Store,
    clock: DeskClock,
    ses: Arc<Ses>,
    streams: Mutex<Streams>,
    wake: Arc<Notify>,
}

struct Streams {
    cases: Stream,
    mail: Stream,
    failures: u32,
    /// What of SES's events failed, and how often.
    undone: Undone,
    /// The day of which the site is.
    day: Date,
}

impl Pump {
    pub fn new(
        functions: Functions,
        inbound: Arc<Inbound>,
        store: Store,
        clock: DeskClock,
        ses: Arc<Ses>,
        (cases, mail): (Stream, Stream),
        wake: Arc<Notify>,
    ) -> Pump {
        let streams = Mutex::new(Streams { cases, mail, failures: 0, undone: Undone::default(), day: today(&clock) });
        Pump { functions, inbound, store, clock, ses, streams, wake }
    }

    /// Runs until the task is dropped: drains whenever something happened, ticks at the schedule's interval. A clock that stands
    /// still brings nothing due: its schedule is `advance` and `settle`, so that what is told hangs on no interval of this machine.
    pub async fn run(&self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let ticks = tokio::select! {
                _ = tick.tick() => true,
                () = self.wake.notified() => false,
                () = tokio::time::sleep(IDLE) => false,
            };
            let mut streams = self.streams.lock().await;
            let moved = async {
                if ticks && self.clock.is_still() {
                    self.inbound.sweep().await;
                } else if ticks {
                    self.tick(&mut streams).await?;
                }
                self.drain(&mut streams).await
            };
            if let Err(e) = moved.await {
                tracing::error!(fault = %e, "the runner stumbled; it goes on");
            }
        }
    }

    /// Does everything that is due or on its way now.
    ///
    /// # Errors
    /// When the stand-ins cannot be reached.
    pub async fn settle(&self) -> Result<(), Failure> {
        let mut streams = self.streams.lock().await;
        self.step(&mut streams).await
    }

    /// What is due and still not done, and which events nobody has planned, due or not: in words, of ids alone.
    pub async fn left(&self) -> Result<Vec<String>, Fault> {
        let now = self.clock.now();
        let until = now.saturating_add(PLAN_GRACE).unwrap_or(now);
        let left = |Due { at, kind }: Due| match kind {
            DueKind::Plan(case, from) => Some(format!("{case}: nobody has planned its events from {from} on")),
            DueKind::Timer(case, clock) => (at <= now).then(|| format!("{case}: {clock} is due since {at}")),
            DueKind::Channel(advisory, channel) => {
                (at <= now).then(|| format!("{advisory}: {channel} is due since {at}"))
            }
            DueKind::Release(advisory, version) => {
                (at <= now).then(|| format!("{advisory}: its release {version} is looked for since {at}"))
            }
        };
        let mut all: Vec<String> = self.store.cases.due(until, MOST_LEFT).await?.into_iter().filter_map(left).collect();
        let deliveries = self.store.mail.due_deliveries(now, MOST_LEFT).await?;
        all.extend(deliveries.iter().map(|id| format!("delivery {id} is due")));
        Ok(all)
    }

    /// The invariants of the domain that do not hold of the cases on the first pages of the board and of what is closed; in words, of
    /// ids alone.
    pub async fn unkept(&self) -> Result<Vec<String>, Fault> {
        let (now, cases) = (self.clock.now(), &self.store.cases);
        let policy = self.store.members.policy_now(&self.functions.sla_check.policy).await?;
        let mut all = Vec::new();
        for row in cases.board(None).await?.rows.iter().chain(&cases.closed(None).await?.rows) {
            let stored = cases.case(&row.case).await?;
            all.extend(stored.into_iter().flat_map(|stored| stored.case.unkept(&policy, now)));
        }
        Ok(all)
    }

    /// Moves the clock on by `by`, stopping at every due instant on the way until everything there has happened and been
    /// sent. Gives the new time.
    ///
    /// # Errors
    /// When the stand-ins cannot be reached; the clock then stands where it had come to.
    pub async fn advance(&self, by: SignedDuration) -> Result<Timestamp, Failure> {
        let mut streams = self.streams.lock().await;
        let target = self.clock.now().checked_add(by).map_err(|e| Failure::of("advance", e))?;
        self.step(&mut streams).await?;
        while let Some(next) = self.store.next_due(self.clock.now()).await?.filter(|next| *next <= target) {
            self.clock.set(next)?;
            self.step(&mut streams).await?;
        }
        self.clock.set(target)?;
        self.step(&mut streams).await?;
        Ok(self.clock.now())
    }

    /// Takes in advisories that were published before there was a desk.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn import(&self, advisories: &[Published]) -> Result<(), Fault> {
        let _alone = self.streams.lock().await;
        self.functions.fan_out.import(advisories).await
    }

    async fn step(&self, streams: &mut Streams) -> Result<(), Failure> {
        self.drain(streams).await?;
        self.tick(streams).await?;
        self.drain(streams).await
    }

    async fn tick(&self, streams: &mut Streams) -> Result<(), Failure> {
        self.inbound.sweep().await;
        // What one of them cannot do keeps the other from nothing.
        let checked = self.functions.sla_check.tick(self.clock.now()).await;
        self.functions.deliver.tick().await?;
        checked?;
        let today = today(&self.clock);
        if today != streams.day {
            streams.day = today;
            if let Err(fault) = self.functions.fan_out.scheduled().await {
                tracing::error!(fault = %fault, "the site could not be brought up to date; the next day tries again");
            }
        }
        Ok(())
    }

    /// Hands over records and events until there are no more.
    async fn drain(&self, streams: &mut Streams) -> Result<(), Failure> {
        loop {
            let (mut moved, mut failed) = (false, false);
            while let Some(batch) = streams.cases.next().await? {
                let response = stream::batch(&self.functions.fan_out, &batch.event).await;
                moved |= handed(&mut streams.cases, &batch, &response, &mut streams.failures)?;
            }
            while let Some(batch) = streams.mail.next().await? {
                let response = stream::batch(&self.functions.deliver, &batch.event).await;
                moved |= handed(&mut streams.mail, &batch, &response, &mut streams.failures)?;
            }
            for (id, events) in self.ses.untaken() {
                let event: SnsEvent =
                    serde_json::from_value(notification(&id, &events)).expect("the form that aws_lambda_events reads");
                match self.functions.mail_events.batch(event).await {
                    Ok(()) => streams.undone.forget(&id),
                    Err(e) if streams.undone.is_given_up(&id) => {
                        tracing::error!(alarm = "poison", mail = id, fault = %e, "events of a mail were given up");
                    }
                    Err(e) => {
                        tracing::error!(mail = id, fault = %e, "events of a mail failed; they come again");
                        failed = true;
                        continue;
                    }
                }
                self.ses.take(&id);
                moved = true;
            }
            if failed {
                return Err(Failure("events of a mail failed".to_owned()));
            }
            if !moved {
                return Ok(());
            }
        }
    }
}

fn today(clock: &DeskClock) -> Date {
    clock.now().to_zoned(TimeZone::UTC).date()
}

/// Marks what of a batch was handled; an error ends this drain, and the next one tries again.
fn handed(
    stream: &mut Stream,
    batch: &Batch,
    response: &DynamoDbEventResponse,
    failures: &mut u32,
) -> Result<bool, Failure> {
    let failed = response.batch_item_failures.first().and_then(|f| f.item_identifier.as_deref());
    match failed {
        None => *failures = 0,
        Some(_) => *failures += 1,
    }
    if *failures >= ATTEMPTS {
        tracing::error!(alarm = "poison", "a batch was given up; the schedule finds its work again");
        *failures = 0;
        stream.handled(batch, None)?;
        return Ok(true);
    }
    stream.handled(batch, failed)?;
    match failed {
        None => Ok(true),
        Some(_) => Err(Failure("a batch failed; it comes again".to_owned())),
    }
}

/// SES's events as SNS hands them to Lambda.
pub(crate) fn notification(id: &str, events: &[desk_mail::event::SesEvent]) -> Value {
    let record = |(place, event): (usize, &desk_mail::event::SesEvent)| {
        json!({
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": "arn:aws:sns:us-east-1:000000000000:ses-events:local",
            "Sns": {
                "Type": "Notification",
                "MessageId": format!("{id}-{place}"),
                "TopicArn": "arn:aws:sns:us-east-1:000000000000:ses-events",
                "Subject": "Amazon SES Email Event Notification",
                "Message": serde_json::to_string(event).unwrap_or_default(),
                "Timestamp": event.mail.timestamp,
                "SignatureVersion": "1",
                "Signature": "local",
                "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/local.pem",
                "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
                "MessageAttributes": {},
            },
        })
    };
    let records: Vec<_> = events.iter().enumerate().map(record).collect();
    json!({ "Records": records })
}
