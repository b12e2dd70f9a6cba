//! I5: whatever comes to a person at once, they get a bounded number of mails. Counted with the seed's policy, its clocks and its plan of
//! notices, as many cases at once as no test of a whole desk could take.

use std::collections::{BTreeMap, BTreeSet};

use desk_domain::bundling::{Arrival, Lately, Turn, is_bundled};
use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, SourceId};
use desk_domain::notice::plan::Planned;
use desk_domain::policy::Policy;
use desk_domain_tests::{given, policy};
use jiff::{SignedDuration, Timestamp};

/// The daily digests that fall into two days and two hours.
const DIGESTS: usize = 3;

/// A notice when it came, and the number of its case.
type Came = (Timestamp, u32, Planned);

/// What a report that nobody looks at causes in the hours after it.
fn left_alone(policy: &Policy, number: u32, at: Timestamp, hours: i64) -> Vec<Came> {
    let mut world = given(policy, &at.to_string());
    let (mut all, mut told) = (Vec::new(), 0);
    for _ in 0..=hours * 4 {
        let planned = |seq: usize| (world.log[seq].at, seq);
        let times: Vec<_> = (told..world.log.len()).map(planned).collect();
        for (at, seq) in times {
            let notices = desk_domain::notice::plan::notices(policy, &world.case, &world.log[seq]);
            all.extend(notices.into_iter().map(|planned| (at, number, planned)));
        }
        told = world.log.len();
        world.now += SignedDuration::from_mins(15);
        world.tick(policy, true);
    }
    all
}

/// The source of a report that came from the `number`th network.
fn network(number: u32) -> SourceId {
    SourceId::network(&format!("{number:032x}{:032x}", 0)).expect("a pseudonym")
}

/// When each person's mails go, where each report came from a network of its own.
fn sent(policy: &Policy, all: Vec<Came>) -> BTreeMap<String, Vec<Timestamp>> {
    sent_from(policy, all, |number| Some(network(number)))
}

/// The same, where the reports came from those sources.
fn sent_from(
    policy: &Policy,
    mut all: Vec<Came>,
    source: impl Fn(u32) -> Option<SourceId>,
) -> BTreeMap<String, Vec<Timestamp>> {
    all.sort_by_key(|(at, ..)| *at);
    let mut people: BTreeMap<String, (Lately, Vec<Timestamp>, BTreeSet<Timestamp>)> = BTreeMap::new();
    for (at, number, Planned { recipient, notice, .. }) in all {
        if !is_bundled(&recipient, &notice) {
            continue;
        }
        let case = CaseId::from_random(&policy.project.prefix, 2027, number);
        let (lately, at_once, bundles) = people.entry(format!("{recipient:?}")).or_default();
        let source = source(number);
        let (case, source) = (Some(&case), source.as_ref());
        let arrival = Arrival { to: &recipient, case, source, notice: &notice, urgent: false, repeated: 0 };
        let (turn, after) = lately.turn(&arrival, &policy.mail, false, at);
        *lately = after;
        match turn {
            Turn::AtOnce => at_once.push(at),
            Turn::Gathered(window) => drop(bundles.insert(window.due_at)),
        }
    }
    let both =
        |(_, at_once, bundles): (_, Vec<Timestamp>, BTreeSet<Timestamp>)| at_once.into_iter().chain(bundles).collect();
    people.into_iter().map(|(to, person)| (to, both(person))).collect()
}

fn fullest_hour(sent: &[Timestamp]) -> usize {
    let hour = SignedDuration::from_hours(1);
    let from = |begin: &Timestamp| sent.iter().filter(|at| *begin <= **at && begin.duration_until(**at) < hour).count();
    sent.iter().map(from).max().unwrap_or_default()
}

/// Sequence 14: 200 reports in an hour, and nobody acts for 50 hours. One by one they were eighteen hundred mails to one person.
#[test]
fn i5_however_many_reports_in_an_hour_nobody_looks_at_they_are_at_most_forty_mails_a_person() {
    let policy = policy();
    let begin: Timestamp = "2027-03-26T22:00:00Z".parse().unwrap();
    for count in [2, 5, 9, 18, 30, 60, 200] {
        let reported = |number: u32| begin + SignedDuration::from_secs(i64::from(3600 / count * number));
        let all: Vec<Came> = (0..count).flat_map(|number| left_alone(&policy, number, reported(number), 50)).collect();
        let to = |id: &str| Recipient::Member(id.parse().unwrap());
        let one_by_one = |id| all.iter().filter(|(_, _, planned)| planned.recipient == to(id)).count();
        let most = ["alice", "bob", "carol", "dave"].map(one_by_one).into_iter().max();
        assert!(most >= Some(9 * count as usize), "{most:?}");
        let sent = sent(&policy, all);
        let counts: BTreeMap<&str, usize> = sent.iter().map(|(to, sent)| (to.as_str(), sent.len())).collect();
        assert!(counts.len() >= 5, "{counts:?}");
        for (to, sent) in &sent {
            assert!(sent.len() + DIGESTS <= 40, "{to}, {count} reports: {counts:?}");
            assert!(fullest_hour(sent) <= 10, "{to}, {count} reports: {}", fullest_hour(sent));
        }
        assert!(sent["Outside"].len() <= 6, "{count} reports: {counts:?}");
    }
}

/// The same from few networks or many, and from none that is known: the bound is the same, and what one of them sends is fewer mails.
#[test]
fn i5_wherever_two_hundred_reports_come_from_they_are_at_most_forty_mails_a_person() {
    let policy = policy();
    let begin: Timestamp = "2027-03-26T22:00:00Z".parse().unwrap();
    let reported = |number: u32| begin + SignedDuration::from_secs(i64::from(18 * number));
    let all: Vec<Came> = (0..200).flat_map(|number| left_alone(&policy, number, reported(number), 50)).collect();
    for networks in [1, 2, 4, 8, 20, 0] {
        let source = |number: u32| (networks > 0).then(|| network(number % networks.max(1)));
        let sent = sent_from(&policy, all.clone(), source);
        let counts: BTreeMap<&str, usize> = sent.iter().map(|(to, sent)| (to.as_str(), sent.len())).collect();
        for (to, sent) in &sent {
            assert!(sent.len() + DIGESTS <= 40, "{to}, {networks} networks: {counts:?}");
            assert!(fullest_hour(sent) <= 10, "{to}, {networks} networks: {}", fullest_hour(sent));
        }
    }
}

/// Six hundred from one network, and one from another in the middle: that one is told as if it were alone, at each of its steps.
#[test]
fn i5_a_flood_from_one_network_delays_no_step_of_a_report_from_another() {
    let policy = policy();
    let begin: Timestamp = "2027-03-26T22:00:00Z".parse().unwrap();
    let real = left_alone(&policy, 600, begin + SignedDuration::from_secs(20), 50);
    let alone = sent(&policy, real.clone());
    let junk = left_alone(&policy, 0, begin, 50);
    let flood = (0..600_i64).flat_map(|number| {
        let later = SignedDuration::from_millis(number * 67);
        junk.iter().map(move |(at, _, planned)| (*at + later, number as u32, planned.clone()))
    });
    let all: Vec<Came> = flood.chain(real).collect();
    let sent = sent_from(&policy, all, |number| Some(network(u32::from(number == 600))));
    for (to, times) in alone.iter().filter(|(to, _)| *to != "Outside") {
        assert!(times.iter().all(|at| sent[to].contains(at)), "{to}: {times:?} {:?}", sent[to]);
        assert!(sent[to].len() + DIGESTS <= 40 && fullest_hour(&sent[to]) <= 10, "{to}: {:?}", sent[to]);
    }
}

/// One report alone is told as it always was: at once, and nothing of it is gathered but for the contact outside.
#[test]
fn one_report_alone_waits_for_no_bundle() {
    let policy = policy();
    let all = left_alone(&policy, 1, "2027-03-26T22:00:00Z".parse().unwrap(), 50);
    let mut times: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for (at, _, planned) in all.iter().filter(|(_, _, p)| is_bundled(&p.recipient, &p.notice)) {
        let wait =
            if planned.recipient == Recipient::Outside { policy.mail.bundle_after } else { SignedDuration::ZERO };
        times.entry(format!("{:?}", planned.recipient)).or_default().push(*at + wait);
    }
    assert_eq!(sent(&policy, all), times);
}

/// Sequence 18: nobody is there from Christmas to New Year, and one report comes in. Nobody gets more than two mails in a day but on the
/// day on which it came and those on which its promises end.
#[test]
fn i5_one_report_while_everybody_is_away_is_few_mails_a_day() {
    let mut policy = policy();
    let away = desk_domain::policy::Away { from: "2026-12-24".parse().unwrap(), until: "2027-01-03".parse().unwrap() };
    policy.members.iter_mut().for_each(|member| member.away.push(away));
    let all = left_alone(&policy, 1, "2026-12-24T10:00:00Z".parse().unwrap(), 9 * 24);
    let day = |at: &Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    for (to, sent) in sent(&policy, all) {
        let mut days: BTreeMap<String, usize> = BTreeMap::new();
        sent.iter().for_each(|at| *days.entry(day(at)).or_default() += 1);
        let later = days.iter().filter(|(day, _)| day.as_str() > "2026-12-26");
        assert!(later.clone().all(|(_, count)| *count <= 2), "{to}: {days:?}");
        assert!(sent.len() <= 20, "{to}: {days:?}");
    }
}
