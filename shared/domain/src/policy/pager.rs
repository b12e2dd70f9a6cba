//! Pagers: how a member is woken beside mail. One table of the kinds that a policy may name; whoever reads a policy or calls a
//! pager asks these rows.

use std::fmt;

use jiff::SignedDuration;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

macro_rules! pager_kinds {
    ($($(#[$doc:meta])* $kind:ident $row:tt)+) => {
        /// A kind of pager that a policy may name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum PagerKind { $($(#[$doc])* $kind),+ }

        impl PagerKind {
            pub const ALL: &[PagerKind] = &[$(PagerKind::$kind),+];

            /// What the desk knows of the kind.
            pub const fn row(self) -> PagerRow {
                match self { $(PagerKind::$kind => PagerRow $row),+ }
            }
        }
    };
}

pager_kinds! {
    /// Events API v2; the key is the integration's routing key.
    Pagerduty { words: "PagerDuty", url: Some("https://events.pagerduty.com/v2/enqueue"), key: Key::Required }
    /// A topic of ntfy; the key is an access token, where the topic wants one.
    Ntfy { words: "ntfy", url: None, key: Key::Optional }
    /// An incoming webhook of Slack, or of what takes the same shape (Mattermost, Rocket.Chat).
    Slack { words: "a webhook of Slack's shape", url: None, key: Key::None }
    /// A webhook of Discord.
    Discord { words: "a webhook of Discord", url: None, key: Key::None }
}

/// What the desk knows of a kind of pager.
#[derive(Clone, Copy, Debug)]
pub struct PagerRow {
    /// The kind as a sentence names it.
    pub words: &'static str,
    /// Where it is called unless the policy says; `None` where the policy must.
    pub url: Option<&'static str>,
    pub key: Key,
}

/// Whether a kind of pager is called with a key of its own beside the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Required,
    Optional,
    None,
}

/// A member's pager. Whoever knows its address or its key can wake the member, so both are for the desk alone: it has no `Debug`
/// of them and is shown without them.
#[derive(Clone, PartialEq)]
pub struct Pager {
    pub kind: PagerKind,
    pub(super) url: String,
    pub(super) key: Option<String>,
    /// `None`: it calls once.
    pub repeat: Option<Repeat>,
}

/// How often a page that nobody acted on is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Repeat {
    pub every: SignedDuration,
    /// After the first.
    pub times: u32,
}

impl Pager {
    /// Where it is called.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// As whoever reads the policy may see it.
impl Serialize for Pager {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pager = serializer.serialize_struct("Pager", 2)?;
        pager.serialize_field("kind", &self.kind)?;
        pager.serialize_field("repeat", &self.repeat)?;
        pager.end()
    }
}

impl fmt::Debug for Pager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager").field("kind", &self.kind).field("repeat", &self.repeat).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const EXPRESS: &str = include_str!("../../../../infra/policies/express.toml");

    fn with(page: &str) -> Result<Policy, String> {
        let id = "id = \"bob\"\n";
        Policy::from_toml(&EXPRESS.replace(id, &format!("{id}page = {page}\n"))).map_err(|e| e.to_string())
    }

    fn pager(page: &str) -> Pager {
        with(page).unwrap().members[1].page.clone().unwrap()
    }

    fn refused(page: &str) -> String {
        let why = with(page).unwrap_err();
        why.split_once(": ").unwrap().1.to_owned()
    }

    #[test]
    fn each_kind_takes_its_own() {
        let pagerduty = pager(r#"{ kind = "pagerduty", key = "R0UT1NGKEY" }"#);
        assert_eq!((pagerduty.url(), pagerduty.key()), ("https://events.pagerduty.com/v2/enqueue", Some("R0UT1NGKEY")));
        let eu = pager(r#"{ kind = "pagerduty", key = "K", url = "https://events.eu.pagerduty.com/v2/enqueue" }"#);
        assert_eq!(eu.url(), "https://events.eu.pagerduty.com/v2/enqueue");
        let ntfy =
            pager(r#"{ kind = "ntfy", url = "https://ntfy.example.org/t", repeat = { every = "10m", times = 3 } }"#);
        assert_eq!(ntfy.repeat, Some(Repeat { every: SignedDuration::from_mins(10), times: 3 }));
        assert_eq!(pager(r#"{ kind = "discord", url = "https://discord.example.org/api" }"#).key(), None);
    }

    #[test]
    fn what_is_wrong_is_named_without_a_word_of_the_secret() {
        assert_eq!(refused(r#"{ kind = "pagerduty" }"#), "members[1].page.key: is required for PagerDuty");
        assert_eq!(refused(r#"{ kind = "slack" }"#), "members[1].page.url: is required");
        let key = refused(r#"{ kind = "slack", url = "https://h.example/", key = "hush" }"#);
        assert_eq!(key, "members[1].page.key: is not for a webhook of Slack's shape: its address is all that it takes");
        assert!(refused(r#"{ kind = "slack", url = "http://h.example/hush" }"#).contains("must be an https URL"));
        assert!(
            refused(r#"{ kind = "beeper", url = "https://h.example/" }"#).contains("pagerduty, ntfy, slack, discord")
        );
        let repeat = |repeat: &str| {
            refused(&format!("{{ kind = \"ntfy\", url = \"https://h.example/\", repeat = {{ {repeat} }} }}"))
        };
        assert_eq!(repeat(r#"every = "10m""#), "members[1].page.repeat.times: is required");
        assert_eq!(repeat(r#"every = "30s", times = 3"#), "members[1].page.repeat.every: must be at least 1m");
        assert_eq!(repeat(r#"every = "10m", times = 0"#), "members[1].page.repeat.times: must be from 1 to 20");
    }

    #[test]
    fn whoever_reads_the_policy_sees_no_way_to_wake_a_member() {
        let policy = with(r#"{ kind = "ntfy", url = "https://ntfy.example.org/hush-1", key = "hush-2" }"#).unwrap();
        let shown = serde_json::to_string(&policy).unwrap() + &format!("{policy:?}");
        assert!(shown.contains(r#""page":{"kind":"ntfy","repeat":null}"#));
        assert!(!shown.contains("hush"));
    }
}
