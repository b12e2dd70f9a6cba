//! The process: health, headers, the folder, stopping and starting again, what only this binary has.

use std::time::Instant;

use desk_harness::{Desk, Place, cli, report};
use serde_json::json;

#[test]
fn it_answers_healthz_and_ends_cleanly_when_asked() {
    let place = Place::new("health");
    let started = Instant::now();
    let desk = place.start();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert_eq!(desk.get("/healthz", &[]).ok()["status"], "ok");
    assert_eq!(desk.stop().and_then(|status| status.code()), Some(0));
}

#[test]
fn a_second_desk_on_the_same_folder_is_refused_with_a_clear_message() {
    let place = Place::new("second");
    let desk = place.start();
    let second = cli(&["serve", "--listen", "127.0.0.1:0", "--data", place.data().to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use") && said.contains(&desk.url) && said.contains("--data"), "{said}");
    assert_eq!(desk.get("/healthz", &[]).status, 200, "the first goes on");
}

#[test]
fn a_restart_keeps_the_clock_the_cases_the_sessions_and_the_links() {
    let place = Place::new("restart");
    let desk = place.start();
    let key = [("idempotency-key", "k")];
    let filed = desk.post("/reports", &key, &report("R", "page"));
    let code = format!("Bearer {}", filed.json()["receipt_code"].as_str().unwrap());
    let now = desk.advance("23h");
    let (seen, mails, alice) = (desk.view(&code), desk.mails(), desk.token("alice"));
    assert!(desk.stop().is_some());

    let desk = place.start();
    assert_eq!(desk.get("/_local/clock", &[]).ok()["now"], now, "it stood still");
    assert_eq!((desk.view(&code), desk.mails()), (seen, mails));
    assert_eq!(desk.get("/desk/api/cases", &[("authorization", &alice)]).status, 200);
    assert_eq!(desk.post("/reports", &key, &report("R", "page")).text, filed.text, "the same answer again");
    desk.expects_alarm("breach");
    desk.advance("2h");
    assert_eq!(
        desk.subjects().iter().filter(|s| s.ends_with("Missed: acknowledgement to the reporter")).count(),
        5,
        "it goes on"
    );
    assert!(desk.cli(&["verify"]).status.success());
}

#[test]
fn what_acts_locally_needs_the_secret() {
    let place = Place::new("local");
    let desk = place.start();
    for headers in [&[][..], &[("x-desk-secret", "x")], &[("x-desk-secret", "")]] {
        assert_eq!(desk.post("/_local/token", headers, &json!({"member": "alice"})).status, 403);
        assert_eq!(desk.post("/_local/clock", headers, &json!({"advance": "1h"})).status, 403);
        assert_eq!(desk.post("/_local/settle", headers, &json!({})).status, 403);
        assert_eq!(desk.post("/_local/verify", headers, &json!({})).status, 403);
        for path in ["policy", "mail", "mail.json", "mail/x/html"] {
            assert_eq!(desk.get(&format!("/_local/{path}"), headers).status, 403, "{path}");
        }
    }
    let before = desk.get("/_local/clock", &[]).ok()["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let after: jiff::Timestamp = desk.advance("12h").parse().unwrap();
    assert_eq!(after.duration_since(before), jiff::SignedDuration::from_hours(12));
    for wrong in [
        json!({}),
        json!({"advance": "-1h"}),
        json!({"advance": "soon"}),
        json!({"advance": 1}),
        json!({"advance": "3650d"}),
    ] {
        let refused = desk.local("/_local/clock", &wrong);
        assert_eq!((refused.status, refused.pointers()), (422, vec!["/advance".to_owned()]), "{wrong}");
    }
    desk.filed(&report("R", "page"));
    desk.advance("1s");
    for mail in desk.mails() {
        let fields: Vec<&String> = mail.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["at", "headers", "id", "subject", "text", "to"]);
    }
}

#[test]
fn every_answer_carries_the_security_headers() {
    let place = Place::new("headers");
    let desk = place.start();
    desk.filed(&report("R", "page"));
    desk.advance("1s");
    let id = desk.mails()[0]["id"].as_str().unwrap().to_owned();
    let html = format!("/_local/mail/{id}/html");
    let calls = [
        ("GET", "/"),
        ("GET", "/reports"),
        ("POST", "/reports"),
        ("PUT", "/reports"),
        ("GET", "/case"),
        ("POST", "/case/messages"),
        ("GET", "/assets/desk.css"),
        ("GET", "/.well-known/disclosure-desk.jwks"),
        ("GET", "/.well-known/security.txt"),
        ("GET", "/desk"),
        ("GET", "/desk/sign-in"),
        ("POST", "/desk/sign-in"),
        ("GET", "/desk/session?token=x"),
        ("GET", "/desk/acknowledge?t=x"),
        ("GET", "/desk/api/cases"),
        ("GET", "/healthz"),
        ("GET", "/_local/mail"),
        ("GET", "/_local/mail.json"),
        ("GET", &html),
        ("GET", "/_local/clock"),
    ];
    let missing = without_headers(&desk, &calls);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn who_looks_for_security_txt_where_it_once_was_is_led_to_it() {
    let place = Place::new("security-txt");
    let desk = place.start();
    let answer = desk.get("/security.txt", &[]);
    assert_eq!((answer.status, answer.header("location")), (308, Some("/.well-known/security.txt")));
    let text = desk.get("/.well-known/security.txt", &[]).text;
    for line in ["Canonical: ", "Acknowledgments: ", "CSAF: ", "# What is published, as a feed: "] {
        assert!(text.contains(&format!("\n{line}")), "{line}: {text}");
    }
}

#[test]
fn so_do_the_sites_files_and_the_404_of_a_path_that_is_nobodys() {
    let place = Place::new("site-headers");
    let desk = place.start();
    let calls = [("GET", "/site/SECURITY.md"), ("GET", "/site/nothing"), ("GET", "/nothing/here")];
    let missing = without_headers(&desk, &calls);
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whatever is asked of the site that is not there, is not there: no path is a fault, and none leads out of it.
#[test]
fn no_path_of_the_site_leads_elsewhere_or_is_a_fault() {
    let place = Place::new("site-paths");
    let desk = place.start();
    let long = format!("/site/{}.html", "a".repeat(300));
    let deep = format!("/site/{}x.html", "a/".repeat(300));
    for path in [
        "/site//etc/passwd",
        "/site//index.html",
        "/site/..%2f..%2fpolicy.toml",
        "/site/%2e%2e/%2e%2e/etc/passwd",
        "/site/%00.html",
        "/site/%ff",
        "/site/assets",
        "/site/assets/",
        "/site/.well-known",
        "/site/index.html/",
        "/site/index.html/x.html",
        "/site/%5c..%5cx.html",
        "/site/c:/x.html",
        "/sitemap.xml",
        "/sites/",
        &long,
        &deep,
    ] {
        for accept in ["text/html", "application/json", "*/*"] {
            let answer = desk.get(path, &[("accept", accept)]);
            assert_eq!(answer.status, 404, "{path} as {accept}: {}", answer.text);
            assert!(!answer.text.contains("root:"), "{path}");
        }
    }
    assert_eq!(desk.get("/site/index.html", &[]).status, 200);
}

/// What is missing from the answers to these calls.
fn without_headers(desk: &Desk, calls: &[(&str, &str)]) -> Vec<String> {
    let mut missing = Vec::new();
    for &(method, path) in calls {
        let answer = desk.call(method, path, &[], "");
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "strict-transport-security",
        ] {
            if answer.header(name).is_none() {
                missing.push(format!("{method} {path} ({}): {name}", answer.status));
            }
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        if !policy.contains("default-src 'none'") || policy.contains("script-src") {
            missing.push(format!("{method} {path} ({}): {policy}", answer.status));
        }
        let public = path.starts_with("/assets") || path.starts_with("/.well-known") || path.starts_with("/site");
        if !public && answer.header("cache-control") != Some("no-store") {
            missing.push(format!("{method} {path} ({}): may be kept", answer.status));
        }
    }
    missing
}
