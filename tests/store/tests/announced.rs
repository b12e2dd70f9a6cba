//! What the team hears of an announcement: that a channel does not work, once; that it works after all; and once, at the end,
//! that every channel has it.

use desk_domain::case::Recipient;
use desk_domain::id::{AdvisoryId, CaseId};
use desk_domain::notice::{ChannelFailed, ChannelVerified, Notice};
use desk_store::published::ChannelState;
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use fan_out::FanOut;
use jiff::SignedDuration;

const LIST: &str = "express-mailing-list";

struct Desk {
    bench: Bench,
    bucket: Bucket,
    id: CaseId,
    advisory: AdvisoryId,
}

/// An advisory that is published by Bob and handled by Alice, with its channels planned and none served.
async fn published() -> Desk {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let desk = Desk { advisory: AdvisoryId::from(&id), bench, bucket, id };
    let fan_out = desk.healthy().await;
    for from in 1..=to {
        fan_out.plan(&desk.id, from).await.unwrap();
    }
    desk.said().await;
    desk
}

impl Desk {
    async fn healthy(&self) -> FanOut {
        self.bench.fan_out(&self.bucket, Budget::unlimited()).await
    }

    /// The tables answer, the site's bucket does not.
    async fn without_bucket(&self) -> FanOut {
        let mut fan_out = self.healthy().await;
        fan_out.objects = self.bucket.objects(Budget::of(0, false)).await;
        fan_out
    }

    /// What was planned for the team since it was asked last; what goes to the list is delivered.
    async fn said(&self) -> Vec<(String, Said)> {
        let (store, now) = (&self.bench.store, self.bench.hands.now());
        let mut said = Vec::new();
        for id in store.mail.due_deliveries(now, 50).await.unwrap() {
            let Some(record) = store.mail.claim(&id, None, now).await.unwrap() else { continue };
            store.mail.mark_sent(&id, "ses", now).await.unwrap();
            store.mail.mark_delivered(&id, now).await.unwrap();
            let Recipient::Member(member) = record.delivery.recipient else { continue };
            match record.delivery.notice {
                Notice::ChannelFailed(failed) => said.push((member.to_string(), Said::Failed(failed))),
                Notice::ChannelVerified(verified) => said.push((member.to_string(), Said::Verified(verified))),
                _ => {}
            }
        }
        said.sort_by_key(|(member, said)| (said.channel(), member.clone()));
        said
    }

    /// Time passes, and what is due is served.
    async fn after(&self, by: SignedDuration, fan_out: &FanOut) {
        self.bench.advance(by);
        fan_out.serve(&self.advisory).await.unwrap();
    }

    /// Plans whatever the channels that were seen led to.
    async fn plan_all(&self, fan_out: &FanOut) {
        let version = self.bench.store.cases.case(&self.id).await.unwrap().unwrap().case.version;
        for from in 1..=version {
            fan_out.plan(&self.id, from).await.unwrap();
        }
    }
}

#[derive(Debug)]
enum Said {
    Failed(ChannelFailed),
    Verified(ChannelVerified),
}

impl Said {
    fn channel(&self) -> String {
        match self {
            Said::Failed(failed) => failed.channel.to_string(),
            Said::Verified(verified) => verified.seen[0].0.to_string(),
        }
    }
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_channel_that_stays_away_is_told_once_and_again_when_it_is_there_and_at_the_end_that_all_are() {
    let desk = published().await;
    let broken = desk.without_bucket().await;
    desk.after(seconds(0), &broken).await;
    desk.after(seconds(31), &broken).await;
    assert!(desk.said().await.is_empty(), "twice within a minute: it may pass by itself");
    desk.after(seconds(61), &broken).await;
    let said = desk.said().await;
    let told: Vec<String> = said.iter().map(|(to, said)| format!("{to} {}", said.channel())).collect();
    // Alice handles it; Bob and Dave manage releases. What waits for the page is told by the page.
    let failed = ["advisory-page", "csaf", "osv"];
    let to_each = |channel: &str| ["alice", "bob", "dave"].map(|member| format!("{member} {channel}"));
    let expected = failed.map(to_each).concat();
    assert_eq!(told, expected);
    let Said::Failed(failed) = &said[0].1 else { panic!("{said:?}") };
    assert_eq!((failed.why.as_str(), failed.refused), ("the site's bucket did not take it", false));
    assert_eq!(failed.due_at, Some(failed.since + SignedDuration::from_mins(15)));
    desk.after(SignedDuration::from_mins(4), &broken).await;
    assert!(desk.said().await.is_empty(), "once for each channel");

    let healthy = desk.healthy().await;
    desk.after(SignedDuration::from_mins(15), &healthy).await;
    desk.plan_all(&healthy).await;
    let told: Vec<String> = desk.said().await.iter().map(|(to, said)| format!("{to} {}", said.channel())).collect();
    assert_eq!(told, expected, "who was told that it failed, and nobody of what had only waited");
    // The last: the list has its mail.
    desk.after(SignedDuration::from_mins(2), &healthy).await;
    desk.plan_all(&healthy).await;
    let said = desk.said().await;
    let to: Vec<&str> = said.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["alice", "bob", "dave"]);
    for (_, said) in &said {
        let Said::Verified(verified) = said else { panic!("{said:?}") };
        assert!(verified.all && verified.seen.len() == 7, "{verified:?}");
    }
    let channels = desk.bench.store.published.channels(&desk.advisory).await.unwrap();
    assert!(channels.iter().all(|channel| channel.state == ChannelState::Done));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_goes_well_there_is_one_mail_about_it() {
    let desk = published().await;
    let fan_out = desk.healthy().await;
    desk.after(seconds(0), &fan_out).await;
    assert!(desk.said().await.is_empty());
    desk.after(SignedDuration::from_mins(1), &fan_out).await;
    desk.plan_all(&fan_out).await;
    desk.plan_all(&fan_out).await;
    assert_eq!(desk.said().await.len(), 3, "one to each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_refuses_is_told_at_once_and_the_last_channel_only_as_all() {
    let desk = published().await;
    let fan_out = desk.healthy().await;
    desk.after(seconds(0), &fan_out).await;
    // The mail to the list comes back.
    let now = desk.bench.hands.now();
    for id in desk.bench.store.mail.due_deliveries(now, 50).await.unwrap() {
        desk.bench.store.mail.claim(&id, None, now).await.unwrap();
        desk.bench.store.mail.mark_sent(&id, "ses", now).await.unwrap();
        desk.bench.store.mail.mark_bounced(&id, now).await.unwrap();
    }
    desk.after(SignedDuration::from_mins(1), &fan_out).await;
    let said = desk.said().await;
    assert_eq!(said.iter().map(|(to, said)| format!("{to} {}", said.channel())).collect::<Vec<_>>().len(), 3);
    let Said::Failed(failed) = &said[0].1 else { panic!("{said:?}") };
    assert_eq!(
        (failed.channel.as_str(), failed.why.as_str(), failed.refused),
        (LIST, "the list refused the mail", true)
    );
    // It gets another, which it takes: with it all have it, and one mail says both.
    desk.after(SignedDuration::from_mins(16), &fan_out).await;
    desk.said().await;
    desk.after(SignedDuration::from_mins(1), &fan_out).await;
    desk.plan_all(&fan_out).await;
    let said = desk.said().await;
    assert!(said.len() == 3 && said.iter().all(|(_, s)| matches!(s, Said::Verified(v) if v.all)), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_nobody_hears_of_is_told_before_the_announcement_is_due() {
    let desk = published().await;
    let fan_out = desk.healthy().await;
    // The mail to the list lies there, and nobody sends it.
    desk.after(seconds(0), &fan_out).await;
    for _ in 0..8 {
        desk.after(SignedDuration::from_mins(1), &fan_out).await;
    }
    let planned = async |template: &str| {
        let mut planned = 0;
        for id in desk.bench.store.mail.due_deliveries(desk.bench.hands.now(), 50).await.unwrap() {
            let record = desk.bench.store.mail.delivery(&id).await.unwrap().unwrap();
            planned += usize::from(record.delivery.notice.template() == template);
        }
        planned
    };
    assert_eq!((planned("announcement").await, planned("channel_failed").await), (1, 0));
    for _ in 0..4 {
        desk.after(SignedDuration::from_mins(1), &fan_out).await;
    }
    assert_eq!(planned("channel_failed").await, 3, "ten minutes of fifteen are over");
}
