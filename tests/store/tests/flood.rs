//! A flood of reports from one network: six hundred in forty seconds, with an account that sends fourteen mails a second. What comes
//! from elsewhere meanwhile is told as if it were alone, and nothing of the flood is lost.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::routing::post;
use deliver::Deliver;
use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, SourceId};
use desk_domain::policy::{Policy, Role};
use desk_store::deliveries::{DeliveryRecord, State};
use desk_store_tests::Hands;
use desk_store_tests::bucket::{Bucket, Budget};
use desk_store_tests::post::Post;
use desk_store_tests::ses::Act;
use fan_out::FanOut;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const POLICY: &str = include_str!("../../../infra/policies/express.toml");
/// So many in each of so many seconds.
const A_SECOND: u32 = 15;
const SECONDS: u32 = 40;
const FLOOD: u32 = A_SECOND * SECONDS;
/// What SES takes in a second.
const RATE: u32 = 14;
/// Records of the stream that are worked on at once: each lane has its own, in their order.
const LANES: usize = 4;

fn network(digit: char) -> SourceId {
    SourceId::network(&digit.to_string().repeat(32)).unwrap()
}

/// Two of triage, each with a pager.
fn policy() -> Policy {
    let page = |id: &str| format!("id = \"{id}\"\npage = {{ kind = \"slack\", url = \"http://127.0.0.1:9/\" }}\n");
    let text = ["alice", "bob"]
        .iter()
        .fold(POLICY.to_owned(), |text, id| text.replace(&format!("id = \"{id}\"\n"), &page(id)));
    let text = text.replace("order = [\"alice\", \"bob\", \"carol\", \"dave\"]", "order = [\"alice\", \"bob\"]");
    let mut policy = Policy::from_toml(&text).unwrap();
    let others = policy.members.iter_mut().filter(|member| !["alice", "bob"].contains(&member.id.as_str()));
    others.for_each(|member| member.roles.retain(|role| *role != Role::Triage));
    policy
}

/// When each call of a pager came, and whose.
#[derive(Clone)]
struct Pagers(Arc<Mutex<Vec<(Timestamp, String)>>>, Hands);

impl Pagers {
    async fn listen(hands: Hands) -> (Pagers, String) {
        let pagers = Pagers(Arc::default(), hands);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/{member}", post(Pagers::call)).with_state(pagers.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (pagers, url)
    }

    async fn call(Extracted(pagers): Extracted<Pagers>, Path(member): Path<String>, body: String) -> &'static str {
        let at = pagers.1.now();
        pagers.0.lock().unwrap().push((at, format!("{member} {body}")));
        "ok"
    }

    /// When the first call came that speaks of this.
    fn first_of(&self, words: &str) -> Option<Timestamp> {
        self.0.lock().unwrap().iter().find(|(_, call)| call.contains(words)).map(|(at, _)| *at)
    }
}

/// What the functions are at: a second has passed when each of them is done or waits for the next one.
#[derive(Clone, Default)]
struct Work {
    /// What each lane has before it, and whether it is at something.
    lanes: Arc<[(AtomicUsize, AtomicUsize); LANES]>,
    ticks: Arc<AtomicUsize>,
    /// How many of them wait for the clock.
    waiting: Arc<AtomicUsize>,
}

impl Work {
    fn is_quiet(&self) -> bool {
        let of = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        let lanes: Vec<(usize, usize)> = self.lanes.iter().map(|(queued, busy)| (of(queued), of(busy))).collect();
        let busy = lanes.iter().map(|(_, busy)| busy).sum::<usize>() + of(&self.ticks);
        busy == of(&self.waiting) && lanes.iter().all(|(queued, busy)| *queued == 0 || *busy > 0)
    }

    async fn quiet(&self) {
        let (mut quiet, begun) = (0, std::time::Instant::now());
        while quiet < 3 {
            assert!(begun.elapsed() < Duration::from_secs(60), "a second that does not end");
            tokio::time::sleep(Duration::from_millis(1)).await;
            quiet = if self.is_quiet() { quiet + 1 } else { 0 };
        }
    }
}

/// A lane of the stream: takes deliveries on, one after the other.
fn lane(number: usize, deliver: Arc<Deliver>, work: Work) -> UnboundedSender<String> {
    let (send, mut receive) = unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(id) = receive.recv().await {
            let (queued, busy) = &work.lanes[number];
            busy.fetch_add(1, Ordering::SeqCst);
            queued.fetch_sub(1, Ordering::SeqCst);
            // What fails comes again, as a record of the stream does.
            let mut tries = 0;
            while let Err(fault) = deliver.take_on(&id).await {
                tries += 1;
                assert!(tries < 5, "{fault}");
            }
            busy.fetch_sub(1, Ordering::SeqCst);
        }
    });
    send
}

struct Desk {
    post: Post,
    fan_out: FanOut,
    deliver: Arc<Deliver>,
    lanes: Vec<UnboundedSender<String>>,
    work: Work,
    /// When SES had each delivery's mail.
    mailed: Arc<Mutex<BTreeMap<String, Timestamp>>>,
    pagers: Pagers,
    _bucket: Bucket,
}

impl Desk {
    async fn new() -> Desk {
        let post = Post::under(|of| *of = policy()).await;
        post.ses.rate(f64::from(RATE));
        let (mailed, hands) = (Arc::<Mutex<BTreeMap<String, Timestamp>>>::default(), post.bench.hands.clone());
        let seen = mailed.clone();
        post.ses.plan({
            let hands = hands.clone();
            move |id, _| {
                seen.lock().unwrap().insert(id.to_owned(), hands.now());
                Act::Accept
            }
        });
        let (pagers, url) = Pagers::listen(hands.clone()).await;
        let (bucket, work) = (Bucket::new(), Work::default());
        let fan_out = post.bench.fan_out(&bucket, Budget::unlimited()).await;
        let instance = post.instance(Duration::from_secs(10)).await;
        let clock = hands.waited_for(work.waiting.clone());
        let deliver = Arc::new(Deliver { clock, pagers: Some(url), ..instance });
        let lanes = (0..LANES).map(|number| lane(number, deliver.clone(), work.clone())).collect();
        Desk { post, fan_out, deliver, lanes, work, mailed, pagers, _bucket: bucket }
    }

    /// A report that came from there, planned, and its deliveries on the stream.
    async fn reported(&self, number: u32, source: char) -> CaseId {
        let address = format!("reporter-{number}@example.org");
        let case = self.post.bench.case_from(number, Some(&address), &network(source)).await;
        self.fan_out.plan(&case, 1).await.unwrap();
        for (place, record) in self.deliveries(&case).await.into_iter().enumerate() {
            let lane = (number as usize + place) % LANES;
            self.work.lanes[lane].0.fetch_add(1, Ordering::SeqCst);
            self.lanes[lane].send(record.delivery.id).unwrap();
        }
        case
    }

    async fn deliveries(&self, case: &CaseId) -> Vec<DeliveryRecord> {
        self.post.bench.store.mail.deliveries_of(case).await.unwrap()
    }

    /// A second passes; with a minute comes the schedule.
    async fn second(&self, number: u32) {
        if number % 60 == 59 {
            let (deliver, work) = (self.deliver.clone(), self.work.clone());
            work.ticks.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                deliver.tick().await.expect("a tick");
                work.ticks.fetch_sub(1, Ordering::SeqCst);
            });
        }
        self.work.quiet().await;
        self.post.bench.advance(SignedDuration::from_secs(1));
    }

    fn mailed_at(&self, id: &str) -> Option<Timestamp> {
        self.mailed.lock().unwrap().get(id).copied()
    }

    /// The most mails that any second had.
    fn fullest_second(&self) -> usize {
        let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
        self.mailed.lock().unwrap().values().for_each(|at| *seconds.entry(at.as_second()).or_default() += 1);
        seconds.values().copied().max().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i5_six_hundred_reports_in_forty_seconds_delay_no_page_of_a_report_from_elsewhere() {
    let desk = Desk::new().await;
    let (mut junk, mut real) = (Vec::new(), None);
    for second in 0..SECONDS {
        for number in 0..A_SECOND {
            junk.push(desk.reported(second * A_SECOND + number, 'a').await);
            if (second, number) == (SECONDS / 2, A_SECOND / 2) {
                real = Some((desk.reported(FLOOD, 'b').await, desk.post.bench.hands.now()));
            }
        }
        desk.second(second).await;
    }
    for second in SECONDS..SECONDS + 80 {
        desk.second(second).await;
    }
    let (real, received_at) = real.expect("it was reported");
    let minute = received_at + SignedDuration::from_secs(60);

    // Whoever is of triage has its mail, its reporter the receipt, and whoever is on call was woken, within a minute.
    let told = desk.deliveries(&real).await;
    let mut took = BTreeMap::new();
    for DeliveryRecord { delivery, .. } in &told {
        let at = match &delivery.recipient {
            Recipient::Pager(_) => desk.pagers.first_of(real.as_str()),
            _ => desk.mailed_at(&delivery.id),
        };
        let at = at.unwrap_or_else(|| panic!("{:?} was never told", delivery.recipient));
        assert!(at <= minute, "{:?} was told {} later", delivery.recipient, received_at.duration_until(at));
        took.insert(format!("{:?}", delivery.recipient), received_at.duration_until(at).as_secs());
    }
    assert_eq!(took.len(), 4, "in seconds; two of triage, a pager and the reporter: {took:?}");
    let busiest = desk.fullest_second();
    assert!(busiest <= RATE as usize + 1, "{busiest} mails in a second");
    everything_of_the_flood_is_told(&desk, &junk).await;
}

/// In a mail of its own, or in one with the others; and all of it is on the board.
async fn everything_of_the_flood_is_told(desk: &Desk, junk: &[CaseId]) {
    for _ in 0..20 {
        desk.post.bench.advance(SignedDuration::from_mins(1));
        let ticked = desk.deliver.clone();
        let tick = tokio::spawn(async move { ticked.tick().await });
        while !tick.is_finished() {
            tokio::time::sleep(Duration::from_millis(2)).await;
            desk.post.bench.advance(SignedDuration::from_millis(100));
        }
        tick.await.unwrap().unwrap();
    }
    let (mut singly, mut together, mut receipts) = (0, 0, 0);
    for case in junk {
        for record in desk.deliveries(case).await {
            assert!(
                matches!(record.state, State::Sent | State::Delivered),
                "{:?}: {:?}",
                record.delivery,
                record.state
            );
            match (&record.delivery.recipient, &record.bundle) {
                (Recipient::Reporter, _) => receipts += 1,
                (_, None) => singly += 1,
                (_, Some(_)) => together += 1,
            }
        }
    }
    let people = 3;
    let each = desk.deliver.policy.mail.one_source_at_once as usize;
    assert_eq!((singly, together), (people * each, people * (FLOOD as usize - each)));
    assert_eq!(receipts, FLOOD as usize);
    let open = desk.post.bench.store.cases.all_open().await.unwrap();
    assert!(open.len() == FLOOD as usize + 1 && junk.iter().all(|case| open.iter().any(|row| row.case == *case)));
    for to in ["alice@example.com", "bob@example.org"] {
        let mails = desk.post.ses.taken_for(to);
        assert!(
            mails <= each + 3,
            "{to} got {mails} mails: each of the first, the real one, and the rest in one or two"
        );
    }
}
