//! Letters to whoever was invited to a case, and what the team is told of them.

use super::*;
use crate::case::PartyStatus;
use crate::case::embargo::EmbargoEnd;

/// The texts of all letters to whoever was invited to `case`.
pub fn to_parties(policy: &Policy, case: &CaseId) -> Vec<String> {
    let first = (&Recipient::Party(PartyId::nth(1)), Answering::Writes);
    let of = |notice: &Notice, code| letter(policy, case, first, notice, code);
    parties(policy).iter().flat_map(|notice| of(notice, None).into_iter().chain(of(notice, Some("")))).collect()
}

pub(super) fn parties(policy: &Policy) -> Vec<Notice> {
    let on = Moment::Day(Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC).date());
    let by = policy.members.iter().flat_map(|member| {
        let by = || member.id.clone();
        [
            Notice::PartyInvited(PartyInvited { by: by() }),
            Notice::PartyTold(PartyTold { by: by() }),
            Notice::PartyEnded(PartyEnded { by: by(), joined: false }),
            Notice::PartyEnded(PartyEnded { by: by(), joined: true }),
        ]
    });
    let always = [
        Notice::PartyDate(PartyDate { on: on.clone(), before: None }),
        Notice::PartyDate(PartyDate { on: on.clone(), before: Some(on) }),
        Notice::PartyEmbargo(PartyEmbargo { ends: embargo::ends(), over: None }),
        Notice::PartyPublished(PartyPublished {}),
        Notice::PartyCorrected(PartyCorrected { withdrawn: false }),
        Notice::PartyCorrected(PartyCorrected { withdrawn: true }),
        Notice::PartyClosed(PartyClosed { reopened: false }),
        Notice::PartyClosed(PartyClosed { reopened: true }),
    ];
    let over = EmbargoEnd::ALL.map(|why| PartyEmbargo { ends: embargo::ends(), over: Some(why) });
    by.chain(always).chain(over.map(Notice::PartyEmbargo)).chain(scheduled::to_party()).collect()
}

/// What is told of whoever was invited: who it was and of which date stand in a table, and in no sentence.
pub(super) fn of_party() -> impl Iterator<Item = Notice> {
    let on = Moment::Day(Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC).date());
    let dates = [true, false].map(|agrees| PartyWord::Date { agrees, on: on.clone() });
    let things = [SharedThing::DraftAdvisory, SharedThing::Patch, SharedThing::Text];
    let shares = things.into_iter().flat_map(|what| [true, false].map(|agrees| PartyWord::Share { what, agrees }));
    let words = [PartyWord::Joined, PartyWord::Wrote, PartyWord::Unreached]
        .into_iter()
        .chain(PartyStatus::ALL.map(PartyWord::Status));
    let all = words.chain(dates).chain(shares).flat_map(|what| [(what.clone(), true), (what, false)]);
    all.map(|(what, words)| Notice::PartySpoke(PartySpoke { party: PartyId::nth(1), what, words }))
}
