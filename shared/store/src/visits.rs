//! Up to which message a reporter has read their case, so that the next visit can say what is new.
//!
//! It is the time of that message and not of the visit: when a reporter looks at their case is nobody's business, and no page of
//! the team shows any of it. A cookie would know it too, but not in another browser, and it would stay on a machine that may
//! not be the reporter's own.

use desk_domain::case::Case;
use jiff::Timestamp;

use crate::fault::Fault;
use crate::item::{Build, Read, case_pk, instant, key, n, s};
use crate::kept::kept_until;
use crate::views::CaseStore;

impl CaseStore {
    /// The time of the newest message that the reporter had before them; of the report where there was none. `None` before the
    /// first visit.
    pub async fn read_until(&self, case: &Case) -> Result<Option<Timestamp>, Fault> {
        let item = self.table.get(key(case_pk(&case.id), "VISIT")).await?;
        item.map(|item| Read(&item).time("until")).transpose()
    }

    /// The reporter has messages up to this time before them.
    pub async fn set_read_until(&self, case: &Case, until: Timestamp) -> Result<(), Fault> {
        let mut item = Build::new(case_pk(&case.id), "VISIT").set("until", s(instant(until)));
        if let Some(end) = kept_until(case) {
            item = item.set("ttl", n(end.as_second()));
        }
        self.table.put(item.item(), None).await?;
        Ok(())
    }
}
