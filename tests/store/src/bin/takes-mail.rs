//! `inbox` in a process of its own, over stand-ins that another process holds: what it takes of memory, and its death, are nobody
//! else's. It takes what lies in the bucket, as the schedule has it do, whenever a line comes in; the line is the time.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use desk_keys::file::KeyFile;
use desk_local::wiring::Wiring;
use desk_mail::ses::Settings as SesSettings;
use desk_runtime::{Clock, start};
use desk_store::objects::{ObjectSettings, Objects};
use desk_store::{Settings, Store};
use desk_store_tests::{Hands, policy};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    start::logging();
    let [tables, buckets, keys] =
        ["BENCH_TABLES", "BENCH_BUCKETS", "BENCH_KEYS"].map(|name| std::env::var(name).expect(name));
    let hands = Hands::at("2026-11-22T12:00:00Z");
    let clock: Clock = hands.clock();
    let bucket = |name| Objects::connect(&ObjectSettings::stand_in(&buckets, name));
    let wiring = Wiring {
        store: Store::connect(&Settings::stand_in(&tables), clock.clone()),
        policy: Arc::new(policy()),
        clock,
        keys: Arc::new(KeyFile::open_or_create(Path::new(&keys)).expect("a key file")),
        openpgp: None,
        ses: SesSettings::stand_in(&tables),
        pagers: None,
        called: None,
        registry_at: None,
        site: bucket("site"),
        content: bucket("content"),
        inbound: bucket("inbound"),
        heads: bucket("heads"),
        public_url: "http://desk.test".to_owned(),
        site_url: "http://desk.test/site".to_owned(),
    };
    let inbox = wiring.inbox().await.expect("a function");
    for line in std::io::stdin().lock().lines() {
        hands.set(line.expect("a line").parse().expect("an instant"));
        inbox.sweep().await.expect("the bucket answers");
        writeln!(std::io::stdout(), "done").expect("somebody reads");
    }
}
