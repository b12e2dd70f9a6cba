//! Am I affected? By page and for programs, from what is published alone.

use desk_harness::{Desk, Place};
use serde_json::{Value, json};

const JSON: [(&str, &str); 1] = [("accept", "application/json")];

fn checked(desk: &Desk, query: &str) -> Value {
    desk.get(&format!("/check?{query}"), &JSON).ok()
}

fn imported(place: &Place) -> Desk {
    let desk = place.start();
    let output = desk.cli(&["import", "../data/advisories"]);
    assert!(output.status.success() || !output.stdout.is_empty(), "{output:?}");
    desk
}

#[test]
fn a_version_is_told_every_published_advisory_that_names_it_and_what_to_update_to() {
    let place = Place::new("check");
    let desk = imported(&place);
    let old = checked(&desk, "package=npm:Express&version=v4.18.2");
    assert_eq!(
        (&old["package"], &old["affected"], &old["line"]),
        (&json!("express"), &json!(true), &json!("express@4"))
    );
    let versions: Vec<&str> =
        old["update_to"].as_array().unwrap().iter().filter_map(|t| t["version"].as_str()).collect();
    assert_eq!(versions[0], "4.20.0", "{old}");
    let fixed = checked(&desk, "package=express&version=4.20.0");
    assert_eq!((&fixed["affected"], &fixed["update_to"]), (&json!(false), &json!([])));

    let page = desk.get("/check?package=express&version=4.18.2", &[]);
    assert_eq!((page.status, page.header("cache-control")), (200, Some("public, max-age=60")));
    assert!(page.text.contains("is affected") && page.text.contains("npm install express@4.20.0"), "{}", page.text);
    let ended = desk.get("/check?package=express&version=3.0.0", &[]).text;
    assert!(ended.contains("express@3 was maintained until 2015-12-31 and gets no security fixes any more"), "{ended}");
    let form = desk.get("/check", &[]);
    assert!(form.status == 200 && !form.text.contains("There is a problem"), "{}", form.text);
}

#[test]
fn a_wrong_question_is_named_and_what_was_typed_is_kept() {
    let place = Place::new("check-wrong");
    let desk = place.start();
    let pointers = |query: &str| {
        let answer = desk.get(&format!("/check?{query}"), &JSON);
        (answer.status, answer.pointers().join(" "))
    };
    assert_eq!(pointers(""), (422, "/package /version".to_owned()));
    assert_eq!(pointers("package=express&version=%5E4.0.0"), (422, "/version".to_owned()));
    assert_eq!(pointers("package=left-pad&version=1.0.0"), (422, "/package".to_owned()));
    let page = desk.get("/check?package=body-parser&version=1.0.0", &[]);
    assert_eq!((page.status, page.header("cache-control")), (422, Some("no-store")));
    assert!(page.text.contains("The body-parser team") && page.text.contains("value=\"1.0.0\""), "{}", page.text);
    let long = "9".repeat(300);
    assert_eq!(pointers(&format!("package=express&version={long}")), (422, "/version".to_owned()));
}

#[test]
fn the_site_asks_for_the_version_and_lists_what_an_ended_line_never_got() {
    let place = Place::new("check-site");
    let desk = imported(&place);
    for page in ["index.html", "security-updates.html"] {
        let text = desk.get(&format!("/site/{page}"), &[]).text;
        assert!(text.contains("/check\">") && text.contains("name=\"version\""), "{page}: {text}");
    }
    let updates = desk.get("/site/security-updates.html", &[]).text;
    let ended =
        updates.split("id=\"line-express@3\"").nth(1).expect("the line").split("</section>").next().expect("it ends");
    assert!(ended.contains("No fixed version") && ended.contains("Open Redirect"), "{ended}");
}
