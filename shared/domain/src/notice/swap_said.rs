use super::*;
use crate::policy::{Shift, Swap};

/// To both members of whose shifts on call a swap speaks; to who said one by mail, why nothing came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwapSaid {
    pub what: WhatOfSwap,
}

/// What became of a swap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhatOfSwap {
    /// One asks the other.
    Asked(Swap),
    /// It is in effect.
    Agreed(Swap),
    /// One of them took it back, or declined.
    Withdrawn {
        swap: Swap,
        by: MemberId,
    },
    NotTaken(NotAway),
}

impl SwapSaid {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = match &self.what {
            WhatOfSwap::NotTaken(why) => {
                let why = match why {
                    NotAway::NotProven => "the mail is not proven to be yours",
                    NotAway::Days(why) => why,
                };
                Letter::new(at.subject("Your SWAP was not taken")).say(format!("Nothing was changed: {why}."))
            }
            WhatOfSwap::Asked(swap) => told(swap, at, asked),
            WhatOfSwap::Agreed(swap) => told(swap, at, |yours| agreed(yours, at)),
            WhatOfSwap::Withdrawn { swap, by } => told(swap, at, |yours| withdrawn(yours, by, at)),
        };
        letter
            .link("Who is on call, and the swaps that are asked for", &format!("{}/rota", at.links.board))
            .sign(at.team_signature())
    }
}

/// A swap as its receiver sees it.
struct Yours<'a> {
    gives: &'a Shift,
    gets: &'a Shift,
    other: String,
    /// Whether the other asked for it.
    asked_of_you: bool,
}

/// Subject, what to know, and the two shifts.
fn told(swap: &Swap, at: &Setting<'_>, says: impl Fn(&Yours<'_>) -> (String, String)) -> Letter {
    let [first, second] = &swap.shifts;
    let yours = at.recipient.member().and_then(|member| swap.of(member));
    let (gives, gets) = yours.unwrap_or((first, second));
    let yours = Yours { gives, gets, other: at.member_name(&gets.member), asked_of_you: gives == second };
    let (subject, text) = says(&yours);
    let span = |shift: &Shift| format!("from {}\nuntil {}", at.due(shift.from), at.due(shift.until));
    let facts = match swap.agreed {
        true => vec![("You".to_owned(), span(gets)), (yours.other.clone(), span(gives))],
        false => vec![("Your shift".to_owned(), span(gives)), (format!("{}’s", yours.other), span(gets))],
    };
    Letter::new(at.subject(&subject)).say(text).facts(facts)
}

fn asked(yours: &Yours<'_>) -> (String, String) {
    let other = &yours.other;
    if !yours.asked_of_you {
        let text = format!(
            "You asked {other} to swap these shifts on call. Nothing changes until {other} agrees; you are told then."
        );
        return ("You asked for a swap of shifts".to_owned(), text);
    }
    let by_mail = match (yours.gives.day(), yours.gets.day()) {
        (Some(mine), Some(theirs)) => format!(", or by answering this mail with the words SWAP {mine} {theirs}"),
        _ => String::new(),
    };
    let text = format!(
        "{other} asks you to swap these shifts: you would be on call in theirs, and {other} in yours. Nothing changes until you agree, on \
         the page of who is on call{by_mail}."
    );
    (format!("{other} asks you to swap shifts"), text)
}

fn agreed(yours: &Yours<'_>, at: &Setting<'_>) -> (String, String) {
    let other = &yours.other;
    let now = if yours.gets.holds(at.now) { " You are on call now." } else { "" };
    let text =
        format!("You and {other} have swapped these shifts: you are on call in {other}’s, and {other} in yours.{now}");
    ("Your shifts are swapped".to_owned(), text)
}

fn withdrawn(yours: &Yours<'_>, by: &MemberId, at: &Setting<'_>) -> (String, String) {
    let you = at.recipient.member() == Some(by);
    let text = match (you, yours.asked_of_you) {
        (true, true) => "You declined the swap of these shifts.".to_owned(),
        (true, false) => "You took back that you asked for a swap of these shifts.".to_owned(),
        (false, true) => format!("{} no longer asks for a swap of these shifts.", yours.other),
        (false, false) => format!("{} declined the swap of these shifts.", yours.other),
    };
    ("Your shifts are not swapped".to_owned(), format!("{text} Both stay whose they were."))
}
