//! What a network is asked to wait for: reports, codes that open nothing, looks at a case and what is sent to it. Whoever proves to
//! hold a case's code is counted for that case alone, so that a neighbour's flood is not theirs.

use std::fmt;

use axum::http::{HeaderMap, StatusCode};
use desk_domain::id::{CaseId, PartyId, SourceId};
use desk_domain::policy::Limited;
use desk_http::{Limits, Problem};
use desk_pages::size;
use jiff::SignedDuration;

use crate::Intake;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Whose code of a case it is: each is counted apart, so that one takes nothing from another.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    Reporters(&'a CaseId),
    Partys(&'a CaseId, &'a PartyId),
}

impl fmt::Display for Whose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Reporters(case) => write!(f, "{case}"),
            Whose::Partys(case, party) => write!(f, "{case} {party}"),
        }
    }
}

impl Intake {
    async fn admit(&self, headers: &HeaderMap, limited: Limited, of: &str) -> Result<(), Problem> {
        self.limits().admit(headers, limited, of).await
    }

    fn limits(&self) -> Limits<'_> {
        let (desk, links, policy) = (&self.desk, &self.reporter_links, &*self.policy);
        Limits { desk, links, policy, now: self.clock.now() }
    }

    /// Where a report comes from, as its case knows it.
    pub(crate) fn source(&self, headers: &HeaderMap) -> Option<SourceId> {
        self.limits().source(headers)
    }

    /// One more report or comment.
    ///
    /// # Errors
    /// 429, and so for those below.
    pub(crate) async fn within_reports(&self, headers: &HeaderMap) -> Result<(), Problem> {
        self.admit(headers, Limited::Reports, "").await
    }

    /// One more code that opened nothing.
    pub(crate) async fn within_wrong_codes(&self, headers: &HeaderMap) -> Result<(), Problem> {
        self.admit(headers, Limited::WrongCodes, "").await
    }

    /// One more look at the page of `whose`.
    pub(crate) async fn within_looks(&self, headers: &HeaderMap, whose: Whose<'_>) -> Result<(), Problem> {
        self.admit(headers, Limited::Looks, &whose.to_string()).await
    }

    /// One more thing of so many bytes that `whose` holder sends, from this network, and in this day from anywhere.
    ///
    /// # Errors
    /// 413 too, with what is left of the day's bytes.
    pub(crate) async fn within_messages(
        &self,
        headers: &HeaderMap,
        whose: Whose<'_>,
        bytes: usize,
    ) -> Result<(), Problem> {
        self.admit(headers, Limited::Messages, &whose.to_string()).await?;
        let (limit, now) = (self.policy.limits.reporter_messages_per_day, self.clock.now());
        if !self.desk.within_rate(&format!("reply {whose}"), DAY, limit, now).await? {
            let detail = format!("This case takes at most {limit} messages a day; please go on tomorrow.");
            return Err(Problem::tomorrow(StatusCode::TOO_MANY_REQUESTS, detail, now));
        }
        let most = self.policy.limits.reporter_bytes_per_day;
        match self.desk.take_bytes(&format!("reply bytes {whose}"), bytes as u64, most, now).await? {
            None => Ok(()),
            Some(left) => {
                let (most, left) = (size(most as usize), size(left as usize));
                let detail = format!(
                    "This case takes at most {most} of messages and files a day, and {left} are left today. Please send less now, \
                     or go on tomorrow."
                );
                Err(Problem::tomorrow(StatusCode::PAYLOAD_TOO_LARGE, detail, now))
            }
        }
    }

    /// What a code opened. Where it opened nothing, that is counted: who tries codes is asked to wait.
    pub(crate) async fn counted<T>(&self, headers: &HeaderMap, opened: Result<T, Problem>) -> Result<T, Problem> {
        if opened.as_ref().is_err_and(|problem| problem.status() == StatusCode::NOT_FOUND) {
            self.within_wrong_codes(headers).await?;
        }
        opened
    }
}
