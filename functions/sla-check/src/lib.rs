//! The schedule: each tick does what is due, no more. A tick that finds nothing costs sixteen empty queries, four reads and the
//! write that says when it was. What is done once a day costs the other ticks nothing: that it was done stands in what they read.

mod digests;
mod heads;
mod heartbeat;
mod shifts;
mod team_changes;

use std::sync::Arc;

use desk_domain::case::command::Roster;
use desk_domain::case::{Actor, Command, EventBody};
use desk_domain::id::{CaseId, ClockName};
use desk_domain::policy::{AtDue, Policy};
use desk_domain::refusal::Refusal;
use desk_runtime::{Clock, Hold, after};
use desk_store::objects::Objects;
use desk_store::{
    ActError, CaseStore, DeskStore, Due, DueKind, Fault, MailStore, PLAN_GRACE, PublishedStore, SeenPolicy, TeamStore,
};
use jiff::{SignedDuration, Timestamp};

pub use heads::Heads;

/// What is due is fetched in portions of this many from each shard.
const PORTION: i32 = 25;
/// Where a whole portion stays due (held, or failing), a larger one looks past it, up to this many.
const LARGEST: i32 = 1600;
/// What cannot be taken back waits until the three clocks agree this closely.
const AGREEMENT: SignedDuration = SignedDuration::from_mins(2);

/// So long mail may lie before it is taken up.
const INBOUND_LIES: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone)]
pub struct SlaCheck {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub members: TeamStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// The bucket of mail as it came, where the stack receives any.
    pub inbound: Option<Objects>,
    /// Where the heads of all logs go once a day; `None` where they go nowhere, as in tests of other things.
    pub heads: Option<Heads>,
    /// Who is called after a good tick; in the cloud the policy's address, on one machine nobody.
    pub heartbeat: Option<String>,
}

/// What wakes it: an EventBridge event, which says when it was due.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub struct Schedule {
    pub time: Timestamp,
    /// An operator's word that what failed is mended: every plan that waits is handed to the planner at once.
    #[serde(default)]
    pub redrive: bool,
}

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    pub fired: usize,
    pub plans_touched: usize,
    pub channels_touched: usize,
    pub releases_touched: usize,
    pub failed: usize,
    /// Due times that wait because the clocks disagree.
    pub held: usize,
    /// What was due before a restore and waits for the operator.
    pub restored: usize,
}

impl SlaCheck {
    /// One tick of the schedule, which says that it is `scheduled`.
    ///
    /// # Errors
    /// A fault of the store that kept it from finding what is due. What failed for one case is counted and logged, and is
    /// due again at the next tick.
    pub async fn tick(&self, scheduled: Timestamp) -> Result<Ticked, Fault> {
        let policy = self.members.policy_now(&self.policy).await?;
        SlaCheck { policy, ..self.clone() }.tick_now(scheduled, &self.policy).await
    }

    /// The same, under the policy of this moment; `deployed` says nothing of who is away since.
    async fn tick_now(&self, scheduled: Timestamp, deployed: &Policy) -> Result<Ticked, Fault> {
        let remembered = team_changes::follow(self, deployed).await?;
        if self.policy.on_call(self.clock.now()).is_none() {
            tracing::error!(alarm = "rota-gap", "nobody is on call");
        }
        self.look_at_inbound().await;
        let hold = self.desk.hold().await?;
        let mut done = self.do_due(scheduled, hold).await?;
        self.alarm_of_waiting(&done, hold);
        if let Some(remembered) = remembered
            && let Err(fault) = self.tell_of_the_day(heads::tell(self, remembered).await).await
        {
            done.failed += 1;
            tracing::error!(fault = %fault, "a digest or a shift could not be told; it is due again at the next tick");
        }
        self.desk.ticked(self.clock.now()).await?;
        tracing::debug!(
            metric.Ticks = 1,
            metric.TimersFired = done.fired,
            metric.DueFailed = done.failed,
            "the schedule ticked"
        );
        if done.failed > 0 {
            tracing::error!(failed = done.failed, alarm = "due-failed", "what was due could not be done");
        } else {
            heartbeat::beat(self.heartbeat.as_deref()).await;
        }
        Ok(done)
    }

    /// What is told of no case by itself: whose shift has begun, and the digests.
    async fn tell_of_the_day(&self, remembered: SeenPolicy) -> Result<(), Fault> {
        let remembered = shifts::tell(self, remembered).await?;
        digests::tell(self, &remembered).await
    }

    /// Does what is due, each once, in portions that grow where a whole one stays due.
    async fn do_due(&self, scheduled: Timestamp, hold: Hold) -> Result<Ticked, Fault> {
        let (mut done, mut seen) = (Ticked::default(), Vec::new());
        let mut portion = PORTION;
        while portion <= LARGEST {
            let due = self.cases.due(self.clock.now(), portion).await?;
            let full = due.len() >= portion as usize;
            let fresh: Vec<Due> = due.into_iter().filter(|due| !seen.contains(due)).collect();
            if fresh.is_empty() {
                if !full {
                    break;
                }
                portion *= 4;
                continue;
            }
            let witnessed = self.witnessed(scheduled);
            for due in fresh {
                match hold.holds(due.at) {
                    true => done.restored += 1,
                    false => self.take(&due, witnessed, &mut done).await,
                }
                seen.push(due);
            }
        }
        Ok(done)
    }

    fn alarm_of_waiting(&self, done: &Ticked, hold: Hold) {
        if done.held > 0 {
            tracing::error!(held = done.held, skew = ?self.desk.skew(), alarm = "clock-disagreement", "the clocks disagree");
        }
        if hold.is_on() {
            tracing::error!(
                due = done.restored,
                alarm = "held",
                "what was due before a restore waits for the operator"
            );
        }
    }

    /// Whether this function's clock, the schedule's and DynamoDB's agree.
    fn witnessed(&self, scheduled: Timestamp) -> bool {
        let late = scheduled.duration_until(self.clock.now()).abs();
        late <= AGREEMENT && self.desk.skew().is_some_and(|skew| skew.abs() <= AGREEMENT)
    }

    /// Mail that nobody took up is a report that nobody knows of.
    async fn look_at_inbound(&self) {
        let Some(inbound) = &self.inbound else { return };
        match inbound.oldest().await {
            Ok(Some(at)) if at.duration_until(self.clock.now()) > INBOUND_LIES => {
                tracing::error!(since = %at, alarm = "inbound-lying", "mail lies unread in the inbound bucket");
            }
            Ok(_) => {}
            Err(fault) => tracing::error!(fault = %fault, "the inbound bucket could not be looked at"),
        }
    }

    /// Wakes the planner for everything that is not planned or announced yet, due or not: what ended among the failures is tried
    /// again now, and not when its grace is over.
    pub async fn redrive(&self) -> Result<usize, Fault> {
        let (now, mut woken) = (self.clock.now(), 0);
        let hold = self.desk.hold().await?;
        for due in self.cases.due(after(now, PLAN_GRACE), LARGEST).await? {
            if hold.holds(due.at) {
                continue;
            }
            match &due.kind {
                DueKind::Plan(case, from) => self.cases.touch_plan(case, *from, now).await?,
                DueKind::Channel(advisory, channel) => self.published.touch_channel(advisory, channel, now).await?,
                DueKind::Release(advisory, version) => self.published.touch_release(advisory, version, now).await?,
                DueKind::Timer(..) => continue,
            }
            woken += 1;
        }
        tracing::info!(woken, "what waits was handed over again");
        Ok(woken)
    }

    async fn take(&self, due: &Due, witnessed: bool, done: &mut Ticked) {
        let result = match &due.kind {
            DueKind::Timer(case, clock) => self.fire(case, clock, witnessed, done).await,
            DueKind::Plan(case, from) => {
                tracing::warn!(case = %case, event = from, alarm = "unplanned", "nobody planned these events; waking the planner");
                done.plans_touched += 1;
                self.cases.touch_plan(case, *from, self.clock.now()).await.map_err(ActError::from)
            }
            DueKind::Channel(advisory, channel) => {
                tracing::info!(advisory = %advisory, channel = %channel, "not announced yet; waking the publisher");
                done.channels_touched += 1;
                // Its due time stays what it is: this very tick must not take it for another one.
                self.published.touch_channel(advisory, channel, due.at).await.map_err(ActError::from)
            }
            DueKind::Release(advisory, version) => {
                done.releases_touched += 1;
                self.published.touch_release(advisory, version, due.at).await.map_err(ActError::from)
            }
        };
        if let Err(e) = result {
            done.failed += 1;
            tracing::error!(due = ?due.kind, fault = %e, "what was due was not done; it is due again at the next tick");
        }
    }

    async fn fire(&self, case: &CaseId, clock: &ClockName, witnessed: bool, done: &mut Ticked) -> Result<(), ActError> {
        let roster = self.roster_for(case, clock).await?;
        let command = Command::FireTimer { clock: clock.clone(), witnessed, roster };
        let acted = self.cases.tell(case, &self.policy, &Actor::Desk, &self.clock, &command).await?;
        if acted.events.is_empty() {
            done.held += usize::from(!witnessed);
        } else {
            done.fired += 1;
            tracing::info!(case = %case, clock = %clock, events = acted.events.len(), "a timer fired");
            let missed = acted.events.iter().any(|event| matches!(event, EventBody::ClockBreached { .. }));
            // What is only a duty of the team's is the team's to hear of, and no alarm of the operator's.
            if missed && acted.after.case.clock(clock).is_some_and(|clock| clock.start.promise) {
                tracing::error!(case = %case, clock = %clock, alarm = "breach", "a promise is broken");
            }
        }
        Ok(())
    }

    /// The load of each member, read only where a handler is about to be chosen.
    async fn roster_for(&self, case: &CaseId, clock: &ClockName) -> Result<Roster, ActError> {
        let stored = self.cases.case(case).await?.ok_or(Refusal::NotFound)?;
        let assigns = stored
            .case
            .clock(clock)
            .is_some_and(|c| c.start.at_due == AtDue::AssignHandler && c.start.due_at <= self.clock.now());
        if assigns { self.roster().await } else { Ok(Roster::default()) }
    }

    async fn roster(&self) -> Result<Roster, ActError> {
        let mut roster = Roster::default();
        for member in self.policy.triage() {
            roster.load.insert(member.id.clone(), self.cases.load(&member.id).await?);
        }
        Ok(roster)
    }
}
