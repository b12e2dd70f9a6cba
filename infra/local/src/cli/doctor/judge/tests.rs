//! Each judgement, without a cloud.

use super::super::facts::{Account, Alarms, Subscribers};
use super::*;

const NOW: &str = "2026-11-25T12:00:00Z";

fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../../../policies/express.toml")).unwrap()
}

/// A stack with which all is well.
fn facts() -> Facts {
    let policy = policy();
    let members = || policy.members.iter().map(|m| m.address.clone());
    Facts {
        identity: "expressjs.com".to_owned(),
        sender: policy.contacts.security.clone(),
        verified: Ok(true),
        dkim: Ok(true),
        mail_from: Ok(Some("bounce.expressjs.com".to_owned())),
        spf: Ok(vec!["v=spf1 include:amazonses.com ~all".to_owned()]),
        dmarc: Ok(vec!["v=DMARC1; p=quarantine".to_owned()]),
        account: Ok(Account {
            production: true,
            sending: true,
            max_24_hours: 50_000.0,
            sent_24_hours: 10.0,
            per_second: 14.0,
        }),
        rules: Some((Ok(Some("rules".to_owned())), "rules".to_owned())),
        alarms: Ok(Alarms { all: 20, ..Alarms::default() }),
        subscribers: Ok(Subscribers { confirmed: 1, pending: 0 }),
        last_tick: Ok(Some("2026-11-25T11:59:10Z".parse().unwrap())),
        seen_policy: Ok(Some(SeenPolicy::of(&policy).digest)),
        heads: Ok(Some("2026-11-25T00:00:10Z".parse().unwrap())),
        keys: Ok(Vec::new()),
        openpgp: Ok(Some(certificate("2028-11-25T00:00:00Z"))),
        held: Ok(desk_store::HeldWork::default()),
        security_txt: Ok("Contact: mailto:x\nExpires: 2027-05-21T00:00:00Z\n".to_owned()),
        suppressed: members().map(|address| (address, Ok(false))).collect(),
        mail_servers: members().map(|a| (a.rsplit_once('@').unwrap().1.to_owned(), Ok(true))).collect(),
    }
}

fn certificate(ends: &str) -> String {
    let (from, ends) = ("2026-11-25T00:00:00Z".parse().unwrap(), ends.parse().unwrap());
    desk_mail::openpgp::desk::generate("Security team", "security@expressjs.com", from, ends).unwrap().certificate
}

#[test]
fn an_openpgp_key_is_renewed_before_it_ends() {
    assert_eq!(one(|f| f.openpgp = Ok(None)), [("OpenPGP key", Health::Ill)]);
    assert_eq!(one(|f| f.openpgp = Ok(Some(certificate("2026-12-20T00:00:00Z")))), [("OpenPGP key", Health::Ill)]);
    let mut policy = policy();
    policy.members[0].openpgp_key = Some(certificate("2026-12-20T00:00:00Z"));
    policy.members[1].openpgp_key = Some(certificate("2028-12-20T00:00:00Z"));
    let healths: Vec<Health> = members_keys(&policy, NOW.parse().unwrap()).into_iter().map(|f| f.health).collect();
    assert_eq!(healths, [Health::Ill, Health::Well]);
}

/// What is not well, by its name.
fn not_well(facts: &Facts) -> Vec<(&'static str, Health)> {
    let all = all(facts, &policy(), NOW.parse().unwrap());
    assert!(
        all.iter().all(|f| (f.health == Health::Well) == f.todo.is_none()),
        "each that is not well says what to do"
    );
    all.into_iter().filter(|f| f.health != Health::Well).map(|f| (f.about, f.health)).collect()
}

fn one(change: impl FnOnce(&mut Facts)) -> Vec<(&'static str, Health)> {
    let mut facts = facts();
    change(&mut facts);
    not_well(&facts)
}

#[test]
fn a_healthy_stack_has_no_findings() {
    assert_eq!(not_well(&facts()), []);
}

#[test]
fn each_illness_is_found_alone() {
    use Health::{Doubt, Ill};
    let account = |change: fn(&mut Account)| one(|f| change(f.account.as_mut().ok().unwrap()));
    assert_eq!(one(|f| f.verified = Ok(false)), [("identity", Ill)]);
    assert_eq!(one(|f| f.sender = "other@example.org".to_owned()), [("sender", Ill)]);
    assert_eq!(one(|f| f.dkim = Ok(false)), [("DKIM", Ill)]);
    assert_eq!(one(|f| f.spf = Ok(Vec::new())), [("SPF", Ill)]);
    assert_eq!(one(|f| f.spf = Ok(vec!["v=spf1 -all".to_owned()])), [("SPF", Ill)]);
    assert_eq!(one(|f| f.mail_from = Ok(None)), [("SPF", Doubt)]);
    assert_eq!(one(|f| f.dmarc = Ok(Vec::new())), [("DMARC", Ill)]);
    assert_eq!(one(|f| f.dmarc = Ok(vec!["v=DMARC1; p=none".to_owned()])), [("DMARC", Doubt)]);
    assert_eq!(one(|f| f.dmarc = Ok(vec!["v=DMARC1; p=reject; sp=none".to_owned()])), []);
    assert_eq!(one(|f| f.mail_from = Err("Throttling".to_owned())), [("SPF", Doubt)]);
    assert_eq!(account(|a| a.production = false), [("sandbox", Ill)]);
    assert_eq!(account(|a| a.sending = false), [("sandbox", Ill)]);
    assert_eq!(account(|a| a.per_second = 0.05), [("sending rate", Ill)]);
    assert_eq!(account(|a| a.sent_24_hours = 49_990.0), [("sending rate", Ill)]);
    assert_eq!(one(|f| f.rules = None), [("receipt rule", Doubt)]);
    assert_eq!(one(|f| f.rules = Some((Ok(None), "rules".to_owned()))), [("receipt rule", Ill)]);
    assert_eq!(one(|f| f.alarms = Ok(Alarms::default())), [("alarms", Ill)]);
    let ringing = Alarms { all: 20, ringing: vec!["desk-NoTick".to_owned()], ..Alarms::default() };
    assert_eq!(one(|f| f.alarms = Ok(ringing)), [("alarms", Ill)]);
    assert_eq!(one(|f| f.subscribers = Ok(Subscribers { confirmed: 0, pending: 1 })), [("subscribers", Ill)]);
    assert_eq!(one(|f| f.last_tick = Ok(None)), [("last tick", Ill)]);
    assert_eq!(one(|f| f.last_tick = Ok(Some("2026-11-25T11:56:00Z".parse().unwrap()))), [("last tick", Ill)]);
    assert_eq!(one(|f| f.heads = Ok(None)), [("heads", Doubt)]);
    assert_eq!(one(|f| f.heads = Ok(Some("2026-11-23T11:59:00Z".parse().unwrap()))), [("heads", Ill)]);
    assert_eq!(one(|f| f.keys = Ok(vec!["mail".to_owned()])), [("keys", Ill)]);
    assert_eq!(one(|f| f.seen_policy = Ok(Some("other".to_owned()))), [("policy", Doubt)]);
    assert_eq!(one(|f| f.security_txt = Ok("Expires: 2026-12-20T00:00:00Z".to_owned())), [("security.txt", Ill)]);
    assert_eq!(one(|f| f.security_txt = Ok("<html>".to_owned())), [("security.txt", Ill)]);
    assert_eq!(one(|f| f.security_txt = Err("refused".to_owned())), [("security.txt", Ill)]);
    let address = policy().members[0].address.clone();
    assert_eq!(one(|f| drop(f.suppressed.insert(address, Ok(true)))), [("member", Ill)]);
}

#[test]
fn what_could_not_be_asked_is_in_doubt_and_hides_nothing() {
    let found = one(|f| {
        f.account = Err("AccessDenied".to_owned());
        f.verified = Ok(false);
    });
    assert_eq!(found, [("identity", Health::Ill), ("sandbox", Health::Doubt), ("sending rate", Health::Doubt)]);
}
