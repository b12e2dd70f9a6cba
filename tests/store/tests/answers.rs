//! No answer is too large to be sent, whatever was written to a case; its parts and pages add up to everything that was written;
//! and each reads what it shows, not what there is.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use desk_domain::case::event::{MailParts, Sender};
use desk_domain::case::{Actor, Command, ContentRef, Recipient};
use desk_domain::id::CaseId;
use desk_domain::notice::{Notice, ReporterReplied};
use desk_http::carried::{MOST, carried};
use desk_store::Audience;
use desk_store::deliveries::Delivery;
use desk_store::opening::fresh_id;
use desk_store_tests::Bench;
use desk_store_tests::pages::Pages;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Lambda hands on 6 MB, and no answer comes near.
const LARGEST: usize = 5 * 1024 * 1024;
/// Messages of the reporter, as many a day as the policy takes, and each as long.
const MESSAGES: usize = 400;
/// Answers that nothing proved, of which so many were let in at once and as many wait.
const UNPROVEN: usize = 80;
const NOTES: usize = 120;

/// What a text is made of, so that it takes as much of an answer as it can: letters that are written as five, as two, as twelve.
const LETTERS: [&str; 6] = ["\"", "<", "\n", "\u{202e}", "é", "\u{e0041}"];

struct Filled {
    bench: Bench,
    pages: Pages,
    case: CaseId,
    code: String,
    /// What the reporter wrote and what was let in, in order.
    written: Vec<String>,
    notes: Vec<String>,
}

/// A text of so many bytes that says which it is.
fn long(bytes: usize, number: usize) -> String {
    let letter = LETTERS[number % LETTERS.len()];
    let begin = format!("{number}: ");
    let count = (bytes - begin.len() - 1) / letter.len();
    format!("{begin}{}.", letter.repeat(count))
}

impl Filled {
    async fn new(messages: usize) -> Filled {
        let bench = Bench::new().await;
        let pages = Pages::of(&bench).await;
        let reported = pages.report().await;
        let (case, code) = (reported.case, reported.code);
        let mut filled = Filled { bench, pages, case, code, written: Vec::new(), notes: Vec::new() };
        for number in 0..messages {
            filled.writes(number).await;
        }
        // The member's session is over by now.
        filled.pages = Pages::of(&filled.bench).await;
        filled
    }

    fn longest(&self, number: usize) -> String {
        long(self.bench.policy.limits.text_bytes, number)
    }

    async fn writes(&mut self, number: usize) {
        // As often as the policy takes it.
        self.bench.advance(SignedDuration::from_mins(29));
        let text = self.longest(number);
        let (status, answer) = self.pages.message(&self.code, &text).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        self.written.push(text);
    }

    /// An answer with the reporter's token whose sender nothing proves, with as much quoted.
    async fn unproven(&self, number: usize) -> String {
        let (text, store) = (self.longest(number), &self.bench.store.cases);
        let sealer = store.sealer(&self.case).await.unwrap();
        let raw = ContentRef { id: fresh_id("raw"), sha256: "0".repeat(64) };
        let prepare = |_: &_, commit: &mut desk_store::Commit| {
            let mut seal =
                |name, text: &str| commit.seal(&sealer, &Audience::Reporter, fresh_id(name), text.as_bytes());
            let (content, quoted) = (seal("reply", &text)?, seal("quoted", &text)?);
            let mail = MailParts {
                quoted: Some(quoted),
                attached: None,
                raw: raw.clone(),
                hints: Vec::new(),
                sender: Some(Sender::Failed),
                from: None,
            };
            let received_at = self.bench.hands.now();
            Ok((Command::QuarantineReply { content, received_at, mail, spoken: None }, ()))
        };
        let (policy, clock) = (&self.bench.policy, self.bench.hands.clock());
        let told = store.act(&self.case, policy, &Actor::Reporter, &clock, prepare, |_, (), _| Ok(())).await;
        assert!(told.is_ok());
        text
    }

    async fn command(&self, command: Value) {
        let (status, answer) = self.pages.command(&self.case, command).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// All that may grow: answers that were let in and that wait, notes, mails.
    async fn everything(&mut self) {
        let mut let_in = Vec::new();
        for number in 0..UNPROVEN {
            let_in.push(self.unproven(number).await);
        }
        self.command(json!({"command": "assign", "member": "alice"})).await;
        self.command(json!({"command": "release-quarantine", "refuse": false})).await;
        self.written.extend(let_in);
        for number in 0..UNPROVEN {
            self.unproven(number).await;
        }
        for number in 0..NOTES {
            let text = self.longest(number);
            self.command(json!({"command": "note", "text": text})).await;
            self.notes.push(text.trim().to_owned());
        }
        let (now, version) = (self.bench.hands.now(), self.version().await);
        let members: Vec<_> = self.bench.policy.members.iter().map(|member| member.id.clone()).collect();
        for (seq, member) in (1..=version).step_by(20).flat_map(|seq| members.iter().map(move |member| (seq, member))) {
            let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
            let delivery = Delivery::of_event(&self.case, seq, Recipient::Member(member.clone()), notice, now);
            self.bench.store.mail.plan_delivery(&delivery, None).await.unwrap();
        }
    }

    async fn version(&self) -> u64 {
        self.bench.store.cases.case(&self.case).await.unwrap().unwrap().case.version
    }

    async fn team(&self, path: &str) -> Looked {
        looked(&self.pages.team, path, &[("authorization", &format!("Bearer {}", self.pages.token))]).await
    }

    async fn reporter(&self, path: &str) -> Looked {
        // No faster than one network may look at a case.
        self.bench.advance(SignedDuration::from_secs(1));
        looked(&self.pages.intake, path, &[("authorization", &format!("Bearer {}", self.code))]).await
    }

    /// The cookie of the reporter's browser.
    async fn cookie(&self) -> String {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let sent = asked(&self.pages.intake, "POST", "/case", &form, format!("code={}", self.code)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let cookie = sent.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// An answer.
struct Looked {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Looked {
    fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

/// What is answered; it can be sent.
async fn looked(of: &Router, path: &str, headers: &[(&str, &str)]) -> Looked {
    let looked = asked(of, "GET", path, headers, String::new()).await;
    let (size, carried) = (looked.body.len(), carried(&looked.headers, &looked.body));
    assert!(size < LARGEST && carried <= MOST, "{path}: {size} bytes, {carried} on their way");
    assert_ne!(looked.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
    looked
}

async fn asked(of: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Looked {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = of.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Looked { status: head.status, headers: head.headers, body }
}

/// The parts of a case, the newest first.
macro_rules! parts {
    ($filled:ident.$side:ident($path:expr)) => {{
        let (mut parts, mut next) = (Vec::<Value>::new(), String::new());
        loop {
            let part = $filled.$side(&format!("{}{next}", $path)).await.json();
            let more = part["next"].as_str().map(|next| format!("?next={next}"));
            parts.push(part);
            match more {
                Some(more) => next = more,
                None => break parts,
            }
        }
    }};
}

/// Everything of a list in all parts, the oldest first.
fn all(parts: &[Value], place: &str) -> Vec<Value> {
    parts.iter().rev().flat_map(|part| part.pointer(place).unwrap().as_array().unwrap()).cloned().collect()
}

/// What the reporter said, by a list of messages.
fn said(messages: &[Value]) -> Vec<String> {
    let theirs = messages.iter().filter(|message| message["from"] == "reporter");
    theirs.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// The texts are as long as they were: compared by hash, so that a failure prints no megabytes.
fn same(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.trim() == right.trim())
}

async fn the_parts_add_up(filled: &Filled) {
    let path = format!("/desk/api/cases/{}", filled.case);
    let parts = parts!(filled.team(path));
    assert!(parts.len() > filled.written.len() / 50, "{} parts", parts.len());
    assert!(same(&said(&all(&parts, "/messages")), &filled.written), "every message, once and in order");
    let seqs: Vec<u64> = all(&parts, "/events").iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=filled.version().await).collect::<Vec<_>>());
    let notes: Vec<String> = all(&parts, "/notes")
        .iter()
        .filter(|note| note["opened"].is_null())
        .map(|note| note["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(notes.len() >= filled.notes.len() && same(&notes[notes.len() - filled.notes.len()..], &filled.notes));
    let held = all(&parts, "/quarantine/answers");
    assert_eq!(held.len(), if filled.notes.is_empty() { 0 } else { UNPROVEN });
    assert!(held.iter().all(|held| held["quoted"].as_str().is_some_and(|quoted| quoted == held["text"])));
    let members = filled.bench.policy.members.len();
    let mailed = if filled.notes.is_empty() { 0 } else { (1..=seqs.len()).step_by(20).count() * members };
    assert_eq!(all(&parts, "/deliveries").len(), mailed);
    let own = parts!(filled.reporter("/case"));
    assert!(same(&said(&all(&own, "/messages")), &filled.written), "and the reporter's");
    assert_eq!(own[0]["stage"], own.last().unwrap()["stage"], "each part says how the case stands");
}

/// Each page, and behind each text that is cut all of it.
async fn the_pages_add_up(filled: &Filled) {
    let cookie = filled.cookie().await;
    let page = |path: String| {
        let cookie = cookie.clone();
        filled.bench.advance(SignedDuration::from_secs(1));
        async move { looked(&filled.pages.intake, &path, &[("cookie", &cookie)]).await }
    };
    let (mut whole, pages) = (BTreeSet::new(), filled.written.len().div_ceil(10) + 20);
    for number in (1..=pages).step_by(if filled.notes.is_empty() { 1 } else { 7 }) {
        let html = page(format!("/case?page={number}")).await.text();
        whole.extend(links(&html, "/case?text="));
        let html = filled.team(&format!("/desk/cases/{}?page={number}&notes={number}", filled.case)).await.text();
        assert!(html.contains("Conversation"), "page {number}");
    }
    assert!(!whole.is_empty());
    for link in whole.iter().step_by(50) {
        let text = page(link.clone()).await;
        assert_eq!(text.status, StatusCode::OK);
        assert!(text.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));
        let text = text.text();
        assert!(filled.written.iter().any(|written| text.starts_with(written.trim())), "{link}");
    }
    let html = filled.team(&format!("/desk/cases/{}", filled.case)).await.text();
    let links = links(&html, &format!("/desk/cases/{}/files/", filled.case));
    let text = filled.team(links.first().expect("a text that is cut")).await;
    assert!(text.status == StatusCode::OK && text.body.len() > 60_000);
}

/// Links of a page that begin so.
fn links(html: &str, begin: &str) -> Vec<String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with(begin)).map(|link| link.replace("&#38;", "&")).collect()
}

/// Every route that is read, with what it names put in: none answers what cannot be sent.
async fn every_route_can_answer(filled: &Filled) {
    let document = filled.reporter("/openapi.json").await.json();
    let steps = ["write", "note", "decide", "unproven", "answer", "report", "code", "history", "lines", "advisory"];
    let content = filled.team(&format!("/desk/cases/{}", filled.case)).await.text();
    let content = links(&content, &format!("/desk/cases/{}/files/", filled.case)).pop().expect("a text");
    let content = content.rsplit('/').next().unwrap();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(_, operations)| operations.get("get").is_some());
    let mut asked = 0;
    for (path, _) in paths {
        let path = path.replace("{id}", filled.case.as_str()).replace("{content}", content).replace("{index}", "0");
        let path = path.replace("{form}", &"0".repeat(64)).replace("{key}", "osv/feed.atom");
        let path = path.replace("{page}", "no-page");
        for step in steps.iter().take(if path.contains("{step}") { steps.len() } else { 1 }) {
            let path = path.replace("{step}", step);
            match path.starts_with("/desk") {
                true => filled.team(&path).await,
                false => filled.reporter(&path).await,
            };
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked} routes");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_too_large_however_much_was_written() {
    let mut filled = Filled::new(300).await;
    filled.everything().await;
    the_parts_add_up(&filled).await;
    the_pages_add_up(&filled).await;
    every_route_can_answer(&filled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_of_hundreds_of_long_messages_opens_and_a_page_reads_what_it_shows() {
    let filled = Filled::new(MESSAGES).await;
    the_parts_add_up(&filled).await;
    let (case, log) = (&filled.case, filled.version().await as f64);
    let cookie = filled.cookie().await;
    let read = || filled.bench.store.consumed().read;
    // Looked at once before, so that the reading is recorded.
    filled.team(&format!("/desk/cases/{case}")).await;
    let mut costs = Vec::new();
    for page in [1, 10, 20] {
        let before = read();
        filled.team(&format!("/desk/cases/{case}?page={page}")).await;
        let team = read() - before;
        looked(&filled.pages.intake, &format!("/case?page={page}"), &[("cookie", &cookie)]).await;
        costs.push((page, team, read() - before - team));
    }
    // A text of the greatest length is seventeen units; an event less than one. All texts together would be 6,800.
    let most = 20.0 * 17.0 + log + 100.0;
    assert!(costs.iter().all(|(_, team, reporter)| *team < most && *reporter < most), "{costs:?}");
    let before = read();
    filled.team(&format!("/desk/cases/{case}/history")).await;
    let history = read() - before;
    assert!(history < 100.0, "a page of the history reads that page: {history}");
    let before = read();
    filled.team("/desk").await;
    filled.command(json!({"command": "assign", "member": "alice"})).await;
    let given = read() - before;
    assert!(given < 100.0, "the board and a command read the snapshot: {given}");
}

mod parties;
