//! Where the logs of all cases stand is exported once a day, in as many ticks as it takes, and tells what was lost since.

use std::collections::BTreeMap;
use std::time::Duration;

use desk_domain::case::{Actor, Command};
use desk_domain::id::CaseId;
use desk_keys::heads::Manifest;
use desk_store::heads::{Head, Looked, read_lines};
use desk_store::objects::Objects;
use desk_store::{SeenHeads, Store};
use desk_store_tests::bucket::{Bucket, Budget};
use desk_store_tests::{Bench, rewind};
use dynoxide::ImportOptions;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use jiff::SignedDuration;
use sla_check::{Heads, SlaCheck};

/// A desk whose heads go to a bucket.
struct Exporting {
    bench: Bench,
    bucket: Bucket,
    objects: Objects,
    check: SlaCheck,
}

impl Exporting {
    async fn new() -> Exporting {
        let (bench, bucket) = (Bench::new().await, Bucket::new());
        let objects = bucket.of("heads", Budget::unlimited()).await;
        let heads = Heads::new(objects.clone(), bench.keys.heads_signer().unwrap());
        let check = SlaCheck { heads: Some(heads), ..bench.sla_check() };
        Exporting { bench, bucket, objects, check }
    }

    /// The same, where a tick has time for one portion of cases.
    async fn hurried() -> Exporting {
        let mut exporting = Exporting::new().await;
        exporting.check.heads.as_mut().unwrap().budget = Duration::ZERO;
        exporting
    }

    async fn tick(&self) -> SeenHeads {
        self.check.tick(self.bench.hands.now()).await.unwrap();
        self.bench.store.members.seen_policy().await.unwrap().unwrap().heads.unwrap()
    }

    /// To the next day, with a tick.
    async fn next_day(&self) -> SeenHeads {
        self.bench.advance(SignedDuration::from_hours(24));
        self.tick().await
    }

    /// What was exported on a day, and the signature over it.
    async fn export(&self, day: &str) -> (Manifest, BTreeMap<CaseId, Head>) {
        let text = |object: desk_store::objects::Object| String::from_utf8(object.bytes).unwrap();
        let signed = text(self.objects.get(&format!("{day}.jws")).await.unwrap().expect("a signature"));
        let manifest = self.bench.keys.heads_verifier().unwrap().read(&signed).await.unwrap();
        let lines = self.objects.get(&manifest.object).await.unwrap().expect("lines").bytes;
        assert_eq!(manifest.sha256, desk_keys::sha256_hex(&lines));
        let heads = read_lines(&lines).unwrap();
        assert_eq!(manifest.cases, heads.len() as u64);
        (manifest, heads)
    }

    async fn noted(&self, id: &CaseId) {
        let assign = Command::Assign { member: "alice".parse().unwrap() };
        let bench = &self.bench;
        let alice = Actor::Member("alice".parse().unwrap());
        bench.store.cases.tell(id, &bench.policy, &alice, &bench.hands.clock(), &assign).await.unwrap();
    }

    /// Takes away every item of a case that `which` holds for.
    fn remove(&self, which: impl Fn(&str, &str) -> bool) {
        let mut removed = 0;
        for item in scanned(&self.bench) {
            let text = |name: &str| match item.get(name) {
                Some(AttributeValue::S(text)) => text.clone(),
                _ => String::new(),
            };
            let (pk, sk) = (text("pk"), text("sk"));
            if which(&pk, &sk) {
                let key = [("pk", pk), ("sk", sk)].map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
                let request =
                    DeleteItemRequest { table_name: "cases".to_owned(), key: key.into(), ..Default::default() };
                self.bench.database.delete_item(request).unwrap();
                removed += 1;
            }
        }
        assert!(removed > 0);
    }
}

fn is(item: &Item, name: &str, text: &str) -> bool {
    matches!(item.get(name), Some(AttributeValue::S(found)) if found == text)
}

/// One item, as it lies there.
fn item_of(bench: &Bench, pk: &str, sk: &str) -> Item {
    let item = scanned(bench).into_iter().find(|item| is(item, "pk", pk) && is(item, "sk", sk));
    item.expect("such an item")
}

fn scanned(bench: &Bench) -> Vec<Item> {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    bench.database.scan(scan).unwrap().items.unwrap_or_default()
}

async fn version(store: &Store, id: &CaseId) -> (u64, String) {
    let stored = store.cases.case(id).await.unwrap().unwrap();
    (stored.case.version, stored.head)
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_are_exported_once_a_day_and_say_where_each_log_stands() {
    let exporting = Exporting::new().await;
    let bench = &exporting.bench;
    let (one, two) = (bench.case(1, None).await, bench.case(2, None).await);
    let seen = exporting.tick().await;
    assert_eq!(seen.on.unwrap().to_string(), "2026-11-22");
    let (manifest, heads) = exporting.export("2026-11-22").await;
    assert_eq!((manifest.made_at, manifest.object.as_str()), (bench.hands.now(), "2026-11-22.jsonl"));
    for id in [&one, &two] {
        let head = &heads[id];
        assert_eq!((head.events, head.head.clone(), head.lost), {
            let (events, head) = version(&bench.store, id).await;
            (events, head, false)
        });
    }
    // Not again on this day, whatever happens.
    let three = bench.case(3, None).await;
    bench.advance(SignedDuration::from_hours(1));
    assert_eq!(exporting.tick().await, seen);
    assert_eq!(exporting.export("2026-11-22").await.1.len(), 2);
    exporting.next_day().await;
    assert!(exporting.export("2026-11-23").await.1.contains_key(&three));
    assert_eq!(bench.store.against(&heads, None).await.unwrap(), BTreeMap::new(), "what went on holds what it held");
}

/// Five hundred and one cases, a tick for each portion of them: all are in one export, each once; what came in between waits for the
/// next day, and a tick that fails in the middle loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_takes_several_ticks_goes_on_where_it_was() {
    let exporting = Exporting::hurried().await;
    let bench = &exporting.bench;
    let id = bench.case(0, None).await;
    let snapshot = item_of(bench, &format!("CASE#{id}"), "CASE");
    let copy = |number: u32| {
        let other = CaseId::from_random(&bench.policy.project.prefix, 2026, number * 65_537);
        let renamed = |(name, value): (&String, &AttributeValue)| {
            let value = match (name.as_str(), value) {
                ("board", _) => AttributeValue::S(format!("BOARD#{}", number % 16)),
                (_, AttributeValue::S(text)) => AttributeValue::S(text.replace(id.as_str(), other.as_str())),
                (_, other) => other.clone(),
            };
            (name.clone(), value)
        };
        snapshot.iter().map(renamed).collect::<Item>()
    };
    bench.database.import_items("cases", (1..=500).map(copy).collect(), ImportOptions::default()).unwrap();

    let first = exporting.tick().await;
    let unfinished = first.unfinished.clone().expect("more than a tick has time for");
    assert_eq!((first.on, unfinished.parts), (None, 1));
    assert!(exporting.objects.get("2026-11-22.jws").await.unwrap().is_none(), "nothing is signed that is not whole");
    // The next one looks whether anything is held, and then cannot write what it has found.
    let broken = SlaCheck { desk: bench.store_on(Budget::of(1, false)).desk, ..exporting.check.clone() };
    assert!(broken.tick(bench.hands.now()).await.is_err(), "no tick without its store");
    let again = bench.hands.now() + SignedDuration::from_mins(15);
    let failed = bench.store.members.seen_policy().await.unwrap().unwrap().heads;
    assert_eq!(failed, Some(SeenHeads { next: again, ..first }));
    bench.advance(SignedDuration::from_mins(15));
    let second = exporting.tick().await;
    assert_eq!(second.unfinished.as_ref().map(|unfinished| unfinished.parts), Some(2));
    let late = bench.case(7, None).await;
    let third = exporting.tick().await;
    assert!(third.unfinished.is_none(), "{third:?}");
    let (manifest, heads) = exporting.export("2026-11-22").await;
    assert!((501..=502).contains(&manifest.cases), "{}", manifest.cases);
    for number in 1..=500 {
        let other = CaseId::from_random(&bench.policy.project.prefix, 2026, number * 65_537);
        assert_eq!(heads[&other].events, heads[&id].events);
    }
    exporting.bench.advance(SignedDuration::from_hours(24));
    while exporting.tick().await.unfinished.is_some() {}
    let (manifest, heads) = exporting.export("2026-11-23").await;
    assert_eq!(manifest.cases, 502);
    assert!(heads.contains_key(&late));
}

/// A log that was cut off, written anew or taken away is told of, and its line stays as it was: the newest export says all that any
/// of them said.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_once_is_exported_until_the_log_holds_it_again() {
    let exporting = Exporting::new().await;
    let bench = &exporting.bench;
    let mut ids = Vec::new();
    for number in 1..=4 {
        ids.push(bench.case(number, None).await);
        exporting.noted(&ids[ids.len() - 1]).await;
    }
    let [whole, cut, other, gone] = &ids[..] else { panic!("four cases") };
    exporting.tick().await;
    let (_, before) = exporting.export("2026-11-22").await;

    rewind(bench, cut, "cases", before[cut].events - 1);
    let last = format!("{:012}", before[cut].events);
    exporting.remove(|pk, sk| pk == format!("LOG#{cut}") && sk == last);
    let mut event = item_of(bench, &format!("LOG#{other}"), &format!("{:012}", before[other].events));
    let Some(AttributeValue::B(bytes)) = event.get_mut("event") else { panic!("an event") };
    *bytes = String::from_utf8(bytes.clone()).unwrap().replace("alice", "bobby").into_bytes();
    bench.database.import_items("cases", vec![event], ImportOptions::default()).unwrap();
    rewind(bench, other, "cases", before[other].events);
    exporting.remove(|pk, _| pk.ends_with(&format!("#{gone}")));

    let lost = bench.store.against(&before, None).await.unwrap();
    let events = before[cut].events;
    let expected = BTreeMap::from([
        (cut.clone(), format!("its log ends with event {}: {events} were exported", events - 1)),
        (other.clone(), format!("event {events} is not the one that was exported")),
        (gone.clone(), format!("it is missing: {events} events of it were exported")),
    ]);
    assert_eq!(lost, expected);
    assert_eq!(bench.store.against(&before, Some(whole)).await.unwrap(), BTreeMap::new());

    for day in ["2026-11-23", "2026-11-24"] {
        exporting.next_day().await;
        let (_, heads) = exporting.export(day).await;
        assert!(!heads[whole].lost);
        for id in [cut, other, gone] {
            assert_eq!(heads[id], Head { lost: true, ..before[id].clone() }, "{day}");
        }
        let lost = bench.store.against(&heads, None).await.unwrap();
        assert_eq!(lost.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{day}");
    }
}

/// What goes by itself after a while is missed by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_for_a_while_only_is_not_exported() {
    let exporting = Exporting::new().await;
    let bench = &exporting.bench;
    let kept = bench.case(1, None).await;
    let passing = CaseId::passing(&bench.policy.project.prefix, 2026, 7);
    let renamed = |value: &AttributeValue| match value {
        AttributeValue::S(text) => AttributeValue::S(text.replace(kept.as_str(), passing.as_str())),
        other => other.clone(),
    };
    let of_case = scanned(bench).into_iter().filter(|item| is(item, "pk", &format!("CASE#{kept}")));
    let copies =
        of_case.map(|item| item.iter().map(|(name, value)| (name.clone(), renamed(value))).collect()).collect();
    bench.database.import_items("cases", copies, ImportOptions::default()).unwrap();
    exporting.tick().await;
    let (_, heads) = exporting.export("2026-11-22").await;
    assert_eq!(heads.into_keys().collect::<Vec<_>>(), [kept]);
}

/// A case that has an end is gone in some days: it is told of while it is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_given_an_end_is_told_of_before_it_is_gone() {
    let exporting = Exporting::new().await;
    let bench = &exporting.bench;
    let id = bench.case(1, None).await;
    exporting.tick().await;
    let mut snapshot = item_of(bench, &format!("CASE#{id}"), "CASE");
    snapshot.insert("ttl".to_owned(), AttributeValue::N("1800000000".to_owned()));
    bench.database.import_items("cases", vec![snapshot], ImportOptions::default()).unwrap();
    // Nothing is due yet that would write it anew.
    bench.advance(SignedDuration::from_mins(1));
    let (_, before) = exporting.export("2026-11-22").await;
    let looked = bench.store.cases.heads_of(std::slice::from_ref(&id), &before).await.unwrap();
    assert!(matches!(&looked[..], [Looked::Lost(_, why)] if why.contains("has an end")), "{looked:?}");
    assert_eq!(bench.store.cases_to_verify().await.unwrap(), [id], "and verify looks at it");
}

/// Where the bucket is out of reach the clocks are watched all the same; it is tried again in a quarter of an hour, and not at each tick.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_out_of_reach_keeps_no_clock_from_being_watched() {
    let mut exporting = Exporting::new().await;
    let id = exporting.bench.case(1, None).await;
    let reached = exporting.check.heads.clone();
    let gone = exporting.bucket.of("heads", Budget::of(0, false)).await;
    let signer = exporting.bench.keys.heads_signer().unwrap();
    exporting.check.heads = Some(Heads::new(gone, signer));
    let now = exporting.bench.hands.now();
    let ticked = exporting.check.tick(now).await.unwrap();
    assert_eq!(ticked.failed, 0, "{ticked:?}");
    exporting.check.heads = reached;
    let waits = exporting.tick().await;
    assert_eq!((waits.on, waits.written_at), (None, now));
    assert_eq!(waits.next, now + SignedDuration::from_mins(15));
    exporting.bench.advance(SignedDuration::from_mins(15));
    assert!(exporting.tick().await.on.is_some());
    assert!(exporting.export("2026-11-22").await.1.contains_key(&id));
}

/// What lies in the place of the export before is no reason to write none any more.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_replaced_is_told_of_and_the_next_begins_anew() {
    let exporting = Exporting::new().await;
    let id = exporting.bench.case(1, None).await;
    exporting.tick().await;
    exporting.bucket.replace("heads", "2026-11-22.jsonl", b"{}\n");
    exporting.next_day().await;
    assert!(exporting.export("2026-11-23").await.1.contains_key(&id));
}
