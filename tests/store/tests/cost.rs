//! What a tick and a page of the board cost, counted in read units as DynamoDB reports them; how long the team's pages take.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use desk_domain::id::CaseId;
use desk_store::{BoardFilter, Only};
use desk_store_tests::Bench;
use desk_store_tests::pages::Pages;
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use jiff::SignedDuration;
use sla_check::SlaCheck;
use tower::ServiceExt;

/// As many comments on the policy as cases, from this number on.
const COMMENTS: u32 = 1_000_000;

/// The items of a case that indexes hold: its snapshot and its timers.
fn indexed(bench: &Bench, id: &CaseId) -> Vec<Item> {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    let items = bench.database.scan(scan).unwrap().items.unwrap();
    let of_case = |pk: &AttributeValue| matches!(pk, AttributeValue::S(pk) if pk.ends_with(&format!("#{id}")));
    items
        .into_iter()
        .filter(|i| i.get("pk").is_some_and(of_case) && (i.contains_key("due") || i.contains_key("board")))
        .collect()
}

/// The same items under another id, spread over the shards.
fn copy(items: &[Item], id: &CaseId, number: u32, list: &str, bench: &Bench) -> Vec<Item> {
    let other = CaseId::from_random(&bench.policy.project.prefix, 2026, number);
    let renamed = |(name, value): (&String, &AttributeValue)| {
        let value = match (name.as_str(), value) {
            ("due", _) => AttributeValue::S(format!("DUE#{}", number % 16)),
            ("board", _) => AttributeValue::S(format!("{list}#{}", number % 16)),
            (_, AttributeValue::S(text)) => AttributeValue::S(text.replace(id.as_str(), other.as_str())),
            (_, other) => other.clone(),
        };
        (name.clone(), value)
    };
    items.iter().map(|item| item.iter().map(renamed).collect::<HashMap<_, _>>()).collect()
}

/// A tick with nothing due costs the same with 10 and with 10,000 open cases; the board's first page the same with 1,000
/// and with 10,000, as every page of the team's.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stdout)]
async fn a_tick_and_a_page_cost_the_same_at_any_size() {
    let bench = Bench::new().await;
    let id = bench.case(0, None).await;
    let clock = bench.hands.clock();
    let check = SlaCheck { clock: clock.clone(), ..bench.sla_check() };
    let template = indexed(&bench, &id);
    assert!(template.len() >= 4, "a snapshot, a plan and timers: {}", template.len());
    let snapshot: Vec<Item> = template.iter().filter(|item| item.contains_key("board")).cloned().collect();
    let (team, mut times) = (Phone::of(&bench).await, Vec::new());
    let (mut figures, mut open) = (Vec::new(), 1);
    for size in [10u32, 1_000, 10_000] {
        let cases = (open..size).flat_map(|number| copy(&template, &id, number, "BOARD", &bench));
        let comments = (open..size).flat_map(|number| copy(&snapshot, &id, COMMENTS + number, "COMMENT", &bench));
        let items: Vec<Item> = cases.chain(comments).collect();
        bench.database.import_items("cases", items, ImportOptions::default()).unwrap();
        open = size;
        check.tick(clock.now()).await.unwrap();
        let start = bench.store.consumed().read;
        check.tick(clock.now()).await.unwrap();
        let ticked = bench.store.consumed().read;
        let page = bench.store.cases.board(None).await.unwrap();
        assert_eq!(page.rows.len(), (size + 1).min(25) as usize);
        figures.push((size, ticked - start, bench.store.consumed().read - ticked));
        times.push(team.looks(&bench).await);
    }
    println!("open cases, read units of a tick, of the board's first page: {figures:?}");
    assert_eq!(figures[0].1, figures[2].1, "a tick");
    assert_eq!(figures[1].2, figures[2].2, "a page");
    // The filters miss nothing and show nothing twice, however many portions that takes.
    for (only, expected) in [(Only::Unclaimed, 10_001), (Only::Outside, 0)] {
        let filter = BoardFilter { only: Some(only), ..BoardFilter::default() };
        let (mut seen, mut after) = (BTreeSet::new(), None);
        loop {
            let page = bench.store.cases.board_of(&filter, clock.now(), after.as_deref()).await.unwrap();
            assert!(page.next.is_none() || page.rows.len() == 25, "a page is full unless it is the last");
            seen.extend(page.rows.into_iter().map(|row| row.case));
            match page.next.filter(|_| seen.len() < 300) {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), expected.min(300), "{only}");
    }
    for (few, many) in times[1].iter().zip(&times[2]) {
        println!("{}: {:?} with 1,000 open cases, {:?} with 10,000", few.path, few.best, many.best);
        assert_eq!((&few.path, few.read), (&many.path, many.read), "read units");
    }
    // And the copies are real ones: when their warnings are due, the index holds them all.
    bench.advance(SignedDuration::from_hours(2));
    assert_eq!(
        bench.store.cases.due(clock.now(), 2_000).await.unwrap().len(),
        2 * 10_001,
        "each its plan and its first warning"
    );
}

/// What a page cost.
struct Looked {
    path: String,
    /// Read units, of all looks together.
    read: f64,
    /// The quickest look: the machine may be busy with something else.
    best: Duration,
}

/// A member who looks at pages of the desk.
struct Phone {
    pages: Pages,
    case: CaseId,
}

impl Phone {
    async fn of(bench: &Bench) -> Phone {
        let pages = Pages::of(bench).await;
        Phone { case: pages.report().await.case, pages }
    }

    /// Each page some times; one look comes first, since it is recorded who reads a case, once.
    async fn looks(&self, bench: &Bench) -> Vec<Looked> {
        let case = format!("/desk/cases/{}", self.case);
        let lists = ["/desk", "/desk/mine", "/desk/comments"].map(str::to_owned);
        let pages = lists.into_iter().chain([case.clone(), format!("{case}/write")]);
        let mut looks = Vec::new();
        for path in pages {
            self.took(&path).await;
            let (start, mut best) = (bench.store.consumed().read, Duration::MAX);
            for _ in 0..15 {
                best = best.min(self.took(&path).await);
            }
            looks.push(Looked { path, read: bench.store.consumed().read - start, best });
        }
        looks
    }

    async fn took(&self, path: &str) -> Duration {
        let authorization = format!("Bearer {}", self.pages.token);
        let request = Request::get(path).header("authorization", authorization).body(Body::empty()).unwrap();
        let start = Instant::now();
        let answer = self.pages.team.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        assert!(!body.is_empty());
        start.elapsed()
    }
}
