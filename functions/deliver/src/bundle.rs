//! Whether something goes to a person now, and as what: by itself, with others in one mail, or as the bundle that gathered them. What
//! is gathered and until when says `desk_domain::bundling`; how it is kept, `desk_store`'s `bundles`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use desk_domain::bundling::is_bundled;
use desk_domain::case::Case;
use desk_domain::id::CaseId;
use desk_domain::notice::{Bundle, Notice, Told, Urgency};
use desk_runtime::Retryable;
use desk_store::deliveries::{Delivery, DeliveryRecord};
use desk_store::{Fault, Gathered};
use futures_util::future::try_join_all;

use crate::Deliver;

/// Why what was gathered is not told after all.
const DONE: &str = "it was done before it was told of";
const NOTHING_LEFT: &str = "all that it gathered was done before";
/// Cases that are read at once.
const AT_ONCE: usize = 25;

impl Deliver {
    /// What is to be sent for a delivery now; `None` where it goes later, with others, or is over.
    pub(crate) async fn turn<'r>(&self, record: &'r DeliveryRecord) -> Result<Option<Cow<'r, DeliveryRecord>>, Fault> {
        let delivery = &record.delivery;
        if matches!(delivery.notice, Notice::Bundle(_)) {
            return Ok(self.opened(record).await?.map(Cow::Owned));
        }
        if record.allowed || !is_bundled(&delivery.recipient, &delivery.notice) {
            return Ok(Some(Cow::Borrowed(record)));
        }
        let urgent = self.is_urgent(delivery).await?;
        match self.mail.take_turn(delivery, urgent, &self.policy.mail, self.clock.now()).await? {
            Gathered::No => Ok(Some(Cow::Borrowed(record))),
            Gathered::Yes => {
                tracing::info!(delivery = delivery.id, metric.Gathered = 1, "it goes with others, in one mail");
                Ok(None)
            }
        }
    }

    /// Whether it is of an urgent case. Of what nobody is woken for that is no question.
    async fn is_urgent(&self, delivery: &Delivery) -> Result<bool, Fault> {
        match (&delivery.notice, &delivery.case) {
            (Notice::NewReport(report), _) => Ok(report.urgent),
            (notice, Some(case)) if notice.urgency() == Urgency::Breach => {
                Ok(self.cases.case(case).await?.is_some_and(|stored| stored.case.is_urgent()))
            }
            _ => Ok(false),
        }
    }

    /// A bundle as it is to be sent: closed, and filled with what still waits. Of one notice alone its own letter goes; words that
    /// were sealed for it go with neither, the desk shows them.
    async fn opened(&self, record: &DeliveryRecord) -> Result<Option<DeliveryRecord>, Fault> {
        let (bundle, now) = (&record.delivery, self.clock.now());
        let Some(gathered) = self.mail.close_bundle(&bundle.id).await? else { return Ok(None) };
        let cases = self.cases_of(&gathered).await?;
        let mut told = Vec::new();
        for gathered in gathered {
            self.erase_words(&gathered).await?;
            let case = gathered.delivery.case.as_ref().and_then(|id| cases.get(id));
            if case.is_some_and(|case| gathered.delivery.notice.is_done(case)) {
                self.mail.leave_out(&gathered.delivery.id, DONE, now).await?;
            } else {
                told.push(gathered.delivery);
            }
        }
        let delivery = match told.len() {
            0 => {
                self.mail.withhold(&bundle.id, NOTHING_LEFT, now).await?;
                return Ok(None);
            }
            1 => Delivery { id: bundle.id.clone(), words: None, ..told.remove(0) },
            _ => {
                let of = |told: Delivery| Told { case: told.case, source: told.source, notice: told.notice };
                let told = told.into_iter().map(of).collect();
                Delivery { notice: Notice::Bundle(Bundle { told }), ..bundle.clone() }
            }
        };
        Ok(Some(DeliveryRecord { delivery, ..record.clone() }))
    }

    /// The cases as they stand. One that cannot be read keeps no notice from being told.
    async fn cases_of(&self, gathered: &[DeliveryRecord]) -> Result<BTreeMap<CaseId, Case>, Fault> {
        let ids: BTreeSet<&CaseId> = gathered.iter().filter_map(|gathered| gathered.delivery.case.as_ref()).collect();
        let ids: Vec<&CaseId> = ids.into_iter().collect();
        let mut cases = BTreeMap::new();
        for ids in ids.chunks(AT_ONCE) {
            let read = ids.iter().map(|id| async move {
                match self.cases.case(id).await {
                    Err(fault) if fault.is_retryable() => Err(fault),
                    Err(fault) => {
                        tracing::error!(case = %id, fault = %fault, "a case cannot be read; it is told of all the same");
                        Ok(None)
                    }
                    Ok(stored) => Ok(stored.map(|stored| ((*id).clone(), stored.case))),
                }
            });
            cases.extend(try_join_all(read).await?.into_iter().flatten());
        }
        Ok(cases)
    }
}
