//! An advisory that is published by itself: nothing of it is public before its instant, and everything at it.

use desk_journeys::Confirmed;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// So many hours from now, to the second.
fn in_hours(confirmed: &Confirmed, hours: i64) -> String {
    let at = confirmed.desk.now() + SignedDuration::from_hours(hours);
    Timestamp::from_second(at.as_second()).unwrap().to_string()
}

/// The keys of the site, and what their names or their bytes say of the case.
fn crawled(confirmed: &Confirmed) -> (Vec<String>, Vec<String>) {
    let words =
        [confirmed.case.as_str(), "An open redirect", "It leads elsewhere", "CVE-2024-29041", "rita.example.org"];
    let (mut keys, mut told) = (Vec::new(), Vec::new());
    for (key, bytes) in confirmed.public() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let says = |word: &&&str| text.contains(&word.to_lowercase()) || key.contains(**word);
        told.extend(words.iter().filter(says).map(|word| format!("{key}: {word}")));
        keys.push(key);
    }
    (keys, told)
}

/// What anybody gets under the addresses that the advisory will have.
fn addresses(confirmed: &Confirmed) -> Vec<u16> {
    let keys = ["advisories/CASE.html", "osv/CASE.json", "cve/CASE.json"];
    let get = |key: &str| confirmed.desk.get(&format!("/site/{}", key.replace("CASE", &confirmed.case)), &[]).status;
    keys.map(get).to_vec()
}

fn embargoed(confirmed: &Confirmed, ends: &str) {
    confirmed.tell(json!({"command": "propose-embargo", "ends_at": ends}));
    let yes = json!({"ends_at": ends, "agrees": true});
    confirmed.desk.post("/case/embargo", &[("authorization", &confirmed.code)], &yes).ok();
}

/// With an embargo that ends then, by a clock that is moved to a minute before, and over it.
#[test]
fn at_no_byte_is_public_before_its_instant_and_everything_at_it() {
    let confirmed = Confirmed::new("scheduled").drafted("4.19.2");
    let on = in_hours(&confirmed, 72);
    embargoed(&confirmed, &on);
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let refused = confirmed.by(&confirmed.dave, &json!({"command": "publish"}));
    assert_eq!(refused.json()["missing"][0]["requirement"], "embargo", "{}", refused.text);
    let sooner = confirmed.by(&confirmed.dave, &json!({"command": "publish", "at": in_hours(&confirmed, 71)}));
    assert_eq!(sooner.json()["missing"][0]["requirement"], "embargo", "{}", sooner.text);
    confirmed.by(&confirmed.dave, &json!({"command": "publish", "at": on})).ok();
    assert_eq!(confirmed.view()["scheduled_for"], on);
    assert_eq!(confirmed.desk.view(&confirmed.code)["scheduled_for"], on, "the reporter sees it too");
    for step in ["1m", "24h", "47h", "58m"] {
        confirmed.desk.advance(step);
        let (keys, told) = crawled(&confirmed);
        assert!(!keys.is_empty() && told.is_empty(), "{step}: {told:#?}");
        assert_eq!(addresses(&confirmed), [404, 404, 404], "{step}");
        assert!(!confirmed.desk.subjects().iter().any(|subject| subject.starts_with("express-js@")), "{step}");
    }
    confirmed.desk.advance("3m");
    let (_, told) = crawled(&confirmed);
    assert!(told.iter().any(|told| told.starts_with("advisories/")), "{told:#?}");
    assert_eq!(addresses(&confirmed)[..2], [200, 200]);
    for (output, text) in confirmed.outputs() {
        assert!(text.contains("open redirect") || text.contains(&confirmed.case), "{output}");
    }
    // A session does not last so long.
    let view = confirmed.desk.case(&confirmed.case, &confirmed.desk.token("bob"));
    let published = &view["advisory"]["published"];
    assert_eq!((&published["by"], &view["scheduled_for"]), (&json!("desk"), &Value::Null), "{published}");
    let at: Timestamp = published["at"].as_str().unwrap().parse().unwrap();
    assert!(at >= on.parse().unwrap(), "{at} is before {on}");
    assert_eq!(view["embargo"]["over"]["why"], "due");
}

/// A jump over the instant goes through it: it is published at its time, and once.
#[test]
fn at_a_clock_that_jumps_over_its_instant_publishes_it_once() {
    let confirmed = Confirmed::new("scheduled-jump").drafted("4.19.2");
    let on = in_hours(&confirmed, 10);
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    confirmed.by(&confirmed.dave, &json!({"command": "publish", "at": on})).ok();
    confirmed.desk.advance("240h");
    let bob = confirmed.desk.token("bob");
    let view = confirmed.desk.get(&format!("/desk/api/cases/{}", confirmed.case), &[("authorization", &bob)]).ok();
    let published = view["events"].as_array().unwrap().iter().filter(|event| event["event"] == "published");
    assert_eq!(published.count(), 1);
    assert_eq!(addresses(&confirmed)[..2], [200, 200]);
    let list = confirmed.desk.subjects().into_iter().filter(|subject| subject.starts_with("express-js@"));
    assert_eq!(list.count(), 1);
}

/// What was taken back, by hand or because what is said has changed, never comes.
#[test]
fn at_what_is_taken_back_is_not_published() {
    let confirmed = Confirmed::new("scheduled-back").drafted("4.19.2");
    let approve = || confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let publish =
        |hours| confirmed.by(&confirmed.dave, &json!({"command": "publish", "at": in_hours(&confirmed, hours)})).ok();
    approve();
    publish(10);
    confirmed.tell(json!({"command": "cancel-publication"}));
    publish(12);
    confirmed.tell(json!({"command": "not-affected", "line": "express@5", "reason": "It does not have that code."}));
    assert_eq!(confirmed.view()["scheduled_for"], Value::Null);
    confirmed.desk.advance("1m");
    let told = confirmed.desk.subjects();
    let off = |subject: &&String| subject.starts_with("rita@") && subject.contains("not published at its time");
    assert!(told.iter().any(|subject| off(&subject)), "{told:#?}");
    confirmed.desk.advance("24h");
    assert_eq!(crawled(&confirmed).1, Vec::<String>::new());
}
