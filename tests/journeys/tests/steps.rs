//! The pages on which a case's steps are taken: what was typed survives what is in its way, nothing is done twice, and nobody
//! acts on what they have not seen.

use desk_harness::{Answer, Desk, Place, report};
use desk_journeys::hidden;
use serde_json::{Value, json};

/// A member at the form of a step, with what it carries hidden.
struct Form<'a> {
    desk: &'a Desk,
    path: String,
    token: String,
    hidden: Vec<(String, String)>,
}

impl<'a> Form<'a> {
    fn open(desk: &'a Desk, case: &str, step: &str, member: &str) -> Form<'a> {
        let (path, token) = (format!("/desk/cases/{case}/{step}"), desk.token(member));
        let page = desk.get(&path, &[("authorization", &token)]);
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        Form { desk, path, token, hidden: hidden(&page.text) }
    }

    fn send(&self, fields: &[(&str, &str)]) -> Answer {
        self.send_with(&self.hidden, fields)
    }

    fn send_with(&self, hidden: &[(String, String)], fields: &[(&str, &str)]) -> Answer {
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
        self.desk.post_form_with(&self.path, &[("authorization", &self.token)], &all)
    }
}

fn done(answer: &Answer, to: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(to)), "{}", answer.text);
}

fn view(desk: &Desk, case: &str, member: &str) -> Value {
    desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &desk.token(member))]).ok()
}

fn messages(desk: &Desk, code: &str) -> Vec<String> {
    let view = desk.view(code);
    let said = view["messages"].as_array().unwrap().iter().filter(|m| m["from"] == "team");
    said.map(|m| m["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_message_is_sent_once_and_the_desk_picks_the_command() {
    let place = Place::new("composer");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let form = Form::open(&desk, &case, "write", "alice");
    for _ in 0..2 {
        done(&form.send(&[("message", "I have it.\r\nAlice")]), &format!("/desk/cases/{case}?done=write"));
    }
    assert_eq!(messages(&desk, &code), ["I have it.\nAlice"]);
    assert_eq!(desk.view(&code)["stage"], "Acknowledged");
    let form = Form::open(&desk, &case, "write", "alice");
    form.send(&[("message", "We can reproduce it."), ("next_steps", "A fix.")]);
    assert_eq!(desk.view(&code)["stage"], "Under review", "next steps answer in detail");
    let form = Form::open(&desk, &case, "write", "alice");
    form.send(&[("message", "Which version?"), ("ask", "1")]);
    assert_eq!(desk.view(&code)["stage"], "More information needed");
    let form = Form::open(&desk, &case, "write", "alice");
    form.send(&[("message", "Still at it."), ("next_steps", "Soon.")]);
    assert!(messages(&desk, &code).last().unwrap().ends_with("Next steps:\nSoon."), "what is typed is never dropped");
}

#[test]
fn what_is_wrong_is_named_at_its_field_and_what_was_typed_stays() {
    let place = Place::new("wrong");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let form = Form::open(&desk, &case, "write", "alice");
    let refused = form.send(&[("message", " "), ("next_steps", "TYPED & kept")]);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("There is a problem") && refused.text.contains("href=\"#in-message\""));
    assert!(refused.text.contains("TYPED &#38; kept"), "{}", refused.text);
    let longer = "x".repeat(70_000);
    assert_eq!(form.send(&[("message", &longer)]).status, 422);
    assert!(messages(&desk, &code).is_empty());

    let form = Form::open(&desk, &case, "severity", "alice");
    let refused = form.send(&[("cvss", "CVSS:3.1/nonsense"), ("cwe", "CWE-79 nonsense")]);
    assert_eq!(refused.status, 422);
    for field in ["#in-cvss", "#in-cwe"] {
        assert!(refused.text.contains(field), "{field}: {}", refused.text);
    }
    let form = Form::open(&desk, &case, "facts", "alice");
    assert!(form.send(&[("source", "s")]).text.contains("Tick what is known"));
}

#[test]
fn who_did_not_see_the_reporters_new_words_looks_again_and_a_note_asks_nobody_to() {
    let place = Place::new("stale");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let form = Form::open(&desk, &case, "write", "alice");
    Form::open(&desk, &case, "note", "bob").send(&[("text", "A note.")]);
    done(&form.send(&[("message", "First.")]), &format!("/desk/cases/{case}?done=write"));

    let form = Form::open(&desk, &case, "write", "alice");
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "It is worse."})).ok();
    let stale = form.send(&[("message", "Second.")]);
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("has changed since") && stale.text.contains("wrote to the team"), "{}", stale.text);
    assert!(stale.text.contains("Second.") && stale.text.contains("all the same"), "{}", stale.text);
    assert_eq!(messages(&desk, &code), ["First."]);
    // What changes once more is looked at once more: nothing passes unseen.
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "Much worse."})).ok();
    let stale = form.send_with(&hidden(&stale.text), &[("message", "Second.")]);
    assert_eq!(stale.status, 409, "{}", stale.text);
    done(&form.send_with(&hidden(&stale.text), &[("message", "Second.")]), &format!("/desk/cases/{case}?done=write"));
    assert_eq!(messages(&desk, &code), ["First.", "Second."]);
}

#[test]
fn of_two_who_decide_at_once_one_is_told_of_the_other() {
    let place = Place::new("both");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let (alice, bob) = (Form::open(&desk, &case, "decide", "alice"), Form::open(&desk, &case, "decide", "bob"));
    let confirm = [("outcome", "confirm"), ("reason", "It is."), ("next_steps", "A fix.")];
    done(&alice.send(&confirm), &format!("/desk/cases/{case}?done=decide"));
    let late = bob.send(&[("outcome", "invalid"), ("reason", "It is not."), ("next_steps", "None.")]);
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Alice Example changed where the report stands") && late.text.contains("It is not."));
    assert_eq!(messages(&desk, &code).len(), 1, "one message where there were three");
    assert_eq!(desk.view(&code)["stage"], "Fix in preparation");
}

#[test]
fn a_case_is_taken_and_handed_over_with_a_word_and_whoever_gave_it_away_is_led_to_the_board() {
    let place = Place::new("hands");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let form = Form::open(&desk, &case, "take", "alice");
    done(&form.send(&[("as", "handler"), ("member", "alice")]), &format!("/desk/cases/{case}?done=take"));
    let form = Form::open(&desk, &case, "take", "alice");
    let away = form.send(&[("as", "handler"), ("member", "bob"), ("word", "It waits for a test.")]);
    let left = format!("/desk?done=take&left={case}");
    done(&away, &left);
    let board = desk.get(&left, &[("authorization", &desk.token("alice"))]);
    assert!(board.text.contains(&format!("{case}: The case has changed hands.")), "{}", board.text);
    done(&form.send(&[("as", "handler"), ("member", "bob"), ("word", "It waits for a test.")]), &left);
    desk.advance("1s");
    let told = desk.mail_to("bob@example.org", "You are the handler of this case");
    assert!(told.contains("Alice Example writes:") && told.contains("It waits for a test."), "{told}");
    let seen = view(&desk, &case, "bob");
    assert_eq!((&seen["handler"], seen["notes"].as_array().unwrap().len()), (&json!("bob"), 1));
    assert_eq!(seen["notes"][0]["text"], "It waits for a test.");

    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &desk.token("alice"))]);
    assert_eq!(page.status, 403);
    assert!(page.text.contains("Bob Example handles it") && page.text.contains("mailto:bob@example.org"));
    assert!(!page.text.contains("Summary R"), "{}", page.text);

    let path = format!("/desk/cases/{case}/read");
    let opens = |reason: &str| {
        let headers = [("authorization", &*desk.token("alice")), ("origin", &*desk.url)];
        desk.post_form_with(&path, &headers, &[("key", "k1"), ("reason", reason)])
    };
    let blank = opens(" ");
    assert!(blank.status == 422 && blank.text.contains("The reason is required"), "{}", blank.text);
    done(&opens("Bob is ill, and it is due."), &format!("/desk/cases/{case}?done=read"));
    done(&opens("Bob is ill, and it is due."), &format!("/desk/cases/{case}?done=read"));
    let notes = view(&desk, &case, "alice")["notes"].as_array().unwrap().clone();
    assert_eq!((&notes[1]["text"], &notes[1]["opened"]), (&json!("Bob is ill, and it is due."), &json!(true)));
    desk.advance("1s");
    assert!(desk.mail_to("bob@example.org", "Somebody opened your case").contains("Alice Example was not among those"));
    let stranger = desk.get(&format!("/desk/cases/{case}/write"), &[]);
    assert_eq!(stranger.status, 303, "who is not signed in learns nothing");
    let nothing = desk.get("/desk/cases/EXP-2026-00000/write", &[("authorization", &desk.token("alice"))]);
    assert_eq!(nothing.status, 404);
}

#[test]
fn the_table_of_lines_gives_only_what_was_changed() {
    let place = Place::new("lines");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let decide = Form::open(&desk, &case, "decide", "alice");
    decide.send(&[("outcome", "confirm"), ("reason", "It is."), ("next_steps", "A fix.")]);
    let affected = [("l1.affected", "yes"), ("l1.introduced", "4.0.0"), ("l1.fixed", "4.21.1"), ("l2.affected", "no")];
    let form = Form::open(&desk, &case, "lines", "alice");
    let shown = form.send(&[&affected[..], &[("check", "1")]].concat());
    assert!(
        shown.status == 200 && shown.text.contains("It will read: express &#62;=4.0.0 &#60;4.21.1"),
        "{}",
        shown.text
    );
    assert_eq!(view(&desk, &case, "alice")["affected"], json!([]), "looking determines nothing");
    done(&form.send(&affected), &format!("/desk/cases/{case}?done=lines"));
    let range = json!([{"package": "express", "line": "express@4", "introduced": "4.0.0", "fixed": "4.21.1"}]);
    assert_eq!(view(&desk, &case, "alice")["affected"], range);

    let form = Form::open(&desk, &case, "lines", "alice");
    let nothing = form.send(&affected);
    assert!(nothing.status == 422 && nothing.text.contains("Nothing was changed"), "{}", nothing.text);
    let wrong = form.send(&[&affected[..], &[("l1.state", "released"), ("l1.words", "5.0.0")]].concat());
    assert!(wrong.status == 422 && wrong.text.contains("href=\"#in-l1-words\""), "{}", wrong.text);
    done(
        &form.send(&[&affected[..], &[("l1.state", "released"), ("l1.words", "4.21.1")]].concat()),
        &format!("/desk/cases/{case}?done=lines"),
    );
    let seen = view(&desk, &case, "alice");
    let line = seen["lines"].as_array().unwrap().iter().find(|line| line["line"] == "express@4").unwrap().clone();
    assert_eq!((&line["state"], &line["version"]), (&json!("released"), &json!("4.21.1")));
    let ranges = seen["events"].as_array().unwrap().iter().filter(|e| e["event"] == "affected-determined").count();
    assert_eq!(ranges, 1, "ranges that stand as before are not determined again");
}

#[test]
fn the_table_of_lines_says_where_a_release_is_another_than_the_ranges() {
    let place = Place::new("lines-differ");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let decide = Form::open(&desk, &case, "decide", "alice");
    decide.send(&[("outcome", "confirm"), ("reason", "It is."), ("next_steps", "A fix.")]);
    let affected = [("l1.affected", "yes"), ("l1.introduced", "4.0.0"), ("l1.fixed", "4.21.1"), ("l2.affected", "no")];
    done(&Form::open(&desk, &case, "lines", "alice").send(&affected), &format!("/desk/cases/{case}?done=lines"));
    let released = [&affected[..], &[("l1.state", "released"), ("l1.words", "4.22.0")]].concat();
    let form = Form::open(&desk, &case, "lines", "alice");
    let apart = "The ranges of express@4 say 4.21.1, and 4.22.0 was released: the advisory will say 4.22.0.";
    let shown = form.send(&[&released[..], &[("check", "1")]].concat());
    for words in ["It will read: express &#62;=4.0.0 &#60;4.22.0", apart] {
        assert!(shown.status == 200 && shown.text.contains(words), "{words}: {}", shown.text);
    }
    let saved = form.send(&released);
    assert!(saved.status == 200 && saved.text.contains(apart), "{}", saved.text);
    let page = desk.get(&format!("/desk/cases/{case}/lines"), &[("authorization", &desk.token("alice"))]).text;
    assert!(page.contains(apart), "{page}");
}

#[test]
fn what_came_since_a_member_last_read_a_case_is_marked_as_new() {
    let place = Place::new("news");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let page = |member: &str| desk.get(&format!("/desk/cases/{case}"), &[("authorization", &desk.token(member))]).text;
    let new = |page: &str| page.matches("<span class=\"tag new\">new</span>").count();
    assert_eq!(new(&page("alice")), 0, "nothing is news to who reads it for the first time");
    desk.advance("2h");
    let write = Form::open(&desk, &case, "write", "bob");
    write.send(&[("message", "We can reproduce it.")]);
    let said = desk.post_in(
        &desk.entered(code.trim_start_matches("Bearer ")),
        "/case/messages",
        &[("text", "It also happens in 5.0.1.")],
    );
    assert_eq!(said.status, 303);
    let read = page("alice");
    assert!(read.contains(" new</strong> since you last read it") && new(&read) > 1, "{read}");
    assert_eq!(new(&page("alice")), 0, "now it is read");
    // A note of somebody else's is news too, and one's own is not.
    desk.advance("95m");
    Form::open(&desk, &case, "note", "bob").send(&[("text", "Bob has found where it comes from.")]);
    assert_eq!((new(&page("alice")), new(&page("bob"))), (1, 0));
}

#[test]
fn t47_a_line_takes_another_range() {
    let place = Place::new("ranges");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let decide = Form::open(&desk, &case, "decide", "alice");
    decide.send(&[("outcome", "confirm"), ("reason", "It is."), ("next_steps", "A fix.")]);
    let known = [("l1.affected", "yes"), ("l1.introduced", "4.17.0"), ("l1.fixed", "4.21.1"), ("l2.affected", "no")];
    let form = Form::open(&desk, &case, "lines", "alice");
    let wrong = form.send(&[&known[..], &[("more1.introduced", "4.0.0"), ("more1.fixed", "4.1")]].concat());
    assert!(wrong.status == 422 && wrong.text.contains("href=\"#in-more1-fixed\""), "{}", wrong.text);
    assert!(wrong.text.contains("<details open>\n<summary>Another range of express@4</summary>"), "{}", wrong.text);
    let two = [&known[..], &[("more1.introduced", "4.0.0"), ("more1.fixed", "4.1.0")]].concat();
    done(&form.send(&two), &format!("/desk/cases/{case}?done=lines"));
    let ranges = || view(&desk, &case, "alice")["affected"].as_array().unwrap().clone();
    let fixed =
        |ranges: Vec<Value>| ranges.iter().map(|range| range["fixed"].to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(fixed(ranges()), "\"4.21.1\" \"4.1.0\"");

    // Both are rows now, and a third can be written; one is taken away as it was added.
    let form = Form::open(&desk, &case, "lines", "alice");
    let without = [
        ("l1.affected", "no"),
        ("l2.affected", "yes"),
        ("l2.introduced", "4.0.0"),
        ("l2.fixed", "4.1.0"),
        ("more1.last", "4.20.0"),
        ("more1.introduced", "4.19.0"),
    ];
    done(&form.send(&without), &format!("/desk/cases/{case}?done=lines"));
    assert_eq!(fixed(ranges()), "\"4.1.0\" null");
}

#[test]
fn a_step_that_is_not_possible_says_why_and_has_no_form() {
    let place = Place::new("why");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let get = |step: &str| desk.get(&format!("/desk/cases/{case}/{step}"), &[("authorization", &desk.token("alice"))]);
    let page = get("approve");
    assert!(page.status == 200 && page.text.contains("There is no advisory to approve"), "{}", page.text);
    assert!(!page.text.contains("<form"), "{}", page.text);
    let posted = desk.post_form_with(
        &format!("/desk/cases/{case}/lines"),
        &[("authorization", &desk.token("alice"))],
        &[("l1.affected", "yes")],
    );
    assert_eq!(posted.status, 409, "a form that nobody was given is not taken: {}", posted.text);
    assert_eq!(get("nonsense").status, 404);
}

#[test]
fn the_board_shows_what_is_due_and_leads_to_the_step() {
    let place = Place::new("board");
    let desk = place.start();
    let mut urgent = report("R", "page");
    urgent["known_exploited"] = json!(true);
    let (case, code) = desk.filed(&urgent);
    let get = |path: &str| desk.get(path, &[("authorization", &desk.token("alice"))]);
    let board = get("/desk").text;
    for part in ["Next 24 hours", "Handler, in 4 h", &case, "attacks", &format!("/desk/cases/{case}/write")] {
        assert!(board.contains(part), "{part}: {board}");
    }
    assert!(!board.contains("Summary R"));
    desk.command(&case, &desk.token("alice"), &json!({"command": "assign", "member": "alice"})).ok();
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "It is worse."})).ok();
    assert!(get("/desk/mine").text.contains("new message"));
    assert!(!desk.get("/desk/mine", &[("authorization", &desk.token("bob"))]).text.contains(&case));
    desk.command(
        &case,
        &desk.token("alice"),
        &json!({"command": "invalidate", "reason": "No.", "next_steps": "None.", "close": true}),
    )
    .ok();
    assert!(get("/desk/closed").text.contains(&case) && !get("/desk").text.contains(&case));
    let found = get(&format!("/desk/find?id=%20{}", case.to_lowercase()));
    assert_eq!((found.status, found.header("location")), (303, Some(format!("/desk/cases/{case}").as_str())));
    let lost = get("/desk/find?id=%3Cb%3E");
    assert!(lost.status == 404 && lost.text.contains("&#60;b&#62;"), "{}", lost.text);
}

#[test]
fn the_history_says_what_happened_and_who_read_it_and_holds_no_words() {
    let place = Place::new("history");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    Form::open(&desk, &case, "note", "bob").send(&[("text", "SECRETMARK")]);
    let page = desk.get(&format!("/desk/cases/{case}/history"), &[("authorization", &desk.token("alice"))]);
    assert_eq!(page.status, 200, "{}", page.text);
    for part in ["Bob Example wrote a note for the team", "The reporter reported it", "Acknowledgement: started"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("SECRETMARK") && !page.text.contains("Summary R"));
    let read = page.text.split("Who read it").nth(1).unwrap();
    assert!(
        read.contains("Bob Example") && !read.contains("Alice Example"),
        "looking at the history opens nothing: {read}"
    );
}

#[test]
fn a_severity_that_was_said_against_the_vectors_is_not_lost_by_saving_the_page() {
    let place = Place::new("band");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";
    let said = json!({"command": "score", "severity": "critical", "cvss": [vector]});
    desk.command(&case, &desk.token("alice"), &said).ok();
    let page =
        |case: &str| desk.get(&format!("/desk/cases/{case}/severity"), &[("authorization", &desk.token("alice"))]).text;
    assert!(page(&case).contains("<option value=\"critical\" selected>"), "{}", page(&case));
    desk.command(&case, &desk.token("alice"), &json!({"command": "score", "cvss": [vector]})).ok();
    assert!(page(&case).contains("<option value=\"\" selected>"), "what the vectors say is left to them");
}
