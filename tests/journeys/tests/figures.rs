//! Figures of promises: the team's page, for programs, from a shell, and on the site.

use desk_harness::{Desk, Place, report};
use serde_json::{Value, json};

fn figures(desk: &Desk) -> Value {
    desk.get("/desk/api/figures", &[("authorization", &desk.token("alice"))]).ok()
}

/// The one document that a command of the command line prints.
fn one(desk: &Desk, arguments: &[&str]) -> Value {
    let output = desk.cli(arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("one document")
}

/// Of the last 90 days, what is said of a clock.
fn clock(figures: &Value, name: &str) -> Value {
    let clocks = figures["periods"][0]["clocks"].as_array().expect("clocks");
    clocks.iter().find(|clock| clock["clock"] == name).cloned().unwrap_or_default()
}

#[test]
fn t20_t24_figures_count_promises_once_and_name_cases_to_the_team_alone() {
    let place = Place::new("figures");
    let desk = place.start();
    let token = desk.token("bob");
    let (kept, _) = desk.filed(&report("Kept", "page"));
    desk.advance("2h");
    let respond = json!({"command": "respond", "message": "Read.", "next_steps": "More soon."});
    desk.command(&kept, &token, &respond).ok();
    let (missed, _) = desk.filed(&report("Missed", "page"));
    desk.expects_alarm("breach");
    desk.advance("26h");

    let now = figures(&desk);
    let acknowledgement = clock(&now, "acknowledgement");
    let expected = json!([2, 1, 50, 1, 1, null]);
    let said = ["n", "kept", "kept_percent", "missed", "open", "median_minutes"].map(|name| &acknowledgement[name]);
    assert_eq!(json!(said), expected, "{acknowledgement}");
    assert_eq!(acknowledgement["worst"]["still_open"], true);
    assert_eq!(now["periods"][0]["missed"][0]["case"], json!(missed));
    assert_eq!(now["periods"][0]["receipts"], 2, "and no receipt kept a promise");

    let page = desk.get("/desk/figures", &[("authorization", &desk.token("bob"))]);
    assert!(page.text.contains("50 %") && page.text.contains(&missed), "{}", page.text);
    assert_eq!(desk.get("/desk/api/figures", &[]).status, 401);

    desk.advance("24h");
    let public = desk.get("/site/figures.json", &[]).ok();
    assert_eq!(clock(&public, "acknowledgement")["missed"], 1);
    assert_eq!(clock(&public, "handler"), Value::Null, "what is no promise is the team's");
    let site = desk.get("/site/figures.html", &[]);
    for (what, text) in [("JSON", public.to_string()), ("page", site.text)] {
        assert!(!text.contains("EXP-"), "{what} names a case: {text}");
    }
    desk.expects_alarm("breach");
}

#[test]
fn figures_are_made_again_from_the_logs_and_are_the_same() {
    let place = Place::new("figures-again");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let token = desk.token("bob");
    desk.command(&case, &token, &json!({"command": "acknowledge", "message": "Read."})).ok();
    desk.advance("5h");
    let before = figures(&desk);
    assert_eq!(clock(&before, "handler")["n"], 1, "{before}");
    let rebuilt = one(&desk, &["figures", "--rebuild"]);
    assert_eq!((&rebuilt["cases"], &rebuilt["changed"]), (&json!(1), &json!(0)), "{rebuilt}");
    assert_eq!(one(&desk, &["figures", "--as", "alice"]), before);
    assert_eq!(figures(&desk), before);
}
