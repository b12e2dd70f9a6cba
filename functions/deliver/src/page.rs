//! One page, from planned to taken. Mail's way, but for what a call is: its answer tells all, and one that nobody answered is made
//! again at once, because to be woken twice is better than never.

use desk_call::Answer;
use desk_domain::case::Answering;
use desk_domain::id::MemberId;
use desk_domain::notice::{Notice, Setting};
use desk_domain::policy::{Member, Pager};
use desk_runtime::{Backoff, after};
use desk_store::Fault;
use desk_store::deliveries::{Delivery, DeliveryRecord};

use crate::{Deliver, pager};

/// Why a page is not made.
const NO_PAGER: &str = "the policy names no pager of the member any more";
const ACTED: &str = "somebody has acted";
const NO_PAGE: &str = "there is nothing to be woken for";

impl Deliver {
    /// Takes a page a step on: unless somebody has acted meanwhile, the pager is called.
    pub(crate) async fn page(&self, record: &DeliveryRecord, member: &MemberId) -> Result<(), Fault> {
        let Some(pager) = self.policy.member(member).filter(|m| m.has_part()).and_then(pager_of) else {
            return self.cannot_be_sent(record, NO_PAGER).await;
        };
        if !self.waits(&record.delivery).await? {
            return self.mail.withhold(&record.delivery.id, ACTED, self.clock.now()).await.map(drop);
        }
        let Some(record) = self.turn(record).await? else { return Ok(()) };
        match self.mail.claim(&record.delivery.id, None, self.clock.now()).await? {
            Some(claimed) => {
                let claimed = DeliveryRecord { delivery: record.delivery.clone(), ..claimed };
                self.call(&claimed, member, pager).await
            }
            None => Ok(()),
        }
    }

    /// Whether there is something to wake somebody for. What of a bundle waits is seen when it is opened.
    async fn waits(&self, delivery: &Delivery) -> Result<bool, Fault> {
        let Some(case) = &delivery.case else { return Ok(matches!(delivery.notice, Notice::Bundle(_))) };
        let stored = self.cases.case(case).await?;
        Ok(stored.is_some_and(|stored| delivery.notice.is_waited_for(&stored.case)))
    }

    async fn call(&self, record: &DeliveryRecord, member: &MemberId, pager: &Pager) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        let answer = self.answer(record, member, pager).await;
        let now = self.clock.now();
        match answer {
            Answer::Taken => {
                self.plan_again(&record.delivery, pager).await?;
                self.mail.mark_delivered(id, now).await?;
                tracing::info!(delivery = id, template = record.delivery.notice.template(), "paged");
                Ok(())
            }
            Answer::NotNow(why, later) => {
                tracing::warn!(delivery = id, why, attempts = record.attempts, "not paged for now");
                let later = later.map(|later| later.instant(now));
                let again = Backoff::PASSING.again(record.attempts, now, later, Backoff::PASSING.longest);
                self.mail.retry_at(id, now, again).await
            }
            Answer::Refused(why) => self.cannot_be_sent(record, why).await,
        }
    }

    async fn answer(&self, record: &DeliveryRecord, member: &MemberId, pager: &Pager) -> Answer {
        let delivery = &record.delivery;
        let links = self.links(record, None);
        let setting = Setting {
            policy: &self.policy,
            case: delivery.case.as_ref(),
            recipient: &delivery.recipient,
            now: self.clock.now(),
            links: &links,
            text: None,
            code: None,
            code_withheld: false,
            instead_of: None,
            answering: Answering::Writes,
            in_clear: true,
            filed: &[],
        };
        let Some(page) = delivery.notice.page(&setting) else { return Answer::Refused(NO_PAGE) };
        let to = match &self.pagers {
            Some(stand_in) => format!("{stand_in}/{member}"),
            None => pager.url().to_owned(),
        };
        let post = pager::call(pager, to, &page, delivery.notice.urgency(), &delivery.id);
        let answer = tokio::task::spawn_blocking(move || desk_call::post(&post)).await;
        answer.unwrap_or(Answer::NotNow("the call was cut off", None))
    }

    /// The next call, where the policy wants one: a delivery of its own, which is withheld once somebody has acted. A bundle is not
    /// called again: while more comes, so does the next.
    async fn plan_again(&self, delivery: &Delivery, pager: &Pager) -> Result<(), Fault> {
        match (pager.repeat, &delivery.case) {
            (Some(repeat), Some(case)) if delivery.repeated < repeat.times => {
                let again = delivery.again(case, after(self.clock.now(), repeat.every));
                self.mail.plan_delivery(&again, None).await
            }
            _ => Ok(()),
        }
    }
}

fn pager_of(member: &Member) -> Option<&Pager> {
    member.page.as_ref()
}
