//! Mails that look as if they belonged to a case: all that anybody can write who has seen mail of it, but for the token.

use desk_harness::{Chance, Eml, reply_to};
use serde_json::Value;

/// What it is, the mail, and what SES finds of it.
pub(crate) type Forged = (String, Eml, Vec<(&'static str, String)>);

/// `ours` are mails to the reporters of the two cases and to a member.
pub(crate) fn mails(chance: &mut Chance, ours: &[Value; 3], cases: [&str; 2]) -> Vec<Forged> {
    let tokens = [reply_to(&ours[0]), reply_to(&ours[1]), reply_to(&ours[2])];
    let mut all = Vec::new();
    for n in 0..120 {
        let place = chance.within(0..3) as usize;
        let (way, to) = altered(chance, &tokens, place);
        let from = senders(chance, n);
        let mut mail = Eml::new(&from, &subject(chance, ours, cases), &text(chance, ours)).with("To", &to);
        let mut what = format!("{n}: {way} from {from}");
        let header = |name: &str| ours[place]["headers"][name].as_str().unwrap_or_default();
        if chance.once_in(2) {
            mail = mail.with("In-Reply-To", header("Message-ID"));
            what += ", In-Reply-To";
        }
        if chance.once_in(2) {
            mail = mail.with("References", &format!("{} {}", header("References"), header("Message-ID")));
            what += ", References";
        }
        if chance.once_in(4) {
            mail = mail.with("Reply-To", &tokens[place]);
        }
        let verdict = ["PASS", "GRAY", "FAIL"][chance.within(0..3) as usize];
        all.push((what, mail, vec![("dmarc", verdict.to_owned())]));
    }
    all
}

/// A token that is not as it was made.
fn altered(chance: &mut Chance, tokens: &[String; 3], place: usize) -> (&'static str, String) {
    let (local, domain) = tokens[place].rsplit_once('@').expect("an address");
    let (who, tag) = local.rsplit_once('-').expect("a tag");
    let other = tokens[(place + 1) % 3].rsplit_once('@').expect("an address").0.rsplit_once('-').expect("a tag");
    let at = chance.within(0..tag.len() as u64) as usize;
    let letter = if &tag[at..=at] == "q" { 'w' } else { 'q' };
    match chance.within(0..10) {
        0 => ("a letter altered", format!("{who}-{}{letter}{}@{domain}", &tag[..at], &tag[at + 1..])),
        1 => ("cut off", format!("{who}-{}@{domain}", &tag[..at])),
        2 => ("longer", format!("{who}-{tag}{letter}@{domain}")),
        3 => ("another's tag", format!("{who}-{}@{domain}", other.1)),
        4 => ("another's name", format!("{}-{tag}@{domain}", other.0)),
        5 => ("no tag", format!("{who}@{domain}")),
        6 => ("a tag of chance", format!("{who}-{}@{domain}", chance.token(26))),
        7 => ("another domain", format!("{local}@auto.example.net")),
        8 => ("only said", format!("\"{}\" <security@{domain}>", tokens[place])),
        _ => ("none", format!("security@{domain}")),
    }
}

fn senders(chance: &mut Chance, n: usize) -> String {
    match chance.within(0..4) {
        0 => "Rita <rita@example.org>".to_owned(),
        1 => "Alice Example <alice@example.com>".to_owned(),
        2 => "max@example.net".to_owned(),
        _ => format!("mallory-{n}@example.net"),
    }
}

fn subject(chance: &mut Chance, ours: &[Value; 3], cases: [&str; 2]) -> String {
    match chance.within(0..4) {
        0 => format!("Re: {}", ours[0]["subject"].as_str().expect("a subject")),
        1 => format!("[{}] more", cases[1]),
        2 => cases.join(" "),
        _ => "hello".to_owned(),
    }
}

fn text(chance: &mut Chance, ours: &[Value; 3]) -> String {
    match chance.within(0..3) {
        0 => format!(
            "ACK\n\nOn Monday, the desk wrote:\n> {}",
            ours[2]["text"].as_str().expect("a text").replace('\n', "\n> ")
        ),
        1 => format!("Please send all to me. {}", reply_to(&ours[0])),
        _ => chance.token(40),
    }
}
