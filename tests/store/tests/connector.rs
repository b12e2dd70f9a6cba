//! Everything that can go wrong between the desk and SES, drawn by seed: answers lost, throttles, failures, hangs, crashes in
//! the middle of a mail, events late, missing, doubled and out of order. Nothing is lost, and nothing is sent twice but what
//! DESIGN calls ambiguous.

use std::collections::BTreeMap;
use std::time::Duration;

use deliver::Deliver;
use desk_domain::case::Recipient;
use desk_mail::event::{EventType, SesEvent};
use desk_store::deliveries::State;
use desk_store_tests::post::{Post, goes_alone};
use desk_store_tests::ses::{Act, Taken};
use jiff::SignedDuration;

const DELIVERIES: u64 = 30;
/// A minute each: long past every wait that there is.
const ROUNDS: u64 = 90;
/// How long the function waits for SES here.
const PATIENCE: Duration = Duration::from_millis(100);

/// A number below `sides` that hangs on the seed and on what is drawn for alone: the same draw in every run.
fn draw(seed: u64, what: &str, sides: u64) -> u64 {
    let hash = desk_keys::sha256_hex(format!("{seed} {what}").as_bytes());
    u64::from_str_radix(&hash[..15], 16).expect("hex digits") % sides
}

fn act(seed: u64, delivery: &str, nth: usize) -> Act {
    match draw(seed, &format!("act {delivery} {nth}"), 20) {
        0 | 1 => Act::TakeAndFail,
        2 => Act::TakeAndHang,
        3 | 4 => Act::Throttle,
        5 => Act::Fail,
        6 => Act::Hang,
        7 if draw(seed, delivery, 3) == 0 => Act::Reject,
        _ => Act::Accept,
    }
}

struct Run {
    seed: u64,
    post: Post,
    /// The second instance, and the first.
    instances: [Deliver; 2],
    ids: Vec<String>,
    /// Those that are not over.
    open: Vec<String>,
    /// Events on their way, by the round in which they arrive.
    under_way: Vec<(u64, SesEvent)>,
    told: usize,
    /// How often nobody knew of a delivery whether it had gone.
    doubts: BTreeMap<String, usize>,
}

impl Run {
    async fn new(seed: u64) -> Run {
        let post = Post::new().await;
        post.ses.plan(move |delivery, nth| act(seed, delivery, nth));
        let instances = [post.instance(PATIENCE).await, post.instance(PATIENCE).await];
        let case = post.bench.case(1, None).await;
        let mut ids = Vec::new();
        for seq in 1..=DELIVERIES {
            let to = ["alice", "bob", "carol"][seq as usize % 3].parse().expect("a member");
            ids.push(post.plan(&case, seq, Recipient::Member(to), goes_alone()).await);
        }
        let open = ids.clone();
        Run { seed, post, instances, ids, open, under_way: Vec::new(), told: 0, doubts: BTreeMap::new() }
    }

    fn draw(&self, what: &str, sides: u64) -> u64 {
        draw(self.seed, what, sides)
    }

    /// Both instances tick at once; in some rounds the one is killed somewhere in the middle, and the other is not there.
    async fn tick(&mut self, round: u64) {
        let [one, two] = &self.instances;
        if round < 12 && self.draw(&format!("crash {round}"), 2) == 0 {
            let lives = Duration::from_millis(4 + self.draw(&format!("lives {round}"), 150));
            let _ = tokio::time::timeout(lives, one.tick()).await;
        } else {
            let (a, b) = tokio::join!(one.tick(), two.tick());
            a.and(b).expect("ticks");
        }
        for id in &self.open {
            let record = self.post.record(id).await;
            if record.state == State::Ambiguous && record.since == self.post.bench.hands.now() {
                *self.doubts.entry(id.clone()).or_default() += 1;
            }
        }
    }

    /// What SES will tell of what it took since.
    fn told_of(&mut self, round: u64) {
        let taken: Vec<Taken> = self.post.ses.taken().split_off(self.told);
        self.told += taken.len();
        for Taken { message, delivery, .. } in taken {
            for event_type in [EventType::Send, EventType::Delivery] {
                let mut event = self.post.event(&delivery, event_type);
                event.mail.message_id.clone_from(&message);
                let what = format!("{event_type:?} {message}");
                let times = match self.draw(&what, 10) {
                    0 | 1 => 0,
                    2 | 3 => 2,
                    _ => 1,
                };
                for time in 0..times {
                    let late = self.draw(&format!("late {time} {what}"), 8).saturating_sub(4) * 3;
                    self.under_way.push((round + late, event.clone()));
                }
            }
        }
        let seed = self.seed;
        self.under_way.sort_by_key(|(round, event)| {
            (*round, draw(seed, &format!("order {:?} {}", event.event_type, event.mail.message_id), 1000))
        });
    }

    async fn hear(&mut self, round: u64) {
        let arrive = self.under_way.partition_point(|(at, _)| *at <= round);
        for (_, event) in self.under_way.drain(..arrive) {
            self.post.events.take_in(&event).await.expect("an event");
        }
    }

    async fn look(&mut self) {
        let mut open = Vec::new();
        for id in std::mem::take(&mut self.open) {
            if self.post.record(&id).await.due_at.is_some() {
                open.push(id);
            }
        }
        self.open = open;
    }

    async fn run(&mut self) -> u64 {
        for round in 0..ROUNDS {
            self.tick(round).await;
            self.told_of(round);
            self.hear(round).await;
            self.look().await;
            if self.open.is_empty() && self.under_way.is_empty() {
                return round;
            }
            self.post.bench.advance(SignedDuration::from_mins(1));
        }
        panic!("seed {}: something waits for ever", self.seed);
    }

    /// Of each delivery: it went out, unless SES would never take it; and once more at most for each time that nobody could know
    /// whether it had.
    async fn judge(&self) -> (usize, usize) {
        let taken = self.post.ses.taken();
        let (mut doubts, mut doubled) = (0, 0);
        for id in &self.ids {
            let state = self.post.state(id).await;
            let of: Vec<&Taken> = taken.iter().filter(|taken| taken.delivery == *id).collect();
            let in_doubt = self.doubts.get(id).copied().unwrap_or_default();
            match state {
                State::Sent | State::Delivered => assert!(!of.is_empty(), "seed {}: {id} is lost", self.seed),
                State::Dead => assert!(of.len() <= in_doubt, "seed {}: {id} was taken and is called dead", self.seed),
                other => panic!("seed {}: {id} ended as {other:?}", self.seed),
            }
            assert!(of.len() <= 1 + in_doubt, "seed {}: {id} went {} times, in doubt {in_doubt}", self.seed, of.len());
            doubts += in_doubt;
            doubled += usize::from(of.len() > 1);
        }
        (doubts, doubled)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_doubled_but_what_was_in_doubt() {
    for seed in 1..=2 {
        let mut run = Run::new(seed).await;
        let rounds = run.run().await;
        let (doubts, doubled) = run.judge().await;
        assert!(doubts > 3, "seed {seed} has drawn no trouble");
        assert!(doubled < doubts, "seed {seed}: the Send events resolved nothing");
        assert!(rounds > 2 && run.post.ses.counts().0 > DELIVERIES as usize, "seed {seed}");
    }
}
