//! What one network may do before it is asked to wait, on the wire: counted for each network apart, told with when to come again, and
//! in nobody's way who proves what they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use desk_domain::policy::{NetworkLimits, Policy, Rate};
use desk_http::source::Front;
use desk_keys::link::Purpose;
use desk_keys::payload::{CANARY_HEADER, CanaryLink};
use desk_store::{Settings, Store};
use desk_store_tests::Bench;
use intake::Intake;
use jiff::SignedDuration;
use serde_json::{Value, json};
use team::Team;
use tower::ServiceExt;

const SECRET: &str = "what the front is known by";
const HERE: &str = "203.0.113.7";
/// In the same /24.
const NEIGHBOUR: &str = "203.0.113.250";
const ELSEWHERE: &str = "2001:db8:7::1";

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Three at once, then one each minute, of everything.
fn narrow(bench: &Bench) -> Arc<Policy> {
    let mut policy = Policy::clone(&bench.policy);
    policy.limits.from_one_network =
        NetworkLimits::new(|_| Rate { at_once: 3, then_every: SignedDuration::from_mins(1) });
    Arc::new(policy)
}

async fn intake(bench: &Bench) -> Intake {
    let made = bench.wiring().intake().await.expect("a function");
    Intake { front: Arc::new(Front::known_by(SECRET)), policy: narrow(bench), ..made }
}

/// Both functions that answer HTTPS, as the cloud has them.
async fn desk(bench: &Bench) -> Router {
    let team = bench.wiring().team().await.expect("a function");
    let team = Team { front: Arc::new(Front::known_by(SECRET)), policy: narrow(bench), ..team };
    intake::router(Arc::new(intake(bench).await)).merge(team::router(Arc::new(team)))
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn retry_after(&self) -> Option<&str> {
        self.headers.get("retry-after").map(String::as_str)
    }
}

async fn send(desk: &Router, request: Request<Body>) -> Answer {
    let response = desk.clone().oneshot(request).await.expect("a router answers");
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap_or_default().to_owned())
    };
    let (status, headers) = (response.status().as_u16(), response.headers().iter().map(header).collect());
    let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await.expect("a whole answer");
    Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

/// Posts what CloudFront would pass on.
async fn post(desk: &Router, from: &str, path: &str, kind: &str, more: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::post(path).header("desk-origin", SECRET).header("desk-viewer", from);
    request = request.header("content-type", kind);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    send(desk, request.body(Body::from(body.to_owned())).expect("a request")).await
}

async fn get(desk: &Router, from: &str, path: &str, more: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path).header("desk-origin", SECRET).header("desk-viewer", from);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    send(desk, request.body(Body::empty()).expect("a request")).await
}

fn report(mark: &str) -> String {
    json!({"package": "express", "summary": mark, "details": "It redirects elsewhere."}).to_string()
}

async fn filed(desk: &Router, from: &str, mark: &str) -> Answer {
    post(desk, from, "/reports", JSON, &[], &report(mark)).await
}

/// A case, and the header that opens it.
async fn case(desk: &Router, mark: &str) -> String {
    let taken = filed(desk, ELSEWHERE, mark).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    format!("Bearer {}", taken.json()["receipt_code"].as_str().expect("a code"))
}

/// However many ask at once, no more are let in than the bucket holds; and it fills as the policy says.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_holds_what_it_holds_however_many_ask_at_once() {
    let bench = Arc::new(Bench::new().await);
    let rate = Rate { at_once: 10, then_every: SignedDuration::from_secs(60) };
    let let_in = |count: usize| {
        let bench = bench.clone();
        async move {
            let ask = || {
                let bench = bench.clone();
                tokio::spawn(async move { bench.store.desk.take_of("one", rate, bench.hands.now()).await.unwrap() })
            };
            let asked: Vec<_> = (0..count).map(|_| ask()).collect();
            let mut in_time = 0;
            for one in asked {
                in_time += usize::from(one.await.unwrap().is_none());
            }
            in_time
        }
    };
    assert_eq!(let_in(40).await, 10);
    let again = bench.store.desk.take_of("one", rate, bench.hands.now()).await.unwrap();
    assert_eq!(again, Some(bench.hands.now() + SignedDuration::from_secs(60)));
    assert_eq!(bench.store.desk.take_of("other", rate, bench.hands.now()).await.unwrap(), None);
    bench.advance(SignedDuration::from_secs(179));
    assert_eq!(let_in(40).await, 2);
    bench.advance(SignedDuration::from_hours(1));
    assert_eq!(let_in(40).await, 10, "full, and no fuller");
}

#[tokio::test]
async fn a_network_that_files_too_much_waits_and_another_does_not() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    for number in 0..3 {
        let from = if number == 1 { NEIGHBOUR } else { HERE };
        assert_eq!(filed(&desk, from, &format!("R{number}")).await.status, 201);
    }
    let refused = filed(&desk, HERE, "R3").await;
    assert_eq!((refused.status, refused.retry_after()), (429, Some("60")), "{}", refused.text);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let detail = "Too many reports came from your network. Please try again in 1 minute.";
    assert_eq!(refused.json()["detail"], detail);
    assert_eq!(filed(&desk, NEIGHBOUR, "R4").await.status, 429, "it is the network that counts");
    assert_eq!(filed(&desk, ELSEWHERE, "R5").await.status, 201);
    let comment = json!({"comment": "Well written."}).to_string();
    assert_eq!(post(&desk, HERE, "/policy/comment", JSON, &[], &comment).await.status, 429, "comments count too");
    bench.advance(SignedDuration::from_secs(60));
    assert_eq!(filed(&desk, HERE, "R3").await.status, 201, "one more each minute");
    assert_eq!(filed(&desk, HERE, "R6").await.status, 429);
    // Another day, another name: what was counted before is forgotten.
    bench.advance(SignedDuration::from_hours(12));
    assert_eq!(filed(&desk, HERE, "R7").await.status, 201);
}

/// The same request again is the same report: it is answered as it was, and counted once.
#[tokio::test]
async fn what_was_taken_is_answered_again_and_not_counted_again() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    let key = [("idempotency-key", "k1")];
    let first = post(&desk, HERE, "/reports", JSON, &key, &report("R")).await;
    for _ in 0..5 {
        let again = post(&desk, HERE, "/reports", JSON, &key, &report("R")).await;
        assert_eq!((again.status, &again.text), (201, &first.text));
    }
    assert_eq!(filed(&desk, HERE, "S").await.status, 201);
}

/// Nothing that was typed is lost; a browser keeps no files, and that is said.
#[tokio::test]
async fn forms_that_come_too_often_keep_what_was_typed_and_say_when_to_send_them_again() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    for number in 0..3 {
        assert_eq!(filed(&desk, HERE, &format!("R{number}")).await.status, 201);
    }
    let typed = "package=express&summary=Kept+summary&details=Kept+details&idempotency_key=k9";
    let page = post(&desk, HERE, "/reports", FORM, &[], typed).await;
    assert_eq!((page.status, page.retry_after()), (429, Some("60")), "{}", page.text);
    for kept in ["Kept summary", "Kept details", "value=\"k9\"", "Please try again in 1 minute.", "<title>Error: "] {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    let part = |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n");
    let upload = [
        part("name=\"package\"", "express"),
        part("name=\"summary\"", "Kept summary"),
        part("name=\"details\"", "Kept details"),
        part("name=\"files\"; filename=\"poc.js\"", "x"),
        "--b--\r\n".to_owned(),
    ];
    let with_file = post(&desk, HERE, "/reports", "multipart/form-data; boundary=b", &[], &upload.concat()).await;
    assert_eq!(with_file.status, 429);
    assert!(with_file.text.contains("Please choose your file again"), "{}", with_file.text);
    let comment = post(&desk, HERE, "/policy/comment", FORM, &[], "comment=Kept+comment").await;
    assert!(comment.status == 429 && comment.text.contains("Kept comment"), "{}", comment.text);
    bench.advance(SignedDuration::from_secs(60));
    let sent = post(&desk, HERE, "/reports", FORM, &[], typed).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
}

/// Who tries codes waits; whoever has one is let in from the very same network.
#[tokio::test]
async fn wrong_codes_are_counted_and_a_right_one_opens_all_the_same() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    let code = case(&desk, "R").await;
    let wrong = [("authorization", "Bearer one-two-three")];
    for _ in 0..3 {
        assert_eq!(get(&desk, HERE, "/case", &wrong).await.status, 404);
    }
    let refused = get(&desk, HERE, "/case", &wrong).await;
    assert_eq!((refused.status, refused.retry_after()), (429, Some("60")));
    let text = json!({"text": "x"}).to_string();
    assert_eq!(post(&desk, HERE, "/case/messages", JSON, &wrong, &text).await.status, 429, "wherever it is tried");
    let page = post(&desk, HERE, "/case/messages", FORM, &[], "code=one+two&text=Kept+words").await;
    assert_eq!((page.status, page.retry_after()), (429, Some("60")));
    assert!(
        page.text.contains("Too many codes that open nothing") && page.text.contains("Kept words"),
        "{}",
        page.text
    );
    assert_eq!(get(&desk, NEIGHBOUR, "/case", &[("authorization", &code)]).await.status, 200);
    assert_eq!(get(&desk, ELSEWHERE, "/case", &wrong).await.status, 404);
    // Nobody has tried anything who sends no code.
    assert_eq!(get(&desk, HERE, "/case", &[]).await.status, 200);
}

#[tokio::test]
async fn looks_and_messages_are_counted_for_each_case_apart() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    let (flooded, other) = (case(&desk, "R").await, case(&desk, "S").await);
    let (flooded, other) = ([("authorization", flooded.as_str())], [("authorization", other.as_str())]);
    for _ in 0..3 {
        assert_eq!(get(&desk, HERE, "/case", &flooded).await.status, 200);
    }
    assert_eq!(get(&desk, HERE, "/case", &flooded).await.status, 429);
    assert_eq!(get(&desk, HERE, "/case/receipt", &flooded).await.status, 429, "a receipt is a look");
    assert_eq!(get(&desk, HERE, "/case", &other).await.status, 200, "a neighbour's case is another");
    assert_eq!(get(&desk, ELSEWHERE, "/case", &flooded).await.status, 200);

    let text = |number: usize| json!({"text": format!("Word {number}")}).to_string();
    for number in 0..3 {
        assert_eq!(post(&desk, HERE, "/case/messages", JSON, &flooded, &text(number)).await.status, 201);
    }
    let refused = post(&desk, HERE, "/case/messages", JSON, &flooded, &text(3)).await;
    assert_eq!((refused.status, refused.retry_after()), (429, Some("60")), "{}", refused.text);
    assert_eq!(post(&desk, HERE, "/case/standing", JSON, &flooded, "{}").await.status, 429, "whatever is sent");
    assert_eq!(post(&desk, HERE, "/case/messages", JSON, &other, &text(4)).await.status, 201);
    assert_eq!(post(&desk, ELSEWHERE, "/case/messages", JSON, &flooded, &text(5)).await.status, 201);
}

/// In a browser the case page comes back with the words in their field, whichever form they were typed into.
#[tokio::test]
async fn a_message_that_comes_too_often_stands_on_the_page_again() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    let code = case(&desk, "R").await;
    let form = format!("code={}", code.trim_start_matches("Bearer "));
    let entered = post(&desk, HERE, "/case", FORM, &[], &form).await;
    let cookie = entered.headers["set-cookie"].split(';').next().expect("a cookie").to_owned();
    let cookie = [("cookie", cookie.as_str())];
    for number in 0..3 {
        let sent = post(&desk, HERE, "/case/messages", FORM, &cookie, &format!("text=Word+{number}")).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
    }
    let page = post(&desk, HERE, "/case/messages", FORM, &cookie, "text=Kept+words").await;
    assert_eq!((page.status, page.retry_after()), (429, Some("60")));
    assert!(page.text.contains("Kept words</textarea>") && page.text.contains("Too much was sent"), "{}", page.text);
    let credit = post(&desk, HERE, "/case/credit", FORM, &cookie, "decision=as&as=Kept+Name").await;
    assert_eq!(credit.status, 429);
    assert!(credit.text.contains("Kept Name"), "{}", credit.text);
}

/// What a case takes in a day is bounded in bytes too, over page and API together; what is left is said, and nothing typed is lost.
#[tokio::test]
async fn a_case_takes_so_many_bytes_a_day_and_says_what_is_left() {
    let mut bench = Bench::new().await;
    let mut policy = Policy::clone(&bench.policy);
    policy.limits.reporter_bytes_per_day = 2000;
    bench.policy = Arc::new(policy);
    let desk = intake::router(Arc::new(bench.wiring().intake().await.expect("a function")));
    let (code, other) = (case(&desk, "R").await, case(&desk, "S").await);
    let text = |bytes: usize| json!({"text": "w".repeat(bytes)}).to_string();
    let write = |code: &str, bytes| {
        let (desk, code) = (desk.clone(), code.to_owned());
        async move { post(&desk, HERE, "/case/messages", JSON, &[("authorization", &code)], &text(bytes)).await }
    };
    assert_eq!(write(&code, 1500).await.status, 201);
    let refused = write(&code, 501).await;
    assert_eq!((refused.status, refused.retry_after()), (413, Some("43200")), "{}", refused.text);
    let detail = "This case takes at most 2 kB of messages and files a day, and 500 bytes are left today. Please send less now, or \
                  go on tomorrow.";
    assert_eq!(refused.json()["detail"], detail);
    let whole = write(&code, 2001).await;
    assert!(whole.status == 413 && whole.text.contains("500 bytes are left"), "{}", whole.text);
    assert_eq!(write(&other, 2000).await.status, 201, "another case has its own");
    let form = format!("code={}&text={}", code.trim_start_matches("Bearer "), "v".repeat(501));
    let page = post(&desk, HERE, "/case/messages", FORM, &[], &form).await;
    assert!(page.status == 413 && page.text.contains(&"v".repeat(501)), "{}", page.text);
    assert_eq!(write(&code, 500).await.status, 201, "what is left is taken");
    let (code, none) = (&code, write(&code, 1).await);
    assert!(none.status == 413 && none.text.contains("0 bytes are left"), "{}", none.text);
    bench.advance(SignedDuration::from_hours(12));
    assert_eq!(write(code, 2000).await.status, 201, "tomorrow there is more");
}

/// Who asks is counted, never whose link it would be: a member elsewhere is mailed theirs, whoever asks for it.
#[tokio::test]
async fn asking_for_links_counts_for_who_asks_and_keeps_no_member_out() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    let ask = json!({"address": "alice@example.com"}).to_string();
    for _ in 0..3 {
        assert_eq!(post(&desk, HERE, "/desk/sign-in", JSON, &[], &ask).await.status, 202);
    }
    let refused = post(&desk, NEIGHBOUR, "/desk/sign-in", JSON, &[], &ask).await;
    assert_eq!((refused.status, refused.retry_after()), (429, Some("60")), "{}", refused.text);
    let stranger = json!({"address": "nobody@example.org"}).to_string();
    let other = post(&desk, HERE, "/desk/sign-in", JSON, &[], &stranger).await;
    assert_eq!((other.status, &other.text), (429, &refused.text), "and nobody learns who is a member");
    let page = post(&desk, HERE, "/desk/sign-in", FORM, &[], "address=alice%40example.com&next=%2Fdesk%2Ffiled").await;
    assert_eq!((page.status, page.retry_after()), (429, Some("60")));
    for kept in
        ["value=\"alice@example.com\"", "value=\"/desk/filed\"", "A link that was mailed to you before still works."]
    {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    assert_eq!(post(&desk, ELSEWHERE, "/desk/sign-in", JSON, &[], &ask).await.status, 202);
}

/// It must find out how it is for everybody else, so it is never locked out by them.
#[tokio::test]
async fn the_canary_flies_whatever_else_comes_from_its_network() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    for number in 0..4 {
        filed(&desk, HERE, &format!("R{number}")).await;
        get(&desk, HERE, "/case", &[("authorization", "Bearer one-two")]).await;
    }
    assert_eq!(filed(&desk, HERE, "R5").await.status, 429);
    let token = bench.keys.link_key(Purpose::Canary).unwrap().sign(&CanaryLink { at: bench.hands.now() });
    let flown = post(&desk, HERE, "/reports", JSON, &[(CANARY_HEADER, &token)], &report("canary")).await;
    assert_eq!(flown.status, 201, "{}", flown.text);
    let code = format!("Bearer {}", flown.json()["receipt_code"].as_str().expect("a code"));
    assert_eq!(get(&desk, HERE, "/case", &[("authorization", &code)]).await.status, 200);
}

/// A limit is no gate.
#[tokio::test]
async fn where_a_limit_cannot_be_asked_the_report_is_taken() {
    let bench = Bench::new().await;
    let nowhere = Store::connect(&Settings::stand_in("http://127.0.0.1:9"), bench.hands.clock());
    let deaf = Intake { desk: nowhere.desk.clone(), ..intake(&bench).await };
    let deaf = intake::router(Arc::new(deaf));
    for number in 0..4 {
        assert_eq!(filed(&deaf, HERE, &format!("R{number}")).await.status, 201);
    }
}

/// The API's own address is no second door, and nobody says of themselves where they are.
#[tokio::test]
async fn whoever_does_not_come_by_the_front_is_answered_nothing() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    for path in ["/", "/case", "/check", "/desk", "/desk/sign-in", "/missing", "/.well-known/security.txt"] {
        for secret in [None, Some("guessed")] {
            let mut request = Request::get(path).header("desk-viewer", HERE);
            if let Some(secret) = secret {
                request = request.header("desk-origin", secret);
            }
            let answer = send(&desk, request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.headers.contains_key("content-security-policy"), "{path}");
        }
        assert_ne!(get(&desk, HERE, path, &[]).await.status, 403, "{path}");
    }
}

/// What the table has of a network: a name of one day, for two days, and no address.
#[tokio::test]
async fn the_table_learns_of_no_address() {
    let bench = Bench::new().await;
    let desk = desk(&bench).await;
    filed(&desk, HERE, "R").await;
    get(&desk, HERE, "/case", &[("authorization", "Bearer one-two")]).await;
    let stored = bench.counters();
    assert_eq!(stored.len(), 2, "{stored:?}");
    let kept_until = bench.hands.now() + SignedDuration::from_hours(48);
    for (key, ttl) in &stored {
        let name = key.strip_prefix("RATE#").expect("a counter");
        assert!(name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
        assert_eq!(*ttl, kept_until.as_second());
    }
    assert!(!bench.dump().contains("203.0.113"));
    bench.advance(SignedDuration::from_hours(12));
    filed(&desk, HERE, "S").await;
    assert_eq!(bench.counters().len(), 3, "tomorrow's name is another");
}
