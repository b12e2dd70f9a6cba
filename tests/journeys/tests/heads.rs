//! Where the logs stood, exported once a day, and what `desk verify --against` makes of a folder that has lost something since.

use std::path::{Path, PathBuf};
use std::process::Command;

use desk_harness::{Place, cli_with, express, report};
use serde_json::{Value, json};

/// What the command says of a folder that no desk runs on, after its exit code was as expected.
fn verified(code: i32, data: &Path, against: &str) -> Value {
    let (data, policy) = (data.to_str().unwrap(), express());
    let arguments = ["verify", "--json", "--against", against, "--data", data, "--policy", policy.to_str().unwrap()];
    let output = cli_with(&arguments, &[]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{said}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap()
}

/// The newest export of a folder.
fn newest(data: &Path) -> PathBuf {
    let files = std::fs::read_dir(data.join("s3/heads")).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|end| end == "jws")).max().expect("an export")
}

#[test]
fn a_log_that_was_cut_off_is_named_against_what_was_exported() {
    let place = Place::new("heads");
    let desk = place.start();
    let case = desk.filed(&report("R", "page")).0;
    desk.advance("25h");
    desk.expects_alarm("breach");
    let latest: Value = serde_json::from_slice(&desk.cli(&["verify", "--against", "latest"]).stdout).unwrap();
    assert_eq!((&latest["holds"], &latest["against"]["cases"]), (&json!(true), &json!(1)), "{latest}");
    assert!(desk.stop().is_some_and(|status| status.success()));

    // As a table is that somebody has put back, snapshot and all.
    let (data, then) = (place.data(), place.root().join("then"));
    assert!(Command::new("cp").arg("-r").args([&data, &then]).status().unwrap().success());
    let desk = place.start();
    let one = desk.filed(&report("S", "page")).0;
    // At whatever time of a day that is, the next export has more of the first.
    desk.command(&case, &desk.token("alice"), &json!({"command": "note", "text": "Seen."})).ok();
    desk.advance("25h");
    desk.expects_alarm("breach");
    assert!(desk.stop().is_some_and(|status| status.success()));
    let export = newest(&data);
    assert_ne!(newest(&then).file_name(), export.file_name(), "of another day");
    assert_eq!(verified(0, &data, "latest")["against"]["cases"], 2);
    assert_eq!(verified(0, &then, "latest")["holds"], true, "by itself it holds");

    let said = verified(1, &then, export.to_str().unwrap());
    let problem = |id: &str| {
        let case = said["cases"].as_array().unwrap().iter().find(|case| case["case_id"] == *id).unwrap();
        case["problems"][0].as_str().unwrap().to_owned()
    };
    assert!(problem(&case).starts_with("its log ends with event "), "{said}");
    assert!(problem(&one).starts_with("it is missing: "), "{said}");

    // Other lines than those that were signed: a copy that somebody has changed is held against nothing.
    let copy = place.file("copy.jsonl", std::fs::read(export.with_extension("jsonl")).unwrap());
    place.file("copy.jws", std::fs::read(&export).unwrap());
    assert_eq!(verified(0, &data, &copy)["holds"], true);
    place.file("copy.jsonl", "");
    let said = verified(1, &data, &copy);
    assert!(said["against"]["problem"].as_str().unwrap().contains("are other lines"), "{said}");
    // And what another desk has signed.
    let other = Place::new("other-heads");
    let desk = other.start();
    desk.settle();
    drop(desk);
    let said = verified(1, &data, newest(&other.data()).to_str().unwrap());
    assert!(said["against"]["problem"].as_str().unwrap().starts_with("the signature of the export"), "{said}");
}
