//! The button of the page mail: no sign-in, nothing of the report, once.

use desk_harness::{Desk, Place, clock, report};
use serde_json::json;

/// The button in the newest mail to `to` about `subject`.
fn button(desk: &Desk, to: &str, subject: &str) -> String {
    let mail = desk.mail_to(to, subject);
    let at = mail.find("/desk/acknowledge?t=").unwrap_or_else(|| panic!("no button in {mail}"));
    mail[at..].lines().next().unwrap().to_owned()
}

fn press(desk: &Desk, button: &str, message: &str) -> desk_harness::Answer {
    let token = button.split_once("t=").unwrap().1;
    desk.post_form("/desk/acknowledge", &[("token", token), ("message", message)])
}

const PAGE: &str = "New report: please acknowledge";

#[test]
fn t17_t21_it_shows_no_detail_and_acknowledges_once() {
    let place = Place::new("button");
    let desk = place.start();
    let (case, code) = desk.filed(&report("SECRETMARK", "page"));
    desk.advance("1s");
    let (alice, bob) = (button(&desk, "alice", PAGE), button(&desk, "bob", PAGE));
    assert_ne!(alice, bob);
    for _ in 0..2 {
        let page = desk.get(&alice, &[]);
        assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Alice Example"));
        for word in ["SECRETMARK", "Rita", "rita@", "4.19.2"] {
            assert!(!page.text.contains(word), "{word}: {}", page.text);
        }
    }
    assert_eq!(desk.view(&code)["stage"], "Received", "looking acknowledges nothing");
    let empty = press(&desk, &alice, " \n");
    assert!(empty.status == 422 && empty.text.contains("it is what the reporter gets") && empty.text.contains("<form"));
    assert_eq!(press(&desk, &alice, "Thank you. <b>\r\nAlice").status, 200);
    let seen = desk.view(&code);
    assert_eq!((&seen["stage"], &clock(&seen, "acknowledgement")["state"]), (&json!("Acknowledged"), &json!("met")));
    assert!(
        seen["messages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["by"] == "Alice Example" && m["text"] == "Thank you. <b>\nAlice")
    );
    for link in [&alice, &bob] {
        let second = press(&desk, link, "Again");
        assert!(second.status == 409 && second.text.contains("Alice Example acknowledged it"), "{}", second.text);
        let page = desk.get(link, &[]).text;
        assert!(page.contains("Alice Example acknowledged it") && !page.contains("name=\"message\""), "{page}");
    }
    assert_eq!(desk.view(&code)["messages"], seen["messages"], "one acknowledgement");
}

#[test]
fn it_lives_past_the_breach_and_a_day_past_the_acknowledgement_and_is_nobody_elses() {
    let place = Place::new("ends");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let first = button(&desk, "alice", PAGE);
    assert_eq!(desk.get(&format!("{first}x"), &[]).status, 404, "a forged link");
    let (payload, signature) = first.rsplit_once('.').unwrap();
    assert_eq!(desk.get(&format!("{payload}A.{signature}"), &[]).status, 404);
    assert_eq!(desk.get("/desk/acknowledge?t=", &[]).status, 404);
    assert_eq!(desk.get("/desk/acknowledge", &[]).status, 404);
    desk.expects_alarm("breach");
    desk.advance("24h");
    // Late is better than never, by any mail's button, and the message says that it is late.
    let page = desk.get(&first, &[]);
    assert!(page.status == 200 && page.text.contains("I am sorry that this comes later"), "{}", page.text);
    let late = button(&desk, "dave", "Missed: acknowledgement to the reporter");
    assert_eq!(press(&desk, &late, "Late, and sorry.").status, 200);
    desk.advance("23h");
    assert!(desk.get(&first, &[]).text.contains("Dave Example acknowledged it"));
    desk.advance("2h");
    assert_eq!((desk.get(&first, &[]).status, press(&desk, &first, "Later").status), (410, 410));
    let acknowledgement = clock(&desk.view(&code), "acknowledgement");
    assert_eq!(acknowledgement["state"], "breached", "T22: remembered for ever");
    assert!(acknowledgement["met_at"].is_string());
}

/// The handler need not be asked: while the promise runs, any of the team may keep it; but who may no longer read the case has nothing
/// of their own to say to its reporter.
#[test]
fn whoever_has_a_button_may_keep_the_promise_though_they_may_not_read_in_the_usual_words() {
    let place = Place::new("any");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let carols = button(&desk, "carol", PAGE);
    assert!(desk.get(&carols, &[]).text.contains("<textarea"), "nobody handles it yet");
    desk.command(&case, &desk.token("alice"), &json!({"command": "assign", "member": "alice"})).ok();
    let shown = desk.get(&carols, &[]).text;
    assert!(!shown.contains("<textarea") && shown.contains("Alice Example handles the case"), "{shown}");
    let said = desk.view(&code)["messages"].clone();
    // Typed before the case was Alice's, or sent by another program.
    let refused = press(&desk, &carols, "We think that it is in the router.");
    assert!(refused.status == 409 && refused.text.contains("words of your own do not go"), "{}", refused.text);
    assert!(refused.text.contains("We think that it is in the router."), "and what was typed is not lost");
    assert_eq!(desk.view(&code)["messages"], said, "nothing went out");
    assert_eq!(press(&desk, &carols, "").status, 200);
    let view = desk.view(&code);
    assert_eq!(view["stage"], "Acknowledged");
    let last = view["messages"].as_array().unwrap().iter().rfind(|m| m["by"] == "Carol Example").unwrap();
    assert!(last["text"].as_str().unwrap().starts_with("Thank you for your report."), "{last}");
    let path = format!("/desk/api/cases/{case}");
    assert_eq!(desk.get(&path, &[("authorization", &desk.token("carol"))]).status, 404);
}

#[test]
fn whoever_acknowledges_may_take_the_case_with_it() {
    let place = Place::new("takes");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let link = button(&desk, "bob", PAGE);
    assert!(desk.get(&link, &[]).text.contains("name=\"take\""));
    let token = link.split_once("t=").unwrap().1;
    let done = desk.post_form("/desk/acknowledge", &[("token", token), ("message", "Thank you."), ("take", "1")]);
    assert!(done.status == 200 && done.text.contains("Bob Example handles it"), "{}", done.text);
    assert!(done.text.contains("Next: Detailed response"), "{}", done.text);
    let view = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &desk.token("bob"))]).ok();
    assert_eq!(view["handler"], "bob");
    // And from there to the report: a link by mail, to the member whose the button was.
    let mailed = desk.post_form("/desk/acknowledge", &[("token", token), ("link", "1")]);
    assert!(mailed.status == 200 && mailed.text.contains("is on its way to your address"), "{}", mailed.text);
    desk.advance("1s");
    assert!(desk.mail_to("bob", "sign-in link").contains("/desk/session?token="));
}
