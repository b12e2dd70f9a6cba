//! Mail that becomes a case: everything that it holds, once, however it is written.

use std::process::{Command, Stdio};

use desk_harness::{Desk, Eml, Place, cli, express, outcome};
use serde_json::{Value, json};

const RITA: &str = "Rita Reporter <rita@example.org>";

/// The report of a case as it is stored.
fn report(desk: &Desk, case: &str) -> Value {
    let view = desk.case(case, &desk.token("alice"));
    serde_json::from_str(view["report"]["body"].as_str().expect("a report")).expect("JSON")
}

fn hints(desk: &Desk, case: &str) -> Value {
    desk.case(case, &desk.token("alice"))["mail"]["hints"].clone()
}

/// The mail of a case's report as it came, fetched by the command line.
fn raw(desk: &Desk, place: &Place, case: &str) -> Vec<u8> {
    let (file, data) = (place.file("fetched.eml", ""), desk.data.to_str().expect("UTF-8").to_owned());
    let done = cli(&["case", "mail", case, "--out", &file, "--as", "alice", "--data", &data]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(file).expect("the mail")
}

#[test]
fn t10_a_mail_becomes_a_case_with_all_that_it_holds() {
    let place = Place::new("holds");
    let desk = place.start();
    let proof: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let mail = Eml::new(RITA, "Open redirect in express", "Größe: über.\n\n-- \nRita")
        .with("Date", "Mon, 01 Jan 2001 00:00:00 +0000")
        .attach("proof.bin", "application/octet-stream", &proof)
        .attach("steps.txt", "text/plain", b"one\r\ntwo");
    let case = desk.reported(&mail);
    let stored = report(&desk, &case);
    assert_eq!(stored["summary"], "Open redirect in express");
    assert_eq!(stored["details"].as_str().unwrap().replace("\r\n", "\n"), "Größe: über.\n\n-- \nRita");
    assert_eq!(
        (&stored["reporter"]["name"], &stored["reporter"]["email"]),
        (&json!("Rita Reporter"), &json!("rita@example.org"))
    );
    let id = mail.header("Message-ID").trim_matches(['<', '>']);
    assert_eq!(stored["mail"]["message_id"], id);

    let alice = desk.token("alice");
    let view = desk.case(&case, &alice);
    let listed = view["mail"]["attachments"].as_array().unwrap();
    let names: Vec<_> =
        listed.iter().map(|part| (part["name"].as_str().unwrap(), part["bytes"].as_u64().unwrap())).collect();
    assert_eq!(names, [("proof.bin", 70_000), ("steps.txt", 8)]);
    let content = view["mail"]["content"].as_str().unwrap();
    let of = |part: &Value| format!("/desk/cases/{case}/mail/{content}/attachments/{}", part["index"]);
    let got = desk.download(&of(&listed[0]), &alice, &[]);
    assert_eq!((got.status, got.body == proof), (200, true));
    assert_eq!(desk.download(&of(&listed[1]), &alice, &[]).body, b"one\r\ntwo");
    assert_eq!(desk.download(&of(&listed[0]), "Bearer x", &[]).status, 401);
    let raw = raw(&desk, &place, &case);
    assert!(raw.ends_with(&mail.raw()), "byte for byte, below what SES wrote");
    let code = desk.mailed_code("rita@example.org", &case).expect("the receipt carries the code");
    assert_eq!(desk.view(&code)["case_id"], case.as_str());
}

/// What a sender writes as its date counts for nothing.
#[test]
fn t20_a_mails_clocks_start_when_it_was_received() {
    let place = Place::new("clock");
    let desk = place.start();
    let now: jiff::Timestamp = desk.advance("7h").parse().unwrap();
    let mail = Eml::new(RITA, "express", "x").with("Date", "Mon, 01 Jan 2001 00:00:00 +0000");
    let case = desk.reported(&mail);
    let view = desk.case(&case, &desk.token("alice"));
    let received: jiff::Timestamp = view["received_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(received.as_second(), now.as_second());
    let due =
        |name: &str| desk_harness::clock(&view, name)["due_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!((due("acknowledgement") - received).get_seconds(), 24 * 3600);
    assert_eq!((due("detailed-response") - received).get_seconds(), 48 * 3600);
}

#[test]
fn t11_the_same_mail_is_one_case_however_often_and_however_soon_it_comes() {
    let place = Place::new("twice");
    let desk = place.start();
    let mail = Eml::new(RITA, "express", "once");
    desk.reported(&mail);
    for again in [mail.clone(), mail.clone().with("Subject", "[spam?] express")] {
        assert_eq!(desk.receive(&again, &[]).0, "seen");
    }
    // At the same moment.
    let both = Eml::new(RITA, "express", "at once");
    let outcomes: Vec<String> = std::thread::scope(|scope| {
        let one = || scope.spawn(|| outcome(&desk.take(&both.raw(), &[])).0);
        let all: Vec<_> = (0..6).map(|_| one()).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|o| *o == "reported").count(), 1, "{outcomes:?}");
    // Nor does an answer count twice.
    let answer = desk.answer("rita@example.org", "More.");
    assert_eq!(desk.receive(&answer, &[]).0, "replied");
    assert_eq!(desk.receive(&answer, &[]).0, "seen");
    // Without one nobody can tell, and rather twice than never.
    let nameless = Eml::new(RITA, "express", "nameless").without("Message-ID");
    assert_eq!([0, 1].map(|_| desk.receive(&nameless, &[]).0), ["reported", "reported"]);
    let cases = desk.get("/desk/api/cases", &[("authorization", &desk.token("alice"))]).ok();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 4);
    assert_eq!(desk.mails_to("rita@example.org").len(), 4, "and as many receipts");
}

#[test]
fn t12_a_mail_of_html_alone_is_read_as_text() {
    let place = Place::new("html");
    let desk = place.start();
    let html = "<html><head><style>p{color:red}</style></head><body><p>Set <b>Host</b> to &quot;a&amp;b&quot;.</p>\
        <script>alert(1)</script><ul><li>one<li>two</ul></body></html>";
    let case =
        desk.reported(&Eml::new(RITA, "express", "").saying("text/html; charset=utf-8", "8bit", html.as_bytes()));
    let stored = report(&desk, &case);
    let details = stored["details"].as_str().unwrap();
    assert!(
        details.contains("Set Host to \"a&b\".") && details.contains("one") && details.contains("two"),
        "{details}"
    );
    assert!(!details.contains("alert") && !details.contains("color") && !details.contains('<'), "{details}");
    assert_eq!(stored["mail"]["html_only"], true);
}

#[test]
fn t12_odd_charsets_are_read() {
    let place = Place::new("charsets");
    let desk = place.start();
    let texts = [
        ("ISO-8859-1", "Größe überschritten"),
        ("ISO-8859-15", "10 € für Größe"),
        ("WINDOWS-1252", "“quoted” – naïve"),
        ("ISO-8859-2", "Zażółć gęślą jaźń"),
        ("KOI8-R", "Уязвимость в Express"),
        ("WINDOWS-1251", "Уязвимость в Express"),
        ("GB18030", "漏洞报告 Express"),
        ("BIG5", "漏洞報告 Express"),
        ("SHIFT_JIS", "脆弱性の報告 Express"),
        ("EUC-JP", "脆弱性の報告 Express"),
        ("ISO-2022-JP", "脆弱性の報告 Express"),
        ("EUC-KR", "취약점 보고 Express"),
        ("UTF-16", "Größe 漏洞"),
        ("UTF-8", "Größe 漏洞 🙂"),
    ];
    for (charset, text) in texts {
        let encoded = base64(&iconv(charset, text));
        let kind = format!("text/plain; charset={charset}");
        let subject = format!("=?{charset}?B?{encoded}?=");
        let case = desk.reported(&Eml::new(RITA, &subject, "").saying(&kind, "base64", encoded.as_bytes()));
        let stored = report(&desk, &case);
        let read = [&stored["summary"], &stored["details"]].map(|value| value.as_str().unwrap().trim().to_owned());
        assert_eq!(read, [text, text], "{charset}");
    }
    // One that nobody knows, and bytes that are not of the one that is named.
    for kind in ["text/plain; charset=x-unheard-of", "text/plain; charset=utf-8", "text/plain; charset=us-ascii"] {
        let case = desk.reported(&Eml::new(RITA, "express", "").saying(kind, "8bit", b"readable \xff\xfe words"));
        let stored = report(&desk, &case);
        let details = stored["details"].as_str().unwrap();
        assert!(details.contains("readable") && details.contains("words"), "{kind}: {details}");
    }
}

fn piped(command: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let child = Command::new(command).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|e| panic!("{command}: {e}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command} {arguments:?}");
    output.stdout
}

fn iconv(charset: &str, text: &str) -> Vec<u8> {
    piped("iconv", &["-f", "UTF-8", "-t", charset], text.as_bytes())
}

fn base64(bytes: &[u8]) -> String {
    String::from_utf8(piped("base64", &["-w", "0"], bytes)).unwrap()
}

/// Nothing is thrown away for its size: what is over the policy's limits is in the mail as it came.
#[test]
fn t12_over_the_limits_the_mail_is_kept_whole_and_the_team_is_told() {
    let place = Place::new("limits");
    let policy =
        std::fs::read_to_string(express()).unwrap().replace("attachment_bytes = 10485760", "attachment_bytes = 300000");
    let desk = place.start_under(place.file("policy.toml", policy));
    let large: Vec<u8> = (0..300_001_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mail = Eml::new(RITA, "express: a large proof", "See the file.");
    let fits =
        mail.clone().with("Message-ID", "<fits@example.org>").attach("core", "application/octet-stream", &large[1..]);
    assert_eq!(hints(&desk, &desk.reported(&fits)), json!([]));
    desk.advance("1m");
    let mail = mail.attach("core", "application/octet-stream", &large);
    let case = desk.reported(&mail);
    assert_eq!(hints(&desk, &case), json!(["over-limits"]));
    assert!(raw(&desk, &place, &case).ends_with(&mail.raw()));
    assert_eq!(report(&desk, &case)["details"].as_str().unwrap().trim(), "See the file.", "the words are read");
    desk.advance("1s");
    let page = desk.mail_to("alice", "please acknowledge").replace('\n', " ");
    assert!(page.contains("only the mail as it came holds all of it"), "{page}");

    let many = (0..60).fold(Eml::new(RITA, "express: many files", "All of them."), |mail, n| {
        mail.attach(&format!("{n}.txt"), "text/plain", b"x")
    });
    let case = desk.reported(&many);
    assert_eq!(hints(&desk, &case), json!(["over-limits"]));
    let view = desk.case(&case, &desk.token("alice"));
    assert_eq!(view["mail"]["attachments"].as_array().unwrap().len(), 50, "as many as the policy lists");
}

/// A mail with so much text in base64 makes a case; gives whether its text could be read.
fn large(bytes: usize) -> bool {
    let place = Place::new("large");
    let desk = place.start();
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n";
    let text = line.repeat(bytes / line.len()) + "RU5E\r\n";
    let mail = Eml::new(RITA, "express", "").saying("text/plain", "base64", text.as_bytes());
    let since = std::time::Instant::now();
    let case = desk.reported(&mail);
    assert!(since.elapsed().as_secs() < 60, "{:?}", since.elapsed());
    let alice = desk.token("alice");
    let view = desk.case(&case, &alice);
    // An answer holds no more than a piece of it.
    let path = format!("/desk/cases/{case}/mail/{}", view["mail"]["content"].as_str().unwrap());
    let end = desk.download(&path, &alice, &[("range", "bytes=-100")]);
    let range = end.headers.iter().find(|(name, _)| name == "content-range").map(|(_, value)| value.as_str());
    let total: usize = range.and_then(|range| range.rsplit_once('/')).unwrap().1.parse().unwrap();
    assert!(end.status == 206 && total > bytes && end.body.ends_with(b"ejAx\r\nRU5E\r\n"), "{}", end.status);
    let told = view["mail"]["hints"].as_array().unwrap();
    let readable = !told.contains(&json!("unreadable"));
    desk.advance("1s");
    desk.mail_to("rita", if readable { "We have received your report" } else { "could not be read" });
    readable
}

/// As much as SES takes.
#[test]
fn t12_forty_megabytes_make_a_case() {
    assert!(large(39 * 1024 * 1024));
}

/// And more.
#[test]
fn t12_what_is_too_large_to_be_read_makes_a_case_too() {
    assert!(!large(42 * 1024 * 1024));
}

/// Nobody knows whose they are, so nobody is written to but the team.
#[test]
fn t12_what_no_program_can_read_is_a_case_for_a_person() {
    let place = Place::new("garbage");
    let desk = place.start();
    desk.expects_alarm("breach");
    let good = Eml::new(RITA, "express", "words").raw();
    let text = |mail: &str| mail.replace('\n', "\r\n").into_bytes();
    let mails: Vec<(&str, Vec<u8>)> = vec![
        ("garbage", (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8).collect()),
        ("one byte", b"x".to_vec()),
        ("no From", Eml::new(RITA, "express", "words").without("From").raw()),
        ("two authors", Eml::new("Rita <rita@example.org>, Max <max@example.net>", "express", "words").raw()),
        ("two From fields", Eml::new(RITA, "express", "words").and("From", "Max <max@example.net>").raw()),
        ("no address", Eml::new("Rita", "express", "words").raw()),
        ("no subject, no text", text("From: nobody\nMessage-ID: <z@z>\n\n")),
        ("zeros", [&b"From: rita@example.org\r\n\0\0\0"[..], &[0; 500]].concat()),
        ("cut off in its header", good[..40].to_vec()),
    ];
    for (what, mail) in &mails {
        let (outcome, case) = outcome(&desk.take(mail, &[("dmarc", "GRAY"), ("spf", "GRAY"), ("dkim", "GRAY")]));
        assert_eq!(outcome, "reported", "{what}");
        let view = desk.case(&case, &desk.token("alice"));
        assert_eq!(view["quarantine"]["report"], true, "{what}");
        assert!(raw(&desk, &place, &case).ends_with(mail), "{what}");
    }
    desk.advance("25h");
    let to: Vec<String> = desk.mails().iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect();
    assert!(!to.iter().any(|to| to.starts_with("rita") || to.starts_with("max") || to.contains("nobody")), "{to:?}");
    assert_eq!(desk.get("/healthz", &[]).status, 200);
}

#[test]
fn an_empty_mail_and_a_wrong_verdict_are_answered_too() {
    let place = Place::new("empty");
    let desk = place.start();
    assert_eq!(outcome(&desk.take(b"", &[])).0, "reported");
    let refused = desk.take(&Eml::new(RITA, "express", "x").raw(), &[("dmarc", "MAYBE"), ("spf", "x")]);
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/spf".to_owned(), "/dmarc".to_owned()]));
}
