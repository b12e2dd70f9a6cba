//! Modules that others maintain (T35–T38), and a planned release (T30).

use desk_harness::{Place, report};
use serde_json::{Value, json};

fn about(package: &str, may_forward: bool) -> Value {
    let mut body = report("R", "page");
    body["package"] = json!(package);
    body["may_forward"] = json!(may_forward);
    body
}

fn forward(to: &str) -> Value {
    json!({"command": "forward", "to": to, "message": "FORWARDED: cookies are not checked."})
}

/// Before anything is sent, and with everything that was typed.
#[test]
fn t35_who_names_a_module_of_others_is_told_before_it_is_sent_and_asked_for_consent() {
    let place = Place::new("third-form");
    let desk = place.start();
    let form = desk.get("/", &[]).text;
    assert!(form.contains("The body-parser team") && form.contains("body-parser@example.org"), "{form}");
    let typed = [
        ("package", "(another)"),
        ("package_other", "npm:Body-Parser@1.20"),
        ("summary", "s"),
        ("details", "One <line>\r\nand another"),
        ("idempotency_key", "k-third"),
    ];
    let told = desk.post_form("/reports", &typed);
    assert_eq!(told.status, 200, "{}", told.text);
    for words in ["body-parser is maintained by others", "mailto:body-parser@example.org", "name=\"may_forward\""] {
        assert!(told.text.contains(words), "{words}: {}", told.text);
    }
    assert!(told.text.contains("value=\"One &#60;line&#62;\r\nand another\""), "{}", told.text);
    let alice = desk.token("alice");
    let board = || desk.get("/desk/api/cases", &[("authorization", &alice)]).ok()["cases"].clone();
    assert_eq!(board(), json!([]), "nothing is sent yet");

    let with = |more: &[(&'static str, &'static str)]| desk.post_form("/reports", &[&typed[..], more].concat());
    let changed = with(&[("send", "change")]);
    assert_eq!(changed.status, 200);
    for kept in ["value=\"npm:Body-Parser@1.20\"", "One &#60;line&#62;", "value=\"k-third\""] {
        assert!(changed.text.contains(kept), "{kept}: {}", changed.text);
    }
    let sent = with(&[("send", "anyway"), ("may_forward", "true")]);
    assert_eq!(sent.status, 201, "{}", sent.text);
    assert!(
        sent.text.contains("body-parser is maintained by others") && sent.text.contains("As you agreed"),
        "{}",
        sent.text
    );
    let case = board()[0]["case_id"].as_str().expect("a case").to_owned();
    let view = desk.case(&case, &alice);
    assert_eq!((&view["third_party"], &view["may_forward"]), (&json!("body-parser"), &json!(["body-parser"])));
}

#[test]
fn t37_nothing_is_forwarded_without_the_reporters_consent_and_a_forward_is_an_event() {
    let place = Place::new("forward");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, code) = desk.filed(&about("body-parser", false));
    let refused = desk.command(&case, &alice, &forward("body-parser"));
    assert!(refused.status == 409 && refused.text.contains("record-consent"), "{}", refused.text);
    let consent = json!({"command": "record-consent", "source": "Rita wrote: yes, do."});
    desk.command(&case, &alice, &consent).ok();
    assert_eq!(desk.command(&case, &alice, &consent).status, 409, "once is enough");
    for to in ["express", "helmet"] {
        let refused = desk.command(&case, &alice, &forward(to));
        assert_eq!((refused.status, refused.pointers()), (422, vec!["/to".to_owned()]), "{to}");
    }
    let done = desk.command(&case, &alice, &forward("body-parser")).ok();
    assert_eq!(done["events"][0]["event"], "forwarded");
    desk.advance("1s");
    let mail = desk.mail_to("body-parser@example.org", "A security report about body-parser");
    assert!(mail.contains("FORWARDED: cookies are not checked."), "{mail}");
    assert!(!mail.contains("Details R"), "a member's words, not the report's: {mail}");
    let shown = desk.view(&code);
    let lines: Vec<&str> = shown["messages"].as_array().unwrap().iter().filter_map(|m| m["text"].as_str()).collect();
    assert!(lines.contains(&"We have written to The body-parser team, as you agreed."), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("FORWARDED")), "the reporter is told that, not what");

    let view = desk.case(&case, &alice);
    assert_eq!(view["forwarded"], json!(["body-parser"]));
    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(page.contains("forwarded to the maintainers of body-parser") && page.contains("FORWARDED"), "{page}");
    assert!(page.contains("source of the reporter’s consent to forwarding"), "{page}");
}

#[test]
fn t37_consent_in_the_report_itself_is_enough() {
    let place = Place::new("forward-consent");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, _) = desk.filed(&about("body-parser", true));
    desk.command(&case, &alice, &forward("body-parser")).ok();
    assert_eq!(desk.post("/reports", &[], &json!({"may_forward": "yes"})).pointers().last().unwrap(), "/may_forward");
}

/// By the page: what was agreed for one module lets nothing go to another's maintainers, until that is said too.
#[test]
fn t37_a_module_that_the_reporter_was_not_asked_about_is_asked_about() {
    let place = Place::new("forward-other");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, code) = desk.filed(&about("body-parser", true));
    desk.command(&case, &alice, &forward("body-parser")).ok();
    let refused = desk.command(&case, &alice, &forward("cookie-session"));
    assert!(refused.status == 409 && refused.text.contains("record-consent for cookie-session"), "{}", refused.text);
    let path = format!("/desk/cases/{case}/module");
    let form = desk.get(&path, &[("authorization", &alice)]).text;
    assert!(form.contains("The body-parser team; the reporter agrees") && form.contains("name=\"source\""), "{form}");
    let consent = json!({"command": "record-consent", "to": "cookie-session", "source": "Rita wrote: to them, too."});
    desk.command(&case, &alice, &consent).ok();
    desk.command(&case, &alice, &forward("cookie-session")).ok();
    assert_eq!(desk.case(&case, &alice)["may_forward"], json!(["body-parser", "cookie-session"]));
    let said = desk.view(&code)["messages"].to_string();
    assert!(said.contains("agree to forwarding to those who maintain cookie-session"), "{said}");
}

#[test]
fn t30_the_reporter_hears_when_the_release_is_planned() {
    let place = Place::new("plan-release");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, code) = desk.filed(&report("R", "page"));
    let plan = json!({"command": "plan-release", "on": "2027-01-31"});
    assert_eq!(desk.command(&case, &alice, &plan).status, 409, "first it is accepted");
    desk.command(&case, &alice, &json!({"command": "validate", "reason": "r"})).ok();
    desk.command(&case, &alice, &json!({"command": "accept"})).ok();
    assert_eq!(desk.command(&case, &alice, &plan).status, 409, "T44: who leads it sets its dates");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    desk.command(&case, &alice, &plan).ok();
    desk.advance("1s");
    assert_eq!(desk.view(&code)["stage"], "Release scheduled");
    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(page.contains("Release planned") && page.contains("2027-01-31"));
    // To the minute: kept as it was written, shown in UTC and as it was meant there, by the API and by the page's three fields.
    let written = "2099-02-01T15:00+01:00[Europe/Berlin]";
    desk.command(&case, &alice, &json!({"command": "plan-release", "on": written})).ok();
    assert_eq!(desk.case(&case, &alice)["release_planned"], written);
    let form = desk.get(&format!("/desk/cases/{case}/plan"), &[("authorization", &alice)]).text;
    for value in ["2099-02-01", "15:00", "Europe/Berlin"] {
        assert!(form.contains(&format!("value=\"{value}\"")), "{value}: {form}");
    }
    desk.advance("1s");
    let said = desk.view(&code)["messages"].to_string();
    assert!(said.contains("to Sun 2099-02-01 14:00 UTC, 15:00 Europe/Berlin"), "{said}");
    for wrong in ["2099-02-01T15:00", "2099-02-01T15:00+03:00[Europe/Berlin]", "2099-02-01T15:00[Europe/Atlantis]"] {
        let refused = desk.command(&case, &alice, &json!({"command": "plan-release", "on": wrong}));
        assert_eq!(refused.pointers(), ["/on"], "{wrong}");
    }
}

/// How far each mail of a case is stands on its page.
#[test]
fn the_mails_of_a_case_are_shown_with_their_states() {
    let place = Place::new("deliveries");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, _) = desk.filed(&report("R", "mail"));
    desk.advance("1m");
    let view = desk.case(&case, &alice);
    let mails = view["deliveries"].as_array().expect("a list");
    let receipt = mails.iter().find(|mail| mail["notice"] == "receipt").expect("a receipt");
    assert_eq!((&receipt["to"], &receipt["state"]), (&json!("reporter"), &json!("delivered")), "{receipt}");
    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(page.contains("Mails of this case") && page.contains("<strong>The reporter</strong>, Receipt"), "{page}");
}
