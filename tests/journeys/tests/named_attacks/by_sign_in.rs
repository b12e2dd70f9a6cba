//! By links, sessions and what asks for them.

use desk_harness::{Eml, Place, report};
use serde_json::json;

use super::{ALICE, RITA, mailed_token, reported};

/// Discourse before 2.3.0: a look at the link of a mail signed in, so that a scanner used it up, and a page could sign its reader in.
#[test]
fn cve_2019_1020018_a_look_at_a_mails_link_does_nothing() {
    let place = Place::new("scanned");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    desk.post_form("/desk/sign-in", &[("address", ALICE)]);
    let token = mailed_token(&desk);
    let page_mail = desk.mail_to("alice", "New report: please acknowledge");
    let link = |start: &str| {
        let at = page_mail.find(start).unwrap_or_else(|| panic!("{start} in {page_mail}"));
        page_mail[at..].lines().next().unwrap().to_owned()
    };
    for _ in 0..3 {
        for path in [format!("/desk/session?token={token}"), link("/desk/acknowledge?t=")] {
            for method in ["GET", "HEAD"] {
                let looked = desk.call(method, &path, &[("user-agent", "scanner"), ("purpose", "prefetch")], "");
                assert_eq!((looked.status, looked.header("set-cookie")), (200, None), "{method} {path}");
            }
        }
    }
    assert_eq!(desk.view(&code)["stage"], "Received", "nobody has acknowledged");
    assert_eq!(desk.post_form("/desk/session", &[("token", &token)]).status, 303, "and the link is as good as it was");
}

/// Zammad 5.1.0 mailed a link each time that a password was said to be forgotten (CVE-2022-29701), and 5.2.0 let whoever asked say from
/// where they ask, so that its limit counted each apart (CVE-2022-35488).
#[test]
fn cve_2022_29701_cve_2022_35488_asking_for_links_floods_no_member_whatever_says_from_where() {
    let place = Place::new("forgotten");
    let desk = place.start();
    let mut waits = 0;
    for n in 0..80 {
        let from = format!("203.0.{}.{n}", n % 7);
        let forwarded = format!("for={from}");
        let says = [
            ("x-forwarded-for", from.as_str()),
            ("x-real-ip", &from),
            ("forwarded", &forwarded),
            ("cf-connecting-ip", &from),
            ("desk-viewer", &from),
            ("true-client-ip", &from),
        ];
        let answer = desk.post("/desk/sign-in", &says, &json!({"address": ALICE}));
        waits += u32::from(answer.status == 429);
    }
    assert!(waits >= 10, "all of it is one network, whatever it says: {waits}");
    let links =
        desk.mails_to(ALICE).iter().filter(|mail| mail["subject"].as_str().unwrap().contains("sign-in link")).count();
    assert!((1..=3).contains(&links), "{links} mails");
}

/// FreeScout before 1.8.217: an invitation's link held until it was used, however long ago it was mailed. Here every link of a mail ends.
#[test]
fn cve_2026_41902_no_link_of_a_mail_holds_for_ever() {
    let place = Place::new("ends");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "mail"));
    desk.post_form("/desk/sign-in", &[("address", ALICE)]);
    let token = mailed_token(&desk);
    let receipt = desk.mail_to("rita", "We have received your report");
    let case_link = receipt.lines().find_map(|line| line.strip_prefix(&desk.url)).expect("a link").to_owned();
    let page_mail = desk.mail_to("alice", "New report: please acknowledge");
    let at = page_mail.find("/desk/acknowledge?t=").expect("a button");
    let acknowledge = page_mail[at..].lines().next().unwrap().to_owned();
    desk.advance("16m");
    assert_eq!(desk.post_form("/desk/session", &[("token", &token)]).status, 401, "after a quarter of an hour");
    let alice = desk.token("alice");
    let close =
        json!({"command": "close", "resolution": "not-a-vulnerability", "reason": "No.", "next_steps": "None."});
    desk.command(&case, &alice, &close).ok();
    desk.advance("25h");
    assert_eq!(desk.get(&acknowledge, &[]).status, 410, "a day after it was acknowledged");
    desk.advance("91d");
    assert_eq!(desk.get(&case_link, &[]).status, 410, "long after the case was closed");
}

/// FreeScout before 1.8.206: the token of a session was a hash of what anybody may know and of a key of the whole installation, the same
/// for ever. Here each is new, names when it began, and none is made of another.
#[test]
fn cve_2026_27637_no_session_follows_from_what_is_known_of_a_member() {
    let place = Place::new("predictable");
    let desk = place.start();
    let session = || {
        desk.advance("15m");
        desk.post_form("/desk/sign-in", &[("address", ALICE)]);
        desk.post("/desk/session", &[], &json!({"token": mailed_token(&desk)})).ok()["token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (first, second) = (session(), session());
    assert_ne!(first, second, "the same member, twice");
    let status = |token: &str| desk.get("/desk/api/cases", &[("authorization", &format!("Bearer {token}"))]).status;
    assert_eq!((status(&first), status(&second)), (200, 200));
    let (one, other) = (first.split_once('.').unwrap(), second.split_once('.').unwrap());
    for mixed in
        [format!("{}.{}", one.0, other.1), format!("{}.{}", other.0, one.1), one.0.to_owned(), one.1.to_owned()]
    {
        assert_eq!(status(&mixed), 401, "{mixed}");
    }
    desk.advance("9h");
    assert_eq!((status(&first), status(&second)), (401, 401), "neither is for ever");
}

/// Discourse before 2025.12.2: its webhooks took whatever said that a mail had bounced, from anybody, until an address was written to no
/// more. Here such events come by a queue that only the provider may write to; a call or a mail that says so changes nothing.
#[test]
fn cve_2026_26077_nobody_outside_says_that_a_mail_bounced() {
    let place = Place::new("bounced");
    let desk = place.start();
    let case = reported(&desk);
    let bounce = json!({
        "eventType": "Bounce", "notificationType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": RITA, "status": "5.1.1"}]},
        "mail": {"destination": [RITA], "messageId": "x", "tags": {"case": [case]}},
    });
    let by_sns =
        json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:x", "Message": bounce.to_string()});
    let paths = [
        "/",
        "/webhooks/ses",
        "/webhooks/aws",
        "/webhooks/sendgrid",
        "/ses",
        "/sns",
        "/mail-events",
        "/events",
        "/_local/mail-events",
        "/_local/ses",
    ];
    for path in paths {
        for body in [&bounce, &by_sns] {
            let answer = desk.post(path, &[("x-amz-sns-message-type", "Notification")], body);
            assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
        }
    }
    let says_so = Eml::new("MAILER-DAEMON@example.org", "Undelivered Mail Returned to Sender", &format!("{RITA}: user unknown")).saying(
        "multipart/report; report-type=delivery-status; boundary=b",
        "7bit",
        format!("--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; {RITA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n").as_bytes(),
    );
    assert_eq!(desk.receive(&says_so, &[("from", "")]).0, "filed", "it is automatic mail, and nothing else");
    desk.command(&case, &desk.token("alice"), &json!({"command": "acknowledge", "message": "Thank you, Rita."})).ok();
    assert!(
        desk.mails_to(RITA).iter().any(|mail| mail["text"].as_str().unwrap().contains("Thank you, Rita.")),
        "she is written to"
    );
}
