//! The stream of cases: each plan becomes deliveries, and a publication becomes channels that are served one by one (see
//! [`publish`]). Planning is repeatable: a delivery's id follows from its cause, and the plan's timer is disarmed only when
//! all of it is planned.

mod call;
mod drift;
mod duplicates;
mod figures;
mod linked;
mod outcome;
mod publish;
mod registry;
mod said;

use std::sync::Arc;

use desk_domain::case::{Case, Event};
use desk_domain::id::{AdvisoryId, CaseId, ContentId};
use desk_domain::notice::plan::notices;
use desk_domain::policy::Policy;
use desk_keys::{Announcer, PublishVerifier, Webhooks};
use desk_runtime::Clock;
use desk_runtime::stream::{Change, Worker};
use desk_store::deliveries::Delivery;
use desk_store::objects::Objects;
use desk_store::published::{channel_of, release_of};
use desk_store::{CaseStore, DeskStore, Fault, FigureStore, MailStore, PublishedStore, Ring, TeamStore, tally_of};
use jiff::Timestamp;
use jiff::civil::Date;

pub struct FanOut {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub figures: FigureStore,
    /// Who said to be away.
    pub members: TeamStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// The bucket of the published site.
    pub objects: Objects,
    /// Opens the final form of an advisory; nobody else holds it.
    pub release_key: Ring,
    /// Hears whether it is `team`'s word that something is published.
    pub publisher: PublishVerifier,
    /// Says to `deliver` what lists are told.
    pub announcer: Announcer,
    /// Signs what webhooks are posted.
    pub webhooks: Webhooks,
    /// What stands in for every address that a channel is called at, each channel's at its id; `None` where they are called themselves.
    pub called: Option<String>,
    /// What stands in for the registry; `None` where that itself is asked.
    pub registry_at: Option<String>,
    /// Where the desk and the site are reached, without a trailing slash.
    pub public_url: String,
    pub site_url: String,
}

impl FanOut {
    /// Plans the deliveries of the events of one transaction; nothing when that was done before.
    ///
    /// # Errors
    /// A fault of the store; all of it may be done again.
    pub async fn plan(&self, id: &CaseId, from: u64) -> Result<(), Fault> {
        let Some((from, to)) = self.cases.plan(id, from).await? else { return Ok(()) };
        let log = self.cases.events(id, 1, LAST).await?;
        // What came later has a plan of its own.
        let upto: Vec<&Event> = log.iter().take_while(|event| event.seq <= to).collect();
        let case =
            Case::replay(upto.iter().copied()).ok_or_else(|| Fault::Damaged(format!("{id}: its log opens no case")))?;
        let (now, policy) = (self.clock.now(), self.members.policy_now(&self.policy).await?);
        let mut planned = 0;
        let events: Vec<&Event> = upto.into_iter().filter(|event| event.seq >= from).collect();
        for &event in &events {
            for plan in notices(&policy, &case, event) {
                let mut delivery = Delivery::of_event(id, event.seq, plan.recipient, plan.notice, now);
                (delivery.words, delivery.instead_of) = (plan.sealed, plan.instead_of);
                delivery.source = case.source.clone();
                self.mail.plan_delivery(&delivery, None).await?;
                planned += 1;
            }
            self.release_recorded(id, event).await?;
            self.made_public(&case, event, from).await?;
            self.channel_said(&case, event).await?;
        }
        self.link(&case, &events).await?;
        self.count(id, &log, from).await?;
        self.cases.disarm_plan(id, from).await?;
        tracing::info!(case = %id, event = from, deliveries = planned, "planned");
        Ok(())
    }

    fn is_due(&self, change: &Change) -> bool {
        let shows = change.image::<ShowsDue>();
        shows.and_then(|shows| shows.due_at).is_some_and(|due| due <= self.clock.now())
    }
}

/// What a stream record asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// The events of a case from this one on.
    Plan(CaseId, u64),
    /// An advisory with a channel that is due.
    Serve(AdvisoryId),
    /// A version that is looked for.
    LookFor(AdvisoryId, ContentId),
    /// A day whose figures say something else by now.
    Count(Date),
    /// The figures that anybody may see.
    ShowFigures,
}

/// The end of every log.
const LAST: u64 = 999_999_999_999;

/// What a record shows of a channel, and of a version that is looked for.
#[derive(serde::Deserialize)]
struct ShowsDue {
    due_at: Option<Timestamp>,
}

/// What a record shows of a day's tally.
#[derive(serde::Deserialize)]
struct TallyChanged {
    stale: Option<String>,
}

impl Worker for FanOut {
    type Work = Work;
    type Fault = Fault;

    /// A plan, a channel or a version that is due, or a day's tally: one that is stale, or one that was made anew and that the site shows.
    fn work_of(&self, change: &Change) -> Option<Work> {
        if let Some((advisory, _)) = channel_of(&change.pk, &change.sk) {
            return self.is_due(change).then_some(Work::Serve(advisory));
        }
        if let Some((advisory, version)) = release_of(&change.pk, &change.sk) {
            return self.is_due(change).then_some(Work::LookFor(advisory, version));
        }
        if let Some(day) = tally_of(&change.pk, &change.sk) {
            let TallyChanged { stale } = change.image()?;
            let shown = (day <= self.last_shown_day()).then_some(Work::ShowFigures);
            return stale.map(|_| Work::Count(day)).or(shown);
        }
        let (case, from) = (change.pk.strip_prefix("PLAN#")?, change.sk.strip_prefix("PLAN#")?);
        Some(Work::Plan(case.parse().ok()?, from.parse().ok()?))
    }

    async fn work(&self, work: &Work) -> Result<(), Fault> {
        match work {
            Work::Plan(case, from) => self.plan(case, *from).await,
            Work::Serve(advisory) => self.serve(advisory).await,
            Work::LookFor(advisory, version) => self.look_for_release(advisory, version).await,
            Work::Count(day) => self.figures.count(*day).await.map(drop),
            Work::ShowFigures => self.publish_figures().await,
        }
    }

    async fn scheduled(&self) -> Result<(), Fault> {
        self.count_stale().await?;
        self.publish_shared().await?;
        self.mend_site().await
    }
}
