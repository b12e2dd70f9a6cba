//! The figures of promises: counted once whatever is repeated, lost or late, made again from the logs, and cheap to read.

use std::collections::BTreeMap;

use desk_domain::case::{Actor, Command, Message};
use desk_domain::figures::Tally;
use desk_domain::id::CaseId;
use desk_store_tests::bucket::{Bucket, Budget};
use desk_store_tests::{Bench, content_id};
use fan_out::{FanOut, Work};
use jiff::SignedDuration;
use jiff::civil::{Date, date};

use desk_domain::case::ContentRef;
use desk_runtime::stream::Worker;

/// The bench's first day.
const TODAY: Date = date(2026, 11, 22);

fn respond() -> Command {
    let content = ContentRef { id: content_id("m-1"), sha256: "00".to_owned() };
    Command::Respond { message: Message { content, mail: None } }
}

async fn told(bench: &Bench, case: &CaseId, who: &Actor, command: &Command) -> u64 {
    let before = bench.store.cases.case(case).await.unwrap().unwrap().case.version;
    bench.store.cases.tell(case, &bench.policy, who, &bench.hands.clock(), command).await.unwrap();
    before + 1
}

async fn answered(bench: &Bench, case: &CaseId) -> u64 {
    told(bench, case, &Actor::Member("bob".parse().unwrap()), &respond()).await
}

async fn counted(bench: &Bench) -> BTreeMap<Date, Tally> {
    let days = bench.store.figures.stale(TODAY, TODAY.tomorrow().unwrap()).await.unwrap();
    for day in days {
        bench.store.figures.count(day).await.unwrap();
    }
    bench.store.figures.tallies(TODAY, TODAY.tomorrow().unwrap()).await.unwrap()
}

async fn function(bench: &Bench) -> FanOut {
    bench.fan_out(&Bucket::new(), Budget::unlimited()).await
}

#[tokio::test]
async fn each_event_counts_once_however_often_it_is_planned_and_counted() {
    let bench = Bench::new().await;
    let (id, fan_out) = (bench.case(1, Some("rita@example.org")).await, function(&bench).await);
    bench.advance(SignedDuration::from_hours(3));
    let from = answered(&bench, &id).await;
    // The later plan is made first, and each of them again and again.
    for plan in [from, from, 1, 1, from] {
        fan_out.plan(&id, plan).await.unwrap();
    }
    let first = counted(&bench).await;
    let today = &first[&TODAY];
    assert_eq!((today.reports, today.receipts, today.receipts_by_mail), (1, 1, 1));
    let clock = |name: &str| &today.clocks[&name.parse().unwrap()];
    assert_eq!((clock("acknowledgement").kept, clock("detailed-response").kept), (1, 1));
    assert_eq!(clock("acknowledgement").median(), Some(180));
    bench.store.figures.put_entries(&id, &[], "again").await.unwrap();
    assert_eq!(counted(&bench).await, first);
}

#[tokio::test]
async fn a_bounce_takes_back_what_was_counted_before_it() {
    let bench = Bench::new().await;
    let (id, fan_out) = (bench.case(1, Some("rita@example.org")).await, function(&bench).await);
    let from = answered(&bench, &id).await;
    fan_out.plan(&id, 1).await.unwrap();
    fan_out.plan(&id, from).await.unwrap();
    assert_eq!(counted(&bench).await[&TODAY].clocks.len(), 2);
    let seq = bench.store.cases.case(&id).await.unwrap().unwrap().case.sent[0].seq;
    let from = told(&bench, &id, &Actor::Desk, &Command::MessageBounced { seq }).await;
    fan_out.plan(&id, from).await.unwrap();
    assert!(counted(&bench).await[&TODAY].clocks.is_empty());
}

#[tokio::test]
async fn what_the_stream_lost_is_counted_by_the_schedule_and_shown() {
    let bench = Bench::new().await;
    let bucket = Bucket::new();
    let (id, fan_out) = (bench.case(1, None).await, bench.fan_out(&bucket, Budget::unlimited()).await);
    let from = answered(&bench, &id).await;
    fan_out.plan(&id, from).await.unwrap();
    assert_eq!(bench.store.figures.stale(TODAY, TODAY).await.unwrap(), [TODAY]);
    fan_out.scheduled().await.unwrap();
    assert_eq!(bench.store.figures.stale(TODAY, TODAY).await.unwrap(), []);
    let shown = |bytes: Vec<u8>| {
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["periods"][0]["clocks"][0]["n"].clone()
    };
    let json = || async { fan_out.objects.get("figures.json").await.unwrap().unwrap().bytes };
    assert_eq!(shown(json().await), 0, "today is counted tomorrow");
    bench.advance(SignedDuration::from_hours(13));
    fan_out.work(&Work::ShowFigures).await.unwrap();
    assert_eq!(shown(json().await), 1);
    let page = fan_out.objects.get("figures.html").await.unwrap().unwrap().bytes;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("100 %") && !page.contains(id.as_str()), "{page}");
}

#[tokio::test]
async fn made_again_from_the_logs_they_are_the_same_and_what_no_log_says_goes() {
    let bench = Bench::new().await;
    let fan_out = function(&bench).await;
    for number in 1..4 {
        let id = bench.case(number, None).await;
        fan_out.plan(&id, 1).await.unwrap();
        if number > 1 {
            bench.advance(SignedDuration::from_hours(1));
            let from = answered(&bench, &id).await;
            fan_out.plan(&id, from).await.unwrap();
        }
    }
    let before = counted(&bench).await;
    let rebuilt = bench.store.rebuild_figures().await.unwrap();
    assert_eq!((rebuilt.cases, rebuilt.changed), (3, 0), "{rebuilt:?}");
    assert_eq!(counted(&bench).await, before);
    // A case that nobody ever planned, and an entry that no log stands for.
    let unplanned = bench.case(9, None).await;
    answered(&bench, &unplanned).await;
    let stranger: CaseId = "EXP-2026-7K3QF".parse().unwrap();
    let log = bench.store.cases.events(&unplanned, 1, 1).await.unwrap();
    let invented = desk_domain::figures::entries(&log);
    bench.store.figures.put_entries(&stranger, &invented, "nobody").await.unwrap();
    assert_eq!(counted(&bench).await[&TODAY].reports, 4);
    let rebuilt = bench.store.rebuild_figures().await.unwrap();
    assert_eq!(rebuilt.changed, 1, "{rebuilt:?}");
    let after = counted(&bench).await;
    let acknowledged = |days: &BTreeMap<Date, Tally>| days[&TODAY].clocks[&"acknowledgement".parse().unwrap()].kept;
    assert_eq!((after[&TODAY].reports, acknowledged(&after)), (4, acknowledged(&before) + 1));
}

/// A page of a year reads the year's days: 5 reports or 80 on a day are one item of much the same size.
#[tokio::test]
async fn a_years_figures_cost_the_same_with_many_cases() {
    let bench = Bench::new().await;
    let fan_out = function(&bench).await;
    let (mut costs, mut begun) = (Vec::new(), 0);
    for size in [5, 80] {
        for number in begun..size {
            let id = bench.case(number, None).await;
            let from = answered(&bench, &id).await;
            fan_out.plan(&id, from).await.unwrap();
        }
        begun = size;
        counted(&bench).await;
        let before = bench.store.consumed().read;
        let days = bench.store.figures.tallies(date(2025, 11, 23), TODAY).await.unwrap();
        costs.push(bench.store.consumed().read - before);
        assert_eq!(days[&TODAY].clocks[&"acknowledgement".parse().unwrap()].kept, u64::from(size));
    }
    assert_eq!(costs[0], costs[1], "{costs:?}");
}
