//! A stream record that is lost before anything was planned from it: the schedule finds the plan's timer and wakes the
//! planner again.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, UNIX_EPOCH};

use desk_harness::{Desk, Place, TEAM, report};
use serde_json::Value;

/// Longer than the desk looks away when nobody knocks (200 ms), and than its schedule's tick (5 s).
const WHILE: Duration = Duration::from_secs(6);

type Checkpoint = BTreeMap<String, String>;

/// How far the stream of cases was read: shard → sequence number, whose last digits are microseconds since 1970.
fn checkpoint(data: &Path) -> Checkpoint {
    let bytes = std::fs::read(data.join("stream-cases.json")).expect("the checkpoint");
    serde_json::from_slice(&bytes).expect("shard to sequence number")
}

/// Moves the checkpoint to an instant of the machine's clock, so that every record before it counts as read.
fn read_until(data: &Path, until: Duration) {
    let mut moved = checkpoint(data);
    assert!(!moved.is_empty(), "something was read before");
    for (shard, number) in &mut moved {
        let digits = until.as_micros().to_string();
        let (offset, old) = number.split_at(number.len() - digits.len());
        let (old, new): (u128, u128) = (old.parse().expect("digits"), until.as_micros());
        assert!(old.abs_diff(new) < 7_200_000_000, "{shard}: {number} is not of this hour: has its form changed?");
        *number = format!("{offset}{digits}");
    }
    std::fs::write(data.join("stream-cases.json"), serde_json::to_vec(&moved).expect("JSON")).expect("written");
}

fn now() -> Duration {
    UNIX_EPOCH.elapsed().expect("after 1970")
}

fn file(desk: &Desk, marker: &str) -> Value {
    let mut body = report(marker, "page");
    // An address of its own: one that was typed into a form gets one automatic mail a day.
    body["reporter"]["email"] = format!("{marker}@example.org").into();
    desk.post("/reports", &[], &body).ok()
}

/// `To: Subject` of every mail about a case.
fn mails(desk: &Desk, case: &str) -> Vec<String> {
    desk.subjects().into_iter().filter(|line| line.contains(case)).collect()
}

fn expected(case: &str, marker: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        TEAM.iter().map(|to| format!("{to}: [{case}] New report: please acknowledge")).collect();
    lines.push(format!("{marker}@example.org: [{case}] Express: We have received your report"));
    lines.sort();
    lines
}

#[test]
fn a_lost_record_is_planned_by_the_schedule() {
    let place = Place::new("lost");
    // The form of the checkpoint shows once something was read.
    let desk = place.start();
    let first = file(&desk, "first");
    desk.advance("1s");
    let first = first["case_id"].as_str().expect("a case");
    assert_eq!(mails(&desk, first), expected(first, "first"));
    assert!(desk.stop().is_some_and(|status| status.success()));

    // A reader that stands an hour ahead sees none of the records of this hour: they are lost to it.
    read_until(&place.data(), now() + Duration::from_secs(3600));
    let desk = place.start();
    let answer = file(&desk, "lost");
    let case = answer["case_id"].as_str().expect("a case");
    // Killed right after its answer, before anything was planned; then the reader goes on with what comes from now on.
    desk.kill();
    read_until(&place.data(), now());

    let desk = place.start();
    desk.expects_alarm("unplanned");
    sleep(WHILE);
    assert_eq!(mails(&desk, case), Vec::<String>::new(), "its record is lost");
    desk.advance("4m");
    assert_eq!(mails(&desk, case), Vec::<String>::new(), "its grace is five minutes");
    desk.advance("2m");
    assert_eq!(mails(&desk, case), expected(case, "lost"), "each once");
    desk.advance("30m");
    assert_eq!(mails(&desk, case), expected(case, "lost"), "and never again");
    assert_eq!(mails(&desk, first), expected(first, "first"));
    assert_eq!(place.json(&["verify"])["holds"], true);
}
