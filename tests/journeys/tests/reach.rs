//! Whom mail reaches: a mailbox that refuses it, a team of one, and members whose name, address or id is another in the policy.

use desk_harness::{Desk, Place, express, report};
use serde_json::{Value, json};

/// SES's own address that refuses every mail for good.
const REFUSES: &str = "bounce@simulator.amazonses.com";

/// The seed's policy with nobody away and the first of the rota on call for years, and these changes.
fn policy(changes: &[(&str, &str)]) -> String {
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let policy: Vec<&str> = policy.lines().filter(|line| !line.starts_with("away")).collect();
    let always = [("shift = \"7d\"", "shift = \"3650d\""), ("digest_at = \"08:00\"", "digest_at = false")];
    let changed = always.iter().chain(changes).fold(policy.join("\n"), |policy, (from, to)| {
        assert!(policy.contains(from), "{from}");
        policy.replace(from, to)
    });
    format!("{changed}\n")
}

fn started(place: &Place, changes: &[(&str, &str)]) -> Desk {
    place.start_under(place.file("policy.toml", policy(changes)))
}

fn told(desk: &Desk, to: &str, subject: &str) -> usize {
    desk.mails_to(to).iter().filter(|mail| mail["subject"].as_str().is_some_and(|s| s.contains(subject))).count()
}

fn on_call(desk: &Desk, member: &str) -> Value {
    desk.get("/desk/api/rota", &[("authorization", &desk.token(member))]).ok()["on_call"][0]["member"].clone()
}

/// Sequence 7a.
#[test]
fn t18_a_member_whose_mailbox_refuses_mail_is_stood_in_for_and_told_of_once_until_the_policy_has_another_address() {
    let place = Place::new("refuses");
    let desk = started(&place, &[("alice@example.com", REFUSES)]);
    desk.expects_alarm("mail-bounced");
    assert_eq!(on_call(&desk, "bob"), "alice");
    let (first, code) = desk.filed(&report("R", "page"));
    desk.command(&first, &desk.token("bob"), &json!({"command": "assign", "member": "alice"})).ok();
    desk.advance("1m");
    assert_eq!(on_call(&desk, "bob"), "bob", "the next of the rota");

    // Her case: what its reporter writes goes to who stands in, who is told why; and no case is given to her.
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "It is used already."})).ok();
    desk.advance("1m");
    let mail = desk.mail_to("bob", "The reporter has written").replace('\n', " ");
    assert!(mail.contains("mail to them comes back: you stand in"), "{mail}");
    let (second, _) = desk.filed(&report("S", "page"));
    desk.advance("1m");
    let refused = desk.command(&second, &desk.token("bob"), &json!({"command": "assign", "member": "alice"}));
    assert!(refused.status == 422 && refused.text.contains("mail to them comes back"), "{}", refused.text);
    desk.advance("5h");
    assert_ne!(desk.case(&second, &desk.token("bob"))["handler"], json!("alice"));
    for other in ["bob@example.org", "carol@example.net", "dave@example.com", "operations@example.net"] {
        assert_eq!(told(&desk, other, "Mail to a member of the team comes back"), 1, "{other}");
    }

    // With an address that works she is there again.
    desk.stop();
    let desk = started(&place, &[]);
    desk.advance("1m");
    assert_eq!(on_call(&desk, "bob"), "alice");
}

/// Sequence 42: one person is the team, and says nothing for two days.
#[test]
fn t18_a_team_of_one_is_not_stormed_and_somebody_outside_hears() {
    let place = Place::new("one");
    let desk = started(
        &place,
        &[
            ("roles = [\"triage\"]", "roles = [\"release-manager\"]"),
            ("roles = [\"triage\", \"release-manager\"]", "roles = [\"release-manager\"]"),
            ("order = [\"alice\", \"bob\", \"carol\", \"dave\"]", "order = [\"alice\"]"),
        ],
    );
    desk.expects_alarm("breach");
    desk.filed(&report("R", "page"));
    desk.advance("49h");
    let hers: Vec<String> = desk.mails_to("alice@example.com").iter().map(|mail| mail["subject"].to_string()).collect();
    assert!((5..=12).contains(&hers.len()), "{hers:#?}");
    let outside = desk.mails_to("olivia@example.net");
    assert_eq!(outside.len(), 2, "of each promise once: {outside:?}");
    for other in ["bob@example.org", "carol@example.net", "dave@example.com"] {
        assert!(desk.mails_to(other).is_empty(), "{other} is not of the team");
    }
}

/// Sequence 43.
#[test]
fn t32_who_has_another_name_and_address_gets_their_cases_mail_there_and_another_id_is_another_member() {
    let place = Place::new("renamed");
    let desk = started(&place, &[]);
    let (case, code) = desk.filed(&report("R", "page"));
    let token = desk.token("bob");
    desk.command(&case, &token, &json!({"command": "assign", "member": "bob"})).ok();
    desk.command(&case, &token, &json!({"command": "respond", "message": "We see it.", "next_steps": "We fix it."}))
        .ok();
    desk.advance("1m");
    desk.stop();

    let moved = [("Bob Example", "Robin Example"), ("bob@example.org", "robin@example.org")];
    let desk = started(&place, &moved);
    let before = desk.mails_to("bob@example.org").len();
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "More."})).ok();
    desk.advance("1m");
    assert_eq!(told(&desk, "robin@example.org", "The reporter has written"), 1);
    assert_eq!(desk.mails_to("bob@example.org").len(), before, "nothing goes to the old address");
    let page = desk.page("/case", &desk.entered(code.trim_start_matches("Bearer "))).text;
    assert!(page.contains("Robin Example handles it"), "by the name of today: {page}");
    desk.stop();

    // Another id is another member: whoever gets the case is told what is known, and nobody that somebody has left.
    let another = [moved[0], moved[1], ("id = \"bob\"", "id = \"robin\""), ("\"bob\"", "\"robin\"")];
    let desk = started(&place, &another);
    desk.advance("2m");
    let handler = desk.case(&case, &desk.token("alice"))["handler"].as_str().expect("somebody").to_owned();
    assert_ne!(handler, "bob");
    let mails = desk.mails();
    let told = mails.iter().find(|mail| mail["subject"].to_string().contains("You are the handler of this case"));
    let text = told.and_then(|mail| mail["text"].as_str()).expect("a mail").replace('\n', " ");
    assert!(text.contains("The policy no longer names who handled it"), "{text}");
}
