//! What is made of the facts: one function for each thing, pure.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use desk_domain::policy::{Form, Member, Policy};
use desk_mail::openpgp::PublicKey;
use desk_store::SeenPolicy;
use jiff::{SignedDuration, Timestamp};

use super::facts::{Asked, Facts};
use super::{Finding, Health};

/// A tick comes each minute; three in a row that did not are more than a hiccup.
const TICK_AGE: SignedDuration = SignedDuration::from_mins(3);
/// Heads go once a day; one that was late is no illness.
const HEADS_AGE: SignedDuration = SignedDuration::from_hours(48);
/// Who believes security.txt should not find it run out before anybody looks again.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An announcement, or a breach told to the whole team, should be out within this.
const ROUND: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn all(facts: &Facts, policy: &Policy, now: Timestamp) -> Vec<Finding> {
    let mut all = vec![
        identity(facts),
        sender(facts, policy),
        dkim(facts),
        spf(facts),
        dmarc(facts),
        sandbox(facts),
        rate(facts, policy),
        receiving(facts, policy),
        alarms(facts),
        subscribers(facts),
        tick(facts, now),
        heads(facts, now),
        keys(facts),
        openpgp(facts, now),
        held(facts),
        deployed_policy(facts, policy),
        security_txt(facts, now),
    ];
    all.extend(policy.members.iter().map(|member| reachable(facts, &member.address)));
    all.extend(members_keys(policy, now));
    all
}

fn well(about: &'static str, found: impl Into<String>) -> Finding {
    Finding { about, health: Health::Well, found: found.into(), todo: None }
}

fn doubt(about: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { about, health: Health::Doubt, found: found.into(), todo: Some(todo.into()) }
}

fn ill(about: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { about, health: Health::Ill, found: found.into(), todo: Some(todo.into()) }
}

/// What could not be asked is neither well nor ill.
fn unknown(about: &'static str, why: &str) -> Finding {
    doubt(
        about,
        format!("could not be asked: {why}"),
        "Ask again; if it stays so, see that your credentials may read it.",
    )
}

fn judged<T>(about: &'static str, asked: &Asked<T>, judge: impl FnOnce(&T) -> Finding) -> Finding {
    match asked {
        Ok(answer) => judge(answer),
        Err(why) => unknown(about, why),
    }
}

fn identity(facts: &Facts) -> Finding {
    let name = &facts.identity;
    judged("identity", &facts.verified, |verified| match verified {
        true => well("identity", format!("{name} is verified in SES")),
        false => ill(
            "identity",
            format!("{name} is not verified in SES"),
            "Verify the domain in SES, in the stack's region.",
        ),
    })
}

/// Whoever sends from another address than the role allows sends nothing.
fn sender(facts: &Facts, policy: &Policy) -> Finding {
    let (allowed, wanted) = (&facts.sender, &policy.contacts.security);
    match allowed == wanted {
        true => well("sender", format!("mail comes from {wanted}")),
        false => ill(
            "sender",
            format!("the policy sends from {wanted}, the stack may send from {allowed} only"),
            format!("Deploy with SecurityAddress={wanted}, or mend contacts.security in the policy."),
        ),
    }
}

fn dkim(facts: &Facts) -> Finding {
    judged("DKIM", &facts.dkim, |signed| match signed {
        true => well("DKIM", "mail is signed"),
        false => ill(
            "DKIM",
            "mail is not signed",
            "Publish the three CNAME records that SES shows for the domain (Easy DKIM).",
        ),
    })
}

fn spf(facts: &Facts) -> Finding {
    judged("SPF", &facts.mail_from, |own| match own {
        None => doubt(
            "SPF",
            "bounces go to amazonses.com: SPF passes, but for another domain than the sender's",
            "Set a custom MAIL FROM domain in SES, so that SPF counts for DMARC as DKIM does.",
        ),
        Some(domain) => judged("SPF", &facts.spf, |texts| {
            let allowed = texts.iter().any(|t| t.contains("include:amazonses.com"));
            match (texts.len(), allowed) {
                (1, true) => well("SPF", format!("{domain} lets SES send")),
                (0 | 1, _) => ill(
                    "SPF",
                    format!("{domain} does not let SES send"),
                    format!("Publish at {domain} the TXT record: v=spf1 include:amazonses.com ~all"),
                ),
                _ => ill("SPF", format!("{domain} has more than one SPF record"), "Leave one (RFC 7208, 4.5)."),
            }
        }),
    })
}

fn dmarc(facts: &Facts) -> Finding {
    let name = &facts.identity;
    judged("DMARC", &facts.dmarc, |texts| match texts.as_slice() {
        [] => ill(
            "DMARC",
            format!("{name} has no DMARC record: anybody can write in its name"),
            format!("Publish at _dmarc.{name} the TXT record: v=DMARC1; p=quarantine; rua=mailto:…"),
        ),
        [one] if one.split(';').any(|tag| tag.trim() == "p=none") => doubt(
            "DMARC",
            "it only watches (p=none)",
            "Once its reports show that your own mail passes, say p=quarantine.",
        ),
        [_] => well("DMARC", format!("{name} says what becomes of forged mail")),
        _ => ill("DMARC", "there is more than one record, so none counts", "Leave one (RFC 7489, 6.6.3)."),
    })
}

fn sandbox(facts: &Facts) -> Finding {
    judged("sandbox", &facts.account, |account| match (account.sending, account.production) {
        (false, _) => {
            ill("sandbox", "SES has stopped sending for this account", "See the account dashboard of SES for why.")
        }
        (true, false) => ill(
            "sandbox",
            "SES sends to verified addresses only: no reporter gets mail",
            "Ask for production access in the SES console.",
        ),
        (true, true) => well("sandbox", "SES sends to everybody"),
    })
}

/// A breach goes to the whole team at once, an announcement to every list: both within a minute, and ten times a day.
fn rate(facts: &Facts, policy: &Policy) -> Finding {
    let lists = policy.channels.iter().filter(|c| c.enabled && c.kept(Form::Mailbox).is_some()).count();
    let round = (policy.members.len() + lists + 1) as f64;
    judged("sending rate", &facts.account, |account| {
        let left = account.max_24_hours - account.sent_24_hours;
        let takes = round / account.per_second.max(f64::MIN_POSITIVE);
        if takes > ROUND.as_secs_f64() || left < 10.0 * round {
            return ill(
                "sending rate",
                format!(
                    "{}/s and {left:.0} more today are too little for {round:.0} mails at once",
                    account.per_second
                ),
                "Ask SES for a higher quota.",
            );
        }
        let per_second = account.per_second;
        well("sending rate", format!("{per_second}/s, {left:.0} more today; the largest round is {round:.0} mails"))
    })
}

fn receiving(facts: &Facts, policy: &Policy) -> Finding {
    let address = &policy.contacts.security;
    match &facts.rules {
        None => doubt(
            "receipt rule",
            format!("the desk does not receive mail to {address}"),
            "See that somebody reads that mailbox.",
        ),
        Some((active, ours)) => judged("receipt rule", active, |active| match active {
            Some(name) if name == ours => well("receipt rule", format!("mail to {address} is received")),
            _ => ill(
                "receipt rule",
                "the stack's receipt rules are not the active ones",
                format!("aws ses set-active-receipt-rule-set --rule-set-name {ours}"),
            ),
        }),
    }
}

fn alarms(facts: &Facts) -> Finding {
    judged("alarms", &facts.alarms, |alarms| {
        if alarms.all == 0 {
            return ill("alarms", "there are none", "Deploy the template again: its alarms were removed.");
        }
        match (alarms.silent.as_slice(), alarms.ringing.as_slice()) {
            ([], []) => well("alarms", format!("{} watch, none rings", alarms.all)),
            ([], ringing) => {
                ill("alarms", format!("ringing: {}", ringing.join(", ")), "README.md says what each one means.")
            }
            (silent, _) => ill("alarms", format!("tell nobody: {}", silent.join(", ")), "Deploy the template again."),
        }
    })
}

fn subscribers(facts: &Facts) -> Finding {
    judged("subscribers", &facts.subscribers, |subscribers| match (subscribers.confirmed, subscribers.pending) {
        (0, 0) => ill("subscribers", "nobody hears of alarms", "Deploy the template again, with OperatorAddress."),
        (0, _) => ill(
            "subscribers",
            "nobody hears of alarms yet",
            "Confirm the subscription: its mail went to OperatorAddress.",
        ),
        (confirmed, _) => well("subscribers", format!("{confirmed} hear of alarms")),
    })
}

fn tick(facts: &Facts, now: Timestamp) -> Finding {
    judged("last tick", &facts.last_tick, |last| match last {
        None => {
            ill("last tick", "the schedule has never ticked", "See the log of sla-check, and that its rule is enabled.")
        }
        Some(at) if at.duration_until(now) > TICK_AGE => ill(
            "last tick",
            format!("the schedule last ticked at {}", desk_domain::time::instant(*at)),
            "See the log of sla-check: no clock is watched.",
        ),
        Some(at) => well("last tick", desk_domain::time::instant(*at)),
    })
}

fn heads(facts: &Facts, now: Timestamp) -> Finding {
    let about = "heads";
    judged(about, &facts.heads, |written| match written {
        None => {
            doubt(about, "none were exported yet", "The next tick does it: ask again, or see the log of sla-check.")
        }
        Some(at) if at.duration_until(now) > HEADS_AGE => ill(
            about,
            format!("they were last exported at {}", desk_domain::time::instant(*at)),
            "See the log of sla-check: a log that was cut off since would not be noticed.",
        ),
        Some(at) => well(about, format!("exported at {}", desk_domain::time::instant(*at))),
    })
}

fn keys(facts: &Facts) -> Finding {
    judged("keys", &facts.keys, |missing| match missing.as_slice() {
        [] => well("keys", "all are there"),
        missing => ill(
            "keys",
            format!("missing: {}", missing.join(", ")),
            "desk keys init; if there were keys before and tables have lost items, desk restore first",
        ),
    })
}

/// Whether a key can be encrypted to, now and for a while.
fn lasts(key: &str, now: Timestamp) -> Result<(), String> {
    let later = now.saturating_add(EXPIRES_SOON).unwrap_or(now);
    PublicKey::read(key, now).and_then(|_| PublicKey::read(key, later)).map(drop).map_err(|problem| problem.to_string())
}

fn openpgp(facts: &Facts, now: Timestamp) -> Finding {
    let about = "OpenPGP key";
    judged(about, &facts.openpgp, |certificate| match certificate.as_deref().map(|key| lasts(key, now)) {
        None => ill(about, "there is none, and mail goes in clear", "desk keys init"),
        Some(Ok(())) => well(about, "can be encrypted to"),
        Some(Err(why)) => ill(about, format!("within thirty days: {why}"), "desk keys rotate openpgp"),
    })
}

/// A member's key that cannot be used is a member who is written to in clear.
fn members_keys(policy: &Policy, now: Timestamp) -> Vec<Finding> {
    let about = "member's key";
    let judged = |member: &Member| {
        let name = &member.name;
        Some(match lasts(member.openpgp_key.as_deref()?, now) {
            Ok(()) => well(about, format!("{name} is written to in secret")),
            Err(why) => {
                ill(about, format!("{name}, within thirty days: {why}"), "Put a key that works into the policy.")
            }
        })
    };
    policy.members.iter().filter_map(judged).collect()
}

fn held(facts: &Facts) -> Finding {
    judged("restore", &facts.held, |held| match held.before {
        None => well("restore", "nothing is held"),
        Some(before) => ill(
            "restore",
            format!("what was due before {} is held", desk_domain::time::instant(before)),
            "desk restore list, then desk restore release or drop",
        ),
    })
}

fn deployed_policy(facts: &Facts, policy: &Policy) -> Finding {
    judged("policy", &facts.seen_policy, |seen| match seen {
        Some(digest) if *digest == SeenPolicy::of(policy).digest => {
            well("policy", format!("version {} is at work", policy.version))
        }
        Some(_) => doubt(
            "policy",
            "another policy than this file is at work",
            "Name the deployed one with --policy; or deploy this one, and wait a minute for the next tick to read it.",
        ),
        None => doubt("policy", "no tick has read the policy yet", "Wait a minute and ask again."),
    })
}

fn security_txt(facts: &Facts, now: Timestamp) -> Finding {
    if let Err(why) = &facts.security_txt {
        return ill("security.txt", format!("cannot be fetched: {why}"), "See what answers at the desk's address.");
    }
    judged("security.txt", &facts.security_txt, |text| {
        let expires = text.lines().find_map(|line| line.strip_prefix("Expires: ")?.parse::<Timestamp>().ok());
        match expires {
            None => ill(
                "security.txt",
                "what is served there is no security.txt",
                "See what answers at the desk's address.",
            ),
            Some(at) if now.duration_until(at) < EXPIRES_SOON => ill(
                "security.txt",
                format!("it expires at {}", desk_domain::time::instant(at)),
                "It is made anew at each request; see that no cache keeps it.",
            ),
            Some(at) => well("security.txt", format!("good until {}", desk_domain::time::instant(at))),
        }
    })
}

fn reachable(facts: &Facts, address: &str) -> Finding {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let of =
        |map: &BTreeMap<String, Asked<bool>>, key: &str| map.get(key).cloned().unwrap_or(Err("not asked".to_owned()));
    match (of(&facts.suppressed, address), of(&facts.mail_servers, domain)) {
        (Ok(true), _) => ill(
            "member",
            format!("{address} is suppressed by SES: mail to it is dropped in silence"),
            format!(
                "See that the mailbox works, then: aws sesv2 delete-suppressed-destination --email-address {address}"
            ),
        ),
        (_, Ok(false)) => {
            ill("member", format!("{address}: {domain} takes no mail"), "Mend the address in the policy.")
        }
        (Ok(false), Ok(true)) => well("member", format!("{address} can be reached")),
        (Err(why), _) | (_, Err(why)) => unknown("member", &format!("{address}: {why}")),
    }
}
