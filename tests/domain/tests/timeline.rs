//! The days that an advisory tells of its case: when it was told of, confirmed and mended, and nothing else of it.

use desk_domain::advisory::Milestone;
use desk_domain::case::{Case, Command};
use desk_domain::policy::Severity;
use desk_domain_tests::{content, found, given, message, opened, policy};
use serde_json::json;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn told(case: &Case) -> serde_json::Value {
    json!(Milestone::of(case))
}

#[test]
fn it_has_the_days_of_what_was_released_and_of_no_other_line() {
    let policy = policy();
    let lines = ["express@3", "express@4", "express@5"].map(|line| line.parse().unwrap());
    let [three, four, five] = lines.clone();
    let ready = |line: &_| Command::FixReady { line: Clone::clone(line), reference: content() };
    let world = given(&policy, FRIDAY)
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .after(&policy, 3)
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false })
        .when(&policy, "alice", Command::Score { severity: Severity::High, content: content(), unclassified: false })
        .when(&policy, "alice", Command::Accept)
        .when(
            &policy,
            "alice",
            Command::DetermineAffected { content: content(), lines: lines.to_vec(), undone: Vec::new() },
        )
        .when(&policy, "alice", ready(&four))
        .when(&policy, "alice", ready(&five))
        .after(&policy, 24)
        .when(&policy, "alice", Command::FixReleased { line: four, version: content(), differs: false, asked: None })
        .when(&policy, "alice", Command::WaiveLine { line: five, reason: content() })
        .when(&policy, "alice", Command::FixReleased { line: three, version: content(), differs: false, asked: None });
    let expected = json!([
        {"on": "2027-03-26", "reached": "reported"},
        {"on": "2027-03-27", "reached": "confirmed"},
        {"on": "2027-03-27", "reached": "fix-ready", "line": "express@4"},
        {"on": "2027-03-28", "reached": "released", "line": "express@3"},
        {"on": "2027-03-28", "reached": "released", "line": "express@4"},
    ]);
    assert_eq!(told(&world.case), expected);
    let again: Vec<Milestone> = serde_json::from_value(expected).unwrap();
    assert!(again == Milestone::of(&world.case), "what is sealed is read again");
}

#[test]
fn what_nobody_outside_told_was_found() {
    let policy = policy();
    let known = |case: &Case| told(case)[0]["reached"].clone();
    assert_eq!(known(&found(&policy, FRIDAY).case), "found");
    assert_eq!(known(&opened(&policy, FRIDAY, 5, |_, opened| opened.reporter = false).case), "found");
    assert_eq!(known(&opened(&policy, FRIDAY, 5, |_, opened| opened.reporter = true).case), "reported");
}
