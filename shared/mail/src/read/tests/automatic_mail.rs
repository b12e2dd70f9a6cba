use super::*;

fn of(header: &str, own: &Own<'_>) -> Option<Automatic> {
    mail(format!("{header}\r\n\r\nwords")).head.automatic(own, false)
}

fn kind(header: &str) -> Option<Automatic> {
    let from = if header.contains("From:") { "" } else { "From: ann@example.net\r\n" };
    of(&format!("{from}{header}"), &Own::default())
}

#[test]
fn t13_programs_are_known() {
    let cases = [
        ("Auto-Submitted: auto-replied", Automatic::AutoReply),
        ("Auto-Submitted: auto-generated (by cron)", Automatic::Bulk),
        ("Auto-Submitted: auto-notified; owner-email=x", Automatic::AutoReply),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", Automatic::Bounce),
        ("X-Failed-Recipients: a@b", Automatic::Bounce),
        ("Content-Type: text/calendar; method=REPLY", Automatic::AutoReply),
        ("Return-Path: <>", Automatic::AutoReply),
        ("From: MAILER-DAEMON@example.net", Automatic::Bounce),
        ("From: Security <security-noreply@example.net>", Automatic::Bulk),
        ("From: <>\r\nSubject: Mail delivery failed", Automatic::Bounce),
        ("From: do_not.reply@example.net", Automatic::Bulk),
        ("List-Id: <l.example.net>", Automatic::List),
        ("List-Unsubscribe: <mailto:a@b>", Automatic::List),
        ("Precedence: list", Automatic::List),
        ("Precedence: BULK", Automatic::Bulk),
        ("Precedence: auto_reply", Automatic::AutoReply),
        ("X-Autoreply: yes", Automatic::AutoReply),
        ("X-Loop: ann@example.net", Automatic::AutoReply),
        ("Subject: Automatic reply: Your report", Automatic::AutoReply),
        ("Subject: Out of Office", Automatic::AutoReply),
        ("Subject: Out of Office Re: [EXP-2026-7K3QF]", Automatic::AutoReply),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_x?=", Automatic::AutoReply),
        ("Subject: =?utf-8?b?6Ieq5YuV6L+U5L+h?=", Automatic::AutoReply),
        ("Subject: Abwesenheitsnotiz: x", Automatic::AutoReply),
    ];
    for (header, expected) in cases {
        assert_eq!(kind(header), Some(expected), "{header}");
    }
    let stamped = stamped(&Envelope::Null, [Verdict::Pass; 3], "From: ann@example.net\r\n\r\nwords");
    assert_eq!(mail(stamped).head.automatic(&Own::default(), false), Some(Automatic::AutoReply));
    let invited = "From: ann@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
                   Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n";
    assert_eq!(mail(invited).head.automatic(&Own::default(), false), Some(Automatic::AutoReply));
}

#[test]
fn t13_people_are_not_taken_for_programs() {
    let cases = [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: DR, RN",
        "Return-Path: <ann@example.net>",
        "Subject: Auto-submitted forms allow CSRF",
        "Subject: Automatic reply-to header injection in your mailer",
        "Subject: Autoreply.js has a path traversal",
        "Subject: Out of office hours? A report about session fixation",
        "Subject: Undeliverable: an XSS in bounce pages",
        "Subject: Re: the vacation reply leaks addresses",
        "Subject: Delivery of tokens over http",
        "Subject: Auto-escaping bypass",
        "Subject: Read: an overflow",
        "From: nora.reply@example.net",
        "From: bouncer@example.net",
        "Content-Type: text/calendar; method=REQUEST",
        "X-Mailer: Microsoft Outlook 16.0",
    ];
    for header in cases {
        assert_eq!(kind(header), None, "{header}");
    }
}

#[test]
fn t13_the_projects_own_ways_are_known() {
    let own = Own {
        addresses: &["security@example.org"],
        domain: "desk.example.org",
        forwarder_list_ids: &["security.example.org"],
    };
    let forwarded = "From: ann@example.net\r\nList-ID: Security <Security.example.org>\r\nPrecedence: list\r\n\
                     Mailing-list: list security@example.org\r\nX-Loop: security@example.org";
    assert_eq!(of(forwarded, &own), None);
    assert_eq!(of(&format!("{forwarded}\r\nAuto-Submitted: auto-replied"), &own), Some(Automatic::AutoReply));
    assert_eq!(of(&format!("{forwarded}\r\nList-Id: <news.example.net>"), &own), Some(Automatic::List));
    assert_eq!(of("From: security+abc@example.org", &own), Some(Automatic::Own));
    assert_eq!(of("From: anything@desk.example.org", &own), None, "people of the project report too");
    assert_eq!(of("From: bob@example.org", &own), None, "a member may report too");
}
