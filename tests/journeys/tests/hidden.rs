//! What nobody would see in what a mail says (its subject, who wrote it, its words, the names of its files) is shown where a person
//! reads, on every way: page, mail, command line and API.

use desk_domain::text::hides;
use desk_harness::{Eml, Place, cli};
use serde_json::Value;

/// Turns the direction of writing, takes no room, says something in tags, and is no character of ASCII's but of C1's.
const HIDDEN: [char; 4] = ['\u{202e}', '\u{200b}', '\u{e0041}', '\u{9b}'];

#[test]
fn what_a_mail_hides_is_shown_on_every_way() {
    let place = Place::new("hidden");
    let desk = place.start();
    let mail = Eml::new(
        "\"Ri\u{202e}ta\" <rita@example.org>",
        "express: \u{200b}leak\u{e0041}",
        "It \u{202e}leaks\u{200b}.\n",
    )
    .attach("invoice\u{202e}gpj.exe", "image/jpeg", b"x");
    let case = desk.reported(&mail);
    let alice = desk.token("alice");
    let raw = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &alice)]);
    assert!(!hides(&raw.text), "JSON names them by its own escapes");
    let view = raw.ok();
    let report: Value = serde_json::from_str(view["report"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(report["reporter"]["name"], "Ri\u{202e}ta", "{report}");
    assert_eq!(report["summary"], "express: \u{200b}leak\u{e0041}");
    assert_eq!(report["details"].as_str().unwrap().trim(), "It \u{202e}leaks\u{200b}.");
    assert_eq!(view["mail"]["attachments"][0]["name"], "invoice\u{202e}gpj.exe");

    let more = desk.answer("rita@example.org", "More \u{202e}leaks\u{200b}.");
    assert_eq!(desk.receive(&more, &[]).0, "replied");
    let data = desk.data.to_str().unwrap();
    for arguments in [&["case", "show", &case][..], &["case", "export", &case], &["case", "list"]] {
        for json in [true, false] {
            let more: &[&str] = if json { &["--json"] } else { &[] };
            let output = cli(&[arguments, &["--as", "alice", "--data", data], more].concat());
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success() && !HIDDEN.iter().any(|c| said.contains(*c)), "{arguments:?}: {said:?}");
            if json {
                serde_json::from_str::<Value>(&said).unwrap();
            }
            if arguments[1] == "show" && !json {
                assert!(said.contains("More \\u{202E}leaks\\u{200B}."), "{said}");
            }
        }
    }

    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(page.contains("invoice\\u{202E}gpj.exe") && page.contains("Ri\\u{202E}ta"), "{page}");
    assert!(!HIDDEN.iter().any(|c| page.contains(*c)));
    // Saved under a name that hides nothing.
    let path = format!("/desk/cases/{case}/mail/{}/attachments/1", view["mail"]["content"].as_str().unwrap());
    let file = desk.get(&path, &[("authorization", &alice)]);
    assert!(file.header("content-disposition").unwrap().contains("filename=\"invoicegpj.exe\""), "{:?}", file.headers);
}

/// A filed mail's subject and sender, in the list and in the digest.
#[test]
fn what_a_filed_mail_hides_is_shown_in_the_digest_and_in_the_list() {
    let place = Place::new("hidden-filed");
    let desk = place.start();
    let away =
        Eml::new("max@example.org", "Out of\u{200b} office\u{202e}", "Away.\n").with("Auto-Submitted", "auto-replied");
    assert_eq!(desk.receive(&away, &[]).0, "filed");
    let data = desk.data.to_str().unwrap();
    let output = cli(&["case", "list", "--filed", "--as", "alice", "--data", data]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("\\u{202E}") && !HIDDEN.iter().any(|c| said.contains(*c)), "{said}");
    desk.advance("24h");
    let mails = desk.mails_to("alice@example.com");
    let digest = mails.last().and_then(|mail| mail["text"].as_str()).unwrap();
    assert!(digest.contains("\\u{202E}") && !HIDDEN.iter().any(|c| digest.contains(*c)), "{digest}");
}
