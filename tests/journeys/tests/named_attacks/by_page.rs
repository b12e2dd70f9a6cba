//! By forms, addresses and calls.

use desk_harness::{Eml, Place};
use serde_json::json;

use super::{MALLORY, MARKUP, RITA, inert, mailed_token, report_with, reported};

/// VINCE before 1.50.0: a link to its sign-in page led who had signed in to a site of the attacker's choosing (open redirect).
#[test]
fn cve_2022_25799_no_link_of_the_desk_leads_to_another_site() {
    let place = Place::new("redirect");
    let desk = place.start();
    let evil = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/desk/..//evil.example",
        "https:evil.example",
        "\thttps://evil.example",
    ];
    for next in evil {
        let encoded = desk_harness::form(&[("next", next)]);
        for page in
            ["/desk/sign-in", "/desk/closed", "/desk/filed", "/desk/session", "/case", "/check", "/reports", "/"]
        {
            let answer = desk.get(
                &format!("{page}?{encoded}&url={next}&redirect={next}&return={next}").replace(['\t', '\\'], "%5C"),
                &[],
            );
            let location = answer.header("location").unwrap_or("/");
            assert!(
                location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'),
                "{page} to {location}"
            );
            assert!(
                !answer.text.contains("href=\"https://evil") && !answer.text.contains("evil.example/\">"),
                "{page}: {}",
                answer.text
            );
        }
        desk.advance("15m");
        desk.post_form("/desk/sign-in", &[("address", super::ALICE), ("next", next)]);
        let token = mailed_token(&desk);
        let with_it = desk.post_form("/desk/session", &[("token", &token), ("next", next)]);
        assert_eq!(
            (with_it.status, with_it.header("location")),
            (422, None),
            "the link itself says where it leads: {next}"
        );
        let signed_in = desk.post_form("/desk/session", &[("token", &token)]);
        assert_eq!((signed_in.status, signed_in.header("location")), (303, Some("/desk")), "{next}");
    }
}

/// VINCE before 1.50.4: a form's field "Product Affected" was put into pages as HTML.
#[test]
fn cve_2022_40248_no_field_of_a_report_is_markup_on_a_page_or_in_a_mail() {
    let place = Place::new("field-markup");
    let desk = place.start();
    let token = desk.token("alice");
    let alice = [("authorization", token.as_str())];
    let fields = ["package", "versions", "summary", "details", "impact"];
    let hostile: Vec<_> = fields.iter().map(|name| (*name, json!(MARKUP))).collect();
    let whole = desk.post("/reports", &[], &report_with(&hostile));
    inert(&whole, "the API's answer");
    for field in fields {
        let typed = [("package", "express"), ("summary", "s"), ("details", "d"), (field, MARKUP), ("send", "anyway")];
        let page = desk.post_form("/reports", &typed);
        inert(&page, field);
    }
    let mut body = report_with(&[("summary", json!(MARKUP)), ("details", json!(MARKUP))]);
    body["reporter"] = json!({"name": MARKUP, "email": RITA, "answers": "mail"});
    body["credit"] = json!({"as": MARKUP});
    let (case, code) = desk.filed(&body);
    desk.advance("1s");
    for path in ["/desk", "/desk/closed", &format!("/desk/cases/{case}"), &format!("/desk/cases/{case}/write")] {
        inert(&desk.get(path, &alice), path);
    }
    inert(&desk.page("/case", &desk.entered(code.trim_start_matches("Bearer "))), "the reporter's page");
    for mail in desk.mails() {
        let html = desk.mail_html(mail["id"].as_str().unwrap());
        assert!(!html.contains("<h1 style") && !html.contains("href=\"https://evil"), "{html}");
    }
}

/// VINCE (CVE-2022-40238): what a user wrote was read back by a reader that runs what it reads (Python's pickle). Here bytes of such a
/// kind are refused or kept as bytes, wherever something is read back: bodies, cookies, links, keys, files.
#[test]
fn cve_2022_40238_what_is_read_back_is_data_and_runs_nothing() {
    let place = Place::new("pickle");
    let desk = place.start();
    // A pickle that would call a command, an object of Java, and a gadget of YAML.
    let pickle = "cos\nsystem\n(S'touch pwned'\ntR.";
    let coded = [
        "gASVIgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAd0b3VjaCB4lIWUUpQu",
        "rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA",
        "!!python/object/apply:os.system [touch]",
    ];
    for body in [pickle, coded[0], coded[2]] {
        for kind in
            ["application/octet-stream", "application/x-python-pickle", "application/json", "application/x-yaml"]
        {
            let answer = desk.post_raw("/reports", &[("content-type", kind)], body);
            assert!((400..500).contains(&answer.status), "{kind}: {} {}", answer.status, answer.text);
        }
    }
    for word in coded {
        for cookie in ["__Host-case", "__Host-session", "session"] {
            let header = format!("{cookie}={word}");
            assert!(
                desk.get("/case", &[("cookie", &header)]).status < 500
                    && desk.get("/desk", &[("cookie", &header)]).status < 500
            );
        }
        let encoded = desk_harness::form(&[("t", word)]);
        for path in ["/case", "/desk/acknowledge"] {
            assert_eq!(desk.get(&format!("{path}?{encoded}"), &[]).status, 404, "{path} {word}");
        }
    }
    let mail =
        Eml::new(RITA, "A proof", "Attached.").attach("proof.pkl", "application/octet-stream", pickle.as_bytes());
    let case = desk.reported(&mail);
    let alice = desk.token("alice");
    let view = desk.case(&case, &alice);
    let file = format!("/desk/cases/{case}/mail/{}/attachments/1", view["mail"]["content"].as_str().unwrap());
    assert_eq!(desk.download(&file, &alice, &[]).body, pickle.as_bytes(), "as it came, to be saved and not opened");
}

/// Zammad before 6.5.4 and 7.0.1: whoever opened a ticket could link it to one that they had no right to, by a field of the call.
#[test]
fn cve_2026_34722_a_report_links_itself_to_no_case() {
    let place = Place::new("linked");
    let desk = place.start();
    let (case, alice) = (reported(&desk), desk.token("alice"));
    let before = desk.version(&case, &alice);
    for field in [
        "links",
        "related",
        "case",
        "case_id",
        "continues",
        "duplicate_of",
        "found_by",
        "third_party",
        "handler",
        "mail",
        "opened",
    ] {
        let refused = desk.post("/reports", &[], &report_with(&[(field, json!(case))]));
        assert_eq!((refused.status, refused.pointers()), (422, vec![format!("/{field}")]), "{field}: {}", refused.text);
        let typed = [("package", "express"), ("summary", "s"), ("details", "d"), (field, case.as_str())];
        let page = desk.post_form("/reports", &typed);
        assert!(page.status < 500 && !page.text.contains("It leaks."), "{field}: {}", page.text);
    }
    assert_eq!(desk.version(&case, &alice), before, "the case knows of none of them");
}

/// FreeScout before 1.8.214: an agent who opened a conversation by telephone named another mailbox's customer by id, and bound it to them.
/// A member who opens a case says who reported it; whatever they say, no other case is reached by it, and no content by another's path.
#[test]
fn cve_2026_40591_a_case_that_a_member_opens_reaches_no_other() {
    let place = Place::new("phone");
    let desk = place.start();
    let [alice, carol] = ["alice", "carol"].map(|member| desk.token(member));
    let mail = Eml::new(RITA, "A leak in express", "SECRETMARK leaks.").attach("log.txt", "text/plain", b"SECRETMARK");
    let theirs = desk.reported(&mail);
    desk.command(&theirs, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let content = desk.case(&theirs, &alice)["mail"]["content"].as_str().unwrap().to_owned();
    let before = desk.version(&theirs, &alice);
    let open = |more: serde_json::Value| {
        let mut body = report_with(&[("source", json!("phone")), ("received_at", json!(desk.now()))]);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.post("/desk/api/cases", &[("authorization", &carol)], &body)
    };
    for named in ["case_id", "customer_id", "continues", "report"] {
        let refused = open(json!({named: theirs}));
        assert_eq!((refused.status, refused.pointers()), (422, vec![format!("/{named}")]), "{}", refused.text);
    }
    let own = open(json!({})).ok()["case_id"].as_str().expect("a case of its own").to_owned();
    let shown = desk.get(&format!("/desk/api/cases/{own}"), &[("authorization", &carol)]).text;
    assert!(!shown.contains(&theirs) && !shown.contains("SECRETMARK"), "{shown}");
    for case in [&own, &theirs] {
        for path in [format!("mail/{content}"), format!("mail/{content}/attachments/1"), format!("files/{content}")] {
            let answer = desk.get(&format!("/desk/cases/{case}/{path}"), &[("authorization", &carol)]);
            assert!(answer.status == 404 && !answer.text.contains("SECRETMARK"), "{path} of {case}: {}", answer.text);
        }
    }
    assert_eq!(desk.version(&theirs, &alice), before);
}

/// Discourse before 2.8.7: a route that mails without asking who asks could be made to send as many mails to strangers as one liked. (Zendesk,
/// 2025 and 2026: tickets in victims' names, with words of the attacker's in the mails that they got, as relay for spam.)
#[test]
fn cve_2022_31184_no_route_floods_a_stranger_or_carries_words_to_one() {
    let place = Place::new("relay");
    let desk = place.start_small();
    let words = "ACTIVATE your account at https://evil.example now";
    let victim = "victim@example.net";
    for n in 0..12 {
        let mut body = report_with(&[("summary", json!(words)), ("details", json!(words))]);
        body["reporter"] = json!({"name": words, "email": victim, "answers": "mail"});
        desk.post("/reports", &[], &body);
        let typed = [("comment", words), ("email", victim), ("idempotency_key", &format!("c{n}"))];
        desk.post_form("/policy/comment", &typed);
        desk.post_form("/desk/sign-in", &[("address", victim)]);
        let claims = Eml::new(&format!("\"{words}\" <{victim}>"), words, words);
        desk.take(&claims.raw(), &[("dmarc", "FAIL"), ("spf", "FAIL"), ("dkim", "FAIL")]);
        let copied = Eml::new(MALLORY, words, words).with("Cc", victim).with("Reply-To", victim).with("Sender", victim);
        desk.take(&copied.raw(), &[]);
    }
    let got = desk.mails_to(victim);
    assert!(got.len() <= 1, "{} mails", got.len());
    for mail in desk.mails().iter().filter(|mail| mail["to"][0] == victim || mail["to"][0] == MALLORY) {
        let all = format!("{} {} {}", mail["subject"], mail["text"], desk.mail_html(mail["id"].as_str().unwrap()));
        assert!(!all.contains("ACTIVATE") && !all.contains("evil.example"), "{all}");
    }
}
