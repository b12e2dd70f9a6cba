//! Words that wait to be mailed: sent where whoever may write them has proven to have written them, for whom they go to; and of before
//! there was a proof, for as long as a deployment says.

use desk_domain::case::Recipient;
use desk_domain::case::event::MessageKind;
use desk_domain::id::{CaseId, PartyId};
use desk_domain::notice::{Announcement, ChannelFailed, Notice, SignIn, Written};
use desk_keys::{Announcer, LinkKey, Links, MailSealer, MailWords, Writer, sign_in_of};
use desk_store::deliveries::{Delivery, State};
use desk_store::{Commit, Hearer, words_for};
use desk_store_tests::content_id;
use desk_store_tests::post::Post;
use jiff::SignedDuration;

const NAME: &str = "mail-1";

fn text() -> MailWords {
    MailWords::Text { text: "Please send your report to evil.example instead.".to_owned() }
}

/// A desk with an acknowledged case, whose own mails are out.
async fn setting() -> (Post, CaseId) {
    let post = Post::new().await;
    let case = acknowledged(&post, 9).await;
    (post, case)
}

async fn acknowledged(post: &Post, number: u32) -> CaseId {
    let case = post.bench.case(number, Some(&format!("rita-{number}@example.org"))).await;
    post.acknowledged(&case).await;
    post.tick().await;
    case
}

fn sealer(post: &Post, writer: Writer, key: LinkKey) -> MailSealer {
    MailSealer::new(post.bench.mail_key.clone(), writer, Links::fixed(key))
}

/// As they were sealed before there was a proof, and as anybody can who has the public key.
fn unproven(post: &Post) -> Vec<u8> {
    post.bench.mail_key.seal(&serde_json::to_vec(&text()).unwrap()).unwrap()
}

fn own(post: &Post, writer: Writer) -> MailSealer {
    sealer(post, writer, post.bench.keys.link_key(writer.purpose()).unwrap())
}

/// What the words of a mail to the reporter are proven for.
fn to_reporter(case: &CaseId) -> String {
    words_for(case, &content_id(NAME), &Hearer::Reporter)
}

/// Takes on a delivery; or why it went to nobody.
async fn taken_on(post: &Post, delivery: &Delivery, sealed: Option<Vec<u8>>) -> Result<(), String> {
    post.bench.store.mail.plan_delivery(delivery, sealed).await.unwrap();
    let before = post.ses.counts().0;
    post.deliver.take_on(&delivery.id).await.unwrap();
    let (record, calls) = (post.record(&delivery.id).await, post.ses.counts().0 - before);
    match record.state {
        State::Sent if calls == 1 => Ok(()),
        State::Dead if calls == 0 => Err(record.why.unwrap()),
        state => panic!("{state:?} after {calls} calls"),
    }
}

fn any_cause() -> String {
    desk_keys::hex(&desk_keys::random::<8>())
}

/// Lays these words where a mail's words wait, plans a member's message with them, and sends it.
async fn sent(post: &Post, case: &CaseId, sealed: Vec<u8>) -> Result<(), String> {
    let (store, id) = (&post.bench.store, content_id(NAME));
    store.cases.erase_words(case, &id).await.unwrap();
    let mut commit = Commit::new();
    commit.words(case, &id, sealed);
    store.cases.commit(commit).await.unwrap();
    let seq = post.stored(case).await.case.sent.last().unwrap().seq;
    let kind = MessageKind::Acknowledgement;
    let by = "alice".parse().unwrap();
    let notice =
        Notice::Written(Written { kind, by, handler: None, end: None, asks_tracker: false, embargo_over: false });
    let delivery = Delivery::new(&any_cause(), Recipient::Reporter, notice, post.bench.hands.now());
    let delivery = Delivery { case: Some(case.clone()), seq: Some(seq), words: Some(id), ..delivery };
    taken_on(post, &delivery, None).await
}

const GONE: Result<(), String> = Ok(());

fn forged() -> Result<(), String> {
    Err("its words are by nobody who may write them to whom it goes".to_owned())
}

fn says_nobody() -> Result<(), String> {
    Err("its words do not say who wrote them".to_owned())
}

fn astray() -> Result<(), String> {
    Err("no such notice is told to whom it goes".to_owned())
}

type Forged<'a> = Box<dyn Fn(&CaseId) -> Vec<u8> + 'a>;

/// Each to a case of its own: a message that reaches nobody is told to its case as one that came back.
#[tokio::test(flavor = "multi_thread")]
async fn words_that_nobody_proves_go_to_nobody() {
    let (post, case) = setting().await;
    for writer in [Writer::Team, Writer::Inbox] {
        let proven = own(&post, writer).words(&text(), &to_reporter(&case)).unwrap();
        assert_eq!(sent(&post, &case, proven).await, GONE, "{writer:?}");
    }
    let as_team = |of: &str| own(&post, Writer::Team).words(&text(), of).unwrap();
    let with =
        |key: LinkKey, case: &CaseId| sealer(&post, Writer::Team, key).words(&text(), &to_reporter(case)).unwrap();
    let to_party = |case: &CaseId| words_for(case, &content_id(NAME), &Hearer::Party(PartyId::nth(1)));
    let other_mail = |case: &CaseId| words_for(case, &content_id("mail-2"), &Hearer::Reporter);
    let intakes = || post.bench.keys.link_key(Writer::Intake.purpose()).unwrap();
    let forgeries: [(&str, Forged<'_>, Result<(), String>); 7] = [
        ("sealed by whoever has the public key", Box::new(|_| unproven(&post)), says_nobody()),
        (
            "by intake",
            Box::new(|case| own(&post, Writer::Intake).words(&text(), &to_reporter(case)).unwrap()),
            forged(),
        ),
        ("by intake, as team", Box::new(|case| with(intakes(), case)), forged()),
        ("as team, by nobody", Box::new(|case| with(LinkKey::ephemeral(), case)), forged()),
        ("of another mail", Box::new(|case| as_team(&other_mail(case))), forged()),
        ("for somebody else", Box::new(|case| as_team(&to_party(case))), forged()),
        ("no words at all", Box::new(|_| post.bench.mail_key.seal(b"words").unwrap()), forged()),
    ];
    for (number, (what, sealed, why)) in (10..).zip(forgeries) {
        let case = acknowledged(&post, number).await;
        assert_eq!(sent(&post, &case, sealed(&case)).await, why, "{what}");
        let stored = post.stored(&case).await;
        assert!(
            stored.case.sent.iter().any(|message| message.bounced),
            "{what}: the case says that it did not reach them"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_link_goes_to_the_member_whom_it_signs_in() {
    let post = Post::new().await;
    let now = post.bench.hands.now();
    let token = || MailWords::SignIn { token: "t".to_owned() };
    let link = |of: &str| own(&post, Writer::Team).words(&token(), &sign_in_of(of)).unwrap();
    let plan = |to: Recipient| Delivery::new(&any_cause(), to, Notice::SignIn(SignIn { expires_at: now }), now);
    let alice = || Recipient::Member("alice".parse().unwrap());
    assert_eq!(taken_on(&post, &plan(alice()), Some(link("alice"))).await, GONE);
    assert_eq!(taken_on(&post, &plan(alice()), Some(link("bob"))).await, forged(), "another's");
    assert_eq!(taken_on(&post, &plan(Recipient::Operator), Some(link("alice"))).await, forged(), "to no member");
    let by_inbox = own(&post, Writer::Inbox).words(&token(), &sign_in_of("alice")).unwrap();
    assert_eq!(taken_on(&post, &plan(alice()), Some(by_inbox)).await, forged(), "not by team");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_told_what_fan_out_says_and_nobody_outside_what_is_not_for_them() {
    let (post, case) = setting().await;
    let told = |text: &str, to: Recipient| {
        let notice = Announcement { advisory: (&case).into(), subject: "News".to_owned(), text: text.to_owned() };
        let delivery = Delivery::new(&any_cause(), to, Notice::Announcement(notice), post.bench.hands.now());
        Delivery { case: Some(case.clone()), seq: Some(1), ..delivery }
    };
    let proven = |delivery: Delivery, by: &Announcer| {
        let proof = Some(by.proof(&delivery.announced()).unwrap());
        Delivery { proof, ..delivery }
    };
    let list = || Recipient::List(post.bench.policy.channels[0].id.clone());
    assert_eq!(taken_on(&post, &proven(told("Update.", list()), &post.announcer()), None).await, GONE);
    let nobody = Announcer::new(Links::fixed(LinkKey::ephemeral()));
    let of_another = proven(told("Update.", list()), &post.announcer()).proof;
    let forgeries = [
        ("without a proof", told("Pay us.", list()), says_nobody()),
        ("by nobody", proven(told("Pay us.", list()), &nobody), forged()),
        ("with another's proof", Delivery { proof: of_another, ..told("Pay us.", list()) }, forged()),
        ("to the reporter", proven(told("Pay us.", Recipient::Reporter), &post.announcer()), astray()),
    ];
    for (what, delivery, why) in forgeries {
        assert_eq!(taken_on(&post, &delivery, None).await, why, "{what}");
    }
    // What the team is told holds words of no person, and some of programs': it goes to nobody outside.
    let (channel, since) = (post.bench.policy.channels[0].id.clone(), post.bench.hands.now());
    let failed = ChannelFailed { channel, since, due_at: None, why: "Pay us.".to_owned(), refused: false };
    let delivery =
        Delivery::new(&any_cause(), Recipient::Reporter, Notice::ChannelFailed(failed), post.bench.hands.now());
    let delivery = Delivery { case: Some(case.clone()), seq: Some(1), ..delivery };
    assert_eq!(taken_on(&post, &delivery, None).await, astray(), "what the team is told");
}

/// What waits when a deployment brings the proofs is sent until the instant that it names, and never for longer than eight days.
#[tokio::test(flavor = "multi_thread")]
async fn words_of_before_there_was_a_proof_are_sent_until_the_deployment_says() {
    let mut post = Post::new().await;
    let (now, day) = (post.bench.hands.now(), SignedDuration::from_hours(24));
    let ends = [
        (Some(now + day * 8), GONE),
        (Some(now + day * 9), says_nobody()),
        (Some(now), says_nobody()),
        (None, says_nobody()),
    ];
    for (number, (until, came)) in (10..).zip(ends) {
        post.deliver.unproven_until = until;
        let case = acknowledged(&post, number).await;
        assert_eq!(sent(&post, &case, unproven(&post)).await, came, "{until:?}");
    }
    post.deliver.unproven_until = Some(now + day);
    let case = acknowledged(&post, 20).await;
    let wrong = sealer(&post, Writer::Team, LinkKey::ephemeral()).words(&text(), &to_reporter(&case)).unwrap();
    assert_eq!(sent(&post, &case, wrong).await, forged(), "a wrong proof is none of before");
    let case = acknowledged(&post, 21).await;
    post.bench.advance(day);
    assert_eq!(sent(&post, &case, unproven(&post)).await, says_nobody(), "it has ended");
}
