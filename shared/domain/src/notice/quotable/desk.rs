//! Letters of no case of their own, and of publications: of the rota, of the day, of channels.

use super::*;
use crate::id::SourceId;
use crate::policy::{Away, Channel, ClockRow, Shift, Swap};

/// What members are told of themselves, of the rota and of the day: its mails take answers too.
pub(super) fn of_no_case(policy: &Policy) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let on = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let away = [Ok(Away { from: on, until: on }), Err(NotAway::NotProven), Err(NotAway::Days(String::new()))];
    let away = away.map(|said| Notice::AwaySaid(AwaySaid { said }));
    let gaps = [Timestamp::MIN, Timestamp::MAX].map(|from| Notice::RotaGap(RotaGap { from, until: None }));
    let factor = |what| Notice::SecondFactorChanged(SecondFactorChanged { what, at });
    let factors = [
        FactorChange::Added,
        FactorChange::Removed,
        FactorChange::Reset,
        FactorChange::RecoveryCodeUsed { left: 0 },
        FactorChange::Guessed,
    ];
    let digest = Digest {
        on,
        own: Listed { rows: Vec::new(), count: 3 },
        quiet: 0,
        unassigned: Listed::default(),
        missed: Listed::default(),
        open: policy.members.len(),
        filed: Listed::default(),
    };
    let waits =
        policy.members.iter().map(|member| Notice::CasesWait(CasesWait { member: member.id.clone(), cases: 2 }));
    let known = |count| Listed { rows: Vec::new(), count };
    let shift = |before: Option<&MemberId>, count| {
        let (before, unassigned, stands_in) = (before.cloned(), known(count), known(0));
        Notice::ShiftBegun(ShiftBegun { until: at, before, unassigned, stands_in })
    };
    let shifts = policy.members.iter().map(|member| shift(Some(&member.id), 2)).chain([shift(None, 1)]);
    let quiet = [1, 2].map(|quiet| Notice::Digest(Digest { quiet, ..digest.clone() }));
    let rest = [Notice::SignIn(SignIn { expires_at: at }), Notice::Digest(digest)];
    let rest = rest.into_iter().chain(quiet).chain(shifts).chain(bundles(policy));
    away.into_iter().chain(gaps).chain(factors.map(factor)).chain(rest).chain(waits).chain(swaps(policy)).collect()
}

/// What came together, of each kind: by itself, so that each is a subject too.
fn bundles(policy: &Policy) -> Vec<Notice> {
    let due_at = Timestamp::UNIX_EPOCH;
    let bundle = |notices: [Notice; 2]| {
        Notice::Bundle(Bundle { told: notices.map(|notice| Told { case: None, source: None, notice }).into() })
    };
    let of_clock = |row: &ClockRow| {
        let (promise, acknowledge_until) = (row.promise, None);
        let missed = Breach { clock: row.name.clone(), due_at, promise, acknowledge_until, standing: None };
        let warning = Warning { clock: row.name.clone(), due_at, promise, acknowledge_until, standing: None };
        [
            bundle([(); 2].map(|()| Notice::Breach(missed.clone()))),
            bundle([(); 2].map(|()| Notice::Warning(warning.clone()))),
        ]
    };
    let replied = [(); 2].map(|()| Notice::ReporterReplied(ReporterReplied { opened: None }));
    policy.clocks.iter().flat_map(of_clock).chain([bundle(replied)]).collect()
}

/// What came together from one place, of each kind of place: two of it.
pub(super) fn crowds(policy: &Policy) -> Vec<Notice> {
    let due_at = Timestamp::UNIX_EPOCH;
    let pseudonym = "0".repeat(64);
    let places = [SourceId::network(&pseudonym), SourceId::mail_domain(&pseudonym)];
    let crowd = |source: &SourceId, notice: &Notice| {
        let told = |number| {
            let case = CaseId::from_random(&policy.project.prefix, 2026, number);
            Told { case: Some(case), source: Some(source.clone()), notice: notice.clone() }
        };
        Notice::Bundle(Bundle { told: (0..2).map(told).collect() })
    };
    let of_clock = |row: &ClockRow| {
        let (clock, promise, acknowledge_until) = (row.name.clone(), row.promise, None);
        let report = NewReport {
            package: None,
            received_at: due_at,
            due: vec![(clock.clone(), due_at)],
            on_call: None,
            continues: None,
            acknowledge_until,
            urgent: false,
            opened: None,
            quarantined: false,
            hints: Vec::new(),
            third_party: None,
            planned_for: None,
            next: None,
        };
        let missed = Breach { clock: clock.clone(), due_at, promise, acknowledge_until, standing: None };
        let warning = Warning { clock, due_at, promise, acknowledge_until, standing: None };
        [Notice::NewReport(report), Notice::Breach(missed), Notice::Warning(warning)]
    };
    let of_clocks: Vec<Notice> = policy.clocks.iter().flat_map(of_clock).collect();
    places.iter().flatten().flat_map(|place| of_clocks.iter().map(|notice| crowd(place, notice))).collect()
}

/// Each swap of the first member's with another, asked for by either: letters are written as to the first.
fn swaps(policy: &Policy) -> Vec<Notice> {
    let (from, until) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let Some((first, others)) = policy.members.split_first() else { return Vec::new() };
    let pairs = others.iter().flat_map(|other| [[&first.id, &other.id], [&other.id, &first.id]]);
    let told = |pair: [&MemberId; 2]| {
        let shifts = pair.map(|member| Shift { member: member.clone(), from, until });
        let swap = |agreed| Swap { shifts: shifts.clone(), agreed, said_at: from };
        let withdrawn = pair.map(|by| WhatOfSwap::Withdrawn { swap: swap(false), by: by.clone() });
        [WhatOfSwap::Asked(swap(false)), WhatOfSwap::Agreed(swap(true))].into_iter().chain(withdrawn)
    };
    let not = WhatOfSwap::NotTaken(NotAway::NotProven);
    pairs.flat_map(told).chain([not]).map(|what| Notice::SwapSaid(SwapSaid { what })).collect()
}

/// What is told of a publication.
pub(super) fn of_channels(policy: &Policy) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let told = |channel: &Channel| {
        let failed = |refused| {
            let (channel, why) = (channel.id.clone(), String::new());
            Notice::ChannelFailed(ChannelFailed { channel, since: at, due_at: Some(at), why, refused })
        };
        let seen = |all| Notice::ChannelVerified(ChannelVerified { seen: vec![(channel.id.clone(), at)], all });
        [failed(true), failed(false), seen(true), seen(false)]
    };
    policy.channels.iter().flat_map(told).collect()
}
