//! What the team sees of a mail: the case's page, the mail itself, its attachments (T10), answers in quarantine.

use desk_harness::{Bytes, Desk, Eml, Place, cli};
use serde_json::{Value, json};

const RITA: &str = "rita@example.org";

fn header<'a>(answer: &'a Bytes, name: &str) -> &'a str {
    answer.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
}

fn page(desk: &Desk, case: &str, token: &str) -> String {
    desk.get(&format!("/desk/cases/{case}"), &[("authorization", token)]).text
}

#[test]
fn t10_a_mail_is_shown_with_its_attachments_and_given_out_as_it_came() {
    let place = Place::new("mail-page");
    let desk = place.start();
    let alice = desk.token("alice");
    let poc = b"<script>alert(1)</script>";
    let mail = Eml::new(RITA, "Open redirect in express", "See the file.\n").attach("poc.html", "text/html", poc);
    let case = desk.reported(&mail);
    let view = desk.case(&case, &alice);
    let (content, attachment) = (view["mail"]["content"].as_str().expect("a name"), &view["mail"]["attachments"][0]);
    assert_eq!((&view["mail"]["sender"], &attachment["name"]), (&json!("dmarc"), &json!("poc.html")));
    assert!(attachment["sha256"].as_str().is_some_and(|hash| hash.len() == 64), "{attachment}");
    let shown = page(&desk, &case, &alice);
    assert!(shown.contains("DMARC passed") && shown.contains("poc.html") && !shown.contains("<script"), "{shown}");

    let at = format!("/desk/cases/{case}/mail/{content}");
    let raw = desk.download(&at, &alice, &[]);
    assert_eq!((raw.status, header(&raw, "content-type")), (200, "message/rfc822"));
    assert!(raw.body.ends_with(&mail.raw()), "as it came, under the headers of who received it");
    let file = desk.download(&format!("{at}/attachments/{}", attachment["index"]), &alice, &[]);
    assert_eq!((file.body.as_slice(), header(&file, "content-type")), (&poc[..], "application/octet-stream"));
    assert!(header(&file, "content-disposition").starts_with("attachment; filename=\"poc.html\""));
    assert_eq!(header(&file, "x-content-type-options"), "nosniff");
    assert!(header(&file, "content-security-policy").contains("sandbox"));
    let part = desk.download(&format!("{at}/attachments/{}", attachment["index"]), &alice, &[("range", "bytes=1-6")]);
    assert_eq!((part.status, part.body.as_slice()), (206, &b"script"[..]));
    assert_eq!(header(&part, "content-range"), format!("bytes 1-6/{}", poc.len()));

    for wrong in
        [format!("{at}x"), format!("{at}/attachments/99"), format!("/desk/cases/EXP-2026-00000/mail/{content}")]
    {
        assert_eq!(desk.download(&wrong, &alice, &[]).status, 404, "{wrong}");
    }
    assert_eq!(desk.get(&at, &[]).status, 401);
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    assert_eq!(desk.download(&at, &desk.token("bob"), &[]).status, 404, "need to know");
}

#[test]
fn a_mail_that_no_answer_holds_comes_in_pieces() {
    let place = Place::new("mail-large");
    let desk = place.start();
    let alice = desk.token("alice");
    let large: Vec<u8> = (0..9_000_000u32).map(|n| (n % 251) as u8).collect();
    let mail = Eml::new(RITA, "A large one", "See.\n").attach("core.bin", "application/octet-stream", &large);
    let case = desk.reported(&mail);
    let view = desk.case(&case, &alice);
    let (content, index) = (view["mail"]["content"].as_str().unwrap(), &view["mail"]["attachments"][0]["index"]);
    let refused = desk.download(&format!("/desk/cases/{case}/mail/{content}"), &alice, &[]);
    let said = String::from_utf8_lossy(&refused.body);
    assert!(refused.status == 413 && said.contains(&format!("desk case mail {case}")), "{said}");

    let out = place.root().join("core.bin");
    let out = out.to_str().unwrap();
    let got = desk.cli(&["case", "mail", &case, "--attachment", &index.to_string(), "--out", out, "--as", "alice"]);
    let said: Value = serde_json::from_slice(&got.stdout).expect("JSON");
    assert_eq!(said["bytes"], large.len(), "{said}");
    assert!(std::fs::read(out).unwrap() == large, "byte for byte");
    let data = desk.data.to_str().unwrap();
    let printed = cli(&["case", "mail", &case, "--data", data, "--as", "alice"]);
    assert!(printed.status.success() && printed.stdout.ends_with(&mail.raw()), "to standard output");
}

#[test]
fn an_answer_in_quarantine_is_marked_and_let_in_or_refused() {
    let place = Place::new("quarantine-page");
    let desk = place.start();
    let alice = desk.token("alice");
    let case = desk.reported(&Eml::new(RITA, "A problem", "It fails.\n"));
    desk.command(&case, &alice, &json!({"command": "request-information", "questions": "Which version?"})).ok();
    let forged = desk.answer(RITA, "FORGED: forget it.");
    let (outcome, _) = desk.receive(&forged, &[("spf", "FAIL"), ("dkim", "FAIL"), ("dmarc", "FAIL")]);
    assert_eq!(outcome, "quarantined");
    let view = desk.case(&case, &alice);
    let held = view["quarantine"]["answers"][0]["text"].as_str().expect("a text");
    assert!(held.starts_with("FORGED: forget it."), "{held}");
    assert!(view["allowed"].as_array().unwrap().contains(&json!("release-quarantine")));
    let shown = page(&desk, &case, &alice);
    assert!(
        shown.contains("Not proven to be the reporter’s") && shown.contains(&format!("/desk/cases/{case}/unproven"))
    );
    let conversation = view["messages"].to_string();
    assert!(!conversation.contains("FORGED"), "it is no part of the conversation: {conversation}");

    desk.command(&case, &alice, &json!({"command": "release-quarantine", "refuse": true})).ok();
    let view = desk.case(&case, &alice);
    assert_eq!((&view["quarantine"]["answers"], &view["stage"]), (&json!([]), &json!("More information needed")));
    assert!(page(&desk, &case, &alice).contains("refused: not the reporter’s"), "refused, and not lost");
    assert_eq!(desk.command(&case, &alice, &json!({"command": "release-quarantine"})).status, 409);

    let doubtful = desk.answer(RITA, "GENUINE: 4.19.1.");
    desk.receive(&doubtful, &[("spf", "FAIL"), ("dkim", "FAIL"), ("dmarc", "FAIL")]);
    desk.command(&case, &alice, &json!({"command": "release-quarantine"})).ok();
    let view = desk.case(&case, &alice);
    let starts = |m: &&Value| m["text"].as_str().is_some_and(|text| text.starts_with("GENUINE: 4.19.1."));
    let said = view["messages"].as_array().unwrap().iter().find(starts);
    assert!(said.is_some_and(|m| m["from"] == "reporter" && m["quoted"].is_string()), "{}", view["messages"]);
    assert_ne!(view["stage"], "More information needed");
}

/// T60: with the mail and a new code, and without an address: whoever stands in a program's or a list's mail may not be who wrote it.
#[test]
fn t60_filed_mail_becomes_a_report_of_which_nobody_outside_hears_by_mail() {
    let place = Place::new("mail-treated");
    let desk = place.start();
    let alice = desk.token("alice");
    let automatic = Eml::new(RITA, "Out of office", "See the file.\n").with("Auto-Submitted", "auto-replied").attach(
        "poc.js",
        "text/javascript",
        b"1",
    );
    let (_, filed) = desk.receive(&automatic, &[]);
    desk.advance("2h");
    assert!(desk.mails_to(RITA).is_empty(), "a machine is not answered");
    let answer = desk.command(&filed, &alice, &json!({"command": "treat-as-report"})).ok();
    let case = answer["opened"]["case_id"].as_str().expect("a case").to_owned();
    let code = answer["opened"]["receipt_code"].as_str().expect("the code, to be handed over");
    assert!(answer["warnings"].to_string().contains("has no address"), "{answer}");
    let (old, new) = (desk.case(&filed, &alice), desk.case(&case, &alice));
    assert_eq!(new["received_at"], old["received_at"]);
    assert_eq!(new["mail"]["attachments"], old["mail"]["attachments"], "the same mail, sealed anew");
    assert_eq!(desk.view(&format!("Bearer {code}"))["case_id"], case);
    desk.command(&case, &alice, &json!({"command": "respond", "message": "Thank you.", "next_steps": "A fix."})).ok();
    desk.advance("2h");
    assert!(desk.mails_to(RITA).is_empty(), "nor is anybody who may be a program written to by a member");
}

/// A person finds out whose mail a list carried: the receipt with the code goes there, and to no list and no address of ours.
#[test]
fn t60_an_address_that_a_member_enters_gets_the_receipt_of_what_was_filed() {
    let place = Place::new("mail-treated-address");
    let desk = place.start();
    let alice = desk.token("alice");
    let list = Eml::new("Rita via devs <devs@lists.example.net>", "[devs] Traversal", "Two dots leave the root.\n")
        .with("To", "devs@lists.example.net")
        .with("Cc", "security@expressjs.com")
        .with("List-Id", "<devs.lists.example.net>")
        .with("X-Auto-Response-Suppress", "All");
    let (outcome, filed) = desk.receive(&list, &[("spf", "FAIL"), ("dkim", "FAIL"), ("dmarc", "FAIL")]);
    assert_eq!(outcome, "filed");
    let treat =
        |address: &str| desk.command(&filed, &alice, &json!({"command": "treat-as-report", "address": address}));
    for wrong in ["devs@lists.example.net", "security@expressjs.com", "no-reply@example.org", "Rita <rita@example.org>"]
    {
        let refused = treat(wrong);
        assert!(refused.status == 422 && refused.text.contains("/address"), "{wrong}: {}", refused.text);
    }
    let form = desk.get(&format!("/desk/cases/{filed}/report"), &[("authorization", &alice)]).text;
    assert!(form.contains("name=\"address\""), "{form}");
    let answer = treat(RITA).ok();
    let case = answer["opened"]["case_id"].as_str().expect("a case").to_owned();
    assert!(answer["opened"]["receipt_code"].is_null(), "it goes by mail: {answer}");
    assert!(answer["warnings"].is_null(), "{answer}");
    let code = desk.mailed_code(RITA, &case).expect("the receipt with the code");
    assert_eq!(desk.view(&code)["case_id"], case);
    assert!(desk.mails_to("devs@lists.example.net").is_empty(), "nothing goes to the list");
    let view = desk.case(&case, &alice);
    assert_eq!(
        (&view["quarantine"]["report"], &view["events"][0]["mail"]["entered_by"]),
        (&json!(false), &json!("alice"))
    );
    desk.command(&case, &alice, &json!({"command": "respond", "message": "Thank you.", "next_steps": "A fix."})).ok();
    desk.receive(&desk.answer(RITA, "You are welcome."), &[]);
    assert!(desk.case(&case, &alice)["messages"].to_string().contains("You are welcome."), "and answers join it");
    assert!(desk.cli(&["verify", "--as", "alice"]).status.success());
}
