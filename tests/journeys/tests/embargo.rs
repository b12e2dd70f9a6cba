//! The embargo by its forms: what the reporter says on their page, what the team does by its step.

use desk_harness::{Desk, Place, report};
use desk_journeys::hidden;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// So many days from now, to the second.
fn in_days(desk: &Desk, days: i64) -> String {
    let at = desk.now() + SignedDuration::from_hours(24 * days);
    Timestamp::from_second(at.as_second()).unwrap().to_string()
}

fn handled(desk: &Desk) -> (String, String, String) {
    let (case, code) = desk.filed(&report("R", "mail"));
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    (case, code, alice)
}

fn team(desk: &Desk, case: &str, alice: &str) -> Value {
    desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", alice)]).ok()
}

#[test]
fn em_the_reporter_agrees_on_their_page_to_the_end_that_they_read() {
    let place = Place::new("embargo-page");
    let desk = place.start();
    let (case, code, alice) = handled(&desk);
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    assert!(!desk.page("/case", &cookie).text.contains("/case/embargo"), "nothing is proposed");
    let (first, then) = (in_days(&desk, 10), in_days(&desk, 20));
    desk.command(&case, &alice, &json!({"command": "propose-embargo", "ends_at": first})).ok();
    let page = desk.page("/case", &cookie).text;
    assert!(page.contains("Do you agree to the embargo?") && page.contains(&first), "{page}");
    desk.command(&case, &alice, &json!({"command": "propose-embargo", "ends_at": then})).ok();
    let stale = desk.post_in(&cookie, "/case/embargo", &[("ends_at", &first), ("agrees", "yes")]);
    assert!(stale.status == 409 && stale.text.contains("Another end is proposed meanwhile"), "{}", stale.text);
    let neither = desk.post("/case/embargo", &[("authorization", &code)], &json!({"ends_at": then}));
    assert_eq!((neither.status, neither.pointers()), (422, vec!["/agrees".to_owned()]));
    let never = desk.post("/case/embargo", &[("authorization", &code)], &json!({"ends_at": "soon", "agrees": true}));
    assert_eq!((never.status, never.pointers()), (422, vec!["/ends_at".to_owned()]));
    let yes = desk.post_in(&cookie, "/case/embargo", &[("ends_at", &then), ("agrees", "yes")]);
    assert_eq!((yes.status, yes.header("location")), (303, Some("/case?done=embargo")), "{}", yes.text);
    let embargo = &desk.view(&code)["embargo"];
    assert_eq!(
        (embargo["state"].as_str(), embargo["ends"].as_str()),
        (Some("active"), Some(then.as_str())),
        "{embargo}"
    );
    assert_eq!(team(&desk, &case, &alice)["embargo"], *embargo, "the team sees the same");
    assert!(desk.page("/case", &cookie).text.contains("Neither publishes before."));
}

#[test]
fn em_a_date_of_the_reporters_is_agreed_to_and_the_gate_names_it() {
    let place = Place::new("embargo-own-date");
    let desk = place.start();
    let (case, code, alice) = handled(&desk);
    let day = in_days(&desk, 10);
    let said = desk.post("/case/disclosure", &[("authorization", &code)], &json!({"planned_for": day})).ok();
    assert_eq!(said["disclosure"]["planned_for"], day);
    assert_eq!(desk.view(&code)["embargo"]["proposed_by_reporter"], day);
    desk.command(&case, &alice, &json!({"command": "accept-embargo"})).ok();
    let shown = team(&desk, &case, &alice);
    assert_eq!(shown["embargo"]["state"], "active", "{shown}");
    let waits = |missing: &Value| missing["requirement"] == "embargo";
    assert!(shown["missing"].as_array().unwrap().iter().any(waits), "{shown}");
    desk.command(&case, &alice, &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    desk.advance("240h");
    let alice = desk.token("alice");
    let over = team(&desk, &case, &alice);
    assert_eq!(over["embargo"]["over"]["why"], "due", "{over}");
    assert!(!over["missing"].as_array().unwrap().iter().any(waits), "{over}");
}

#[test]
fn em_the_team_proposes_and_ends_it_on_the_page_of_its_step() {
    let place = Place::new("embargo-step");
    let desk = place.start();
    let (case, code, alice) = handled(&desk);
    let path = format!("/desk/cases/{case}/embargo");
    let send = |fields: &[(&str, &str)]| {
        let page = desk.get(&path, &[("authorization", &alice)]).text;
        let kept = hidden(&page);
        let kept = kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = kept.chain(fields.iter().copied()).collect();
        desk.post_form_with(&path, &[("authorization", &alice)], &all)
    };
    let day = in_days(&desk, 10)[..10].to_owned();
    let past = send(&[("what", "propose"), ("on", "2020-01-01")]);
    assert!(past.status == 422 && past.text.contains("in the past"), "{}", past.text);
    let proposed = send(&[("what", "propose"), ("on", &day), ("time", "15:00"), ("zone", "Europe/Berlin")]);
    assert_eq!(proposed.status, 303, "{}", proposed.text);
    let asked = desk.view(&code)["embargo"]["proposed_by_team"].clone();
    assert!(
        asked
            .as_str()
            .is_some_and(|ends| ends.starts_with(&format!("{day}T15:00")) && ends.ends_with("[Europe/Berlin]"))
    );
    desk.post("/case/embargo", &[("authorization", &code)], &json!({"ends_at": asked, "agrees": true})).ok();
    let shown = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(shown.contains("nothing is published before") && shown.contains("embargo"), "{shown}");
    let silent = send(&[("what", "end")]);
    assert!(silent.status == 422, "a reason is asked for: {}", silent.text);
    assert_eq!(send(&[("what", "end"), ("reason", "It is discussed in public.")]).status, 303);
    let view = desk.view(&code);
    assert_eq!(view["embargo"]["over"]["why"], "terminated", "{view}");
    assert!(
        view["messages"].to_string().contains("It is discussed in public."),
        "the reason is the reporter's to read"
    );
}
