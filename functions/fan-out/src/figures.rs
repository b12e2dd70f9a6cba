//! The figures of promises: kept beside the planning of events, and shown on the site.
//!
//! Anybody sees whole days only, up to yesterday. So a page that is read again and again tells nobody that a report was answered
//! this minute, and it is written once a day, or when a later event changes what an earlier day says.

use desk_advisory::channel::Object;
use desk_advisory::figures_page;
use desk_domain::case::Event;
use desk_domain::figures::{Entry, Figures, entries};
use desk_domain::id::CaseId;
use desk_store::Fault;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::FanOut;
use crate::publish::{Shared, written};

impl FanOut {
    /// Writes what the events from one on make of a case's figures; nothing is counted yet. `log` is all that is known of it.
    pub(crate) async fn count(&self, case: &CaseId, log: &[Event], from: u64) -> Result<(), Fault> {
        let asked: Vec<Entry> = entries(log).into_iter().filter(|entry| entry.is_asked_for_from(from)).collect();
        self.figures.put_entries(case, &asked, &format!("{case}#{from}")).await
    }

    /// Counts the days whose count was lost.
    pub(crate) async fn count_stale(&self) -> Result<(), Fault> {
        let today = self.today();
        for day in self.figures.stale(Figures::from(today), today).await? {
            tracing::warn!(day = %day, "its figures were stale; they are counted now");
            self.figures.count(day).await?;
        }
        Ok(())
    }

    /// Writes the figures that anybody may see, as a page and for programs, where they say something else by now.
    ///
    /// # Errors
    /// Why they could not be written, in words.
    pub(crate) async fn publish_figures(&self) -> Result<(), Fault> {
        written(self.put_shared(&Shared::Figures).await?)
    }

    /// What they say now.
    pub(crate) async fn figures_shown(&self) -> Result<Vec<Object>, Fault> {
        let until = self.last_shown_day();
        let days = self.figures.tallies(Figures::from(until), until).await?;
        // What is still open is as old as it was when that day ended, so that the page says the same all day.
        let end = self.today().to_zoned(TimeZone::UTC).map_or(self.clock.now(), |midnight| midnight.timestamp());
        Ok(figures_page::objects(&self.site(), &Figures::of(&self.policy, &days, until, end).public()))
    }

    /// Yesterday.
    pub(crate) fn last_shown_day(&self) -> Date {
        self.today().saturating_sub(1.day())
    }

    fn today(&self) -> Date {
        self.clock.now().to_zoned(TimeZone::UTC).date()
    }
}
