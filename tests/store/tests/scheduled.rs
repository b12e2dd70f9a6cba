//! A publication that is scheduled, through the table: no clock that is wrong publishes it early, and nobody who may only write to the
//! table.

use desk_domain::case::{Actor, Command, EventBody};
use desk_domain::id::CaseId;
use desk_keys::publish::Publication;
use desk_store::{Commit, Outcome};
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use jiff::{SignedDuration, Timestamp};

use crate::publishing::plan_of;

const HOURS: SignedDuration = SignedDuration::from_hours(48);

/// The word of `team` that it is published then.
async fn said(bench: &Bench, id: &CaseId, on: Timestamp) -> String {
    let stored = bench.store.cases.case(id).await.unwrap().unwrap();
    let approval = stored.case.publication.approval.as_ref().unwrap();
    let channels = bench.policy.announcement_channels();
    let (content, head, not_before) = (&approval.content, &stored.head, Some(on));
    let said =
        Publication { case: id, content, channels: &channels, head, revision: 0, not_before, once_released: false };
    bench.keys.publish_signer().unwrap().sign(&said).await.unwrap()
}

/// A case whose advisory is published by itself in two days.
async fn scheduled(bench: &Bench) -> (CaseId, Timestamp) {
    let id = bench.ready(7).await;
    bench.approve(&id, "Redirect").await;
    let on = Timestamp::from_second((bench.hands.now() + HOURS).as_second()).unwrap();
    let signed = said(bench, &id, on).await;
    bench.tell(&id, "bob", Command::Publish { signed, on: Some(on.to_string().parse().unwrap()) }).await;
    (id, on)
}

async fn is_published(bench: &Bench, id: &CaseId) -> bool {
    bench.store.cases.case(id).await.unwrap().unwrap().case.publication.is_published()
}

async fn is_public(bench: &Bench, id: &CaseId) -> bool {
    bench.store.published.published(&id.into()).await.unwrap().is_some()
}

/// Plans what a log says, and whether that made it public; why not, where it did not.
async fn planned(bench: &Bench, id: &CaseId) -> Result<(), String> {
    let to = bench.store.cases.case(id).await.unwrap().unwrap().case.version;
    let from = plan_of(bench, id, to).await;
    let fan_out = bench.fan_out(&Bucket::new(), Budget::unlimited()).await;
    fan_out.plan(id, from).await.map(|_| ()).map_err(|why| why.to_string())
}

#[tokio::test]
async fn at_no_clock_that_was_put_forward_or_back_publishes_it_early() {
    let bench = Bench::new().await;
    let (id, on) = scheduled(&bench).await;
    // The function's clock alone runs ahead of its time.
    bench.hands.advance(HOURS + SignedDuration::from_mins(5));
    let held = bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(held.held > 0 && !is_published(&bench, &id).await, "{held:?}");
    // DynamoDB agrees, and the schedule is a day behind.
    bench.date.advance(HOURS + SignedDuration::from_mins(5));
    bench.sla_check().tick(bench.hands.now() - SignedDuration::from_hours(24)).await.unwrap();
    assert!(!is_published(&bench, &id).await);
    // Back before its time, where all of them agree.
    bench.hands.advance(-HOURS);
    bench.date.advance(-HOURS);
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(!is_published(&bench, &id).await);
    bench.hands.advance(HOURS);
    bench.date.advance(HOURS);
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    let published = bench.store.cases.case(&id).await.unwrap().unwrap().case.publication.published.unwrap();
    assert!(published.advisory.at >= on && published.advisory.by == Actor::Desk);
    planned(&bench, &id).await.unwrap();
    assert!(is_public(&bench, &id).await, "with the word that was given as it was scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_two_ticks_at_once_publish_it_once() {
    let bench = Bench::new().await;
    let (id, _) = scheduled(&bench).await;
    bench.advance(HOURS + SignedDuration::from_mins(1));
    let (one, two) = (bench.sla_check(), bench.sla_check());
    let (one, two) = tokio::join!(one.tick(bench.hands.now()), two.tick(bench.hands.now()));
    one.unwrap();
    two.unwrap();
    let version = bench.store.cases.case(&id).await.unwrap().unwrap().case.version;
    let events = bench.store.cases.events(&id, 1, version).await.unwrap();
    assert_eq!(events.iter().filter(|event| matches!(event.body, EventBody::Published { .. })).count(), 1);
}

/// Whoever may only write to the table writes that it is published, with the word for then, at the time that suits them.
#[tokio::test]
async fn at_the_word_for_then_publishes_nothing_sooner() {
    for (by, at, why) in [
        // As of now: its own time says so.
        ("desk", SignedDuration::ZERO, "it is scheduled for"),
        // As of then, which the clocks here know better.
        ("desk", HOURS + SignedDuration::from_mins(1), "has not come here"),
        // In a member's name: the word is for then, and not for now.
        ("bob", SignedDuration::ZERO, "the signature of the publication"),
    ] {
        let bench = Bench::new().await;
        let (id, _) = scheduled(&bench).await;
        let before = bench.store.cases.case(&id).await.unwrap().unwrap();
        let scheduled = before.case.scheduled().unwrap().clone();
        let (content, channels, signed) = (scheduled.content, scheduled.channels, scheduled.signed);
        let actor = if by == "desk" { Actor::Desk } else { Actor::Member(by.parse().unwrap()) };
        let mut commit = Commit::new();
        let published = vec![EventBody::Published { content, channels, signed }];
        commit.append(&before, &actor, published, bench.hands.now() + at);
        assert_eq!(bench.store.cases.commit(commit).await.unwrap(), Outcome::Done);
        let said = planned(&bench, &id).await.expect_err("it is not published");
        assert!(said.contains(why) && !is_public(&bench, &id).await, "{by} {at}: {said}");
    }
}

/// What a member has taken back is not published with the word that they gave before.
#[tokio::test]
async fn at_what_was_taken_back_is_not_published_with_the_word_for_it() {
    let bench = Bench::new().await;
    let (id, _) = scheduled(&bench).await;
    let stored = bench.store.cases.case(&id).await.unwrap().unwrap();
    let scheduled = stored.case.scheduled().unwrap().clone();
    let (content, channels, signed) = (scheduled.content, scheduled.channels, scheduled.signed);
    bench.tell(&id, "bob", Command::CancelPublication).await;
    bench.advance(HOURS + SignedDuration::from_mins(1));
    let before = bench.store.cases.case(&id).await.unwrap().unwrap();
    let mut commit = Commit::new();
    let published = vec![EventBody::Published { content, channels, signed }];
    commit.append(&before, &Actor::Desk, published, bench.hands.now());
    assert_eq!(bench.store.cases.commit(commit).await.unwrap(), Outcome::Done);
    let said = planned(&bench, &id).await.expect_err("it is not published");
    assert!(said.contains("was not scheduled") && !is_public(&bench, &id).await, "{said}");
}
