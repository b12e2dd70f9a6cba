//! Advisories that have to do with one another lead to each other (see [`desk_domain::advisory::Published::related`]): once one has its
//! page, those that it names say so too. Which do is worked out anew of all, so what was cut off, or is no longer so, is put right by
//! whatever comes next, at the latest by the schedule.

use desk_domain::advisory::Published;
use desk_domain::id::AdvisoryId;
use desk_store::Fault;

use crate::FanOut;

impl FanOut {
    /// Writes down who names whom, and puts the files anew of those of which that changed.
    ///
    /// # Errors
    /// A fault of the store, or why something could not be written.
    pub(crate) async fn link_all(&self) -> Result<(), Fault> {
        let all = self.published.all_shown().await?;
        for one in &all {
            let linked = linked(&all, one);
            if linked == one.linked {
                continue;
            }
            let id = &one.advisory.id;
            for by in one.linked.iter().filter(|by| !linked.contains(by)) {
                self.published.link_published(id, by, false).await?;
            }
            for by in linked.iter().filter(|by| !one.linked.contains(by)) {
                self.published.link_published(id, by, true).await?;
            }
            self.mend(&Published { linked, ..one.clone() }).await?;
        }
        Ok(())
    }
}

fn linked(all: &[Published], one: &Published) -> Vec<AdvisoryId> {
    let mut by: Vec<AdvisoryId> =
        all.iter().filter(|other| other.names(one)).map(|other| other.advisory.id.clone()).collect();
    by.sort();
    by
}
