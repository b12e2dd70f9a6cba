//! Who else is on this machine: pages of the web in its owner's browser, and other people's programs. Neither gets at the desk.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use desk_harness::{Answer, Desk, Eml, Place, call, report};
use serde_json::json;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The printed address of the page of all mails, after its origin.
fn mail_page(place: &Place, desk: &Desk) -> String {
    let printed = fs::read_to_string(place.stdout()).unwrap();
    let line = printed.lines().find_map(|line| line.trim().strip_prefix("mail")).expect("it is printed");
    line.trim().strip_prefix(desk.url.as_str()).expect("it is the desk's").to_owned()
}

#[test]
fn a_name_that_another_page_has_lead_here_gets_nothing() {
    let place = Place::new("rebinding");
    let desk = place.start();
    let port = desk.url.rsplit(':').next().unwrap();
    let secret = desk.secret();
    for path in ["/", "/healthz", "/desk", "/_local/mail", "/_local/clock", "/site/", "/openapi.json", "/nothing"] {
        let (rebound, hidden) = (format!("evil.example:{port}"), format!("127.0.0.1.nip.io:{port}"));
        for host in [rebound.as_str(), "evil.example", "127.0.0.1", hidden.as_str()] {
            let answer = desk.get(path, &[("host", host), ("x-desk-secret", &secret)]);
            assert_eq!(answer.status, 421, "{path} as {host}");
            assert!(answer.text.contains(&format!("127.0.0.1:{port}")), "it says who it is: {}", answer.text);
        }
    }
    let host = format!("evil.example:{port}");
    let origin = format!("http://{host}");
    let rebound = [("host", host.as_str()), ("origin", origin.as_str())];
    let posted = desk.post("/reports", &rebound, &report("R", "page"));
    assert_eq!(posted.status, 421, "though the origin is that of the host");
    for host in [format!("localhost:{port}"), format!("[::1]:{port}"), format!("LOCALHOST:{port}")] {
        assert_eq!(desk.get("/healthz", &[("host", &host)]).status, 200, "{host}");
    }
}

#[test]
fn no_other_sites_page_moves_the_clock_answers_a_mail_or_gives_one_in() {
    let place = Place::new("cross-site");
    let desk = place.start();
    desk.filed(&report("R", "mail"));
    desk.advance("1s");
    let opened = desk.get(&mail_page(&place, &desk), &[]);
    assert_eq!((opened.status, opened.header("location")), (303, Some("/_local/mail")), "the key leaves the address");
    let set = opened.header("set-cookie").unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/_local"), "{set}");
    let cookie = set.split(';').next().unwrap();
    let page = desk.get("/_local/mail", &[("cookie", cookie)]);
    assert_eq!((page.status, page.header("referrer-policy")), (200, Some("same-origin")));
    let asked = |from: &[(&str, &str)], path: &str| -> u16 {
        let headers = [&[FORM, ("cookie", cookie)][..], from].concat();
        desk.call("POST", path, &headers, if path.ends_with("clock") { "advance=1h" } else { "text=x" }).status
    };
    let receipt = desk.mails_to("rita@example.org").pop().unwrap();
    let reply = format!("/_local/mail/{}/reply", receipt["id"].as_str().unwrap());
    let evil: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", desk.url.as_str())],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
    ];
    let (now, mails) = (desk.now(), desk.mails().len());
    for from in evil {
        for path in ["/_local/clock", &reply] {
            assert_eq!(asked(from, path), 403, "{path} from {from:?}");
        }
        let mail = Eml::new("mallory@example.org", "Sent through a browser", "A form did it.\n").raw();
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "message/rfc822"] {
            let headers = [&[("content-type", kind)][..], from].concat();
            let given = desk.call("POST", "/_local/inbox?dmarc=PASS", &headers, std::str::from_utf8(&mail).unwrap());
            assert_eq!(given.status, 403, "{kind} from {from:?}");
        }
    }
    assert_eq!((desk.now(), desk.mails().len()), (now, mails), "nothing was done");
    assert_eq!(asked(&[("origin", &desk.url)], "/_local/clock"), 303, "but from our own page");
    assert_eq!(asked(&[("origin", "null"), ("sec-fetch-site", "same-origin")], &reply), 303);
    assert_eq!(
        desk.call("POST", "/_local/clock", &[FORM, ("origin", &desk.url)], "advance=1h").status,
        403,
        "let in by whom?"
    );
    let forged = "/_local/mail?key=aaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(desk.get(forged, &[("accept", "text/html")]).status, 403);
}

/// The ports of loopback on which a process listens.
fn ports(process: u32) -> BTreeSet<u16> {
    let sockets: BTreeSet<String> = fs::read_dir(format!("/proc/{process}/fd"))
        .expect("Linux")
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = fs::read_to_string(format!("/proc/{process}/net/tcp")).expect("Linux");
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listening = rows.filter(|row| row[3] == "0A" && sockets.contains(row[9]));
    listening.map(|row| u16::from_str_radix(row[1].rsplit(':').next().unwrap(), 16).unwrap()).collect()
}

/// Method, path, headers, body.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// What a program without credentials may try at a stand-in.
fn tried(url: &str) -> Vec<Answer> {
    let known = "AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, \
                 Signature=00";
    let amz = ("x-amz-date", "20261130T120000Z");
    let scan = [("x-amz-target", "DynamoDB_20120810.Scan"), ("content-type", "application/x-amz-json-1.0")];
    let signed = [&scan[..], &[("authorization", known), amz]].concat();
    let send = "Action=SendRawEmail&Destinations.member.1=a%40example.org&RawMessage.Data=RnJvbTogYQ0KDQpi";
    let calls: [Call<'_>; 8] = [
        ("POST", "/", &scan, r#"{"TableName": "cases"}"#),
        ("POST", "/", &signed, r#"{"TableName": "cases"}"#),
        ("POST", "/", &[FORM], send),
        ("GET", "/", &[], ""),
        ("GET", "/content?list-type=2", &[], ""),
        ("GET", "/content?list-type=2", &[("authorization", known), amz], ""),
        ("PUT", "/site/index.html", &[], "<h1>Mallory</h1>"),
        ("POST", "/alice", &[], "wake up"),
    ];
    calls
        .iter()
        .map(|(method, path, headers, body)| call(url, method, path, headers, body).expect("an answer"))
        .collect()
}

#[test]
fn the_stand_ins_answer_nobody_without_this_runs_credentials() {
    let place = Place::new("stand-ins");
    let desk = place.start();
    desk.filed(&report("R", "mail"));
    desk.advance("1s");
    let mails = desk.mails().len();
    let own: u16 = desk.url.rsplit(':').next().unwrap().parse().unwrap();
    let mut stand_ins = ports(desk.id());
    assert!(stand_ins.remove(&own), "{stand_ins:?}");
    assert_eq!(stand_ins.len(), 4, "tables, buckets, mail and pagers");
    for port in stand_ins {
        for answer in tried(&format!("http://127.0.0.1:{port}")) {
            assert!(answer.status >= 400, "{port}: {} {}", answer.status, answer.text);
            assert!(!answer.text.contains("CASE#") && !answer.text.contains("<Key>"), "{}", answer.text);
        }
    }
    assert_eq!(desk.mails().len(), mails, "nobody was written to, and no page is kept that the desk did not make");
}

fn readable_by_others(path: &Path) -> Vec<String> {
    let known = fs::symlink_metadata(path).unwrap();
    let mut found: Vec<String> =
        if known.permissions().mode() & 0o077 == 0 { Vec::new() } else { vec![path.display().to_string()] };
    if known.is_dir() {
        found.extend(fs::read_dir(path).unwrap().flat_map(|entry| readable_by_others(&entry.unwrap().path())));
    }
    found
}

#[test]
fn what_the_desk_writes_is_its_owners_alone_and_what_was_wider_is_closed() {
    let place = Place::new("umask");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "mail"));
    desk.advance("1s");
    assert_eq!(readable_by_others(&place.data()), Vec::<String>::new());
    desk.stop();
    // As an older one left it, or a copy of it.
    for (name, mode) in [("", 0o755), ("mail", 0o755), ("clock.json", 0o644), ("dynamodb.sqlite", 0o644)] {
        fs::set_permissions(place.data().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let desk = place.start();
    assert_eq!(readable_by_others(&place.data()), Vec::<String>::new());
    let said = place.log();
    assert!(said.contains("others could read 4 files and folders of"), "{said}");
    assert_eq!(desk.case(&case, &desk.token("alice"))["case_id"], case.as_str());
}

#[test]
fn the_folders_secret_goes_to_its_own_desk_alone() {
    let place = Place::new("secret");
    let (desk, other_place) = (place.start(), Place::new("secret-other"));
    let other = other_place.start();
    let asked = |url: &str| place.cli(&["case", "list", "--as", "alice", "--url", url, "--json"]);
    assert!(asked(&desk.url).status.success());
    let refused = asked(&other.url);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("is not sent there") && said.contains(&desk.url) && said.contains("desk login"), "{said}");
    assert!(!other_place.log().contains("/_local/token"), "nothing was asked of it");
    // One that was killed leaves behind where it listened: whoever listens there now is another.
    let url = desk.url.clone();
    desk.kill();
    let impostor = std::net::TcpListener::bind(url.trim_start_matches("http://")).expect("its port is free");
    let heard = std::thread::spawn(move || {
        let mut heard = String::new();
        for stream in impostor.incoming().take(1) {
            let mut bytes = [0; 4096];
            let mut stream = stream.unwrap();
            let length = std::io::Read::read(&mut stream, &mut bytes).unwrap();
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
            std::io::Write::write_all(
                &mut stream,
                b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
            )
            .unwrap();
        }
        heard
    });
    let refused = asked(&url);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no desk runs on"), "{said}");
    let heard = heard.join().unwrap();
    assert!(!heard.to_lowercase().contains("x-desk-secret"), "{heard}");
}

/// What a terminal obeys, and what turns the direction of writing.
fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

#[test]
fn no_name_and_no_words_of_a_mail_are_obeyed_by_a_terminal() {
    const OBEYED: [&str; 6] = [
        "\u{1b}[2J\u{1b}[31m",
        "\u{1b}]8;;https://evil.example\u{7}link\u{1b}]8;;\u{7}",
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{9b}2J\u{9d}0;title\u{9c}",
        "\u{202e}txt.exe\u{2066}\u{200f}",
        "\u{8}\u{7f}\r",
    ];
    let place = Place::new("terminal");
    let desk = place.start();
    let words = OBEYED.join(" and ");
    let mail = Eml::new(
        "\"Ri\u{202e}ta\" <rita@example.org>",
        &format!("A leak {}", OBEYED[4]),
        &format!("It leaks {words}.\n"),
    );
    let case = desk.reported(&mail);
    let away =
        Eml::new("max@example.org", &format!("Away {}", OBEYED[4]), "x\n").with("Auto-Submitted", "auto-replied");
    desk.receive(&away, &[]);
    desk.advance("1s");
    desk.receive(&desk.answer("rita@example.org", &format!("More leaks {words}.")), &[]);
    let data = place.data();
    let data = data.to_str().unwrap();
    let lines: [&[&str]; 8] = [
        &["case", "show", &case],
        &["case", "show", &case, "--json"],
        &["case", "export", &case],
        &["case", "list"],
        &["case", "list", "--filed"],
        &["board"],
        &["case", "do", &case, OBEYED[0]],
        &["policy", "check", OBEYED[1]],
    ];
    for line in lines {
        let done = desk_harness::cli(&[line, &["--as", "alice", "--data", data]].concat());
        for said in [&done.stdout, &done.stderr] {
            let said = String::from_utf8(said.clone()).expect("text");
            assert!(!said.chars().any(is_obeyed), "{line:?}: {said:?}");
        }
    }
    let shown = desk_harness::cli(&["case", "show", &case, "--as", "alice", "--data", data]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("More leaks"), "and it is shown");
    assert_eq!(json!(desk.filed_away(&desk.token("alice")).len()), 1);
}
