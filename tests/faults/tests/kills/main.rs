//! SIGKILL at random moments while reporters and members are at work, and starting again: whoever got no answer asks
//! again with the same key. No accepted report, no notice and no clock is lost, and nothing is doubled but what was
//! ambiguous.

mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use desk_harness::{Chance, Desk, Place, Serve, TEAM, bearer};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use workers::{Filed, Load};

/// How often desks are killed over all; `DESK_KILLS` says otherwise.
const KILLS: usize = 50;
/// Each part is a test of its own, with a desk of its own, so that they run beside one another.
const PARTS: usize = 5;
const REPORTERS: usize = 3;

/// How often in an hour the same notice of one case goes by itself; the rest is told in one (`desk_domain::bundling`).
const SAME: usize = 2;

/// A policy under which nobody gets so much that different things are told in one mail: each is counted here. And all come from one
/// network, which is never asked to wait.
fn told_singly(place: &Place) -> Serve<'static> {
    let policy = std::fs::read_to_string(desk_harness::express()).expect("the policy");
    let policy = policy.replace("\nteam_mails_per_hour = 10\n", "\nteam_mails_per_hour = 1000\n");
    let policy = policy.replace("\none_source_at_once = 5\n", "\none_source_at_once = 1000\n");
    let policy = policy.replace("{ at_once = 60, then_every = \"1m\" }", "{ at_once = 10000, then_every = \"1s\" }");
    Serve { policy: place.file("told-singly.toml", policy).into(), ..Serve::default() }
}

/// A desk that was killed may have to send again what was in doubt, and the schedule may have to wake the planner.
fn start(place: &Place) -> Desk {
    let desk = place.start_as(&told_singly(place));
    ["ambiguous", "unplanned"].iter().for_each(|alarm| desk.allows_alarm(alarm));
    desk
}

/// The desk is killed and started, again and again, while everyone works; some kills hit it while it starts.
fn killed_again_and_again(place: &Place, load: &Load, chance: &mut Chance, kills: usize) -> Desk {
    let mut desk = start(place);
    for _ in 0..kills {
        load.url.write().expect("a url").clone_from(&desk.url);
        sleep(Duration::from_millis(chance.within(20..600)));
        desk.kill();
        load.url.write().expect("a url").clear();
        if chance.once_in(5) {
            let mut child = place.spawn(&told_singly(place));
            sleep(Duration::from_millis(chance.within(0..120)));
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
        desk = start(place);
    }
    load.url.write().expect("a url").clone_from(&desk.url);
    desk
}

/// `To: Subject` of every mail that must have been sent by now → how often. Replies go to whoever is on call.
fn expected(filed: &[Filed]) -> BTreeMap<String, usize> {
    let mut mails = BTreeMap::new();
    let mut add = |to: &str, case: &str, words: &str| *mails.entry(format!("{to}: [{case}] {words}")).or_default() += 1;
    for report in filed {
        TEAM.iter().for_each(|to| add(to, &report.case, "New report: please acknowledge"));
        let email = report.email.as_deref();
        email.iter().for_each(|to| add(to, &report.case, "Express: We have received your report"));
        for (by, _) in &report.said {
            match (*by, email) {
                ("reporter", _) => add("on call", &report.case, "The reporter has written"),
                ("acknowledge", Some(to)) => add(to, &report.case, "Express: Your report is acknowledged"),
                ("respond", Some(to)) => add(to, &report.case, "Express: Our response, and the next steps"),
                ("update", Some(to)) => add(to, &report.case, "Express: News about your report"),
                _ => {}
            }
        }
    }
    mails
}

/// How often a mail goes by itself at least, of so many: what of the same notice is told in one goes by itself where it is alone.
fn by_itself(mail: &str, often: usize) -> usize {
    if mail.starts_with("on call: ") { SAME.min(often) } else { often }
}

fn sent(desk: &Desk) -> BTreeMap<String, usize> {
    let mut mails = BTreeMap::new();
    // The clock starts when the test does: the day's digests may fall into it, and are nobody's case.
    // What is told in one is beside what went by itself.
    let aside = |line: &String| line.contains("Your digest of ") || line.contains(": [Express] ");
    for line in desk.subjects().into_iter().filter(|line| !aside(line)) {
        let (to, subject) = line.split_once(": ").expect("To: Subject");
        let to = if subject.ends_with("The reporter has written") { "on call" } else { to };
        *mails.entry(format!("{to}: {subject}")).or_default() += 1;
    }
    mails
}

/// How many mails came more often than they should; none may be missing, and none may be there that nobody expects.
fn doubled(expected: &BTreeMap<String, usize>, sent: &BTreeMap<String, usize>) -> usize {
    let least = |mail: &str, n: usize| sent.get(mail).is_none_or(|m| *m < by_itself(mail, n));
    let missing: Vec<_> = expected.iter().filter(|(mail, n)| least(mail, **n)).collect();
    assert!(missing.is_empty(), "{} are missing: {missing:#?}", missing.len());
    let strange: Vec<_> = sent.keys().filter(|mail| !expected.contains_key(*mail)).collect();
    assert!(strange.is_empty(), "nobody caused these: {strange:#?}");
    sent.iter().map(|(mail, often)| often.saturating_sub(expected[mail])).sum()
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("{value} is no time"))
}

/// The report, its conversation and its clocks are there as they were.
fn is_whole(desk: &Desk, report: &Filed, token: &str) {
    let case = &report.case;
    let view = desk.view(&bearer(&report.code));
    assert_eq!(view["case_id"], case.as_str());
    assert_eq!(view["report"]["body"], report.body.as_str(), "{case}: byte for byte");
    let messages: Vec<&str> =
        view["messages"].as_array().expect("messages").iter().filter_map(|m| m["text"].as_str()).collect();
    for (by, text) in &report.said {
        let held = messages.iter().filter(|m| m.split('\n').next() == Some(text.as_str())).count();
        assert_eq!(held, 1, "{case}: what the {by} said: {text}");
    }
    let received = instant(&view["received_at"]);
    if report.answer.starts_with('{') {
        let answer: Value = serde_json::from_str(&report.answer).expect("JSON");
        assert_eq!(view["received_at"], answer["received_at"]);
        assert_eq!(clock(&view, "acknowledgement")["due_at"], answer["due"]["acknowledgement"]);
        assert_eq!(clock(&view, "detailed-response")["due_at"], answer["due"]["detailed_response"]);
    }
    let said = |what: &str| report.said.iter().any(|(by, _)| *by == what);
    let state = |met: bool| if met { "met" } else { "running" };
    let mut clocks = vec![
        ("acknowledgement", 24, state(said("acknowledge"))),
        ("detailed-response", 48, state(said("respond"))),
        ("handler", 4, "running"),
    ];
    // All happens at one instant of the clock that stands still.
    clocks.extend(said("acknowledge").then_some(("progress-update", 5 * 24, "running")));
    let whole = desk.case(case, token);
    for (name, hours, state) in clocks {
        let clock = clock(&whole, name);
        assert_eq!(instant(&clock["due_at"]), received + SignedDuration::from_hours(hours), "{case}: {clock}");
        assert_eq!(clock["state"], state, "{case}: {clock}");
    }
}

fn clock<'a>(view: &'a Value, name: &str) -> &'a Value {
    let newest = view["clocks"].as_array().expect("clocks").iter().rfind(|c| c["name"] == name);
    newest.unwrap_or_else(|| panic!("{}: no clock {name}: {}", view["case_id"], view["clocks"]))
}

/// Everyone is at work while the desk is killed; it runs when this returns.
fn under_load(place: &Place, load: &Load, chance: &mut Chance, kills: usize) -> Desk {
    std::thread::scope(|scope| {
        for _ in 0..REPORTERS {
            let chance = Chance::new(chance.draw());
            scope.spawn(move || load.reporter(chance));
        }
        for token in &load.members {
            let chance = Chance::new(chance.draw());
            scope.spawn(move || load.member(chance, token));
        }
        let desk = killed_again_and_again(place, load, chance, kills);
        load.stop.store(true, Ordering::Relaxed);
        desk
    })
}

/// Everything that was caused has been sent, and twice only what was in doubt. Gives what was sent.
#[allow(clippy::print_stderr)]
fn all_is_sent(place: &Place, desk: &Desk, filed: &[Filed]) -> BTreeMap<String, usize> {
    // Past every lease, every doubt and the planner's grace; before any warning.
    desk.advance("40m");
    let arrived = sent(desk);
    let twice = doubled(&expected(filed), &arrived);
    let log = place.log();
    let doubts = log.lines().filter(|line| line.contains("\"alarm\":\"ambiguous\"")).count();
    eprintln!(
        "{} mails, {doubts} sent again in doubt, {twice} of them twice, {} plans found by the schedule",
        arrived.values().sum::<usize>(),
        log.matches("\"alarm\":\"unplanned\"").count(),
    );
    assert!(twice <= doubts, "{twice} mails came twice, and only {doubts} were in doubt");
    arrived
}

/// The clocks are not only shown: two hours before a handler is due, the one on call hears of each case, once.
fn all_are_warned_of(desk: &Desk, filed: &[Filed], arrived: &BTreeMap<String, usize>) {
    desk.advance("2h");
    let sent = sent(desk);
    let warned: Vec<&String> = sent.keys().filter(|mail| mail.contains("] Due in ")).collect();
    assert_eq!(warned.len(), filed.len(), "one warning for each: {warned:#?}");
    let warnings = sent.values().sum::<usize>() - arrived.values().sum::<usize>();
    assert_eq!(warnings, filed.len(), "and each once");
}

/// A case for each key that was answered, and no other; read from the running desk and from its folder.
fn all_is_verified(place: &Place, desk: Desk, filed: &[Filed]) {
    let cases: BTreeSet<&str> = filed.iter().map(|f| f.case.as_str()).collect();
    assert_eq!(cases.len(), filed.len(), "each key has a case of its own");
    for verified in [place.json(&["verify"]), {
        desk.kill();
        place.json(&["verify"])
    }] {
        assert_eq!(verified["holds"], true, "{verified}");
        let stored = verified["cases"].as_array().expect("cases");
        let stored: BTreeSet<&str> = stored.iter().filter_map(|c| c["case_id"].as_str()).collect();
        assert_eq!(stored, cases, "a case for each key that was answered, and no other");
    }
}

/// One part of the kills: which one chooses its place in the seed's row of chances.
#[allow(clippy::print_stderr)]
fn kills_lose_nothing_and_double_nothing(part: usize) {
    let began = Instant::now();
    let all = std::env::var("DESK_KILLS").ok().and_then(|k| k.parse().ok()).unwrap_or(KILLS);
    let kills = all.div_ceil(PARTS);
    let mut seeds = Chance::seeded();
    let mut chance = Chance::new((0..=part).fold(0, |_, _| seeds.draw()));
    let place = Place::new("load");
    let desk = place.start_as(&told_singly(&place));
    // Sessions outlive their desk.
    let members = ["alice", "bob"].map(|member| desk.token(member)).to_vec();
    desk.kill();
    let load = Load::of(members);
    let desk = under_load(&place, &load, &mut chance, kills);
    let filed = load.filed.lock().expect("filed");
    let (answered, cut_off) = (load.answered.load(Ordering::Relaxed), load.cut_off.load(Ordering::Relaxed));
    let took = began.elapsed();
    eprintln!("{kills} kills in {took:?}: {answered} answers, {cut_off} cut off, {} cases", filed.len());
    assert!(filed.len() > kills / 2 && cut_off > kills / 2, "no load: {} filed, {cut_off} cut off", filed.len());

    let arrived = all_is_sent(&place, &desk, &filed);
    filed.iter().for_each(|report| is_whole(&desk, report, &load.members[0]));
    all_are_warned_of(&desk, &filed, &arrived);
    all_is_verified(&place, desk, &filed);
    eprintln!("all in {:?}", began.elapsed());
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing_1_of_5() {
    kills_lose_nothing_and_double_nothing(0);
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing_2_of_5() {
    kills_lose_nothing_and_double_nothing(1);
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing_3_of_5() {
    kills_lose_nothing_and_double_nothing(2);
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing_4_of_5() {
    kills_lose_nothing_and_double_nothing(3);
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing_5_of_5() {
    kills_lose_nothing_and_double_nothing(4);
}

/// A desk that was killed so long after its very first start leaves a folder that starts.
fn starts_again_after_a_kill(waits: std::ops::Range<u64>) {
    for wait in waits.step_by(6) {
        let place = Place::new("first");
        let mut child = place.spawn(&Serve::default());
        sleep(Duration::from_millis(wait));
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let desk = place.start();
        let (case, code) = desk.filed(&desk_harness::report("first", "page"));
        assert_eq!(desk.view(&code)["case_id"], case.as_str());
        desk.advance("1s");
        assert_eq!(desk.mails().len(), 5, "after {wait} ms");
    }
}

#[test]
fn a_kill_during_the_very_first_start_leaves_a_folder_that_starts_at_once() {
    starts_again_after_a_kill(0..50);
}

#[test]
fn a_kill_during_the_very_first_start_leaves_a_folder_that_starts_halfway() {
    starts_again_after_a_kill(50..100);
}

#[test]
fn a_kill_during_the_very_first_start_leaves_a_folder_that_starts_when_it_is_nearly_ready() {
    starts_again_after_a_kill(100..150);
}
