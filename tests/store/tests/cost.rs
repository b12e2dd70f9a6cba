//! What a tick and a page of the board cost, counted in read units as DynamoDB reports them.

use std::collections::HashMap;

use desk_domain::id::CaseId;
use desk_store_tests::Bench;
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use jiff::SignedDuration;
use sla_check::SlaCheck;

/// The items of a case that indexes hold: its snapshot and its timers.
fn indexed(bench: &Bench, id: &CaseId) -> Vec<Item> {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    let items = bench.database.scan(scan).unwrap().items.unwrap();
    let pk = AttributeValue::S(format!("CASE#{id}"));
    items
        .into_iter()
        .filter(|i| i.get("pk") == Some(&pk) && (i.contains_key("due") || i.contains_key("board")))
        .collect()
}

/// The same items under another id, spread over the shards.
fn copy(items: &[Item], id: &CaseId, number: u32, bench: &Bench) -> Vec<Item> {
    let other = CaseId::from_random(&bench.policy.project.prefix, 2026, number);
    let renamed = |(name, value): (&String, &AttributeValue)| {
        let value = match (name.as_str(), value) {
            ("due", _) => AttributeValue::S(format!("DUE#{}", number % 16)),
            ("board", _) => AttributeValue::S(format!("BOARD#{}", number % 16)),
            (_, AttributeValue::S(text)) => AttributeValue::S(text.replace(id.as_str(), other.as_str())),
            (_, other) => other.clone(),
        };
        (name.clone(), value)
    };
    items.iter().map(|item| item.iter().map(renamed).collect::<HashMap<_, _>>()).collect()
}

/// A tick with nothing due costs the same with 10 and with 10,000 open cases; the board's first page the same with 1,000
/// and with 10,000.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stdout)]
async fn a_tick_and_a_page_cost_the_same_at_any_size() {
    let bench = Bench::new().await;
    let id = bench.case(0, None).await;
    let clock = bench.hands.clock();
    let check = SlaCheck { clock: clock.clone(), ..bench.sla_check() };
    let template = indexed(&bench, &id);
    assert!(template.len() >= 4, "a snapshot, a plan and timers: {}", template.len());
    let (mut figures, mut open) = (Vec::new(), 1);
    for size in [10u32, 1_000, 10_000] {
        let items: Vec<Item> = (open..size).flat_map(|number| copy(&template, &id, number, &bench)).collect();
        bench.database.import_items("cases", items, ImportOptions::default()).unwrap();
        open = size;
        check.tick(clock.now()).await.unwrap();
        let start = bench.store.consumed().read;
        check.tick(clock.now()).await.unwrap();
        let ticked = bench.store.consumed().read;
        let page = bench.store.cases.board(None).await.unwrap();
        assert_eq!(page.rows.len(), size.min(25) as usize);
        figures.push((size, ticked - start, bench.store.consumed().read - ticked));
    }
    println!("open cases, read units of a tick, of the board's first page: {figures:?}");
    assert_eq!(figures[0].1, figures[2].1, "a tick");
    assert_eq!(figures[1].2, figures[2].2, "a page");
    // And the copies are real ones: when their warnings are due, the index holds them all.
    bench.advance(SignedDuration::from_hours(2));
    assert_eq!(
        bench.store.cases.due(clock.now(), 2_000).await.unwrap().len(),
        2 * 10_000,
        "each its plan and its first warning"
    );
}
