//! Who is on call is woken beside mail, until somebody acts; nothing of the report, and nothing that a pager is called by, is told.

use desk_harness::{Desk, Place, express, report};
use serde_json::{Value, json};

/// Express's policy with a pager for everybody, whose every secret is called hush.
fn start(place: &Place) -> Desk {
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let pager = r#"{ kind = "ntfy", url = "https://ntfy.example.org/hush", key = "hush", repeat = { every = "10m", times = 2 } }"#;
    let policy = policy.replace("[[members]]\n", &format!("[[members]]\npage = {pager}\n"));
    place.start_under(place.file("policy.toml", policy))
}

/// The pages so far: to whom, and what was said.
fn pages(desk: &Desk) -> Vec<(String, String)> {
    let to = |mail: &Value| mail["to"][0].as_str().and_then(|to| to.strip_suffix("@pager.invalid")).map(str::to_owned);
    let mails = desk.mails();
    mails.iter().filter_map(|mail| Some((to(mail)?, mail["text"].as_str()?.to_owned()))).collect()
}

#[test]
fn who_is_on_call_is_woken_again_and_again_until_somebody_takes_the_case() {
    let place = Place::new("paging");
    let desk = start(&place);
    let (case, _) = desk.filed(&report("SECRETMARK", "page"));
    desk.advance("1s");
    let (on_call, text) = pages(&desk).pop().expect("a page");
    assert!(text.contains(&format!("title: [{case}] New report: please acknowledge\n")), "{text}");
    assert!(text.contains(&format!("/desk/cases/{case}\n")) && text.contains("Acknowledgement by: "), "{text}");
    assert_eq!(pages(&desk).len(), 1, "who is on call, and nobody else");
    desk.advance("10m");
    assert_eq!(pages(&desk).len(), 2);
    let token = desk.token("dave");
    desk.command(&case, &token, &json!({"command": "assign", "member": "dave"})).ok();
    desk.advance("1h");
    assert_eq!(pages(&desk).len(), 2, "Dave has taken it");
    desk.advance("10h");
    desk.advance("55m");
    let token = desk.token("dave");
    let woken: Vec<String> = pages(&desk).into_iter().skip(2).map(|(to, _)| to).collect();
    assert_eq!(woken, ["dave"], "half of the time is over");
    desk.command(&case, &token, &json!({"command": "acknowledge", "message": "m"})).ok();
    desk.advance("1h");
    assert_eq!(pages(&desk).len(), 3);

    let shown = desk.case(&case, &token);
    let deliveries = shown["deliveries"].as_array().expect("deliveries").iter();
    let to_pagers: Vec<String> = deliveries
        .filter(|d| !d["to"]["pager"].is_null())
        .map(|d| format!("{} {} {}", d["to"]["pager"], d["notice"], d["state"]).replace('"', ""))
        .collect();
    let report = |state: &str| format!("{on_call} new_report {state}");
    let warning = |state: &str| format!("dave warning {state}");
    let expected = ["delivered", "delivered", "withheld"].map(report);
    for line in expected.iter().chain(&["delivered", "withheld"].map(warning)) {
        assert!(to_pagers.contains(line), "{line}: {to_pagers:?}");
    }
}

#[test]
fn nothing_that_a_pager_is_called_by_is_told_anywhere() {
    let place = Place::new("paging-secrets");
    let desk = start(&place);
    let (case, _) = desk.filed(&report("SECRETMARK", "page"));
    desk.advance("13h");
    assert!(pages(&desk).len() > 2 && pages(&desk).iter().all(|(_, text)| !text.contains("SECRETMARK")));
    let (woken, _) = pages(&desk).pop().expect("a page");
    let html = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &desk.token(&woken))]);
    assert!(html.text.contains(", by pager"), "{}", html.text);
    let shown = desk.cli(&["policy", "show"]);
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("\"page\"") && !shown.contains("hush"), "{shown}");
    let file = place.root().join("policy.toml");
    let rendered = desk_harness::cli(&["policy", "render", file.to_str().expect("UTF-8"), "--as", "security.md"]);
    let mails = desk.mails().iter().map(Value::to_string).collect::<String>();
    for text in [html.text, String::from_utf8(rendered.stdout).expect("UTF-8"), mails, place.log()] {
        assert!(!text.contains("hush"), "{text}");
    }
}
