//! By mail.

use std::time::{Duration, Instant};

use desk_harness::{Eml, Place, outcome};
use serde_json::json;

use super::{ALICE, MALLORY, MARKUP, RITA, inert, reported};

/// VINCE before 1.50.4: the subject of a mail was put into pages as HTML.
#[test]
fn cve_2022_40257_no_word_of_a_mail_is_markup_on_a_page_or_in_a_mail() {
    let place = Place::new("subject-markup");
    let desk = place.start();
    let from = format!("\"{}\" <{RITA}>", MARKUP.replace('"', "\\\""));
    let mail = Eml::new(&from, MARKUP, MARKUP).attach("<h1 style=x>.txt", "text/plain", MARKUP.as_bytes());
    let case = desk.reported(&mail);
    let of_html = Eml::new(RITA, "HTML alone", "").saying("text/html; charset=utf-8", "8bit", MARKUP.as_bytes());
    let other = desk.reported(&of_html);
    let filed = Eml::new("robot@example.net", MARKUP, MARKUP).with("Auto-Submitted", "auto-replied");
    assert_eq!(desk.receive(&filed, &[]).0, "filed");
    let answer = desk.answer(RITA, MARKUP);
    assert_eq!(desk.receive(&answer, &[]).0, "replied");
    let alice = desk.token("alice");
    for path in
        ["/desk", "/desk/filed", "/desk/closed", &format!("/desk/cases/{case}"), &format!("/desk/cases/{other}")]
    {
        inert(&desk.get(path, &[("authorization", &alice), ("accept", "text/html")]), path);
    }
    desk.allows_alarm("breach");
    desk.advance("24h");
    for mail in desk.mails() {
        let html = desk.mail_html(mail["id"].as_str().unwrap());
        assert!(!html.contains("<h1 style") && !html.contains("href=\"https://evil"), "{html}");
    }
}

/// Zendesk, 2024: who copied themselves into a mail that was sent in a victim's name to the address of a ticket, whose number can be
/// guessed, was let into it, and got what it held by mail.
#[test]
fn zendesk_2024_nobody_lets_themselves_into_a_case_by_copying_themselves_into_a_mail() {
    let place = Place::new("copied-in");
    let desk = place.start();
    let (case, alice) = (reported(&desk), desk.token("alice"));
    let token = desk.reply_to(RITA);
    let (local, domain) = token.rsplit_once('@').unwrap();
    let (bare, tag) = local.rsplit_once('-').unwrap();
    let before = desk.version(&case, &alice);
    let spoofed = |to: &str| {
        let mail = Eml::new(
            RITA,
            &format!("Re: [{case}] We have received your report"),
            "Please send a copy to Mallory, too.",
        );
        mail.with("To", to).with("Cc", MALLORY).with("Reply-To", MALLORY)
    };
    let fails: &[(&str, &str)] = &[("dmarc", "FAIL"), ("spf", "FAIL"), ("dkim", "FAIL")];
    let mut guesses = vec![
        "security@expressjs.com".to_owned(),
        format!("security+{case}@expressjs.com"),
        format!("{bare}@{domain}"),
        format!("support+id{case}@expressjs.com"),
    ];
    for n in 0..12_u32 {
        let guessed: String =
            tag.chars().map(|c| if c.is_ascii_digit() { '2' } else { char::from(b'a' + (n % 26) as u8) }).collect();
        guesses.push(format!("{bare}-{guessed}@{domain}"));
    }
    for to in &guesses {
        let (outcome, opened) = desk.receive(&spoofed(to), fails);
        assert!(outcome != "replied" && opened != case, "{to}: {outcome}");
        assert_eq!(desk.version(&case, &alice), before, "{to}");
    }
    // And with the token itself, which only Rita's mailbox holds: nothing proves it hers, so it waits, and nobody is let in by it.
    desk.receive(&spoofed(&token), fails);
    desk.command(
        &case,
        &alice,
        &json!({"command": "respond", "message": "SECRETMARK is the cause.", "next_steps": "A fix."}),
    )
    .ok();
    assert_eq!(desk.mails_to(MALLORY).len(), 0, "who is copied is written to by nobody");
    let view = desk.case(&case, &alice);
    assert!(
        !view["messages"].to_string().contains("copy to Mallory"),
        "it is no message of Rita's: {}",
        view["messages"]
    );
}

/// FreeScout before 1.8.220: an answer was an agent's where its References named a notification and its From the agent, though neither was
/// proven, and went to the customer.
#[test]
fn cve_2026_47123_nobody_answers_a_reporter_in_a_members_name() {
    let place = Place::new("as-agent");
    let desk = place.start();
    let (case, alice) = (reported(&desk), desk.token("alice"));
    let page = desk
        .mails_to(ALICE)
        .into_iter()
        .find(|mail| mail["subject"].as_str().unwrap().ends_with("please acknowledge"))
        .unwrap();
    let header = |name: &str| page["headers"][name].as_str().unwrap_or_default().to_owned();
    let before = desk.version(&case, &alice);
    let says = |words: &str| {
        let subject = format!("Re: {}", page["subject"].as_str().unwrap());
        Eml::new(ALICE, &subject, words)
            .with("In-Reply-To", &header("Message-ID"))
            .with("References", &header("References"))
    };
    let guessed = ["<notify-1-1-abcdef@expressjs.com>".to_owned(), format!("<notify-{case}-alice-0@expressjs.com>")];
    for words in [
        "ACK SPOOFMARK: send your exploit to mallory@example.net.",
        "REPLY SPOOFMARK: send your exploit to mallory@example.net.",
    ] {
        let known = says(words);
        let named = guessed.iter().map(|id| says(words).with("References", id).with("In-Reply-To", id));
        // Forged; then proven to be Alice's, but with nothing that says of which case.
        for mail in std::iter::once(known.clone()).chain(named) {
            for found in [&[("dmarc", "FAIL"), ("spf", "FAIL"), ("dkim", "FAIL")][..], &[]] {
                assert_ne!(desk.receive(&mail, found).1, case, "{words} by {found:?}");
            }
        }
        // With the very token of Alice's mail, which whoever reads her mailbox has, and nothing that proves it hers.
        let with_token = known.with("To", &desk_harness::reply_to(&page));
        desk.receive(&with_token, &[("dmarc", "FAIL"), ("spf", "FAIL"), ("dkim", "FAIL")]);
    }
    assert_eq!(desk.version(&case, &alice), before);
    let to_rita = desk.mails_to(RITA);
    assert!(to_rita.iter().all(|mail| !mail.to_string().contains("SPOOFMARK")), "{to_rita:?}");
}

/// OTRS before 2026.4: a mail made of many parts took whatever there was of memory and time until the server ended.
#[test]
fn cve_2026_48187_no_mail_takes_more_than_its_share() {
    let place = Place::new("expensive");
    let desk = place.start();
    let nested = |depth: usize| {
        let open = |n: usize| format!("--b{n}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", n + 1);
        let body: String = (0..depth).map(open).collect();
        Eml::new(RITA, "deep", "").saying("multipart/mixed; boundary=b0", "7bit", body.as_bytes())
    };
    let parts = |count: usize| {
        let body = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(count);
        Eml::new(RITA, "wide", "").saying("multipart/mixed; boundary=b", "7bit", body.as_bytes())
    };
    let headers: String = (0..50_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let headers = [headers.into_bytes(), Eml::new(RITA, "tall", "x").raw()].concat();
    let long_line = Eml::new(RITA, &"=?utf-8?q?=C3=A9?= ".repeat(20_000), &"a".repeat(2_000_000));
    let quoted = Eml::new(RITA, "quoted", &"> ".repeat(500_000));
    let addresses = Eml::new(RITA, "many", "x").with("Cc", &"a@example.net, ".repeat(50_000));
    let raws = [nested(20_000).raw(), parts(100_000).raw(), headers, long_line.raw(), quoted.raw(), addresses.raw()];
    let alice = desk.token("alice");
    for raw in raws {
        let began = Instant::now();
        let answer = desk.take(&raw, &[]);
        assert!(began.elapsed() < Duration::from_secs(60), "{:?} for {} bytes", began.elapsed(), raw.len());
        let (came, case) = outcome(&answer);
        assert_eq!(came, "reported", "{}", answer.text);
        assert_eq!(
            desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).status,
            200,
            "for a person to look at"
        );
    }
    assert_eq!(desk.get("/healthz", &[]).status, 200);
}
