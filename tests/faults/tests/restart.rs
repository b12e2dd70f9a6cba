//! Ending and starting again: nothing is lost, it is quick, the clock goes on, and one desk at a time has a folder.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use desk_harness::{Desk, Place, Serve, bearer, call, report};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const CASES: usize = 200;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn file(desk: &Desk, marker: &str) -> Value {
    desk.post("/reports", &[], &report(marker, "page")).ok()
}

/// Everything that a desk shows of a case and of itself.
fn seen(desk: &Desk, codes: &[(String, String)], token: &str) -> Vec<Value> {
    let mut all = vec![json!(desk.mails()), json!(desk.now().to_string())];
    for path in ["/desk/api/cases", "/.well-known/disclosure-desk.jwks"] {
        all.push(desk.get(path, &[("authorization", token)]).ok());
    }
    for (case, code) in codes {
        all.push(desk.view(&bearer(code)));
        all.push(desk.case(case, token));
    }
    all
}

#[test]
fn a_restart_keeps_everything() {
    let place = Place::new("restart");
    let desk = place.start();
    let token = desk.token("alice");
    let answers = ["one", "two", "three"].map(|marker| file(&desk, marker));
    let codes = answers.map(|a| (text(&a, "case_id").to_owned(), text(&a, "receipt_code").to_owned()));
    let (case, code) = &codes[0];
    for command in [
        json!({"command": "acknowledge", "message": "Thank you."}),
        json!({"command": "note", "text": "A note."}),
        json!({"command": "request-information", "questions": "Which version?"}),
        json!({"command": "assign", "member": "bob"}),
    ] {
        desk.command(case, &token, &command).ok();
    }
    let token = desk.token("bob");
    desk.post("/case/messages", &[("authorization", &bearer(code))], &json!({"text": "4.18.2"})).ok();
    desk.advance("3h");
    let codes = &codes[..1];
    let before = seen(&desk, codes, &token);

    assert!(desk.stop().is_some_and(|status| status.success()));
    let desk = place.start();
    assert_eq!(seen(&desk, codes, &token), before, "after SIGTERM");
    desk.kill();
    let desk = place.start();
    assert_eq!(seen(&desk, codes, &token), before, "after SIGKILL");
    // What was to come still comes: at four hours the two others get a handler.
    desk.advance("2h");
    let board = desk.get("/desk/api/cases", &[("authorization", &token)]).ok();
    let rows = board["cases"].as_array().expect("a board");
    assert!(rows.len() == 3 && rows.iter().all(|row| row["handler"].is_string()), "{board}");
    assert_eq!(place.json(&["verify"])["holds"], true);
}

/// From the process's start to the first 200.
fn first_answer(place: &Place) -> Duration {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its number");
    let start = Instant::now();
    let mut child = place.spawn(&Serve { listen: &free.to_string(), ..Serve::default() });
    let url = format!("http://{free}");
    let took = loop {
        if call(&url, "GET", "/healthz", &[], "").is_ok_and(|answer| answer.status == 200) {
            break start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "it does not answer");
        sleep(Duration::from_millis(2));
    };
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    took
}

#[test]
#[allow(clippy::print_stderr)]
fn it_answers_within_a_second_with_200_cases() {
    let place = Place::new("quick");
    let desk = place.start_for_many();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let desk = &desk;
            scope.spawn(move || (0..CASES / 4).for_each(|n| drop(file(desk, &format!("{writer}-{n}")))));
        }
    });
    desk.advance("1s");
    assert!(desk.stop().is_some_and(|status| status.success()));
    let took: Vec<Duration> = (0..3).map(|_| first_answer(&place)).collect();
    eprintln!("first answers with {CASES} cases: {took:?}");
    let best = took.into_iter().min().expect("three");
    assert!(best < Duration::from_secs(1), "{best:?}");
}

#[test]
fn the_clock_goes_on_from_where_it_was() {
    let place = Place::new("clock");
    let desk = place.start();
    desk.advance("12h");
    let stood = desk.now();
    assert!(desk.stop().is_some_and(|status| status.success()));

    let desk = place.start();
    assert_eq!(desk.now(), stood, "manual stands still");
    desk.kill();

    let desk = place.start_as(&Serve { clock: "real", ..Serve::default() });
    let (first, machine) = (desk.now(), Timestamp::now());
    sleep(Duration::from_millis(300));
    let second = desk.now();
    assert!(first >= stood, "it never goes back");
    assert!(first.duration_since(stood) < SignedDuration::from_secs(30), "it goes on from where it stood");
    assert!(second.duration_since(first) >= SignedDuration::from_millis(300), "real runs");
    let ahead = first.duration_since(machine);
    desk.kill();
    sleep(Duration::from_millis(500));

    let desk = place.start_as(&Serve { clock: "real", ..Serve::default() });
    let drift = desk.now().duration_since(Timestamp::now()) - ahead;
    assert!(drift.abs() < SignedDuration::from_secs(2), "it ran on while the desk was down: {drift:?}");
    let last = desk.now();
    desk.kill();

    let desk = place.start();
    let stands = desk.now();
    assert!(stands >= last);
    sleep(Duration::from_millis(50));
    assert_eq!(desk.now(), stands);
}

/// What `running.json` says.
fn running(place: &Place) -> Value {
    serde_json::from_slice(&std::fs::read(place.data().join("running.json")).expect("running.json")).expect("JSON")
}

#[test]
fn signals_end_it_cleanly() {
    let place = Place::new("signals");
    for signal in ["INT", "TERM"] {
        let desk = place.start();
        file(&desk, signal);
        assert_eq!(running(&place)["url"], desk.url);
        let status = desk.end(signal);
        assert_eq!(status.and_then(|status| status.code()), Some(0), "{signal}");
        assert!(running(&place)["url"].is_null(), "{signal} leaves no url behind");
        // The folder is free, and whole.
        assert_eq!(place.json(&["verify"])["holds"], true);
    }
}

#[test]
fn nobody_who_is_connected_keeps_it_from_ending() {
    let place = Place::new("connected");
    let mut held = Vec::new();
    let body = "content-type: application/json\r\ncontent-length: 99";
    for (name, sent) in [
        ("a connection that says nothing", String::new()),
        ("one kept alive", "GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n".to_owned()),
        ("half a head", "POST /reports HTTP/1.1\r\nhost: de".to_owned()),
        ("half a body", format!("POST /reports HTTP/1.1\r\nhost: desk\r\n{body}\r\n\r\n{{")),
    ] {
        let mut desk = place.start();
        let mut stream = TcpStream::connect(desk.url.trim_start_matches("http://")).expect("connected");
        stream.write_all(sent.as_bytes()).expect("sent");
        if name == "one kept alive" {
            let _ = stream.read(&mut [0; 4096]).expect("an answer");
        }
        sleep(Duration::from_millis(100));
        desk.signal("INT");
        match desk.ended(Duration::from_secs(8)) {
            Some(status) => assert_eq!(status.code(), Some(0), "{name}"),
            None => held.push(name),
        }
    }
    assert!(held.is_empty(), "it still runs 8 s after Ctrl-C, because of {held:?}");
}

#[test]
fn a_second_desk_on_the_same_folder_is_refused() {
    let place = Place::new("second");
    let desk = place.start();
    let second = place.cli(&["serve", "--listen", "127.0.0.1:0", "--clock", "manual"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use") && said.contains(&desk.url) && said.contains(&desk.id().to_string()), "{said}");
    assert_eq!(second.stdout, b"");
    assert_eq!(running(&place)["url"], desk.url, "the first keeps the folder");
    file(&desk, "still here");
    desk.kill();
    // A dead desk's lock holds nobody off.
    let desk = place.start();
    assert_eq!(running(&place)["pid"], desk.id());
}
