//! Who opens a case that is not theirs to read, says why, and the handler is told (DESIGN, roles: break-glass).

use desk_domain::case::event::Resolution;
use desk_domain::case::permit::allowed;
use desk_domain::case::{Answering, Command, CommandName, Recipient};
use desk_domain::id::MemberId;
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, found, given, member, message, policy};

fn read() -> Command {
    Command::Read { reason: content() }
}

#[test]
fn a_member_of_triage_opens_a_case_with_a_reason_and_the_handler_is_told() {
    let policy = policy();
    let [carol, bob]: [MemberId; 2] = ["carol", "bob"].map(|id| id.parse().unwrap());
    let opened = given(&policy, "2027-03-26T22:00:00Z");
    assert!(!allowed(&opened.case, &policy, &carol, opened.now).contains(&CommandName::Read), "it is theirs to read");
    let mut world = opened.when(&policy, "bob", Command::Assign { member: bob.clone() });
    assert!(!world.case.readable_by(&carol, &policy, world.now));
    assert_eq!(allowed(&world.case, &policy, &carol, world.now), [CommandName::Read], "and nothing else");
    let note = Command::Note { text: content(), mail: None };
    assert!(matches!(world.tell(&policy, &member("carol"), &note), Err(Refusal::NotFound)));
    let from = world.log.len();
    world.tell(&policy, &member("carol"), &read()).unwrap();
    assert!(world.case.readable_by(&carol, &policy, world.now));
    let told = world.notices(&policy, from);
    let [only] = &told[..] else { panic!("{told:?}") };
    assert!(matches!(&only.notice, Notice::OpenedWithReason(notice) if notice.by == carol), "{told:?}");
    assert_eq!(only.recipient, Recipient::Member(bob));
    let again = world.tell(&policy, &member("carol"), &read());
    assert!(matches!(again, Err(Refusal::NotAllowed { why, .. }) if why.contains("already")));
    world.tell(&policy, &member("carol"), &note).unwrap();
}

#[test]
fn whoever_has_not_the_triage_role_opens_nothing() {
    let text = include_str!("../../../infra/policies/express.toml");
    let mut policy = Policy::from_toml(text).unwrap();
    policy.members.iter_mut().find(|member| member.id.as_str() == "carol").unwrap().roles.clear();
    let bob: MemberId = "bob".parse().unwrap();
    let mut world = given(&policy, "2027-03-26T22:00:00Z").when(&policy, "bob", Command::Assign { member: bob });
    assert!(matches!(world.tell(&policy, &member("carol"), &read()), Err(Refusal::NotFound)));
}

/// Who is let in reads the case and writes notes, and does no more than their role lets them; it ends as it began.
#[test]
fn a_member_who_is_let_in_reads_and_writes_notes_and_acts_by_their_role_alone() {
    let policy = policy();
    let of = |who: &str| -> MemberId { who.parse().unwrap() };
    let invite = |who: &str| Command::Invite { member: of(who), reason: content() };
    let mut world = given(&policy, "2027-03-26T22:00:00Z").when(&policy, "bob", Command::Assign { member: of("bob") });
    let (carol, now) = (of("carol"), world.now);
    let reads = |world: &World| world.case.readable_by(&carol, &policy, now);
    assert!(!reads(&world));
    assert_eq!(
        world.tell(&policy, &member("carol"), &invite("carol")),
        Err(Refusal::NotFound),
        "nobody lets in themselves"
    );
    let known = world.tell(&policy, &member("bob"), &invite("bob"));
    assert_eq!(known, Err(Refusal::field("/member", "may read it already")));
    assert_eq!(
        world.tell(&policy, &member("bob"), &invite("nobody")),
        Err(Refusal::field("/member", "is no member of the team"))
    );

    let from = world.log.len();
    world = world.when(&policy, "bob", invite("carol"));
    let told: Vec<_> =
        world.notices(&policy, from).into_iter().map(|mail| (mail.recipient, mail.notice.template())).collect();
    assert_eq!(told, [(Recipient::Member(carol.clone()), "invited")]);
    assert!(reads(&world));
    let may = allowed(&world.case, &policy, &carol, now);
    assert_eq!(may, [CommandName::Note]);
    let refused = world.tell(&policy, &member("carol"), &Command::Update { message: message() });
    assert!(matches!(refused, Err(Refusal::NotAllowed { why, .. }) if why.contains("let in to read it")));
    world = world.when(&policy, "carol", Command::Note { text: content(), mail: None });

    let from = world.log.len();
    world = world.when(&policy, "bob", Command::Uninvite { member: carol.clone(), reason: content() });
    assert!(!reads(&world));
    assert_eq!(world.notices(&policy, from)[0].notice.template(), "uninvited");
    let again = world.tell(&policy, &member("bob"), &Command::Uninvite { member: carol.clone(), reason: content() });
    assert!(matches!(again, Err(Refusal::NotAllowed { why, .. }) if why == "nobody was let in"));
}

/// I4: what a mail says of answering it is so for whoever gets it, when it is sent.
#[test]
fn what_comes_of_an_answer_hangs_on_who_gives_it_and_on_the_case() {
    let policy = policy();
    let of = |who: &str| -> MemberId { who.parse().unwrap() };
    let comes = |world: &World, who: &str| world.case.answering(&of(who), false, &policy, world.now);
    let new = given(&policy, "2027-03-26T22:00:00Z");
    assert!(new.case.waits_for_acknowledgement());
    assert_eq!([comes(&new, "alice"), comes(&new, "carol")], [Answering::Writes; 2], "it is all of triage's");
    let own = new.when(&policy, "bob", Command::Assign { member: of("bob") });
    let own = own.when(&policy, "bob", Command::Respond { message: message() });
    assert!(!own.case.waits_for_acknowledgement());
    assert_eq!([comes(&own, "bob"), comes(&own, "carol")], [Answering::Writes, Answering::HandedOn]);
    assert_eq!(own.case.answering(&of("carol"), true, &policy, own.now), Answering::Writes, "in bob's place");
    let let_in = own.when(&policy, "bob", Command::Invite { member: of("carol"), reason: content() });
    assert_eq!(comes(&let_in, "carol"), Answering::LetIn);
    let close = Command::Close {
        resolution: Resolution::WontFix,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: None,
    };
    let mut closed = let_in.when(&policy, "bob", close);
    assert_eq!(comes(&closed, "bob"), Answering::Closed);
    let thanks = Command::Reply { content: content(), received_at: closed.now, mail: None, files: None };
    closed.tell(&policy, &desk_domain::case::Actor::Reporter, &thanks).unwrap();
    assert_eq!(comes(&closed, "bob"), Answering::Writes, "the reporter waits for an answer");
    let nobody = found(&policy, "2027-03-26T22:00:00Z");
    assert_eq!(comes(&nobody, "alice"), Answering::NobodyToWriteTo);
    assert!(!nobody.case.waits_for_acknowledgement());
}

/// A promise is kept by any of triage; what is said in a member's own words, by button, by ACK or by REPLY, is said by who may write to
/// the reporter, and the first words are no exception.
#[test]
fn who_may_not_write_to_the_reporter_acknowledges_in_the_usual_words_alone() {
    let policy = policy();
    let of = |who: &str| -> MemberId { who.parse().unwrap() };
    let ack = |own_words| Command::AcknowledgeFromMail { message: message(), own_words, kept: None };
    let reply = Command::ReplyFromMail { message: message(), kept: None };
    let new = given(&policy, "2027-03-26T22:00:00Z");
    assert!(new.case.hears_own_words(&of("carol"), &policy, new.now), "nobody handles it yet");
    let handled = new.when(&policy, "bob", Command::Assign { member: of("bob") });
    let let_in = handled.clone().when(&policy, "bob", Command::Invite { member: of("carol"), reason: content() });
    for (world, why) in [(handled, "not theirs to read"), (let_in, "only let in")] {
        assert!(!world.case.hears_own_words(&of("carol"), &policy, world.now), "{why}");
        for own in [ack(true), reply.clone()] {
            let said = world.clone().tell(&policy, &member("carol"), &own);
            assert!(matches!(said, Err(Refusal::NotFound | Refusal::NotAllowed { .. })), "{why}: {own:?}");
        }
        assert!(world.clone().tell(&policy, &member("bob"), &reply).is_ok(), "its handler writes");
        let kept = world.when(&policy, "carol", ack(false));
        assert!(!kept.case.waits_for_acknowledgement(), "{why}");
    }
}

/// Whoever was let in for a word and is not of triage has no promise to keep.
#[test]
fn who_is_not_of_triage_acknowledges_nothing_by_being_let_in() {
    let text = include_str!("../../../infra/policies/express.toml");
    let mut policy = Policy::from_toml(text).unwrap();
    policy.members.iter_mut().find(|member| member.id.as_str() == "carol").unwrap().roles.clear();
    let of = |who: &str| -> MemberId { who.parse().unwrap() };
    let mut world = given(&policy, "2027-03-26T22:00:00Z")
        .when(&policy, "bob", Command::Assign { member: of("bob") })
        .when(&policy, "bob", Command::Invite { member: of("carol"), reason: content() });
    let usual = Command::AcknowledgeFromMail { message: message(), own_words: false, kept: None };
    assert!(matches!(world.tell(&policy, &member("carol"), &usual), Err(Refusal::NotAllowed { .. })));
}
