//! Mail that comes in, with a marker in each of its fields: reports and answers, believed, in quarantine, and only filed.

use desk_harness::{Found, outcome};
use serde_json::json;

use crate::stage::{Stage, is_mail};

/// Where an address is typed by a person, it is a marker of small letters.
const HOST: &str = "mail.example.org";

/// A mail of some person's with a marker in everything that they write. `to` is where it goes.
struct Written {
    from: String,
    raw: String,
}

impl Written {
    fn new(stage: &mut Stage, name: &str, from: Option<&str>, to: &str) -> Written {
        let c = &mut stage.markers;
        let field = |field: &str| format!("{name}: {field}");
        let from =
            from.map_or_else(|| format!("{}@{HOST}", c.of(&field("From address")).to_lowercase()), str::to_owned);
        let (person, subject) = (c.of(&field("From name")), c.of(&field("Subject")));
        let (id, reference) = (c.of(&field("Message-ID")), c.of(&field("References")));
        let (to_name, cc) = (c.of(&field("To name")), c.of(&field("Cc")));
        let (header, file) = (c.of(&field("a header of its own")), c.of(&field("attachment name")));
        let (text, quoted, attached) =
            (c.text(&field("text")), c.of(&field("quoted text")), c.text(&field("attachment")));
        let (html, deep) = (c.text(&field("HTML")), c.of(&field("a mail within")));
        let raw = format!(
            "From: {person} <{from}>\nTo: {to_name} <{to}>\nCc: {cc} <cc@example.net>\nSubject: {subject}\n\
             Message-ID: <{id}@{HOST}>\nReferences: <{reference}@{HOST}>\nX-Own: {header}\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"b\"\n\n\
             --b\nContent-Type: multipart/alternative; boundary=\"c\"\n\n\
             --c\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n\
             On Monday, 23 November 2026, somebody <security@expressjs.com> wrote:\n> {quoted}\n> more\n\
             --c\nContent-Type: text/html; charset=utf-8\n\n<p>{html}</p>\n--c--\n\
             --b\nContent-Type: text/plain; name=\"{file}.txt\"\nContent-Disposition: attachment; filename=\"{file}.txt\"\n\n\
             {attached}\n--b\nContent-Type: message/rfc822\n\nSubject: {deep}\n\n{deep}\n--b--\n"
        );
        Written { from, raw }
    }

    fn with(mut self, header: &str) -> Written {
        self.raw = format!("{header}\n{}", self.raw);
        self
    }
}

/// Gives a mail in; what came of it, and of which case.
fn give(stage: &Stage, mail: &Written, found: Found<'_>) -> (String, String) {
    outcome(&stage.desk.take(mail.raw.replace('\n', "\r\n").as_bytes(), found))
}

/// Where answers to the newest mail to an address go.
fn reply_to(stage: &Stage, to: &str) -> String {
    stage.desk.advance("1s");
    let mails = stage.desk.mails();
    desk_harness::reply_to(mails.iter().rev().find(|mail| mail["to"][0] == to).expect("a mail"))
}

const SECURITY: &str = "security@expressjs.com";

/// The inbound bucket is empty at the end; of what was taken in, nothing is in the clear but whom our mails go to, the id
/// that they thread by, and the words that a member meant for the reporter.
#[test]
fn what_came_by_mail_is_in_the_clear_nowhere() {
    let mut stage = Stage::new("words-by-mail");
    let report = Written::new(&mut stage, "report", None, SECURITY);
    let (outcome, case) = give(&stage, &report, &[]);
    assert_eq!(outcome, "reported");
    let token = reply_to(&stage, &report.from);
    let answer = Written::new(&mut stage, "answer", Some(&report.from), &token);
    assert_eq!(give(&stage, &answer, &[]), ("replied".to_owned(), case.clone()));
    let held = Written::new(&mut stage, "held answer", Some(&report.from), &token);
    assert_eq!(give(&stage, &held, &[("dmarc", "FAIL")]), ("quarantined".to_owned(), case.clone()));
    let alice = reply_to(&stage, "alice@example.com");
    let note = Written::new(&mut stage, "note", Some("alice@example.com"), &alice);
    assert_eq!(give(&stage, &note, &[]), ("noted".to_owned(), case.clone()));
    let mut ack = Written::new(&mut stage, "ack", Some("alice@example.com"), &alice);
    let words = ack.raw.find("\n\nMARKERacktext").expect("its text") + 2;
    ack.raw.insert_str(words, "ACK ");
    assert_eq!(give(&stage, &ack, &[]), ("acknowledged".to_owned(), case.clone()));

    let forged = Written::new(&mut stage, "forged report", None, SECURITY);
    assert_eq!(give(&stage, &forged, &[("dmarc", "FAIL")]).0, "reported");
    let filed = Written::new(&mut stage, "filed", None, SECURITY).with("Auto-Submitted: auto-replied");
    let (outcome, automatic) = give(&stage, &filed, &[]);
    assert_eq!(outcome, "filed");
    let spam = Written::new(&mut stage, "spam", None, SECURITY);
    assert_eq!(give(&stage, &spam, &[("spam", "FAIL"), ("virus", "FAIL")]).0, "reported");
    let mut unreadable = Written::new(&mut stage, "unreadable", None, SECURITY);
    unreadable.raw =
        unreadable.raw.replacen("boundary=\"b\"", "boundary=\"x\"", 1).replace("--b\n", &"--x\n\nx\n".repeat(1_100));
    give(&stage, &unreadable, &[]);
    let orphan = Written::new(&mut stage, "no author", None, SECURITY).with("From: second@example.net");
    assert_eq!(give(&stage, &orphan, &[]).0, "reported");
    // Twice, and to a case that names it.
    assert_eq!(give(&stage, &report, &[]).0, "seen");
    let named =
        Written::new(&mut stage, "naming", None, SECURITY).with(&format!("In-Reply-To: <{case}.0@expressjs.com>"));
    assert_eq!(give(&stage, &named, &[]).0, "reported");
    let wrong = stage.markers.of("a wrong verdict");
    let refused = stage.desk.call("POST", &format!("/_local/inbox?dmarc={wrong}"), &[], &report.raw);
    assert_eq!(refused.status, 422);

    read(&stage, &case);
    let filed = crate::stage::Filed { case: automatic, code: String::new() };
    stage.command("alice", &filed, &json!({"command": "treat-as-report"}));
    let filed = crate::stage::Filed { case, code: String::new() };
    stage.command("alice", &filed, &json!({"command": "release-quarantine"}));
    commented(&mut stage);
    stage.nothing_but(|word, file| {
        let receiver = word.ends_with(": From address") || word == "report: Message-ID";
        // The digest says to the team about what something filed is.
        let meant = ["ack: text", "comment: answer", "filed: Subject"].contains(&word);
        is_mail(file) && (receiver || THREADS.contains(&word) || meant)
    });
}

/// A comment on the policy by the form, and the answer to it, which is meant for a mail.
fn commented(stage: &mut Stage) {
    let (said, answer) = (stage.markers.text("comment"), stage.markers.text("comment: answer"));
    let sent = [("comment", said.as_str()), ("email", "commenter@example.net")];
    assert_eq!(stage.desk.post_form("/policy/comment", &sent).status, 201);
    let listed = stage.desk.get("/desk/api/comments", &[("authorization", &stage.tokens["alice"])]).ok();
    let case = listed["cases"][0]["case_id"].as_str().expect("a comment").to_owned();
    let filed = crate::stage::Filed { case, code: String::new() };
    stage.command("alice", &filed, &json!({"command": "answer-comment", "message": answer}));
    stage.desk.advance("1s");
}

/// The ids of first mails that our own answers to them name.
const THREADS: [&str; 3] = ["naming: Message-ID", "unreadable: Message-ID", "filed: Message-ID"];

/// Everything that shows a mail is looked at, and its files are fetched.
fn read(stage: &Stage, case: &str) {
    let alice = &stage.tokens["alice"];
    let view = stage.desk.case(case, alice);
    let content = view["mail"]["content"].as_str().expect("a mail");
    let cookie = format!("__Host-desk={}", alice.trim_start_matches("Bearer "));
    let paths = [
        format!("/desk/cases/{case}"),
        format!("/desk/cases/{case}/mail/{content}"),
        format!("/desk/cases/{case}/mail/{content}/attachments/{}", view["mail"]["attachments"][0]["index"]),
        "/desk/filed".to_owned(),
        "/desk".to_owned(),
    ];
    for path in paths {
        let answer = stage.desk.get(&path, &[("cookie", &cookie)]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}
