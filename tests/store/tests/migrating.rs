//! A table that the version before wrote goes on: everything is found where it lies now.

use std::collections::BTreeSet;

use desk_domain::advisory::Published;
use desk_domain::id::CaseId;
use desk_store_tests::pages::Pages;
use desk_store_tests::{Bench, content_id};
use dynoxide::ImportOptions;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use jiff::SignedDuration;
use serde_json::json;

const SITE: &str = "https://old.example.org/site";

fn items(bench: &Bench) -> Vec<Item> {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    bench.database.scan(scan).unwrap().items.unwrap()
}

fn text(item: &Item, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text.clone(),
        _ => panic!("{name} is text"),
    }
}

fn places(bench: &Bench) -> BTreeSet<(String, String)> {
    let place = |item: &Item| (text(item, "pk"), text(item, "sk"));
    items(bench).iter().map(place).filter(|(pk, _)| !pk.starts_with("DESK#")).collect()
}

fn put(bench: &Bench, item: Item) {
    bench.database.import_items("cases", vec![item], ImportOptions::default()).unwrap();
}

/// Lays everything of a case into its own partition, as the version before did; gives how many items that were.
fn as_before(bench: &Bench, case: &CaseId) -> usize {
    let mut moved = 0;
    for item in items(bench) {
        let (pk, sk) = (text(&item, "pk"), text(&item, "sk"));
        if !["TIMER#", "PLAN#", "CONTENT#", "WORDS#"].iter().any(|kind| pk == format!("{kind}{case}")) {
            continue;
        }
        let mut old = item.clone();
        old.insert("pk".to_owned(), AttributeValue::S(format!("CASE#{case}")));
        old.insert("sk".to_owned(), AttributeValue::S(sk.replace("WORDS#", "CONTENT#")));
        put(bench, old);
        let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone())).into_iter().collect();
        let request = DeleteItemRequest { table_name: "cases".to_owned(), key, ..Default::default() };
        bench.database.delete_item(request).unwrap();
        moved += 1;
    }
    moved
}

#[tokio::test]
async fn what_the_version_before_laid_elsewhere_is_moved_once() {
    let bench = Bench::new().await;
    let id = bench.case(1, Some("rita@example.org")).await;
    let there = places(&bench);
    let old = as_before(&bench, &id);
    // A timer that nobody has taken away in time.
    let gone = items(&bench).into_iter().find(|item| text(item, "sk").starts_with("TIMER#")).expect("a timer");
    let mut stale = gone.clone();
    stale.insert("sk".to_owned(), AttributeValue::S("TIMER#gone".to_owned()));
    put(&bench, stale);
    assert!(!bench.store.verify(&id, None).await.unwrap().unwrap().problems.is_empty(), "its report lies elsewhere");

    assert_eq!(bench.store.migrate(SITE).await.unwrap(), old + 1);
    assert_eq!(places(&bench), there, "all of it lies as if it had been written now, and nothing else");
    assert_eq!(bench.store.migrate(SITE).await.unwrap(), 0, "it is done once");
    assert_eq!(bench.store.verify(&id, None).await.unwrap().unwrap().problems, [""; 0]);
    assert!(bench.store.cases.words(&id, &content_id("reporter-address")).await.unwrap().is_some());
    bench.advance(SignedDuration::from_hours(13));
    let ticked = bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(ticked.fired > 0 && ticked.failed == 0, "its clocks go on: {ticked:?}");
}

/// A case that the version before meant to keep for a while has an id like any other: what would be removed of it stays.
#[tokio::test]
async fn what_the_version_before_gave_an_end_stays_unless_its_id_says_so() {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    let passing = CaseId::passing(&bench.policy.project.prefix, 2026, 7);
    let end = |item: &mut Item| drop(item.insert("ttl".to_owned(), AttributeValue::N("1800000000".to_owned())));
    let mut given = 0;
    for mut item in items(&bench) {
        if text(&item, "pk").ends_with(id.as_str()) {
            end(&mut item);
            put(&bench, item);
            given += 1;
        }
    }
    for pk in [format!("CASE#{passing}"), format!("LOG#{passing}"), "REQUEST#ab".to_owned(), "CODE#ab".to_owned()] {
        let mut item =
            Item::from([("pk".to_owned(), AttributeValue::S(pk.clone())), ("sk".to_owned(), AttributeValue::S(pk))]);
        end(&mut item);
        put(&bench, item);
    }
    let marker =
        [("pk", "DESK#layout"), ("sk", "LAYOUT")].map(|(name, text)| (name, AttributeValue::S(text.to_owned())));
    let marker = marker.into_iter().chain([("layout", AttributeValue::N("2".to_owned()))]);
    put(&bench, marker.map(|(name, value)| (name.to_owned(), value)).collect());
    assert!(!bench.store.verify(&id, None).await.unwrap().unwrap().problems.is_empty());
    assert_eq!(bench.store.migrate(SITE).await.unwrap(), given);
    assert_eq!(bench.store.verify(&id, None).await.unwrap().unwrap().problems, [""; 0]);
    let ending = items(&bench).iter().filter(|item| item.contains_key("ttl")).count();
    assert_eq!(ending, 4, "what is short-lived by its kind or its id keeps its end");
}

/// Changes the JSON of a case's snapshot where it lies.
fn change_snapshot(bench: &Bench, id: &CaseId, change: impl Fn(&mut serde_json::Value)) {
    let mut all = items(bench).into_iter();
    let mut item = all.find(|item| text(item, "pk") == format!("CASE#{id}") && text(item, "sk") == "CASE").expect("it");
    let mut snapshot = serde_json::from_str(&text(&item, "snapshot")).unwrap();
    change(&mut snapshot);
    item.insert("snapshot".to_owned(), AttributeValue::S(snapshot.to_string()));
    put(bench, item);
}

/// The version before knew not which code is its reporter's, and of a consent only that there is one.
#[tokio::test]
async fn a_snapshot_of_the_version_before_is_read_and_gets_what_it_lacks_from_a_log_that_holds() {
    let bench = Bench::new().await;
    let pages = Pages::of(&bench).await;
    let (old, forged) = (pages.report().await.case, pages.report().await.case);
    for case in [&old, &forged] {
        for command in [json!({"command": "assign", "member": "alice"}), json!({"command": "reissue-code"})] {
            let (status, answer) = pages.command(case, command).await;
            assert!(status.is_success(), "{answer}");
        }
        change_snapshot(&bench, case, |snapshot| {
            assert!(snapshot["code"].is_u64(), "{snapshot}");
            snapshot.as_object_mut().unwrap().remove("code");
            snapshot["may_forward"] = json!(true);
            snapshot["consent_recorded"] = json!({"by": "reporter", "at": "2026-11-22T12:00:00Z"});
        });
    }
    change_snapshot(&bench, &forged, |snapshot| snapshot["handler"] = json!("bob"));
    let problems = async |id| bench.store.verify(id, None).await.unwrap().expect("it can be read").problems;
    assert_eq!(problems(&old).await, ["replaying the log does not give the snapshot"]);
    assert_eq!(bench.store.migrate(SITE).await.unwrap(), 1);
    assert_eq!(problems(&old).await, [""; 0]);
    assert_eq!(problems(&forged).await, ["replaying the log does not give the snapshot"], "that is not made right");
    assert_eq!(bench.store.migrate(SITE).await.unwrap(), 0, "it is done once");
}

/// What subscribers know by its page's address they go on to know by it, wherever the site moves; what comes later has an id of its own.
#[tokio::test]
async fn what_was_published_before_keeps_the_id_of_its_entry() {
    let bench = Bench::new().await;
    let published = |id: &str, entry_id: Option<&str>| -> Published {
        let advisory = json!({
            "id": id, "title": "t", "summary": "s", "details": "d", "workarounds": null, "references": [], "aliases": [],
            "cve": null, "severity": null, "cvss": [], "cwe": [], "affected": [], "lines": [], "credits": [],
        });
        let at = "2026-11-22T12:00:00Z";
        let mut all = json!({"advisory": advisory, "case": null, "published_at": at, "modified_at": at});
        if let Some(entry_id) = entry_id {
            all["entry_id"] = json!(entry_id);
        }
        serde_json::from_value(all).unwrap()
    };
    let tag = "tag:example.org,2026:advisories/EXP-2026-BBBBB";
    let store = &bench.store.published;
    for (id, tag) in [("EXP-2026-AAAAA", None), ("EXP-2026-BBBBB", Some(tag))] {
        store.replace_published(&published(id, tag)).await.unwrap();
        store.show_published(&id.parse().unwrap()).await.unwrap();
    }
    // Its page is not written yet.
    assert!(store.put_published(&published("EXP-2026-CCCCC", None)).await.unwrap());
    assert_eq!(bench.store.migrate(SITE).await.unwrap(), 2);
    let shown = store.all_shown().await.unwrap();
    let ids: Vec<_> = shown.iter().map(|published| published.entry_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["https://old.example.org/site/advisories/EXP-2026-AAAAA.html", tag]);
    let waits = store.published(&"EXP-2026-CCCCC".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(waits.entry_id.as_deref(), Some("https://old.example.org/site/advisories/EXP-2026-CCCCC.html"));
    assert_eq!(bench.store.migrate("https://new.example.org").await.unwrap(), 0, "it is done once");
}

/// An item in the index that this version cannot read, of whatever origin.
#[tokio::test]
async fn what_is_due_and_cannot_be_read_keeps_nothing_else_from_being_done() {
    let bench = Bench::new().await;
    bench.case(1, None).await;
    let timer = items(&bench).into_iter().find(|item| text(item, "sk").starts_with("TIMER#")).expect("a timer");
    for (pk, sk) in [("NOBODY", "NOTHING"), ("TIMER#not-an-id", "TIMER#handler"), ("PLAN#EXP-2026-7K3QF", "PLAN#x")] {
        let mut odd = timer.clone();
        odd.insert("pk".to_owned(), AttributeValue::S(pk.to_owned()));
        odd.insert("sk".to_owned(), AttributeValue::S(sk.to_owned()));
        put(&bench, odd);
    }
    bench.advance(SignedDuration::from_hours(13));
    let ticked = bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(ticked.fired > 0, "{ticked:?}");
}
