//! Until when both sides keep a case to themselves, as its reporter and its team see it.

use desk_domain::case::Case;
use desk_domain::case::embargo::{Em, EmbargoEnd, Side};
use desk_domain::moment::Moment;
use jiff::Timestamp;
use serde::Serialize;

/// The embargo of a case.
#[derive(Clone, Debug, Serialize)]
pub struct EmbargoView {
    pub state: Em,
    /// The end that is agreed; of one that is over, that was.
    pub ends: Option<Moment>,
    /// The end that the team proposes, which the reporter has not answered.
    pub proposed_by_team: Option<Moment>,
    /// The end that the reporter proposes, which the team has not answered.
    pub proposed_by_reporter: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<EmbargoOverView>,
}

/// That it is over.
#[derive(Clone, Debug, Serialize)]
pub struct EmbargoOverView {
    pub at: Timestamp,
    pub why: EmbargoEnd,
}

impl EmbargoView {
    pub fn of(case: &Case, now: Timestamp) -> EmbargoView {
        let embargo = &case.embargo;
        let proposed = |side| embargo.proposed(side, now).map(|proposal| proposal.ends.clone());
        EmbargoView {
            state: embargo.state(now),
            ends: embargo.agreed.as_ref().map(|agreed| agreed.ends.clone()),
            proposed_by_team: proposed(Side::Team),
            proposed_by_reporter: proposed(Side::Reporter),
            over: embargo.over.as_ref().map(|over| EmbargoOverView { at: over.at, why: over.why }),
        }
    }
}
