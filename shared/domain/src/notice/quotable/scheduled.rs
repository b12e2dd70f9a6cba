//! Letters about a publication that is scheduled; its times, and what is missing, stand in tables, and in no sentence.

use super::embargo::ends;
use super::*;
use crate::case::publication::Unscheduled;

fn befores() -> [Option<Moment>; 2] {
    [None, Some(ends())]
}

pub(super) fn to_reporter() -> impl Iterator<Item = Notice> {
    let told = befores().map(|before| Notice::PublicationTold(PublicationTold { on: ends(), before }));
    let off = Unscheduled::ALL.map(|why| Notice::PublicationOff(PublicationOff { on: ends(), why }));
    told.into_iter().chain(off)
}

pub(super) fn to_party() -> impl Iterator<Item = Notice> {
    let of = |(before, off)| Notice::PartyPublication(PartyPublication { on: ends(), before, off });
    [(None, false), (Some(ends()), false), (None, true)].into_iter().map(of)
}

pub(super) fn to_team() -> impl Iterator<Item = Notice> {
    let changed = Unscheduled::ALL.into_iter().flat_map(|why| [(why, true), (why, false)]);
    let changed = changed
        .map(|(why, reported)| Notice::PublicationChanged(PublicationChanged { on: ends(), why, by: None, reported }));
    let held_up = [true, false]
        .map(|reported| Notice::PublicationHeldUp(PublicationHeldUp { on: ends(), missing: Vec::new(), reported }));
    changed.chain(held_up)
}

/// What names a member to the team.
pub(super) fn by(by: &MemberId) -> Vec<Notice> {
    let set = |before| PublicationSet { on: ends(), before, by: by.clone(), reported: true };
    let set = befores().into_iter().map(set).map(Notice::PublicationSet);
    let (why, taken_back_by) = (Unscheduled::Cancelled, Some(by.clone()));
    let changed = PublicationChanged { on: ends(), why, by: taken_back_by, reported: true };
    set.chain([Notice::PublicationChanged(changed)]).collect()
}
