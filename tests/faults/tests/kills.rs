//! SIGKILL at random moments under load, and starting again, loses nothing and doubles nothing.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use desk_journeys::{Desk, Folder, call, report};
use serde_json::Value;

/// How often it is killed; `DESK_KILLS` says otherwise (50 take several minutes in a debug build).
const KILLS: usize = 10;

/// A small generator (SplitMix64): the moments are random, and the same for the same seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        range.start + (z ^ (z >> 31)) % (range.end - range.start)
    }
}

/// Files reports until told to stop; remembers each answer under its key.
fn reporter(url: &str, next: &AtomicUsize, stop: &AtomicBool, answers: &Mutex<BTreeMap<usize, Option<Value>>>) {
    while !stop.load(Ordering::Relaxed) {
        let key = next.fetch_add(1, Ordering::Relaxed);
        answers.lock().unwrap().insert(key, None);
        if let Ok(answer) = file(url, key) {
            answers.lock().unwrap().insert(key, Some(answer));
        }
    }
}

fn file(url: &str, key: usize) -> Result<Value, String> {
    let name = format!("key-{key}");
    let headers = [("content-type", "application/json"), ("idempotency-key", name.as_str())];
    let answer = call(url, "POST", "/reports", &headers, &report(&name, "page").to_string())?;
    if answer.status == 201 { Ok(answer.json()) } else { Err(format!("{}: {}", answer.status, answer.text)) }
}

#[test]
fn kills_lose_no_report_no_notice_and_no_clock() {
    let kills = std::env::var("DESK_KILLS").ok().and_then(|k| k.parse().ok()).unwrap_or(KILLS);
    let folder = Folder::new("kills");
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let mut moments = Moments(20_261_122);
    for _ in 0..kills {
        let desk = Desk::start(&folder.0);
        let stop = AtomicBool::new(false);
        let (url, moment) = (desk.url.clone(), Duration::from_millis(moments.next(20..500)));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| reporter(&url, &next, &stop, &answers));
            }
            std::thread::sleep(moment);
            desk.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let desk = Desk::start(&folder.0);
    let mut answers = answers.into_inner().unwrap();
    for (key, answer) in &mut answers {
        // Whoever got no answer asks again with the same key.
        let again = file(&desk.url, *key).unwrap();
        match answer {
            Some(before) => assert_eq!(*before, again, "the same key gets the same answer"),
            None => *answer = Some(again),
        }
    }
    // Past every lease and every doubt, before any warning.
    desk.advance("1h");
    let subjects = desk.subjects();
    let log = std::fs::read_to_string(folder.0.with_extension("log")).unwrap_or_default();
    let doubts = log.matches("sending an ambiguous delivery again").count();
    let mut doubled = 0;
    for (key, answer) in &answers {
        let answer = answer.as_ref().unwrap();
        let (case, code) = (answer["case_id"].as_str().unwrap(), answer["receipt_code"].as_str().unwrap());
        let view = desk.call("GET", "/case", &[("authorization", &format!("Bearer {code}"))], "").ok();
        assert_eq!(view["report"]["body"], report(&format!("key-{key}"), "page").to_string());
        let running = view["clocks"].as_array().unwrap().iter().filter(|c| c["state"] == "running").count();
        assert_eq!(running, 2, "{view}");
        for (to, words) in [
            ("rita@example.org", "We have received your report"),
            ("alice@example.com", "New report: please acknowledge"),
        ] {
            let count = subjects.iter().filter(|s| **s == format!("{to}: [{case}] {words}")).count();
            assert!(count >= 1, "{case}: no mail to {to}");
            doubled += count - 1;
        }
    }
    assert!(doubled <= doubts, "{doubled} mails came twice, {doubts} were in doubt");
    let verified: Value = serde_json::from_slice(&desk.cli(&["verify"]).stdout).unwrap();
    assert_eq!(verified["holds"], true);
    assert_eq!(verified["cases"].as_array().unwrap().len(), answers.len(), "one case for each key");
    let _ = std::fs::remove_file(folder.0.with_extension("log"));
}
