//! Asking for a sign-in link: the same is written for a member and for nobody, and it takes as long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use desk_store_tests::Bench;
use jiff::SignedDuration;
use serde_json::json;
use tower::ServiceExt;

const MEMBER: &str = "alice@example.com";
const STRANGER: &str = "zelda@example.com";

async fn team(bench: &Bench) -> Router {
    team::router(Arc::new(bench.wiring().team().await.expect("a function")))
}

async fn ask(team: &Router, address: &str) -> (u16, Vec<u8>) {
    let request = Request::post("/desk/sign-in").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "address": address }).to_string())).expect("a request");
    let response = team.clone().oneshot(request).await.expect("a router answers");
    let status = response.status().as_u16();
    (status, axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a whole answer").to_vec())
}

/// What asking costs: reads and writes, in hundredths of units.
async fn cost(bench: &Bench, team: &Router, address: &str) -> (i64, i64) {
    let before = bench.store.consumed();
    let (status, _) = ask(team, address).await;
    assert_eq!(status, 202);
    let after = bench.store.consumed();
    let hundredths = |units: f64| (units * 100.0).round() as i64;
    (hundredths(after.read - before.read), hundredths(after.write - before.write))
}

/// A new link, the same once more, one that is not mailed again, and a new one after a while: each does the same for nobody.
#[tokio::test]
async fn as_much_is_read_and_written_for_nobody_as_for_a_member() {
    let bench = Bench::new().await;
    let team = team(&bench).await;
    // The first that comes from a network begins its bucket; the others find it begun.
    ask(&team, "first@example.org").await;
    for turn in 0..6 {
        let (member, nobody) = (cost(&bench, &team, MEMBER).await, cost(&bench, &team, STRANGER).await);
        assert_eq!(member, nobody, "turn {turn}");
        if turn == 4 {
            bench.advance(SignedDuration::from_mins(11));
            ask(&team, "first@example.org").await;
        }
    }
}

/// What is written for nobody leads nowhere: it is no member's, is over as it is written, and names no address.
#[tokio::test]
async fn what_is_written_for_nobody_wakes_nobody_and_names_no_address() {
    let bench = Bench::new().await;
    let team = team(&bench).await;
    assert_eq!(ask(&team, STRANGER).await, ask(&team, MEMBER).await);
    let dumped = bench.dump();
    assert!(!dumped.contains("zelda"), "{dumped}");
    let due = bench.store.mail.due_deliveries(bench.hands.now(), 10).await.unwrap();
    assert_eq!(due.len(), 1, "the member's alone");
    let record = bench.store.mail.delivery(&due[0]).await.unwrap().expect("it is planned");
    assert_eq!(serde_json::to_value(&record.delivery.recipient).unwrap(), json!({"member": "alice"}));
}

/// How likely it is to see two samples that differ so much where nothing differs: the Mann–Whitney test, two-sided, by its normal
/// approximation.
fn p_value(one: &[Duration], other: &[Duration]) -> f64 {
    let (n, m) = (one.len() as f64, other.len() as f64);
    let wins = |a: &Duration| {
        other
            .iter()
            .map(|b| {
                if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    let u: f64 = one.iter().map(wins).sum();
    let z = (u - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt();
    // The upper tail, by Abramowitz and Stegun's 26.2.17.
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let poly = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let tail =
        poly.iter().fold(0.0, |sum, k| (sum + k) * t) * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    2.0 * tail
}

/// Two hundred tries each, in turns, each of a link of its own. What comes out is logged, not asserted: a machine that is busy
/// proves nothing.
#[tokio::test]
#[allow(clippy::print_stdout)]
async fn how_long_it_takes_tells_a_member_from_nobody_no_better_than_chance() {
    let mut bench = Bench::new().await;
    let mut policy = desk_domain::policy::Policy::clone(&bench.policy);
    let wide = desk_domain::policy::Rate { at_once: 10_000, then_every: SignedDuration::from_secs(1) };
    policy.limits.from_one_network = desk_domain::policy::NetworkLimits::new(|_| wide);
    bench.policy = Arc::new(policy);
    let team = team(&bench).await;
    let (mut member, mut nobody) = (Vec::new(), Vec::new());
    for turn in 0..200 {
        bench.advance(SignedDuration::from_mins(11));
        ask(&team, "first@example.org").await;
        let pair = [(MEMBER, &mut member), (STRANGER, &mut nobody)];
        let order: Vec<_> = if turn % 2 == 0 { pair.into_iter().collect() } else { pair.into_iter().rev().collect() };
        for (address, taken) in order {
            let start = Instant::now();
            assert_eq!(ask(&team, address).await.0, 202);
            taken.push(start.elapsed());
        }
    }
    let p = p_value(&member, &nobody);
    let median = |taken: &mut Vec<Duration>| {
        taken.sort();
        taken[taken.len() / 2]
    };
    println!("a member {:?}, nobody {:?}, p = {p:.3}", median(&mut member), median(&mut nobody));
    assert!((0.0..=1.000_001).contains(&p));
}

#[test]
fn the_test_tells_what_differs_and_what_does_not() {
    let millis = |from: u64| (0..50).map(|i| Duration::from_millis(from + 2 * i)).collect::<Vec<_>>();
    assert!(p_value(&millis(0), &millis(0)) > 0.9);
    assert!(p_value(&millis(0), &millis(1)) > 0.5);
    assert!(p_value(&millis(0), &millis(60)) < 0.001);
}
