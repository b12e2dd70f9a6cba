//! What nobody would see in what a mail says (its subject, who wrote it, its words, the names of its files) is shown where a person
//! reads, on every way: page, mail, command line and API. In what is published it does not stand at all.

use desk_domain::text::hides;
use desk_harness::{Eml, Place, cli, report, root};
use serde_json::{Value, json};

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

/// What is published holds nothing that a reader would not see, wherever it comes from: who is credited is refused, and the record of
/// another database is taken without it, which is said.
#[test]
fn what_is_published_hides_nothing_whoever_wrote_it() {
    let place = Place::new("hidden-published");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let hides_in = |pointer: &str, answer: Value| {
        let refused = desk.post("/case/credit", &[("authorization", &code)], &answer);
        let pointers = refused.pointers();
        let there = !pointers.is_empty() && pointers.iter().all(|named| named == pointer);
        assert!(refused.status == 422 && there, "{answer}: {}", refused.text);
    };
    for hidden in HIDDEN.into_iter().chain(['\u{2066}', '\u{200f}', '\u{feff}', '\u{ffff}']) {
        let name = format!("Rita{hidden}");
        hides_in("/as", json!({"decision": "as", "as": name}));
        hides_in("/also/0/as", json!({"decision": "as", "as": "Rita", "also": [{"as": name}]}));
        hides_in("/link", json!({"decision": "as", "as": "Rita", "link": format!("https://rita.example/{hidden}")}));
    }
    let record = std::fs::read(root().join("tests/data/advisories/GHSA-pxg6-pf52-xh8x.json")).unwrap();
    let mut record: Value = serde_json::from_slice(&record).unwrap();
    for text in ["summary", "details"] {
        record[text] = json!(format!("Turned\u{202e} {}\u{200b}\u{9b}", record[text].as_str().unwrap()));
    }
    record["credits"] = json!([{"name": "Ri\u{2066}ta\r\nX", "contact": ["https://rita.example/\u{202e}"]}]);
    std::fs::create_dir(place.root().join("records")).unwrap();
    place.file("records/one.json", record.to_string());
    let taken = desk.cli(&["import", place.root().join("records").to_str().unwrap()]);
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(taken.status.success(), "{said}");
    for left_out in
        ["in its summary, first U+202E after 6 bytes", "in its details", "in its credits, first U+2066 after 2 bytes"]
    {
        assert!(said.contains(left_out), "{left_out}: {said}");
    }
    for page in [
        "advisories/GHSA-pxg6-pf52-xh8x.html",
        "feed.atom",
        "osv/GHSA-pxg6-pf52-xh8x.json",
        "security-updates.html",
        "",
    ] {
        let shown = desk.get(&format!("/site/{page}"), &[]);
        assert!(shown.status == 200 && !hides(&shown.text), "{page}: {}", shown.text);
        assert!(!shown.text.contains("\\u{"), "nor is there anything to show of it: {page}");
    }
    let advisory = desk.get("/site/advisories/GHSA-pxg6-pf52-xh8x.html", &[]).text;
    assert!(advisory.contains("Turned cookie accepts") && advisory.contains("Rita  X"), "{advisory}");
}
