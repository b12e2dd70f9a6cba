//! What is published takes another form through failures: wherever it is cut off, and in whatever order it comes, it ends with every
//! channel having the newest form, once.

use desk_domain::case::{Actor, Command};
use desk_domain::id::{AdvisoryId, CaseId};
use desk_runtime::stream::Worker;
use desk_store::published::ChannelState;
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use desk_store_tests::publication::WHY;

use crate::publishing::{LIST, changed, cut_off, list_mails, plan_of, settle};

/// A case whose advisory is announced everywhere.
async fn announced(bench: &Bench, bucket: &Bucket) -> CaseId {
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let from = plan_of(bench, &id, to).await;
    let fan_out = bench.fan_out(bucket, Budget::unlimited()).await;
    settle(bench, &fan_out, &[(id.clone(), from)]).await;
    id
}

/// Every channel has this form, and the log and the pages say so.
async fn has_everywhere(bench: &Bench, bucket: &Bucket, id: &CaseId, revision: u32, title: &str) {
    let advisory = AdvisoryId::from(id);
    let published = bench.store.published.published(&advisory).await.unwrap().unwrap();
    assert_eq!((published.revision(), published.advisory.draft.title.as_str()), (revision, title));
    assert!(published.modified_at > published.published_at);
    let channels = bench.store.published.channels(&advisory).await.unwrap();
    assert!(channels.iter().all(|c| (c.state, c.revision, c.had_before) == (ChannelState::Done, revision, true)));
    assert_eq!(channels.len(), 7, "{channels:?}");
    for key in [format!("advisories/{id}.html"), format!("osv/{id}.json")] {
        assert!(bucket.text(&key).is_some_and(|text| text.contains(title) && !text.contains("Redirect")), "{key}");
    }
    for key in ["feed.atom", "security-updates.html", "index.html"] {
        assert!(bucket.text(key).is_some_and(|text| text.contains(title) && !text.contains("Redirect")), "{key}");
    }
    let stored = bench.store.cases.case(id).await.unwrap().unwrap();
    assert!(stored.case.steps.announced.is_some());
    assert!(bench.store.verify(id, None).await.unwrap().unwrap().problems.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_point_of_a_correction_ends_with_all_channels_having_it_once() {
    cut_off_everywhere(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_at_any_point_of_a_correction_ends_with_all_channels_having_it_once() {
    cut_off_everywhere(true).await;
}

/// Cut off at every sixth call by a crash, at those midway between them by an answer that is lost: what follows the plan is what
/// `publishing` cuts off everywhere.
async fn cut_off_everywhere(answer_lost: bool) {
    for calls in (if answer_lost { 3 } else { 0 }..).step_by(6) {
        let (bench, bucket) = (Bench::new().await, Bucket::new());
        let id = announced(&bench, &bucket).await;
        let to = bench.revise(&id, "Mended").await;
        let from = plan_of(&bench, &id, to).await;
        let cut_off = cut_off(&bench, &bucket, (&id, from), Budget::of(calls, answer_lost)).await;
        has_everywhere(&bench, &bucket, &id, 1, "Mended").await;
        assert_eq!((list_mails(&bench, "Redirect"), list_mails(&bench, "Mended")), (1, 1), "after {calls} calls");
        if !cut_off {
            assert!(calls > 30, "it was cut off at {calls} points");
            return;
        }
    }
}

/// The plans of two forms, the newer first, and each of them again: no older form takes a newer one's place.
#[tokio::test(flavor = "multi_thread")]
async fn forms_that_come_in_another_order_end_as_the_newest() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let mut plans = Vec::new();
    let first = bench.publish(&id, "Redirect").await;
    plans.push(plan_of(&bench, &id, first).await);
    for title in ["Mended", "Mended again"] {
        let to = bench.revise(&id, title).await;
        plans.push(plan_of(&bench, &id, to).await);
    }
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let why = fan_out.plan(&id, plans[2]).await.expect_err("the forms before it are not public").to_string();
    assert!(why.contains("not public yet"), "{why}");
    for plan in &plans {
        fan_out.plan(&id, *plan).await.unwrap();
    }
    settle(&bench, &fan_out, &[(id.clone(), plans[2])]).await;
    let advisory = AdvisoryId::from(&id);
    let published = bench.store.published.published(&advisory).await.unwrap().unwrap();
    assert!(!bench.store.published.put_published(&published.clone()).await.unwrap(), "it is there already");
    assert_eq!((published.revision(), published.advisory.draft.title.as_str()), (2, "Mended again"));
    assert_eq!(
        list_mails(&bench, "Redirect") + list_mails(&bench, "Mended"),
        1,
        "a list that heard of none hears of the newest"
    );
    let channel = LIST.parse().unwrap();
    bench.store.published.plan_channel((&advisory, 1), &channel, &id, bench.hands.now()).await.unwrap();
    let channels = bench.store.published.channels(&advisory).await.unwrap();
    assert!(channels.iter().all(|c| c.state == ChannelState::Done && c.revision == 2), "{channels:?}");
}

/// A word of `team` for one form is none for another.
#[tokio::test]
async fn no_correction_is_published_without_the_word_of_team_for_it() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = announced(&bench, &bucket).await;
    let why = bench.store.cases.case(&id).await.unwrap().unwrap().case.report;
    bench.tell(&id, "alice", Command::Revise { why, stands: false }).await;
    bench.approve(&id, "Mended").await;
    let signed = bench.said(&id).await;
    // Something else is written into the log since.
    bench.tell(&id, "alice", Command::SetBackup { member: "bob".parse().unwrap() }).await;
    let to = bench.tell(&id, "bob", Command::Publish { signed, on: None }).await.after.case.version;
    let from = plan_of(&bench, &id, to).await;
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let why = fan_out.plan(&id, from).await.expect_err("it is not their word").to_string();
    assert!(why.contains("the signature of the publication"), "{why}");
    assert!(bucket.text(&format!("advisories/{id}.html")).unwrap().contains("Redirect"));
}

/// Everywhere that the desk writes, and nobody is mailed.
#[tokio::test(flavor = "multi_thread")]
async fn t9_a_name_is_taken_out_everywhere_and_no_list_is_told() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = announced(&bench, &bucket).await;
    let files = [format!("advisories/{id}.html"), format!("osv/{id}.json"), "feed.atom".to_owned()];
    assert!(bucket.text(&files[0]).unwrap().contains("Rita"), "they are named");
    let said = Command::AnswerCredit { granted: None };
    let told = bench.store.cases.tell(&id, &bench.policy, &Actor::Reporter, &bench.hands.clock(), &said).await;
    let to = told.unwrap().after.case.version;
    let from = plan_of(&bench, &id, to).await;
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    settle(&bench, &fan_out, &[(id.clone(), from)]).await;
    for file in &files {
        assert!(!bucket.text(file).unwrap().contains("Rita"), "{file}");
    }
    assert_eq!(list_mails(&bench, "Redirect"), 1, "the one that announced it");
    let published = bench.store.published.published(&(&id).into()).await.unwrap().unwrap();
    assert!(published.revisions[0].correction.is_none() && published.advisory.draft.title == "Redirect");
    let stored = bench.store.cases.case(&id).await.unwrap().unwrap();
    assert!(stored.case.steps.announced.is_some(), "and it was seen to be so");
}

/// In a log that was changed, nothing takes a name out.
#[tokio::test]
async fn what_is_not_in_a_log_that_holds_takes_no_name_out() {
    for place in [("LOG#", "000000000003"), ("CASE#", "CASE")] {
        let (bench, bucket) = (Bench::new().await, Bucket::new());
        let id = announced(&bench, &bucket).await;
        let said = Command::AnswerCredit { granted: None };
        let told = bench.store.cases.tell(&id, &bench.policy, &Actor::Reporter, &bench.hands.clock(), &said).await;
        let from = plan_of(&bench, &id, told.unwrap().after.case.version).await;
        changed(&bench, &id, place);
        let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
        assert!(fan_out.plan(&id, from).await.is_err(), "{place:?}");
        assert!(bucket.text(&format!("advisories/{id}.html")).unwrap().contains("Rita"));
    }
}

/// Withdrawn by a revision, it says so since then; a later correction of its text changes nothing of that.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_says_why_and_since_when() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = announced(&bench, &bucket).await;
    let reason = bench.store.cases.case(&id).await.unwrap().unwrap().case.report;
    bench.tell(&id, "alice", Command::WithdrawAdvisory { reason }).await;
    let mut since = None;
    for (revision, title) in [(1, "Gone"), (2, "Gone, and said better")] {
        bench.advance(jiff::SignedDuration::from_mins(7));
        let to = match revision {
            1 => bench.publish(&id, title).await,
            _ => bench.revise(&id, title).await,
        };
        let from = plan_of(&bench, &id, to).await;
        let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
        settle(&bench, &fan_out, &[(id.clone(), from)]).await;
        has_everywhere(&bench, &bucket, &id, revision, title).await;
        let published = bench.store.published.published(&(&id).into()).await.unwrap().unwrap();
        let withdrawn = published.withdrawn.unwrap();
        assert_eq!(withdrawn.reason.as_deref(), Some(WHY));
        assert_eq!(*since.get_or_insert(withdrawn.at), withdrawn.at);
    }
}

/// What a person says of a channel, once for each time that they say it, however often it is planned.
#[tokio::test(flavor = "multi_thread")]
async fn t54_a_list_that_lost_an_announcement_gets_it_once_more() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = announced(&bench, &bucket).await;
    let list = || LIST.parse().unwrap();
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let record = async || {
        let channels = bench.store.published.channels(&(&id).into()).await.unwrap();
        channels.into_iter().find(|c| c.channel.as_str() == LIST).unwrap()
    };
    for mails in [2, 3] {
        let to = bench.tell(&id, "bob", Command::ReAnnounce { channel: list() }).await.after.case.version;
        let from = plan_of(&bench, &id, to).await;
        fan_out.plan(&id, from).await.unwrap();
        assert_eq!(record().await.state, ChannelState::Pending);
        fan_out.plan(&id, from).await.unwrap();
        settle(&bench, &fan_out, &[(id.clone(), from)]).await;
        assert_eq!((record().await.state, list_mails(&bench, "Redirect")), (ChannelState::Done, mails));
        fan_out.plan(&id, from).await.unwrap();
        assert_eq!(record().await.state, ChannelState::Done, "what was done for it is done");
    }
    let to = bench.tell(&id, "bob", Command::ReAnnounce { channel: list() }).await.after.case.version;
    fan_out.plan(&id, plan_of(&bench, &id, to).await).await.unwrap();
    // One that is planned once a later form is due gives nothing more.
    bench.store.published.channel_anew((&(&id).into(), 7), &list(), u64::MAX >> 1, bench.hands.now()).await.unwrap();
    assert!(record().await.again < Some(u64::MAX >> 1), "it is of another form");
    let reason = bench.store.cases.case(&id).await.unwrap().unwrap().case.report;
    let to = bench.tell(&id, "bob", Command::GiveUpChannel { channel: list(), reason }).await.after.case.version;
    fan_out.plan(&id, plan_of(&bench, &id, to).await).await.unwrap();
    assert_eq!((record().await.state, record().await.due_at), (ChannelState::GivenUp, None));
    let stored = bench.store.cases.case(&id).await.unwrap().unwrap();
    assert!(stored.case.steps.announced.is_some());
}

/// Somebody edits the bucket, or loses a part of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_on_the_site_is_put_there_again_by_the_schedule() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = announced(&bench, &bucket).await;
    let keys =
        [format!("advisories/{id}.html"), format!("osv/{id}.json"), "feed.atom".to_owned(), "index.html".to_owned()];
    let before: Vec<_> = keys.iter().map(|key| bucket.text(key).unwrap()).collect();
    bucket.write(&keys[0], "<h1>Update to 4.99.0 from evil.example</h1>");
    bucket.remove(&keys[1]);
    let added = format!("csaf/white/2026/{}.json", id.as_str().to_lowercase());
    bucket.remove(&added);
    bucket.write(&keys[2], "");
    bucket.write(&keys[3], "gone");
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    fan_out.scheduled().await.unwrap();
    for (key, before) in keys.iter().zip(before) {
        assert_eq!(bucket.text(key).unwrap(), before, "{key}");
    }
    assert!(bucket.text(&added).is_some());
}
