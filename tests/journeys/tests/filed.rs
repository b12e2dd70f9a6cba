//! What is only filed: comments on the policy (T59) and spam; and what turns out to be a report after all (T60).

use desk_harness::{Desk, Eml, Place, clock, report};
use serde_json::{Value, json};

fn close(desk: &Desk, case: &str, token: &str, resolution: &str) {
    let body = json!({"command": "close", "resolution": resolution, "reason": "SECRETMARK: why"});
    desk.command(case, token, &body).ok();
}

#[test]
fn t59_a_comment_on_the_policy_is_thanked_given_to_its_owner_and_filed() {
    let place = Place::new("comment");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, code) = desk.filed(&report("R", "page"));
    close(&desk, &case, &alice, "policy-comment");
    desk.advance("1s");
    assert_eq!(desk.view(&code)["stage"], "Closed (a comment on the policy)");
    let comments = desk.get("/desk/api/comments", &[("authorization", &alice)]).ok();
    assert_eq!((&comments["cases"][0]["case_id"], &comments["cases"][1]), (&json!(case), &Value::Null));
    assert_eq!(desk.filed_away(&alice), [], "it is on a list of its own");
    let page = desk.get("/desk/comments", &[("authorization", &alice)]);
    assert!(page.status == 200 && page.text.contains(&case) && !page.text.contains("SECRETMARK"), "{}", page.text);
    let board = desk.get("/desk/api/cases", &[("authorization", &alice)]).ok();
    assert_eq!(board["cases"], json!([]), "it is on no board");
    let breached = desk.advance("60h");
    assert!(!breached.is_empty() && desk.view(&code)["clocks"] == json!([]), "no clock of a vulnerability runs");
}

#[test]
fn t60_what_becomes_a_report_keeps_its_original_receipt_time() {
    let place = Place::new("treated");
    let desk = place.start();
    let alice = desk.token("alice");
    let (filed, _) = desk.filed(&report("R", "mail"));
    let received = desk.case(&filed, &alice)["received_at"].clone();
    let refused = desk.command(&filed, &alice, &json!({"command": "treat-as-report"}));
    assert_eq!(refused.status, 409, "it is one");
    close(&desk, &filed, &alice, "spam");
    desk.advance("3h");
    let answer = desk.command(&filed, &alice, &json!({"command": "treat-as-report"})).ok();
    let case = answer["opened"]["case_id"].as_str().expect("a case").to_owned();
    assert!(answer["warnings"][0].as_str().is_some_and(|w| w.contains("reissue-code")), "{answer}");

    let view = desk.case(&case, &alice);
    assert_eq!((&view["received_at"], &view["stage"]), (&received, &json!("Received")));
    let due = clock(&view, "acknowledgement");
    assert_eq!(due["started_at"], received, "{due}");
    assert_eq!(view["report"]["body"], desk.case(&filed, &alice)["report"]["body"], "the same words");
    assert_eq!(view["events"][0]["continues"], filed);
    assert_eq!(desk.case(&filed, &alice)["became"], case);
    let again = desk.command(&filed, &alice, &json!({"command": "treat-as-report"}));
    assert!(again.status == 409 && again.text.contains(&case), "{}", again.text);

    // Its reporter is written to, and the code that a member asks for opens it.
    desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    desk.advance("1s");
    let mail = desk.mail_to("rita", "Your new receipt code");
    let code = mail.lines().find(|line| line.split('-').count() == 12).expect("twelve words");
    assert_eq!(desk.view(&format!("Bearer {code}"))["case_id"], case);
    assert!(desk.cli(&["verify", "--as", "alice"]).status.success());
}

#[test]
fn without_an_address_the_member_hands_the_code_over() {
    let place = Place::new("treated-nameless");
    let desk = place.start();
    let alice = desk.token("alice");
    let mut nameless = report("R", "page");
    nameless["reporter"] = json!({});
    let (filed, _) = desk.filed(&nameless);
    close(&desk, &filed, &alice, "spam");
    let answer = desk.command(&filed, &alice, &json!({"command": "treat-as-report"})).ok();
    let code = answer["opened"]["receipt_code"].as_str().expect("a code");
    assert_eq!(desk.view(&format!("Bearer {code}"))["case_id"], answer["opened"]["case_id"]);
}

#[test]
fn a_command_with_a_key_opens_one_case_however_often_it_is_sent() {
    let place = Place::new("treated-once");
    let desk = place.start();
    let alice = desk.token("alice");
    let (filed, _) = desk.filed(&report("R", "page"));
    close(&desk, &filed, &alice, "spam");
    let path = format!("/desk/api/cases/{filed}/commands");
    let give = || {
        let headers = [("authorization", alice.as_str()), ("idempotency-key", "k")];
        desk.post(&path, &headers, &json!({"command": "treat-as-report"}))
    };
    assert_eq!(give().text, give().text);
    let board = desk.get("/desk/api/cases", &[("authorization", &alice)]).ok();
    assert_eq!(board["cases"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_filed_is_listed_newest_first_in_pages_and_only_for_members() {
    let place = Place::new("filed-pages");
    let desk = place.start();
    let alice = desk.token("alice");
    let mut filed = Vec::new();
    for n in 0..27 {
        let (case, _) = desk.filed(&report(&format!("R{n}"), "page"));
        close(&desk, &case, &alice, "spam");
        desk.advance("1s");
        filed.insert(0, case);
    }
    let list = |query: &str| desk.get(&format!("/desk/api/filed{query}"), &[("authorization", &alice)]).ok();
    let ids = |page: &Value| -> Vec<String> {
        let rows = page["cases"].as_array().expect("a list").iter();
        rows.map(|row| row["case_id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let first = list("");
    assert_eq!(ids(&first), filed[..25]);
    let next = first["next"].as_str().expect("more").replace('#', "%23");
    let second = list(&format!("?next={next}"));
    assert_eq!((ids(&second), &second["next"]), (filed[25..].to_vec(), &Value::Null));
    assert_eq!(desk.get("/desk/api/filed?next=x", &[("authorization", &alice)]).status, 400);
    assert_eq!(desk.get("/desk/api/filed", &[]).status, 401);
    assert_eq!(desk.get("/desk/filed", &[]).header("location"), Some("/desk/sign-in?next=%2Fdesk%2Ffiled"));
    let erin = desk.token("erin");
    assert_eq!(desk.get("/desk/api/filed", &[("authorization", &erin)]).status, 401, "operators read no case");
    let listed = desk.cli(&["case", "list", "--filed", "--as", "alice"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(ids(&listed), filed[..25]);
}

/// The next time that a clock shows eight, and a little later.
fn until_the_digest(desk: &Desk) {
    let now = desk.now().to_zoned(jiff::tz::TimeZone::UTC);
    let mut then = now.with().time(jiff::civil::time(8, 0, 30, 0)).build().expect("a time");
    if then <= now {
        then = then.tomorrow().expect("a day");
    }
    desk.advance(&format!("{}s", then.timestamp().duration_since(now.timestamp()).as_secs()));
}

/// Nothing is filed silently: the digest says how many, from whom and with which subject, the list shows it to who may read it.
#[test]
fn what_is_filed_is_told_by_the_digest_and_shown_to_who_may_read_it() {
    let place = Place::new("filed-told");
    let desk = place.start();
    desk.allows_alarm("breach");
    until_the_digest(&desk);
    let automatic = |from: &str, subject: &str| {
        let mail = Eml::new(from, subject, "I am away.\n").with("Auto-Submitted", "auto-replied");
        assert_eq!(desk.receive(&mail, &[]).0, "filed");
        desk.advance("1m");
    };
    automatic("Rita <rita@example.org>", "Out of office: a hole in express");
    automatic("ticket@help.example.net", "[#17] We have your mail \u{202e}gpj.exe");
    let digests =
        || desk.mails_to("bob@example.org").iter().filter(|m| m["subject"].to_string().contains("Your digest")).count();
    let before = digests();
    until_the_digest(&desk);
    assert_eq!(digests(), before + 1);
    let mail = desk.mails_to("bob@example.org").pop().expect("a digest")["text"].as_str().expect("text").to_owned();
    let flat = mail.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "2 mails",
        "from rita@example.org",
        "“Out of office: a hole in express”",
        "from ticket@help.example.net",
        "“[#17] We have your mail \\u{202E}gpj.exe”",
        "/desk/filed",
    ] {
        assert!(flat.contains(told), "{told}: {mail}");
    }
    until_the_digest(&desk);
    assert_eq!(digests(), before + 1, "what was told is not told again");

    let (alice, bob) = (desk.token("alice"), desk.token("bob"));
    let (case, _) = desk.filed(&report("MARK", "page"));
    desk.command(&case, &bob, &json!({"command": "assign", "member": "bob"})).ok();
    close(&desk, &case, &bob, "spam");
    let row = |token: &str, case: &str| {
        let page = desk.get("/desk/api/filed", &[("authorization", token)]).ok();
        let rows = page["cases"].as_array().expect("a list").clone();
        rows.into_iter().find(|row| case.is_empty() || row["case_id"] == case).expect("it is listed")
    };
    assert!(
        row(&bob, &case)["subject"].as_str().is_some_and(|subject| subject.contains("MARK")),
        "{}",
        row(&bob, &case)
    );
    assert_eq!(row(&alice, &case)["subject"], Value::Null, "it is Bob's, closed or not");
    let page = |token: &str| desk.get("/desk/filed", &[("authorization", token)]).text;
    assert!(page(&alice).contains("rita@example.org") && page(&alice).contains("Out of office: a hole in express"));
    assert!(page(&alice).contains("not yours to read") && !page(&alice).contains("MARK"), "{}", page(&alice));
}
