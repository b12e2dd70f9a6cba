//! Where the embargo stands, in words.

use desk_domain::case::Case;
use desk_domain::case::embargo::{Proposal, Side};
use desk_domain::policy::Zone;
use desk_domain::time::instant_in;
use desk_pages::{CheckRow, CheckState};
use jiff::Timestamp;

use super::checklist::{href, row};
use crate::steps::At;

/// What holds or is over, and what is proposed; nothing where nobody ever proposed one.
pub(crate) fn standing(case: &Case, zone: Option<&Zone>, now: Timestamp) -> Vec<String> {
    let theirs = case.embargo.proposed(Side::Reporter, now).map(|proposal| by_reporter(proposal, zone));
    let ours = case.embargo.proposed(Side::Team, now).map(|proposal| by_team(proposal, zone));
    agreed(case, zone).into_iter().chain(theirs).chain(ours).collect()
}

/// What both sides have agreed to.
fn agreed(case: &Case, zone: Option<&Zone>) -> Option<String> {
    match (&case.embargo.over, case.embargo.holds()) {
        (Some(over), _) => Some(format!(
            "Over since {}, because {}; it was to hold until {}.",
            instant_in(zone, over.at),
            over.why.because(),
            over.ends.said_as_end(zone)
        )),
        (None, holds) => {
            holds.map(|ends| format!("It holds until {}; nothing is published before.", ends.said_as_end(zone)))
        }
    }
}

fn by_reporter(proposal: &Proposal, zone: Option<&Zone>) -> String {
    format!("The reporter proposes that it ends with {}.", proposal.ends.said_as_end(zone))
}

fn by_team(proposal: &Proposal, zone: Option<&Zone>) -> String {
    format!(
        "The team proposes that it ends with {}; the reporter has not answered since {}.",
        proposal.ends.said_as_end(zone),
        instant_in(zone, proposal.at)
    )
}

/// Its row among the steps, once there is anything of it: open while the reporter waits for the team.
pub(super) fn of_steps(at: &At<'_>) -> Option<CheckRow> {
    let zone = at.member.time_zone.as_ref();
    let standing = standing(at.case(), zone, at.now);
    let asked = at.case().embargo.proposed(Side::Reporter, at.now).filter(|_| !at.case().is_closed());
    let said = standing.join(" ");
    let pages = [("Answer the reporter", "embargo")];
    let row = match asked {
        Some(_) => CheckRow { detail: said, ..row(at, "Embargo", None, &pages) },
        None if agreed(at.case(), zone).is_some() => row(at, "Embargo", Some(said), &pages),
        None => {
            let actions = vec![("Change".to_owned(), href(at, "embargo"))];
            CheckRow { state: CheckState::Later, label: "Embargo".to_owned(), detail: said, actions }
        }
    };
    (!standing.is_empty()).then_some(row)
}
