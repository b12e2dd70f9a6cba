//! The registry, through the wire: a stand-in that answers as npm's does, and as none should; what is asked for stands nowhere in the
//! clear, and nothing is announced by itself that it does not show.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use desk_domain::case::publication::{InRegistry, Standing, When};
use desk_domain::case::{Actor, Case, Command, EventBody};
use desk_domain::id::{AdvisoryId, CaseId, ContentId};
use desk_domain::policy::{Policy, Registry, RegistryKind, ShownVersion};
use desk_keys::publish::Publication;
use desk_store::published::ReleaseRecord;
use desk_store::{Commit, Outcome};
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use desk_store_tests::content_id;
use fan_out::FanOut;
use jiff::SignedDuration;
use serde_json::json;

use crate::publishing::plan_of;

const VERSION: &str = "4.19.2";

/// Answers as it is told, one answer for each look for a version, and the last of them from then on.
#[derive(Clone, Default)]
struct Npm(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    answers: VecDeque<(u16, String)>,
    last: Option<(u16, String)>,
    paths: Vec<String>,
}

impl Npm {
    async fn listens() -> (Npm, String) {
        let npm = Npm::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/registry", listener.local_addr().unwrap());
        let app = Router::new().fallback(Npm::asked).with_state(npm.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (npm, url)
    }

    async fn asked(State(npm): State<Npm>, uri: Uri) -> Response {
        let mut asked = npm.0.lock().unwrap();
        asked.paths.push(uri.path().to_owned());
        if uri.path() == "/registry/express" {
            let times = json!({"name": "express", "time": {VERSION: "2027-03-26T21:59:00.500Z"}});
            return times.to_string().into_response();
        }
        if let Some(next) = asked.answers.pop_front() {
            asked.last = Some(next);
        }
        let (status, body) = asked.last.clone().expect("an answer for each look");
        let inside = (header::LOCATION, "http://169.254.169.254/latest/meta-data");
        (StatusCode::from_u16(status).unwrap(), [inside], body).into_response()
    }

    fn answers(&self, status: u16, body: impl ToString) {
        self.0.lock().unwrap().answers.push_back((status, body.to_string()));
    }

    fn shows(&self) {
        let manifest = json!({"name": "express", "version": VERSION, "dist": {"integrity": "sha512-AAAA"}});
        self.answers(200, manifest);
    }

    fn lacks(&self) {
        self.answers(404, json!(format!("version not found: {VERSION}")));
    }
}

/// A desk whose policy names the stand-in, and a case whose fix is recorded as released.
struct Desk {
    bench: Bench,
    npm: Npm,
    id: CaseId,
    fan_out: FanOut,
}

async fn desk() -> Desk {
    let mut bench = Bench::new().await;
    let (npm, url) = Npm::listens().await;
    let registry = Some(Registry { url, kind: RegistryKind::Npm });
    bench.policy = Arc::new(Policy { registry, ..(*bench.policy).clone() });
    let id = bench.ready(7).await;
    let fan_out = bench.fan_out(&Bucket::new(), Budget::unlimited()).await;
    let desk = Desk { bench, npm, id, fan_out };
    let to = desk.bench.claim(&desk.id, VERSION).await;
    desk.plan(to).await.unwrap();
    desk
}

impl Desk {
    async fn plan(&self, to: u64) -> Result<(), String> {
        let from = plan_of(&self.bench, &self.id, to).await;
        self.fan_out.plan(&self.id, from).await.map_err(|why| why.to_string())
    }

    async fn case(&self) -> Case {
        self.bench.store.cases.case(&self.id).await.unwrap().unwrap().case
    }

    fn advisory(&self) -> AdvisoryId {
        AdvisoryId::from(&self.id)
    }

    async fn record(&self) -> ReleaseRecord {
        self.bench.store.published.release(&self.advisory(), &version()).await.unwrap().expect("it is looked for")
    }

    /// Goes on to the next look, and gives what the case makes of it.
    async fn looks(&self) -> InRegistry {
        let due = self.record().await.due_at.expect("it is due");
        let wait = self.bench.hands.now().duration_until(due);
        self.bench.advance(wait.max(SignedDuration::ZERO));
        self.fan_out.look_for_release(&self.advisory(), &version()).await.unwrap();
        self.case().await.publication.registry[&version()].clone()
    }

    async fn events(&self) -> Vec<EventBody> {
        let version = self.case().await.version;
        let events = self.bench.store.cases.events(&self.id, 1, version).await.unwrap();
        events.into_iter().map(|event| event.body).collect()
    }

    async fn seen(&self) -> usize {
        self.events().await.iter().filter(|body| matches!(body, EventBody::ReleaseSeen { .. })).count()
    }

    async fn is_public(&self) -> bool {
        self.bench.store.published.published(&self.advisory()).await.unwrap().is_some()
    }
}

fn version() -> ContentId {
    content_id("version-1")
}

#[tokio::test(flavor = "multi_thread")]
async fn t52_the_registry_is_asked_for_the_version_until_it_is_there() {
    let desk = desk().await;
    let whole = json!({"name": "express", "version": VERSION}).to_string();
    desk.npm.lacks();
    desk.npm.answers(429, "slow down");
    desk.npm.answers(302, "");
    desk.npm.answers(200, &whole[..20]);
    desk.npm.answers(200, json!({"name": "express", "version": "5.0.0"}));
    desk.npm.answers(200, "<html>Sign in to the proxy</html>");
    desk.npm.answers(503, whole);
    for look in 0..7 {
        assert_eq!(desk.looks().await.stands, Standing::Claimed { told: false }, "look {look}");
    }
    assert!(!desk.npm.0.lock().unwrap().paths.iter().any(|path| path.contains("latest")), "no redirect is followed");
    desk.npm.shows();
    let Standing::Seen { shown, .. } = desk.looks().await.stands else { panic!("it is there") };
    let keys = desk.bench.store.cases.open_keys(&desk.bench.keys.root().unwrap(), &desk.id).await.unwrap();
    let bytes = (0..shown.len()).step_by(2).map(|at| u8::from_str_radix(&shown[at..at + 2], 16).unwrap());
    let sealed: Vec<u8> = bytes.collect();
    let shown: ShownVersion = serde_json::from_slice(&keys.team.unseal(&sealed).expect("the team's")).unwrap();
    assert_eq!(shown.integrity.as_deref(), Some("sha512-AAAA"));
    assert_eq!(shown.published_at, Some("2027-03-26T21:59:00.5Z".parse().unwrap()));
    assert_eq!(shown.named.version.to_string(), VERSION);
    let paths = desk.npm.0.lock().unwrap().paths.clone();
    assert_eq!(paths.iter().filter(|path| *path == "/registry/express/4.19.2").count(), 8, "{paths:?}");
    assert_eq!(paths.len(), 9, "the package once, as it is there: {paths:?}");
    for _ in 0..3 {
        desk.looks().await;
    }
    assert_eq!(desk.seen().await, 1, "it goes on to be looked at, and nothing follows");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_that_is_asked_for_stands_nowhere_in_the_clear() {
    let desk = desk().await;
    desk.npm.shows();
    desk.looks().await;
    for table in ["cases", "mail"] {
        let stands = desk.bench.bytes_of(table);
        assert_eq!(stands.is_empty(), table == "mail", "nobody is written to here");
        let clear = stands.windows(VERSION.len()).any(|window| window == VERSION.as_bytes());
        assert!(!clear, "in {table}");
        assert!(!stands.windows(6).any(|window| window == b"sha512"), "in {table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t52_what_was_missed_once_is_asked_for_again_before_anybody_is_woken() {
    let desk = desk().await;
    desk.npm.shows();
    desk.looks().await;
    desk.npm.lacks();
    desk.npm.shows();
    for _ in 0..2 {
        assert!(matches!(desk.looks().await.stands, Standing::Seen { .. }));
    }
    desk.npm.lacks();
    assert!(matches!(desk.looks().await.stands, Standing::Seen { .. }));
    let soon = desk.record().await.due_at.unwrap();
    assert_eq!(desk.bench.hands.now().duration_until(soon).as_mins(), 5, "it is made sure of soon");
    assert!(matches!(desk.looks().await.stands, Standing::Gone { .. }));
    desk.npm.answers(500, "");
    assert!(matches!(desk.looks().await.stands, Standing::Gone { .. }));
    desk.npm.shows();
    assert!(matches!(desk.looks().await.stands, Standing::Seen { .. }));
    assert_eq!(desk.seen().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_cut_off_is_made_again_and_said_once() {
    for calls in 0..30 {
        let desk = desk().await;
        desk.npm.shows();
        let cut = desk.bench.fan_out(&Bucket::new(), Budget::of(calls, true)).await;
        let failed = cut.look_for_release(&desk.advisory(), &version()).await.is_err();
        desk.looks().await;
        assert_eq!(desk.seen().await, 1, "after {calls} calls");
        if !failed {
            assert!(calls > 4, "it was cut off at {calls} points");
            return;
        }
    }
    panic!("it never came to its end");
}

/// Approved before it is out, with the word that it is published once it is.
async fn awaited() -> Desk {
    let desk = desk().await;
    desk.bench.approve(&desk.id, "Redirect").await;
    let stored = desk.bench.store.cases.case(&desk.id).await.unwrap().unwrap();
    let approval = stored.case.publication.approval.as_ref().unwrap();
    let channels = desk.bench.policy.announcement_channels();
    let (case, content, channels, head) = (&desk.id, &approval.content, &channels[..], &stored.head[..]);
    let said = Publication { case, content, channels, head, revision: 0, not_before: None, once_released: true };
    let signed = desk.bench.keys.publish_signer().unwrap().sign(&said).await.unwrap();
    desk.bench.tell(&desk.id, "bob", Command::Publish { signed, on: Some(When::Released) }).await;
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn t53_it_is_announced_by_itself_as_the_registry_shows_it() {
    let desk = awaited().await;
    desk.npm.lacks();
    desk.npm.shows();
    desk.looks().await;
    desk.bench.sla_check().tick(desk.bench.hands.now()).await.unwrap();
    assert!(!desk.case().await.publication.is_published());
    desk.looks().await;
    desk.bench.sla_check().tick(desk.bench.hands.now()).await.unwrap();
    let case = desk.case().await;
    let published = case.publication.published.as_ref().expect("with the next tick");
    assert_eq!(published.advisory.by, Actor::Desk);
    desk.plan(case.version).await.unwrap();
    assert!(desk.is_public().await);
}

/// Whoever may only write to the table writes that it was seen, and that it is published.
#[tokio::test(flavor = "multi_thread")]
async fn t53_what_the_registry_does_not_show_is_not_announced_whatever_the_log_says() {
    let desk = awaited().await;
    desk.npm.lacks();
    let before = desk.bench.store.cases.case(&desk.id).await.unwrap().unwrap();
    let scheduled = before.case.scheduled().unwrap().clone();
    let published = |actor: Actor| {
        let (content, channels, signed) =
            (scheduled.content.clone(), scheduled.channels.clone(), scheduled.signed.clone());
        let shown = String::new();
        let line = "express@4".parse().unwrap();
        let seen = EventBody::ReleaseSeen { line, of: version(), shown, missed: false };
        let mut commit = Commit::new();
        let events = vec![seen, EventBody::Published { content, channels, signed }];
        commit.append(&before, &actor, events, desk.bench.hands.now());
        commit
    };
    assert_eq!(desk.bench.store.cases.commit(published(Actor::Desk)).await.unwrap(), Outcome::Done);
    let version = desk.case().await.version;
    let why = desk.plan(version).await.expect_err("it is not there");
    assert!(why.contains("is not to be seen") && !desk.is_public().await, "{why}");
    desk.npm.shows();
    desk.plan(version).await.unwrap();
    assert!(desk.is_public().await, "once it is there, it is what was signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn t53_the_word_for_once_it_is_released_publishes_nothing_else() {
    for (actor, seen, why) in [
        // Not one of the team's words for now.
        (Actor::Member("bob".parse().unwrap()), true, "the signature of the publication"),
        // The log itself says that it is not released.
        (Actor::Desk, false, "is not yet"),
    ] {
        let desk = awaited().await;
        desk.npm.shows();
        if seen {
            desk.looks().await;
        }
        let before = desk.bench.store.cases.case(&desk.id).await.unwrap().unwrap();
        let scheduled = before.case.scheduled().unwrap().clone();
        let (content, channels, signed) = (scheduled.content, scheduled.channels, scheduled.signed);
        let mut commit = Commit::new();
        let events = vec![EventBody::Published { content, channels, signed }];
        commit.append(&before, &actor, events, desk.bench.hands.now());
        assert_eq!(desk.bench.store.cases.commit(commit).await.unwrap(), Outcome::Done);
        let said = desk.plan(desk.case().await.version).await.expect_err("it is not published");
        assert!(said.contains(why) && !desk.is_public().await, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_does_not_ask_for_is_looked_for_no_more() {
    let mut desk = desk().await;
    desk.fan_out.policy = Arc::new(Policy { registry: None, ..(*desk.bench.policy).clone() });
    desk.fan_out.look_for_release(&desk.advisory(), &version()).await.unwrap();
    assert_eq!(desk.record().await.due_at, None);
    assert_eq!(desk.npm.0.lock().unwrap().paths, Vec::<String>::new());
}
