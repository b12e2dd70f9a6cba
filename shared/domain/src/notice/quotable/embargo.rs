//! Letters about an embargo; its dates stand in tables, and in no sentence.

use super::*;
use crate::case::embargo::EmbargoEnd;

/// Some end.
pub(super) fn ends() -> Moment {
    Moment::Day(Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn either() -> [Option<Moment>; 2] {
    [None, Some(ends())]
}

/// What names a member to the reporter.
pub(super) fn asked(by: &MemberId) -> impl Iterator<Item = Notice> {
    let asked = |(holds, by_mail)| EmbargoAsked { by: by.clone(), ends: ends(), holds, by_mail };
    either().into_iter().flat_map(|holds| [(holds.clone(), true), (holds, false)]).map(asked).map(Notice::EmbargoAsked)
}

pub(super) fn to_reporter() -> impl Iterator<Item = Notice> {
    let agreed = either().into_iter().flat_map(|before| {
        either().map(|asked| Notice::EmbargoAgreed(EmbargoAgreed { ends: ends(), before: before.clone(), asked }))
    });
    let noted = either().map(|holds| Notice::EmbargoRefusalNoted(EmbargoRefusalNoted { ends: ends(), holds }));
    agreed.chain(noted)
}

pub(super) fn to_team() -> impl Iterator<Item = Notice> {
    let wanted = either().map(|holds| Notice::EmbargoWanted(EmbargoWanted { ends: ends(), holds }));
    let refused = either().map(|holds| Notice::EmbargoRefused(EmbargoRefused { ends: ends(), holds }));
    let holds = |(before, open, reported)| Notice::EmbargoHolds(EmbargoHolds { ends: ends(), before, open, reported });
    let holds = either()
        .into_iter()
        .flat_map(|before| either().map(|open| (before.clone(), open)))
        .flat_map(|(before, open)| [(before.clone(), open.clone(), true), (before, open, false)])
        .map(holds);
    let ended = EmbargoEnd::ALL.into_iter().flat_map(|why| [(why, true), (why, false)]);
    let ended =
        ended.map(|(why, reported)| Notice::EmbargoEnded(EmbargoEnded { ends: ends(), why, by: None, reported }));
    wanted.into_iter().chain(refused).chain(holds).chain(ended)
}

/// What names a member to the team.
pub(super) fn ended_by(by: &MemberId) -> [Notice; 2] {
    let (why, by) = (EmbargoEnd::Terminated, Some(by.clone()));
    [true, false].map(|reported| Notice::EmbargoEnded(EmbargoEnded { ends: ends(), why, by: by.clone(), reported }))
}
