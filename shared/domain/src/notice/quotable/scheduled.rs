//! Letters about a publication that is scheduled; its times, and what is missing, stand in tables, and in no sentence.

use super::embargo::ends;
use super::*;
use crate::case::publication::{Unscheduled, When};

fn whens() -> [When; 2] {
    [When::At(ends()), When::Released]
}

/// When it is set for, and before.
fn set() -> impl Iterator<Item = (When, Option<When>)> {
    let befores = || [None, Some(When::At(ends()))];
    whens().into_iter().flat_map(move |on| befores().map(|before| (on.clone(), before)))
}

/// When it was set for, and why it is not any more.
fn taken_back() -> impl Iterator<Item = (When, Unscheduled)> {
    whens().into_iter().flat_map(|on| Unscheduled::ALL.map(|why| (on.clone(), why)))
}

pub(super) fn to_reporter() -> impl Iterator<Item = Notice> {
    let told = set().map(|(on, before)| Notice::PublicationTold(PublicationTold { on, before }));
    let off = taken_back().map(|(on, why)| Notice::PublicationOff(PublicationOff { on, why }));
    told.chain(off)
}

pub(super) fn to_party() -> impl Iterator<Item = Notice> {
    let of = |(on, before, off)| Notice::PartyPublication(PartyPublication { on, before, off });
    let off = whens().map(|on| (on, None, true));
    set().map(|(on, before)| (on, before, false)).chain(off).map(of)
}

pub(super) fn to_team() -> impl Iterator<Item = Notice> {
    let both = [true, false];
    let changed = taken_back().flat_map(move |(on, why)| both.map(|reported| (on.clone(), why, reported)));
    let changed = changed
        .map(|(on, why, reported)| Notice::PublicationChanged(PublicationChanged { on, why, by: None, reported }));
    let held_up = whens().into_iter().flat_map(move |on| both.map(|reported| (on.clone(), reported)));
    let held_up = held_up
        .map(|(on, reported)| Notice::PublicationHeldUp(PublicationHeldUp { on, missing: Vec::new(), reported }));
    changed.chain(held_up)
}

/// What names a member to the team.
pub(super) fn by(by: &MemberId) -> Vec<Notice> {
    let to_be = set().map(|(on, before)| PublicationSet { on, before, by: by.clone(), reported: true });
    let taken_back_by = |on| {
        let (why, by) = (Unscheduled::Cancelled, Some(by.clone()));
        Notice::PublicationChanged(PublicationChanged { on, why, by, reported: true })
    };
    to_be.map(Notice::PublicationSet).chain(whens().map(taken_back_by)).collect()
}
