//! Two desks that write to each other: at most one mail each way, however long they are left alone.

use std::collections::BTreeSet;

use desk_harness::{Desk, Eml, Place, express};

/// A desk of another project, and the mails of it that were carried on.
struct Side {
    desk: Desk,
    domain: &'static str,
    carried: BTreeSet<String>,
    _place: Place,
}

impl Side {
    /// `member` is where its first member reads mail.
    fn new(domain: &'static str, member: &str) -> Side {
        let place = Place::new(domain.split('.').next().unwrap());
        let policy = std::fs::read_to_string(express()).unwrap();
        let policy = policy.replace("security@expressjs.com", &format!("security@{domain}"));
        let policy = policy.replace("\"alice@example.com\"", &format!("{member:?}"));
        let file = place.file("policy.toml", policy);
        let desk = place.start_under(file);
        Side { desk, domain, carried: BTreeSet::new(), _place: place }
    }

    fn security(&self) -> String {
        format!("security@{}", self.domain)
    }

    /// Everything that it sent to the other's security address and was not carried there yet, as it went over the wire.
    fn post(&mut self, other: &str) -> Vec<(Vec<u8>, String)> {
        self.desk.advance("1s");
        let mut all = Vec::new();
        for mail in self.desk.mails() {
            let (id, to) = (mail["id"].as_str().unwrap(), mail["to"][0].as_str().unwrap());
            let theirs = to.to_lowercase().starts_with("security") && to.to_lowercase().ends_with(&format!("@{other}"));
            if theirs && self.carried.insert(id.to_owned()) {
                let file = self.desk.data.join("mail").join(format!("{id}.eml"));
                all.push((std::fs::read(file).unwrap(), to.to_owned()));
            }
        }
        all
    }
}

/// Carries mails from one to the other until there are none; how many went each way.
fn settled(a: &mut Side, b: &mut Side) -> (usize, usize) {
    let (mut there, mut back) = (0, 0);
    loop {
        let (more_there, more_back) = (carry(a, b), carry(b, a));
        (there, back) = (there + more_there, back + more_back);
        if more_there + more_back == 0 {
            return (there, back);
        }
        assert!(there + back < 100, "they do not come to an end");
    }
}

/// The same while both are left alone for four days, until every promise to whoever wrote is broken.
fn left_alone(a: &mut Side, b: &mut Side) -> (usize, usize) {
    let (mut there, mut back) = (0, 0);
    for hours in ["5h", "20h", "26h", "45h"] {
        a.desk.advance(hours);
        b.desk.advance(hours);
        let more = settled(a, b);
        (there, back) = (there + more.0, back + more.1);
    }
    (there, back)
}

fn carry(from: &mut Side, to: &mut Side) -> usize {
    let mails = from.post(to.domain);
    for (raw, address) in &mails {
        // SES sends from an address of its own, which gets what bounces.
        let answer = to.desk.take(raw, &[("to", address), ("from", "0101@amazonses.com")]);
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    mails.len()
}

/// What a reporter who is left alone hears after the receipt: of two promises that were missed. Who handles it is a line of the first
/// mail that a person writes.
const LATER: usize = 2;

fn both(member_of_a: &str) -> (Side, Side) {
    (Side::new("a.example.com", member_of_a), Side::new("b.example.net", "alice@example.com"))
}

#[test]
fn t13_a_report_from_the_others_security_address_is_answered_once_at_most() {
    let (mut a, mut b) = both("alice@example.com");
    let mail = Eml::new(&format!("B's team <{}>", b.security()), "A hole in express", "A person of B writes this.");
    let mail = mail.with("To", &a.security());
    assert_eq!(a.desk.receive(&mail, &[]).0, "reported");
    assert_eq!(settled(&mut a, &mut b), (1, 0), "a receipt, which is filed");
    // A person wrote, so A tells them what the policy promises: two delays. None of it is answered.
    a.desk.expects_alarm("breach");
    let (later, back) = left_alone(&mut a, &mut b);
    assert_eq!((later, back), (LATER, 0));
    let there = 1 + later;
    let filed = b.desk.filed_away(&b.desk.token("alice"));
    assert_eq!(filed.len(), there, "each is filed, and none is a report");
    assert!(filed.iter().all(|(_, why)| why == "automatic mail"), "{filed:?}");
}

/// A member reads mail at an address that is a desk's: what pages them is filed there, and no desk answers another.
#[test]
fn t13_a_member_whose_address_is_a_desk_starts_no_conversation() {
    let (mut a, mut b) = both("security+a@b.example.net");
    let mail = Eml::new("Alice of A <security+a@b.example.net>", "A hole in express", "And one more.");
    assert_eq!(b.desk.receive(&mail.with("To", &b.security()), &[]).0, "filed", "from its own address is its own");
    let mail = Eml::new("rita@example.org", "A hole in express", "Rita writes this.").with("To", &a.security());
    assert_eq!(a.desk.receive(&mail, &[]).0, "reported");
    a.desk.expects_alarm("breach");
    assert_eq!((settled(&mut a, &mut b).1, left_alone(&mut a, &mut b).1), (0, 0));
    assert!(a.desk.mails().iter().all(|mail| mail["to"][0] != b.security()), "nothing but what goes to its member");
}

/// A member of A writes to B as a reporter does, from A's security address and with the mail program's own words.
#[test]
fn t13_a_member_who_reports_to_the_other_desk_gets_one_answer() {
    let (mut a, mut b) = both("alice@example.com");
    let mail = Eml::new(&format!("Alice of A <{}>", a.security()), "A hole in express", "We found this in yours.");
    assert_eq!(b.desk.receive(&mail.with("To", &b.security()), &[]).0, "reported");
    assert_eq!(settled(&mut a, &mut b), (0, 1), "a receipt, which is filed");
    b.desk.expects_alarm("breach");
    assert_eq!(left_alone(&mut a, &mut b), (0, LATER));
    // An answer that a person of A gives goes to B's case and is not answered.
    let receipt = b.desk.mails_to(&a.security()).remove(0);
    let answer = desk_harness::answer_to(&receipt, "Thank you for the receipt.");
    let before = b.desk.mails_to(&a.security()).len();
    assert_eq!(b.desk.receive(&answer, &[]).0, "replied");
    assert_eq!(b.desk.mails_to(&a.security()).len(), before);
}
