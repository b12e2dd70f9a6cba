//! Files that a reporter sends by the page: with the report, from the case page one after another, and by a program.

use desk_harness::{Answer, Bytes, Desk, Eml, Place, express, receipt_code, report};
use serde_json::{Value, json};

const HOSTILE: &str = "../../<img src=x onerror=alert(1)>\u{202e}gpj.html";
const POC: &[u8] = b"<script>alert(document.domain)</script>\0\xff";

const POC_SHA256: &str = "bdca5198ecb1f070bc315a903cca0ea6514ac005ed893808c0171449326bfccc";

fn header<'a>(answer: &'a Bytes, name: &str) -> &'a str {
    answer.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
}

fn reported(desk: &Desk, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
    let mut all = vec![("package", "express"), ("summary", "Open redirect"), ("details", "See the file.")];
    all.extend_from_slice(fields);
    desk.post_files("/reports", &[], &all, files)
}

fn case_of(desk: &Desk, page: &Answer) -> (String, String) {
    assert_eq!(page.status, 201, "{}", page.text);
    let code = format!("Bearer {}", receipt_code(&page.text));
    (desk.view(&code)["case_id"].as_str().expect("a case id").to_owned(), code)
}

fn team_files(desk: &Desk, case: &str, token: &str) -> (Vec<Value>, Vec<Value>) {
    let view = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", token)]).ok();
    let of = |value: &Value| value["files"].as_array().cloned().unwrap_or_default();
    let messages = view["messages"].as_array().expect("messages").iter().flat_map(of).collect();
    (of(&view["report"]), messages)
}

#[test]
fn files_come_with_a_report_and_the_team_saves_each_byte_for_byte() {
    let place = Place::new("files");
    let desk = place.start();
    let files: [(&str, &str, &[u8]); 2] = [(HOSTILE, "text/html", POC), ("log.txt", "text/plain", b"line\n")];
    let receipt = reported(&desk, &[], &files);
    assert!(receipt.text.contains("stored with its 2 files"), "{}", receipt.text);
    let (case, code) = case_of(&desk, &receipt);

    let view = desk.view(&code);
    let seen: Vec<_> = view["report"]["files"].as_array().unwrap().iter().map(|f| (&f["name"], &f["bytes"])).collect();
    let safe = json!("_img src=x onerror=alert(1)_\u{202e}gpj.html");
    assert_eq!(seen, [(&safe, &json!(POC.len())), (&json!("log.txt"), &json!(5))]);
    assert!(view["report"]["files"][0].get("content").is_none(), "only the team asks for it");
    let stored: Value = serde_json::from_str(view["report"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(stored["files"][0]["sha256"], POC_SHA256, "the receipt is over the files too");

    let alice = desk.token("alice");
    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(page.contains("_img src=x onerror=alert(1)_\\u{202E}gpj.html</a>") && !page.contains("<img"), "{page}");
    let (of_report, _) = team_files(&desk, &case, &alice);
    let at = |file: &Value| format!("/desk/cases/{case}/files/{}", file["content"].as_str().expect("a name"));
    let saved = desk.download(&at(&of_report[0]), &alice, &[]);
    assert_eq!((saved.status, saved.body.as_slice()), (200, POC));
    assert_eq!(header(&saved, "content-type"), "application/octet-stream", "never as what it says it is");
    assert!(
        header(&saved, "content-disposition")
            .starts_with("attachment; filename=\"_img src_x onerror_alert_1__gpj.html\"")
    );
    assert!(header(&saved, "content-security-policy").contains("sandbox"));
    let text = desk.download(&at(&of_report[1]), &alice, &[]);
    assert_eq!((text.body.as_slice(), header(&text, "content-type")), (&b"line\n"[..], "text/plain; charset=utf-8"));
    // Whoever may not read the case, or names something else of it, gets nothing.
    assert_eq!(desk.download(&at(&of_report[0]), &code, &[]).status, 401);
    assert_eq!(desk.download(&format!("/desk/cases/{case}/files/report"), &alice, &[]).status, 404);
    let out = place.root().join("saved");
    let name = of_report[0]["content"].as_str().unwrap();
    let cli = desk.cli(&["case", "file", &case, name, "--out", out.to_str().unwrap(), "--as", "alice"]);
    assert!(cli.status.success(), "{}", String::from_utf8_lossy(&cli.stderr));
    assert_eq!(std::fs::read(&out).unwrap(), POC);
    desk.advance("1s");
}

/// Resumable without script: what has arrived stands there, the next is added to it; a lost answer is asked for again.
#[test]
fn files_are_added_one_after_another_and_each_is_seen_to_have_arrived() {
    let place = Place::new("one-by-one");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let in_session = [("cookie", cookie.as_str())];
    for _ in 0..2 {
        let files: [(&str, &str, &[u8]); 1] = [("one.bin", "application/x-thing", &[7; 2000])];
        let sent = desk.post_files("/case/messages", &in_session, &[("text", ""), ("idempotency_key", "k1")], &files);
        assert_eq!((sent.status, sent.header("location")), (303, Some("/case?done=message")), "{}", sent.text);
    }
    let files: [(&str, &str, &[u8]); 1] = [("two.txt", "text/plain", b"two")];
    let sent = desk.post_files("/case/messages", &in_session, &[("text", "And\r\nthis")], &files);
    assert_eq!(sent.status, 303, "{}", sent.text);
    let other = desk.post_files("/case/messages", &in_session, &[("text", ""), ("idempotency_key", "k1")], &files);
    assert_eq!(other.status, 422, "another file is another message: {}", other.text);

    let page = desk.page("/case", &cookie).text;
    assert_eq!(page.matches("one.bin").count(), 1, "sent twice, arrived once");
    assert!(page.contains("(Files, without a message.)") && page.contains("application/x-thing, 2 kB"), "{page}");
    assert!(page.contains("And\nthis") && page.contains("two.txt") && !page.contains("/desk/cases/"), "{page}");
    let alice = desk.token("alice");
    let (_, messages) = team_files(&desk, &case, &alice);
    let names: Vec<_> = messages.iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["one.bin", "two.txt"]);
    // A program sends them with the code.
    let by_program = desk.post_files("/case/messages", &[("authorization", &code)], &[], &files);
    assert_eq!((by_program.status, by_program.json()["case_id"].as_str()), (201, Some(case.as_str())));
    assert_eq!(team_files(&desk, &case, &alice).1.len(), 3);
    let verified = desk.cli(&["verify", &case]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    desk.advance("1s");
}

#[test]
fn what_is_too_large_or_too_much_is_said_with_what_was_typed_kept() {
    let place = Place::new("too-much");
    let policy = std::fs::read_to_string(express()).unwrap().replace("files_per_case = 50", "files_per_case = 2");
    let desk = place.start_under(place.file("policy.toml", policy));
    let large = vec![1; 4 * 1024 * 1024 + 1];
    let refused = reported(&desk, &[("impact", "Kept words")], &[("a", "text/plain", &large)]);
    assert_eq!(refused.status, 413);
    let says = ["Your files are too large: 4.1 MB can be sent each time.", "Kept words", "choose your file again"];
    for words in says {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let three: [(&str, &str, &[u8]); 3] =
        [("a", "text/plain", b"1"), ("b", "text/plain", b"2"), ("c", "text/plain", b"3")];
    let many = reported(&desk, &[("impact", "Kept words")], &three);
    assert_eq!(many.status, 422);
    assert!(many.text.contains("Your files would be more than the 2 that one case takes."), "{}", many.text);
    let wrong = reported(&desk, &[("details", "")], &three[..1]);
    assert!(wrong.status == 422 && wrong.text.contains("choose your file again"), "{}", wrong.text);

    // The page before sending cannot carry them on either, and asks for them.
    let others = reported(&desk, &[("package", "helmet")], &three[..2]);
    assert_eq!(others.status, 200);
    assert!(
        others.text.contains("choose your 2 files again") && others.text.contains("name=\"files\""),
        "{}",
        others.text
    );
    let anyway = reported(&desk, &[("package", "helmet"), ("send", "anyway")], &three[..2]);
    let (_, code) = case_of(&desk, &anyway);

    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let send = |text: &str, files: &[(&str, &str, &[u8])]| {
        desk.post_files("/case/messages", &[("cookie", &cookie)], &[("text", text)], files)
    };
    let full = send("Typed <words>", &three[..1]);
    assert_eq!(full.status, 422);
    let says = ["Your files would be more than the 2", "Typed &#60;words&#62;", "Your message has not been sent yet"];
    for words in says {
        assert!(full.text.contains(words), "{words}: {}", full.text);
    }
    assert_eq!(send("Typed", &[("a", "text/plain", &large)]).status, 413);
    assert_eq!(send("Words alone", &[]).status, 303);
    assert!(send("", &[]).text.contains("Your message is required"));
    let far_too_large = vec![1; 9 * 1024 * 1024];
    assert_eq!(send("Typed", &[("a", "text/plain", &far_too_large)]).status, 413, "an answer, not a broken connection");
    desk.advance("1s");
}

/// A session that ended keeps the words and asks for the files; what follows a closed case goes with it, files too.
#[test]
fn files_go_where_their_message_goes() {
    let place = Place::new("go-on");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, code) = desk.filed(&report("R", "page"));
    let words = code.trim_start_matches("Bearer ");
    let cookie = desk.entered(words);
    let files: [(&str, &str, &[u8]); 1] = [("one.txt", "text/plain", b"one")];
    desk.advance("31m");
    let asked = desk.post_files("/case/messages", &[("cookie", &cookie)], &[("text", "Thought over")], &files);
    assert_eq!(asked.status, 404);
    assert!(
        asked.text.contains("choose your file again") && asked.text.contains("value=\"Thought over\""),
        "{}",
        asked.text
    );
    let again = desk.post_files("/case/messages", &[], &[("text", "Thought over"), ("code", words)], &files);
    assert_eq!(again.status, 303, "{}", again.text);
    let from_elsewhere = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(desk.post_files("/case/messages", &from_elsewhere, &[("text", "t")], &files).status, 403);

    desk.command(&case, &alice, &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    desk.command(&case, &alice, &json!({"command": "invalidate", "reason": "no", "close": true})).ok();
    let after = desk.post_files("/case/messages", &[("authorization", &code)], &[("text", "After all")], &files);
    let after = after.ok();
    assert!(after["look_by"].is_string() && after["opened"].is_null(), "{after}");
    let followed = desk.command(&case, &alice, &json!({"command": "follow-up"})).ok();
    let new = followed["opened"]["case_id"].as_str().unwrap();
    let new_code = desk.shown_code(&code).expect("the closed case's page shows it");
    let view = desk.view(&format!("Bearer {new_code}"));
    assert_eq!(view["report"]["files"][0]["name"], "one.txt", "{view}");
    let (of_report, _) = team_files(&desk, new, &alice);
    let at = format!("/desk/cases/{new}/files/{}", of_report[0]["content"].as_str().unwrap());
    assert_eq!(desk.download(&at, &alice, &[]).body, b"one");
    desk.advance("1s");
}

/// By mail too, the reporter sees that each arrived.
#[test]
fn what_came_attached_to_mail_is_seen_by_its_reporter() {
    let place = Place::new("by-mail-too");
    let desk = place.start();
    let mail =
        Eml::new("rita@example.org", "Open redirect in express", "See it.\n").attach("poc.js", "text/javascript", b"1");
    let case = desk.reported(&mail);
    let code = desk.mailed_code("rita@example.org", &case).expect("a code");
    let answer = desk.answer("rita@example.org", "One more.\n").attach("log.txt", "text/plain", b"22");
    assert_eq!(desk.receive(&answer, &[]).0, "replied");
    let view = desk.view(&code);
    assert_eq!(view["report"]["files"][0]["name"], "poc.js", "{view}");
    let page = desk.page("/case", &desk.entered(code.trim_start_matches("Bearer "))).text;
    for words in ["poc.js", "text/javascript, 1 byte", "log.txt", "text/plain, 2 bytes"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let alice = desk.token("alice");
    let shown = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert_eq!(shown.matches("log.txt</a>").count(), 1, "with the mail, and only there");
    desk.advance("1s");
}
