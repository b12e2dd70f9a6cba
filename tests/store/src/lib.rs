//! A store on an embedded DynamoDB of its own, a clock that the test moves, a scripted SES, and a bucket that may be gone.

pub mod bucket;
pub mod pages;
pub mod post;
pub mod publication;
pub mod ses;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use desk_domain::case::decide::open;
use desk_domain::case::event::{Answers, ByMail, Reported, Sender};
use desk_domain::case::{Actor, Case, Event};
use desk_domain::id::{CaseId, ContentId, SourceId};
use desk_domain::policy::Policy;
use desk_keys::PublicKey;
use desk_keys::file::KeyFile;
use desk_local::wiring::Wiring;
use desk_mail::ses::Settings as SesSettings;
use desk_runtime::Clock;
use desk_store::objects::{ObjectSettings, Objects};
use desk_store::{Audience, Commit, NewKeys, Outcome, Settings, Store};
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use dynoxide::{Database, ImportOptions};
use fan_out::FanOut;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use sla_check::SlaCheck;

use crate::bucket::{Broke, Bucket, Budget};

/// Where no server listens.
const NOBODY: &str = "http://127.0.0.1:9";

/// The policy that the tests run under.
pub fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../infra/policies/express.toml")).expect("the policy is valid")
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    pub fn at(text: &str) -> Hands {
        Hands(Arc::new(Mutex::new(text.parse().expect("an instant"))))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().expect("no panic holds it")
    }

    pub fn set(&self, to: Timestamp) {
        *self.0.lock().expect("no panic holds it") = to;
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().expect("no panic holds it");
        *now += by;
    }

    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::from_fn(move || hands.now())
    }

    /// The same clock, where whoever waits for an instant waits for these hands, and is counted in `waiting` meanwhile.
    pub fn waited_for(&self, waiting: Arc<AtomicUsize>) -> Clock {
        let hands = self.clone();
        self.clock().waiting(move |at| {
            let (hands, waiting) = (hands.clone(), waiting.clone());
            async move {
                if hands.now() < at {
                    waiting.fetch_add(1, Ordering::SeqCst);
                    while hands.now() < at {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    waiting.fetch_sub(1, Ordering::SeqCst);
                }
            }
        })
    }
}

/// Answers of DynamoDB tell the time of these hands.
pub(crate) struct Date(Hands);

impl std::fmt::Debug for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Date")
    }
}

impl Date {
    fn told(&self, context: &mut BeforeDeserializationInterceptorContextMut<'_>) -> Result<(), BoxError> {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.0.now())?;
        context.response_mut().headers_mut().insert("date", date);
        Ok(())
    }
}

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "Date"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.told(context)
    }
}

/// A store, the database behind it, and the time that each of them tells.
pub struct Bench {
    pub store: Store,
    pub database: Database,
    pub policy: Arc<Policy>,
    /// The functions' clock.
    pub hands: Hands,
    /// DynamoDB's clock.
    pub date: Hands,
    /// What rings are wrapped with, and links signed.
    pub keys: Arc<KeyFile>,
    pub mail_key: PublicKey,
    pub release_key: PublicKey,
    url: String,
}

impl Bench {
    pub async fn new() -> Bench {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let database = Database::memory().expect("a database in memory");
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database.clone(), std::future::pending()));
        let (hands, date) = (Hands::at("2026-11-22T12:00:00Z"), Hands::at("2026-11-22T12:00:00Z"));
        let store = Store::connect_with(&Settings::stand_in(&url), hands.clock(), Some(Date(date.clone())));
        store.create_tables().await.expect("tables");
        let path = std::env::temp_dir().join(format!("desk-keys-{}", desk_keys::hex(&desk_keys::random::<8>())));
        let keys = KeyFile::open_or_create(&path).expect("a key file");
        std::fs::remove_file(path).expect("the key file was made");
        let (mail_key, release_key) = (grow(&store, &keys, "mail").await, grow(&store, &keys, "release").await);
        let (policy, keys) = (Arc::new(policy()), Arc::new(keys));
        Bench { store, database, policy, hands, date, keys, mail_key, release_key, url }
    }

    /// Rotates a ring: what is sealed to it from now on is sealed to the key that this gives.
    pub async fn rotate(&self, purpose: &str) -> PublicKey {
        grow(&self.store, &self.keys, purpose).await
    }

    /// Where the database answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another handle to the same tables, through which calls are taken from `budget`.
    pub fn store_on(&self, budget: Budget) -> Store {
        let broke = Broke { budget, date: Date(self.date.clone()) };
        Store::connect_with(&Settings::stand_in(&self.url), self.hands.clock(), Some(broke))
    }

    /// What the functions are wired to here: tables, keys and clock. Nobody answers for the buckets and for SES.
    pub fn wiring(&self) -> Wiring {
        let bucket = |name| Objects::connect(&ObjectSettings::stand_in(NOBODY, name));
        Wiring {
            store: self.store.clone(),
            policy: self.policy.clone(),
            clock: self.hands.clock(),
            keys: self.keys.clone(),
            openpgp: None,
            ses: SesSettings::stand_in(NOBODY),
            pagers: None,
            called: None,
            registry_at: None,
            site: bucket("site"),
            content: bucket("content"),
            inbound: bucket("inbound"),
            heads: bucket("heads"),
            public_url: "http://desk.test".to_owned(),
            site_url: "http://desk.test/site".to_owned(),
        }
    }

    /// The function, with a bucket of its own.
    pub async fn fan_out(&self, bucket: &Bucket, budget: Budget) -> FanOut {
        let Store { cases, mail, published, members, desk, .. } = self.store_on(budget.clone());
        let objects = bucket.objects(budget).await;
        // What it does at its start costs nothing of the budget.
        FanOut { cases, mail, published, members, desk, objects, ..self.wiring().fan_out().await.expect("a function") }
    }

    /// The function, in a stack that receives no mail.
    pub fn sla_check(&self) -> SlaCheck {
        self.sla_check_on(self.store.clone())
    }

    /// The same, over another handle to the tables.
    pub fn sla_check_on(&self, store: Store) -> SlaCheck {
        let check = Wiring { store, ..self.wiring() }.sla_check().expect("a function");
        SlaCheck { inbound: None, heads: None, ..check }
    }

    /// The counters in the table `cases`: what each is found by, and when it ends in seconds.
    pub fn counters(&self) -> Vec<(String, i64)> {
        let counter = |item: Item| match (item.get("pk"), item.get("ttl")) {
            (Some(AttributeValue::S(pk)), Some(AttributeValue::N(ttl))) if pk.starts_with("RATE#") => {
                Some((pk.clone(), ttl.parse().expect("seconds")))
            }
            _ => None,
        };
        scanned(self, "cases").into_iter().filter_map(counter).collect()
    }

    /// Every item of both tables, for looking for what must stand in none.
    pub fn dump(&self) -> String {
        ["cases", "mail"].into_iter().flat_map(|table| scanned(self, table)).map(|item| format!("{item:?}\n")).collect()
    }

    /// Moves both clocks.
    pub fn advance(&self, by: SignedDuration) {
        self.hands.advance(by);
        self.date.advance(by);
    }

    /// A case with a sealed report and, where the reporter gave one, an address.
    pub async fn case(&self, number: u32, address: Option<&str>) -> CaseId {
        self.case_of(number, address, None, None).await
    }

    /// The same, of a report from there.
    pub async fn case_from(&self, number: u32, address: Option<&str>, source: &SourceId) -> CaseId {
        self.case_of(number, address, None, Some(source.clone())).await
    }

    /// The same, of a report that came by mail, and how sure it was whose.
    pub async fn case_by_mail(&self, number: u32, address: &str, sender: Sender) -> CaseId {
        self.case_of(number, Some(address), Some(sender), None).await
    }

    async fn case_of(
        &self,
        number: u32,
        address: Option<&str>,
        sender: Option<Sender>,
        source: Option<SourceId>,
    ) -> CaseId {
        let id = CaseId::from_random(&self.policy.project.prefix, 2026, number);
        let keys = NewKeys::make(&self.keys.root_public().expect("a root"), &id).await.expect("keys");
        let mut commit = Commit::new();
        commit.case_keys(&keys);
        let report = commit.seal(&keys.sealer, &Audience::Reporter, content_id("report"), b"words").expect("sealing");
        if let Some(address) = address {
            let sealed = self.mail_key.seal(address.as_bytes()).expect("sealing");
            commit.words(&id, &content_id("reporter-address"), sealed);
        }
        let by_mail = |sender| ByMail {
            sender,
            raw: report.clone(),
            receipt: None,
            thread: None,
            hints: Vec::new(),
            entered_by: None,
        };
        let reported = Reported {
            mail: sender.map(by_mail),
            source: source.map(Box::new),
            received_at: None,
            third_party: None,
            unlisted: false,
            may_forward: false,
            package: None,
            answers: Answers::Page,
            address: address.map(|_| content_id("reporter-address")),
            has_openpgp_key: false,
            known_public: false,
            known_exploited: false,
            planned_for: None,
            report: report.clone(),
            continues: None,
            found_by: None,
            opened: None,
            canary: false,
            files: Vec::new(),
            keys: Some(Box::new(keys.named.clone())),
        };
        let now = self.hands.now();
        let events = open(id.clone(), &self.policy, reported, now);
        commit.open(&id, &Actor::Reporter, events, now);
        assert_eq!(self.store.cases.commit(commit).await.expect("a commit"), Outcome::Done);
        id
    }
}

/// A ring's next generation.
async fn grow(store: &Store, keys: &KeyFile, purpose: &str) -> PublicKey {
    let newest = store.desk.newest_ring_key(purpose).await.expect("a ring").map_or(0, |(generation, _)| generation);
    let new = keys.root_public().expect("a root").new_key(purpose).await.expect("a key");
    assert!(store.desk.put_ring_key(purpose, newest + 1, &new).await.expect("a write"), "the generation is new");
    new.key.public()
}

/// Puts something else in the place of sealed content, behind the store's back.
pub fn replace_content(bench: &Bench, case: &CaseId, name: &str, sealed: Vec<u8>) {
    let content = |item: &Item| {
        is_text(item, "pk", &format!("CONTENT#{case}")) && is_text(item, "sk", &format!("CONTENT#{name}"))
    };
    let mut item = scanned(bench, "cases").into_iter().find(content).expect("such content");
    item.insert("sealed".to_owned(), AttributeValue::B(sealed));
    bench.database.import_items("cases", vec![item], ImportOptions::default()).expect("a write");
}

impl Bench {
    /// Every byte that stands in a table's items.
    pub fn bytes_of(&self, table: &str) -> Vec<u8> {
        fn of(value: &AttributeValue, bytes: &mut Vec<u8>) {
            match value {
                AttributeValue::B(one) => bytes.extend(one),
                other => bytes.extend(format!("{other:?}").bytes()),
            }
            bytes.push(b'\n');
        }
        let mut bytes = Vec::new();
        for item in scanned(self, table) {
            item.iter().for_each(|(name, value)| {
                bytes.extend(name.bytes());
                of(value, &mut bytes);
            });
        }
        bytes
    }
}

/// A content id that the test spells right.
pub fn content_id(name: &str) -> ContentId {
    name.parse().expect("a content id")
}

/// Leaves of a case's snapshot nothing that makes sense.
pub fn damage(bench: &Bench, case: &CaseId) {
    let is_snapshot = |item: &Item| is_text(item, "pk", &format!("CASE#{case}")) && is_text(item, "sk", "CASE");
    let mut snapshot = scanned(bench, "cases").into_iter().find(is_snapshot).expect("a snapshot");
    snapshot.insert("snapshot".to_owned(), AttributeValue::S("{}".to_owned()));
    bench.database.import_items("cases", vec![snapshot], ImportOptions::default()).expect("a write");
}

fn scanned(bench: &Bench, table: &str) -> Vec<Item> {
    let scan = ScanRequest { table_name: table.to_owned(), ..Default::default() };
    bench.database.scan(scan).expect("a scan").items.unwrap_or_default()
}

fn is_text(item: &Item, name: &str, text: &str) -> bool {
    matches!(item.get(name), Some(AttributeValue::S(found)) if found == text)
}

/// Copies a case's log from one table to another, behind the store's back.
pub fn copy_log(bench: &Bench, case: &CaseId, from: &str, to: &str) {
    let log = scanned(bench, from).into_iter().filter(|item| is_text(item, "pk", &format!("LOG#{case}"))).collect();
    bench.database.import_items(to, log, ImportOptions::default()).expect("a write");
}

/// Makes a case in a table what it was at a version: its snapshot is replayed, its later events are gone.
pub fn rewind(bench: &Bench, case: &CaseId, table: &str, version: u64) {
    let items = scanned(bench, table);
    let mut log: Vec<(u64, Vec<u8>)> = items
        .iter()
        .filter(|item| is_text(item, "pk", &format!("LOG#{case}")))
        .map(|item| match (item.get("sk"), item.get("event")) {
            (Some(AttributeValue::S(seq)), Some(AttributeValue::B(bytes))) => {
                (seq.parse().expect("a number"), bytes.clone())
            }
            _ => panic!("an event"),
        })
        .collect();
    log.sort();
    log.truncate(version as usize);
    let events: Vec<Event> = log.iter().map(|(_, bytes)| serde_json::from_slice(bytes).expect("an event")).collect();
    let rewound = Case::replay(&events).expect("a case");
    let is_snapshot = |item: &Item| is_text(item, "pk", &format!("CASE#{case}")) && is_text(item, "sk", "CASE");
    let mut snapshot = items.into_iter().find(is_snapshot).expect("a snapshot");
    let text = serde_json::to_string(&rewound).expect("plain data");
    snapshot.insert("snapshot".to_owned(), AttributeValue::S(text));
    snapshot.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    let head = desk_keys::sha256_hex(&log.last().expect("a log").1);
    snapshot.insert("head".to_owned(), AttributeValue::S(head));
    bench.database.import_items(table, vec![snapshot], ImportOptions::default()).expect("a write");
}
