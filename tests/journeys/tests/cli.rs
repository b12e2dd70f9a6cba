//! The command line: one JSON document on stdout, messages on stderr, 0 done, 1 refused or failed, 2 usage.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use desk_harness::{Desk, Place, binary, cli, cli_with, express, report, root};
use serde_json::{Value, json};

/// The one document of a command's output, after its exit code was as expected.
fn one(code: i32, output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}{errors}");
    serde_json::from_str(&said).unwrap_or_else(|e| panic!("not one JSON document: {e}: {said:?} {errors}"))
}

/// A desk that runs, with a case; and the arguments that name it.
struct Setting {
    desk: Desk,
    place: Place,
    case: String,
    data: String,
}

fn setting(name: &str) -> Setting {
    let place = Place::new(name);
    let desk = place.start();
    let case = desk.filed(&report("R", "page")).0;
    let data = desk.data.to_str().unwrap().to_owned();
    Setting { desk, place, case, data }
}

impl Setting {
    fn run(&self, arguments: &[&str]) -> Output {
        cli(&[arguments, &["--data", &self.data, "--json"]].concat())
    }
}

#[test]
fn the_texts_of_a_command_are_written_in_an_editor_and_nothing_saved_is_nothing_sent() {
    let s = setting("editor");
    let edited = |editor: &str| {
        let given = [
            "case",
            "do",
            &s.case,
            "respond",
            "--edit",
            "next_steps=A fix.",
            "--as",
            "alice",
            "--json",
            "--data",
            &s.data,
        ];
        cli_with(&given, &[("VISUAL", editor)])
    };
    let unsaved = String::from_utf8(edited("true").stderr).unwrap();
    assert!(unsaved.contains("nothing was saved in the editor, and nothing was sent"), "{unsaved}");
    let script = s.place.file("editor.sh", "sleep 1.1; printf 'We can reproduce it.\n\n# With a title\n' >> \"$1\"\n");
    one(0, &edited(&format!("sh {script}")));
    let shown = one(0, &s.run(&["case", "show", &s.case, "--as", "alice"]));
    let said = shown["messages"].as_array().unwrap().iter().find(|message| message["from"] == "team").unwrap();
    assert_eq!(said["text"], "We can reproduce it.\n\n# With a title\n\nNext steps:\nA fix.");
    let all = cli(&["case", "do", &s.case, "publish", "--edit", "--as", "alice", "--data", &s.data]);
    assert!(String::from_utf8_lossy(&all.stderr).contains("publish has no text to edit"), "{all:?}");
}

#[test]
fn every_command_prints_one_json_document() {
    let s = setting("documents");
    let case = s.case.as_str();
    let file = s.place.file("report.json", report("S", "page").to_string());
    assert_eq!(one(0, &s.run(&["case", "list", "--as", "alice"]))["cases"][0]["case_id"], case);
    assert_eq!(one(0, &s.run(&["case", "show", case, "--as", "alice"]))["case_id"], case);
    let done = one(0, &s.run(&["case", "do", case, "acknowledge", "message=Thank you", "--as", "alice"]));
    assert_eq!(done["stage"], "Acknowledged");
    let filed = one(0, &s.run(&["report", &file]));
    assert!(filed["receipt_code"].is_string());
    let answer = s.place.file("answer.json", filed.to_string());
    assert_eq!(one(0, &s.run(&["receipt", "verify", &answer, &file]))["valid"], true);
    assert!(one(0, &s.run(&["token", "alice"]))["token"].is_string());
    assert_eq!(one(0, &s.run(&["verify"]))["cases"].as_array().unwrap().len(), 2);
    assert_eq!(one(0, &s.run(&["verify", case]))["holds"], true);
    let policy = one(0, &s.run(&["policy", "show"]));
    assert_eq!(policy["members"][0]["id"], "alice");
    assert_eq!(policy["members"][0]["roles"], json!(["triage", "policy-owner"]));
    let express = express();
    assert_eq!(one(0, &s.run(&["policy", "check", express.to_str().unwrap()]))["valid"], true);

    // Refused and failed: a document all the same, the words on stderr, 1.
    let refused = s.run(&["case", "do", case, "accept", "--as", "alice"]);
    assert!(one(1, &refused)["error"].as_str().unwrap().contains("409"));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("allowed now:") && said.contains("validate"), "{said}");
    let wrong = s.run(&["case", "do", case, "respond", "--as", "alice"]);
    assert!(one(1, &wrong)["error"].as_str().unwrap().contains("/next_steps"), "every field");
    for failing in [
        &["case", "show", "EXP-2026-00000", "--as", "alice"][..],
        &["case", "list"],
        &["case", "list", "--as", "nobody"],
        &["case", "list", "--as", "erin"],
        &["token", "nobody"],
        &["report", "/no/such/file"],
        &["receipt", "verify", &file],
        &["verify", "EXP-2026-00000"],
        &["policy", "check", &file],
        &["policy", "check", "/no/such/file"],
    ] {
        let output = s.run(failing);
        one(1, &output);
    }
    for usage in [&["nonsense"][..], &["case", "do"], &["case", "do", case, "note", "text"]] {
        assert_eq!(s.run(usage).status.code(), Some(2), "{usage:?}");
    }
    let second = s.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(one(1, &second)["error"].as_str().unwrap().contains("is in use"));
}

#[test]
fn policy_render_writes_both_documents() {
    let express = express();
    let render = |kind: &str, json: &[&str]| {
        cli(&[&["policy", "render", express.to_str().unwrap(), "--as", kind], json].concat())
    };
    let text = |output: Output| {
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr).lines().take(3).collect::<String>()
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let md = text(render("security.md", &[]));
    // T2: four sections, and every link within the document leads to one of its headings.
    assert!(md.matches("\n## ").count() >= 4, "{md}");
    let slugs: Vec<String> = md
        .lines()
        .filter(|l| l.starts_with('#'))
        .map(|l| {
            let words = l.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
        })
        .collect();
    for anchor in md.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(slugs.iter().any(|s| s == anchor), "{anchor} in {slugs:?}");
    }
    for said in ["24 hours", "48 hours", "security@expressjs.com"] {
        assert!(md.contains(said), "{said}");
    }
    let txt = text(render("security.txt", &[]));
    for field in ["Contact: ", "Expires: ", "Policy: "] {
        assert!(txt.lines().any(|l| l.starts_with(field)), "{field}: {txt}");
    }
    assert_eq!(
        one(0, &render("security.txt", &["--json"]))["document"].as_str().unwrap().lines().count(),
        txt.lines().count()
    );
    assert_eq!(render("security.pdf", &[]).status.code(), Some(2));
    assert_eq!(cli(&["policy", "render", express.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn policy_check_names_every_problem_with_its_line() {
    let place = Place::new("policy");
    let text = std::fs::read_to_string(express()).unwrap();
    let broken = text
        .replacen("due = \"48h\"", "due = \"soon\"", 1)
        .replace("address = \"bob@example.org\"", "address = \"bob\"")
        .replace("policy_owner = \"alice\"", "policy_owner = \"zoe\"")
        .replacen("breach_level = \"second\"", "breach_level = \"third\"", 1)
        .replace("body_bytes = 262144", "body_bytes = 262145");
    let file = place.file("broken.toml", &broken);
    let line = |words: &str| broken.lines().position(|l| l.contains(words)).unwrap() + 1;
    let found = one(1, &cli(&["policy", "check", &file, "--json"]));
    let mut places: Vec<u64> =
        found["problems"].as_array().unwrap().iter().map(|p| p["line"].as_u64().unwrap()).collect();
    places.sort_unstable();
    let mut expected =
        ["due = \"soon\"", "address = \"bob\"", "\"zoe\"", "\"third\"", "262145"].map(|w| line(w) as u64).to_vec();
    expected.sort_unstable();
    assert_eq!(places, expected, "{found:#}");
    let plain = cli(&["policy", "check", &file]);
    let said = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert_eq!(plain.status.code(), Some(1));
    assert!(expected.iter().all(|l| said.contains(&format!("line {l}"))), "{said}");
    let torn = place.file("torn.toml", "schema = 1\nversion = \n");
    assert_eq!(one(1, &cli(&["policy", "check", &torn, "--json"]))["problems"][0]["line"], 2);
    let refused = cli(&[
        "serve",
        "--policy",
        &file,
        "--data",
        place.root().join("d").to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
    ]);
    assert_eq!(refused.status.code(), Some(1), "no desk starts on it");
    for file in ["express.toml", "minimal.toml"] {
        let file = root().join("infra/policies").join(file);
        assert_eq!(cli(&["policy", "check", file.to_str().unwrap()]).status.code(), Some(0));
    }
}

#[test]
fn the_running_desk_is_asked_and_else_the_folder_is_opened() {
    let s = setting("where");
    let show = |arguments: &[&str], variables: &[(&str, &str)]| {
        cli_with(&[&["case", "show", &s.case, "--json"], arguments].concat(), variables)
    };
    let url = s.desk.url.clone();
    let token = s.desk.token("alice").replace("Bearer ", "");
    assert_eq!(one(0, &show(&["--url", &url], &[("DESK_TOKEN", &token)]))["case_id"], s.case);
    assert_eq!(one(0, &show(&["--url", &url, "--data", &s.data, "--as", "alice"], &[]))["case_id"], s.case);
    assert_eq!(one(0, &show(&["--data", &s.data], &[("DESK_TOKEN", &token)]))["case_id"], s.case);
    one(1, &show(&["--url", &url], &[("DESK_TOKEN", "x")]));
    let empty = s.place.root().join("empty");
    let without = one(1, &show(&["--url", &url, "--as", "alice", "--data", empty.to_str().unwrap()], &[]));
    assert!(without["error"].as_str().unwrap().contains("secret"), "{without}");
    assert!(!empty.exists(), "asking makes no folder");
    one(1, &show(&["--url", "http://127.0.0.1:1"], &[("DESK_TOKEN", &token)]));

    let Setting { desk, case, data, place } = s;
    assert!(desk.stop().is_some());
    let run = |arguments: &[&str]| cli(&[arguments, &["--data", &data, "--json"]].concat());
    assert_eq!(
        one(0, &run(&["case", "show", &case, "--as", "alice"]))["case_id"],
        case,
        "nobody runs: the folder is opened"
    );
    one(0, &run(&["case", "do", &case, "acknowledge", "message=Thanks", "--as", "alice"]));
    assert_eq!(one(0, &run(&["verify"]))["holds"], true);
    let desk = place.start();
    desk.advance("1s");
    assert_eq!(desk.subjects().iter().filter(|s| s.ends_with("Your report is acknowledged")).count(), 1);
}

/// Both together: the running desk is asked; where it is gone, the folder is opened.
#[test]
fn a_folder_named_beside_a_desk_that_is_gone_is_opened() {
    let s = setting("both");
    let url = s.desk.url.clone();
    let run = || cli(&["case", "list", "--as", "alice", "--url", &url, "--data", &s.data, "--json"]);
    one(0, &run());
    assert!(s.desk.stop().is_some());
    assert_eq!(one(0, &run())["cases"][0]["case_id"], s.case);
}

#[test]
fn values_come_from_the_line_from_files_from_json_and_from_standard_input() {
    let s = setting("values");
    let words = s.place.file("words.md", "From a *file*\n=\n");
    one(0, &s.run(&["case", "do", &s.case, "note", &format!("text=@{words}"), "--as", "alice"]));
    one(0, &s.run(&["case", "do", &s.case, "note", "text=a=b", "--as", "alice"]));
    let v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
    let cvss = format!("cvss={v3}");
    one(0, &s.run(&["case", "do", &s.case, "score", &cvss, "cwe=CWE-79", "cwe=CWE-601", "--as", "alice"]));
    one(0, &s.run(&["case", "do", &s.case, "score", "severity=low", "cvss:=[]", "--as", "alice"]));
    let once = ["case", "do", &s.case, "update", "message=News", "--idempotency-key", "u", "--as", "alice"];
    assert_eq!(one(0, &s.run(&once)), one(0, &s.run(&once)));
    let view = one(0, &s.run(&["case", "show", &s.case, "--as", "alice"]));
    let notes: Vec<&str> = view["notes"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect();
    assert_eq!(notes, ["From a *file*\n=", "a=b"]);
    assert_eq!(view["severity"], "low");

    let mut child = Command::new(binary())
        .args(["report", "-", "--json", "--data", &s.data])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(report("T", "page").to_string().as_bytes()).unwrap();
    let filed = one(0, &child.wait_with_output().unwrap());
    let code = format!("Bearer {}", filed["receipt_code"].as_str().unwrap());
    assert_eq!(s.desk.view(&code)["report"]["body"], report("T", "page").to_string());
}

#[test]
fn a_case_that_no_answer_holds_is_shown_whole_and_exported_part_by_part() {
    let s = setting("parts");
    let token = s.desk.token("alice");
    for number in 0..120 {
        s.desk.command(&s.case, &token, &json!({"command": "note", "text": format!("Note {number}")})).ok();
    }
    let expected: Vec<String> = (0..120).map(|number| format!("Note {number}")).collect();
    let texts = |notes: &Value| -> Vec<String> {
        notes.as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    };
    let shown = one(0, &s.run(&["case", "show", &s.case, "--as", "alice"]));
    assert_eq!((texts(&shown["notes"]), &shown["next"]), (expected.clone(), &Value::Null));
    for as_json in [true, false] {
        let more: &[&str] = if as_json { &["--json"] } else { &[] };
        let output = cli(&[&["case", "export", &s.case, "--as", "alice", "--data", &s.data], more].concat());
        let export: Value = serde_json::from_slice(&output.stdout).unwrap();
        let earlier = export["earlier"].as_array().unwrap();
        assert!(
            earlier.len() >= 2 && earlier.iter().all(|part| part["report"].is_null()),
            "the parts before the newest"
        );
        let parts: Vec<&Value> = earlier.iter().rev().chain([&export]).collect();
        assert_eq!(parts.iter().flat_map(|part| texts(&part["notes"])).collect::<Vec<_>>(), expected);
        let events: usize = parts.iter().map(|part| part["events"].as_array().unwrap().len()).sum();
        assert_eq!(events as u64, export["version"].as_u64().unwrap());
    }
}

#[test]
fn export_holds_everything_about_a_case() {
    let s = setting("export");
    one(0, &s.run(&["case", "do", &s.case, "note", "text=A note", "--as", "alice"]));
    one(0, &s.run(&["case", "do", &s.case, "respond", "message=M", "next_steps=N", "--as", "alice"]));
    let export = one(0, &s.run(&["case", "export", &s.case, "--as", "alice"]));
    assert_eq!(export["report"]["body"], report("R", "page").to_string());
    assert_eq!((&export["notes"][0]["text"], &export["case_id"]), (&json!("A note"), &json!(s.case)));
    assert!(export["messages"].to_string().contains("Next steps:\\nN"));
    assert_eq!(export["events"].as_array().unwrap().len() as u64, export["version"].as_u64().unwrap());
    let plain = cli(&["case", "export", &s.case, "--as", "alice", "--data", &s.data]);
    assert_eq!(serde_json::from_slice::<Value>(&plain.stdout).unwrap()["case_id"], s.case.as_str(), "JSON either way");
    one(1, &s.run(&["case", "export", &s.case]));
}
