//! Identifiers: one newtype each, made only through `FromStr` (or from random bytes handed in).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an identifier of the kind asked for; `Display` says what one looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $valid:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok($name(text.to_owned())) } else { Err(Malformed($what)) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = Malformed;
            fn try_from(text: String) -> Result<Self, Malformed> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_name(text: &str, extra: &[char], max: usize) -> bool {
    !text.is_empty()
        && text.len() <= max
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || extra.contains(&c))
}

fn is_package(text: &str) -> bool {
    is_name(&text.to_ascii_lowercase(), &['-', '.', '_', '~', '@', '/'], 214)
}

/// Crockford's base32 alphabet: no I, L, O, U, so that an id survives being read aloud.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn is_case_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [prefix, year, tail] = parts.as_slice() else { return false };
    is_prefix(prefix)
        && year.len() == 4
        && year.bytes().all(|b| b.is_ascii_digit())
        && (is_drawn(tail, 5) || tail.strip_prefix(PASSING).is_some_and(|tail| is_drawn(tail, 6)))
}

fn is_drawn(digits: &str, number: usize) -> bool {
    digits.len() == number && digits.bytes().all(|b| CROCKFORD.contains(&b))
}

/// With it begins the last part of the id of a case that is kept for a while only: no digit of an id is one. A role of the desk may
/// give an end to the items of such a case, and of no other; so its id, which is all that a policy of AWS can read of an item, says it.
const PASSING: char = 'U';

fn is_prefix(text: &str) -> bool {
    (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

text_id!(
    /// A case: `EXP-2026-7K3QF` (prefix, year, five random Crockford base32 digits). Says nothing about how many
    /// there are and is safe in a subject line. One that is kept for a while only, a trial of the desk's own or automatic mail, has a
    /// `U` before six of them: `EXP-2026-U7K3QF0`.
    CaseId, is_case_id, "must be a case id such as EXP-2026-7K3QF"
);
text_id!(
    /// The prefix of a project's case ids.
    Prefix, is_prefix, "must be 2 to 8 capital letters"
);
text_id!(
    /// A team member, as named in the policy.
    MemberId, |t| is_name(t, &['-', '.', '_'], 64), "must be a member's id: small letters, digits, '-', '.' or '_'"
);
text_id!(
    /// A package of the npm ecosystem, as its registry names it (old ones have capitals).
    PackageName, is_package, "must be a package name as the registry writes it"
);
text_id!(
    /// A maintained line of a package: `express@4`.
    LineName, |t| t.rsplit_once('@').is_some_and(|(p, v)| is_package(p) && is_name(v, &['.', '-'], 64)),
    "must be a package and its line, such as express@4"
);
text_id!(
    /// A clock, as named in the policy: `acknowledgement`.
    ClockName, |t| is_name(t, &['-'], 64), "must be a clock's name: small letters, digits and '-'"
);
text_id!(
    /// An escalation level, as named in the policy: `on-call`.
    LevelName, |t| is_name(t, &['-'], 64), "must be a level's name: small letters, digits and '-'"
);
text_id!(
    /// A channel of announcements: one of the desk's own (`advisory-page`), or a policy's channel by its name.
    ChannelId, |t| is_name(t, &['-'], 214), "must be a channel's id: small letters, digits and '-'"
);
text_id!(
    /// An advisory: the id of its case, or the id under which an older one is known (`GHSA-rv95-896h-c2vc`). It names files.
    AdvisoryId, |t| (3..=64).contains(&t.len()) && !t.starts_with(['-', '.']) && t.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
    "must be an advisory's id such as EXP-2026-7K3QF or GHSA-rv95-896h-c2vc"
);
text_id!(
    /// Where a report came from, under a name that is good for one day: `net-` and the pseudonym of a network, `mail-` and that of the
    /// domain that a mail was proven to come from. Nobody without the desk's key reads back from it what it stands for.
    SourceId, is_source, "must be a source: net- or mail-, and 32 hex digits"
);
text_id!(
    /// Sealed content of a case: `c` and the event's version, or a name of its own.
    ContentId, |t| is_name(t, &['-'], 64), "must be a content id"
);

text_id!(
    /// Somebody from outside who was invited to a case: `party-1`, in the order of the invitations. It says nothing of who they are.
    PartyId, is_party, "must be a party of the case, such as party-1"
);

fn is_source(text: &str) -> bool {
    let name = text.strip_prefix("net-").or_else(|| text.strip_prefix("mail-"));
    name.is_some_and(|name| name.len() == PSEUDONYM && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Hex digits of a source's pseudonym: 128 bits, which no two sources of a day share by chance.
const PSEUDONYM: usize = 32;

impl SourceId {
    /// A network, by its pseudonym of the day (64 hex digits; the first half is enough).
    pub fn network(pseudonym: &str) -> Option<SourceId> {
        format!("net-{}", pseudonym.get(..PSEUDONYM)?).parse().ok()
    }

    /// A mail domain, by its pseudonym of the day.
    pub fn mail_domain(pseudonym: &str) -> Option<SourceId> {
        format!("mail-{}", pseudonym.get(..PSEUDONYM)?).parse().ok()
    }

    /// What it is, behind a number of reports: `37 reports from one network`.
    pub fn words(&self) -> &'static str {
        if self.0.starts_with("mail-") { "one mail domain" } else { "one network" }
    }
}

fn is_party(text: &str) -> bool {
    let number = text.strip_prefix("party-").and_then(|number| number.parse::<u16>().ok());
    number.is_some_and(|number| number > 0 && text == format!("party-{number}"))
}

impl PartyId {
    /// The `number`th that was invited, from 1.
    ///
    /// # Panics
    /// With 0.
    pub fn nth(number: u16) -> PartyId {
        assert!(number > 0, "parties are counted from 1");
        PartyId(format!("party-{number}"))
    }
}

impl CaseId {
    /// The id for 25 of the random bits handed in.
    pub fn from_random(prefix: &Prefix, year: i16, random: u32) -> CaseId {
        let digit = |i: u32| CROCKFORD[(random >> (5 * i)) as usize & 31] as char;
        CaseId(format!("{prefix}-{year:04}-{}", (0..5).map(digit).collect::<String>()))
    }

    /// The id of a case that is kept for a while only, for 30 of the random bits: many are drawn in a year.
    pub fn passing(prefix: &Prefix, year: i16, random: u32) -> CaseId {
        let digit = |i: u32| CROCKFORD[(random >> (5 * i)) as usize & 31] as char;
        CaseId(format!("{prefix}-{year:04}-{PASSING}{}", (0..6).map(digit).collect::<String>()))
    }

    /// The prefix of whose it is.
    pub fn prefix(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether it is of a case that is kept for a while only.
    pub fn is_passing(&self) -> bool {
        self.0.rsplit('-').next().is_some_and(|tail| tail.starts_with(PASSING))
    }

    /// Two words to call it by: forty ids of one year look alike at three in the morning. They say nothing that the id does
    /// not, and are no id: two cases may share them.
    pub fn spoken(&self) -> String {
        let digits = self.0.rsplit('-').next().unwrap_or_default().bytes();
        let value = |digit: u8| CROCKFORD.iter().position(|known| *known == digit).unwrap_or_default();
        let number = digits.fold(0, |number, digit| number * CROCKFORD.len() + value(digit));
        format!("{} {}", COLOURS[number % COLOURS.len()], ANIMALS[number / COLOURS.len() % ANIMALS.len()])
    }
}

const COLOURS: [&str; 31] = [
    "amber", "ash", "azure", "black", "blue", "brass", "bronze", "brown", "coral", "copper", "cream", "crimson",
    "ebony", "emerald", "golden", "green", "grey", "indigo", "ivory", "jade", "lilac", "maroon", "ochre", "olive",
    "pearl", "plum", "russet", "scarlet", "silver", "teal", "white",
];
const ANIMALS: [&str; 61] = [
    "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "buzzard", "camel", "carp", "cat", "crane", "cricket",
    "crow", "deer", "dolphin", "dove", "duck", "eagle", "eel", "elk", "falcon", "ferret", "finch", "fox", "frog",
    "goat", "goose", "gull", "hare", "hawk", "hedgehog", "heron", "horse", "ibis", "jackdaw", "kite", "lark", "lynx",
    "magpie", "marten", "mole", "moose", "moth", "mouse", "newt", "otter", "owl", "pike", "puffin", "quail", "raven",
    "robin", "salmon", "seal", "stork", "swan", "toad", "trout", "weasel", "wren",
];

impl LineName {
    /// The package that the line belongs to.
    pub fn package(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(package, _)| package)
    }

    /// What tells it from the package's other lines: `4`, `6.10`.
    pub fn numbers(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, numbers)| numbers)
    }
}

impl ChannelId {
    /// The id of a policy's channel: its name in small letters, with `-` between the words.
    ///
    /// # Errors
    /// When nothing of the name is left.
    pub fn of_name(name: &str) -> Result<ChannelId, Malformed> {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-").to_ascii_lowercase().parse()
    }
}

impl From<&CaseId> for AdvisoryId {
    fn from(case: &CaseId) -> AdvisoryId {
        AdvisoryId(case.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_id_is_made_of_random_bits_and_read_back() {
        let prefix: Prefix = "EXP".parse().unwrap();
        assert_eq!(CaseId::from_random(&prefix, 2026, 0).as_str(), "EXP-2026-00000");
        let id = CaseId::from_random(&prefix, 2026, u32::MAX);
        assert_eq!(id.as_str(), "EXP-2026-ZZZZZ");
        assert_eq!(id.as_str().parse::<CaseId>().unwrap(), id);
    }

    #[test]
    fn the_id_of_what_is_kept_for_a_while_only_says_so_and_no_other_does() {
        let prefix: Prefix = "EXP".parse().unwrap();
        let passing = CaseId::passing(&prefix, 2026, u32::MAX);
        assert_eq!(passing.as_str(), "EXP-2026-UZZZZZZ");
        assert_eq!(passing.as_str().parse::<CaseId>().unwrap(), passing);
        assert!(passing.is_passing());
        let ordinary = (0..2_000u32).map(|n| CaseId::from_random(&prefix, 2026, n.wrapping_mul(2_654_435_761)));
        assert!(!ordinary.into_iter().any(|id| id.is_passing()));
        for wrong in ["EXP-2026-U7K3Q", "EXP-2026-U7K3QF", "EXP-2026-U7K3QUF", "EXP-2026-7K3QF00", "EXP-2026-UU7K3QF"] {
            assert!(wrong.parse::<CaseId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_party_is_a_number_that_is_written_in_one_way() {
        assert_eq!("party-12".parse(), Ok(PartyId::nth(12)));
        for wrong in ["party-0", "party-01", "party-+1", "party-", "party-1x", "party-65536", "1"] {
            assert!(wrong.parse::<PartyId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_case_has_two_words_to_call_it_by() {
        let spoken = |id: &str| id.parse::<CaseId>().unwrap().spoken();
        assert_eq!(spoken("EXP-2026-00000"), "amber badger");
        assert_eq!(spoken("EXP-2026-00001"), "ash badger");
        assert_eq!(spoken("EXP-2027-00001"), spoken("EXP-2026-00001"), "the year stands beside it");
        let all: std::collections::BTreeSet<String> = (0..1000)
            .map(|n: u32| CaseId::from_random(&"EXP".parse().unwrap(), 2026, n.wrapping_mul(2_654_435_761)).spoken())
            .collect();
        assert!(all.len() > 650, "{}", all.len());
    }

    #[test]
    fn what_is_no_id_is_refused_with_what_one_looks_like() {
        for wrong in ["", "EXP-2026", "exp-2026-7K3QF", "EXP-2026-7K3QU", "EXP-2026-7K3QF\n", "EXP-26-7K3QF"] {
            let refused = wrong.parse::<CaseId>().unwrap_err();
            assert_eq!(refused.to_string(), "must be a case id such as EXP-2026-7K3QF", "{wrong:?}");
        }
        assert!("express@4".parse::<LineName>().is_ok());
        assert!("@scope/name@4.x".parse::<LineName>().is_ok());
        assert!("express".parse::<LineName>().is_err());
    }
}
