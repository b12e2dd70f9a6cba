//! `verify` notices what was changed behind the store's back.

use desk_store_tests::Bench;
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};

/// Changes one item of a fresh case and gives what `verify` says.
async fn after(change: impl Fn(&mut Item) -> bool) -> Vec<String> {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    assert!(bench.store.verify(&id, None).await.unwrap().unwrap().problems.is_empty());
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    let mut items = bench.database.scan(scan).unwrap().items.unwrap();
    let changed: Vec<Item> = items.iter_mut().filter_map(|item| change(item).then(|| item.clone())).collect();
    assert_eq!(changed.len(), 1);
    bench.database.import_items("cases", changed, ImportOptions::default()).unwrap();
    bench.store.verify(&id, None).await.unwrap().unwrap().problems
}

fn is(item: &Item, name: &str, text: &str) -> bool {
    matches!(item.get(name), Some(AttributeValue::S(found)) if found.starts_with(text))
}

#[tokio::test]
async fn a_changed_event_breaks_the_chain() {
    let problems = after(|item| {
        let first = is(item, "pk", "LOG#") && is(item, "sk", "000000000001");
        if let (true, Some(AttributeValue::B(bytes))) = (first, item.get_mut("event")) {
            let text =
                String::from_utf8(bytes.clone()).unwrap().replace("\"known_public\":false", "\"known_public\":true");
            *bytes = text.into_bytes();
        }
        first
    })
    .await;
    assert!(problems.iter().any(|p| p == "event 2 does not follow from the one before it"), "{problems:?}");
}

#[tokio::test]
async fn a_changed_snapshot_is_not_what_replaying_gives() {
    let problems = after(|item| {
        let snapshot = is(item, "sk", "CASE");
        if let (true, Some(AttributeValue::S(text))) = (snapshot, item.get_mut("snapshot")) {
            *text = text.replace("\"rm\":\"received\"", "\"rm\":\"closed\"");
        }
        snapshot
    })
    .await;
    assert_eq!(problems, ["replaying the log does not give the snapshot"]);
}

#[tokio::test]
async fn replaced_content_is_not_what_the_log_names() {
    let problems = after(|item| {
        let report = is(item, "sk", "CONTENT#report");
        if report {
            item.insert("sealed".to_owned(), AttributeValue::B(b"other".to_vec()));
        }
        report
    })
    .await;
    assert_eq!(problems, ["content report is not what the log names"]);
}

/// Whoever gives an item an end removes it, later and without a trace: it is named while it is there.
#[tokio::test]
async fn what_has_an_end_that_nothing_says_is_named() {
    let ending = async |place: &'static str, sort: &'static str| {
        after(move |item| {
            let named = is(item, "pk", place) && is(item, "sk", sort);
            if named {
                item.insert("ttl".to_owned(), AttributeValue::N("1800000000".to_owned()));
            }
            named
        })
        .await
    };
    let places = [("CASE#", "CASE"), ("LOG#", "000000000002"), ("CONTENT#", "CONTENT#report"), ("KEY#", "KEY")];
    for (place, sort) in places {
        let problems = ending(place, sort).await;
        let [problem] = problems.as_slice() else { panic!("{place}: {problems:?}") };
        assert!(problem.starts_with(&format!("1 item of {place}")), "{problem}");
        assert!(problem.ends_with("has an end (ttl): it will be removed"), "{problem}");
    }
}
