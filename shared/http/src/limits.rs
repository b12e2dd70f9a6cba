//! Whether a network is let in, before any work is done for it: see `desk_domain::policy::Limited` for what is counted, and why.
//!
//! A limit is no gate. Where the table cannot be asked the request goes on, and is counted as one that was not asked for: what it
//! wants fails by itself if the table is gone, and a report is worth more than a count.

use axum::http::HeaderMap;
use desk_domain::id::SourceId;
use desk_domain::policy::{Limited, Policy};
use desk_keys::Links;
use desk_store::DeskStore;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Problem, source};

/// Where networks are counted, and under which names.
pub struct Limits<'a> {
    pub desk: &'a DeskStore,
    /// Names a network: for one day, and nobody without the key reads it back.
    pub links: &'a Links,
    pub policy: &'a Policy,
    pub now: Timestamp,
}

impl Limits<'_> {
    /// What the network that the request comes from is called on a case: for one day, so that two reports of a day are known to come
    /// from one network, and nothing else is. Nothing where the key is not known: then a report is told of by itself.
    pub fn source(&self, headers: &HeaderMap) -> Option<SourceId> {
        let day = self.now.to_zoned(TimeZone::UTC).date();
        let named = self.links.name_of_day(day, &format!("{}\nsource", source::network(headers)));
        let named = named.inspect_err(|unknown| tracing::warn!(%unknown, "a network could not be named"));
        SourceId::network(&named.ok()?)
    }

    /// Counts one of `limited` against the network that the request comes from; of a case, `of` is its id.
    ///
    /// # Errors
    /// 429, with when to come again.
    pub async fn admit(&self, headers: &HeaderMap, limited: Limited, of: &str) -> Result<(), Problem> {
        let day = self.now.to_zoned(TimeZone::UTC).date();
        let counted = format!("{}\n{}\n{of}", source::network(headers), limited.name());
        let taken = match self.links.name_of_day(day, &counted) {
            Ok(name) => {
                let rate = self.policy.limits.from_one_network.of(limited);
                self.desk.take_of(&name, rate, self.now).await.map_err(String::from)
            }
            Err(unknown) => Err(unknown.to_string()),
        };
        match taken {
            Ok(None) => Ok(()),
            Ok(Some(again)) => {
                tracing::warn!(limited = limited.name(), "a network is asked to wait");
                Err(Problem::too_many(limited, self.now.duration_until(again)))
            }
            Err(fault) => {
                tracing::warn!(fault, limited = limited.name(), metric.LimitUnasked = 1, "a limit could not be asked");
                Ok(())
            }
        }
    }
}
