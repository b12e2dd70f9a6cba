//! The advisory: what is said to everyone, and the parts that it is put together from.
//!
//! A case holds the parts sealed: the draft, the ranges, the score, the credit. [`Advisory::compose`] makes the final form
//! that a second person approves; the same value is what every channel is rendered from. Nothing here has a `Debug`.

mod compose;
mod credit;
mod cve;
mod kept;
mod linked;
pub mod named;
mod revision;
mod timeline;
mod twins;
mod withdrawal;

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::affected::Affected;
use crate::case::event::FactName;
use crate::fields::Fields;
use crate::id::{AdvisoryId, CaseId, LineName, Malformed};
use crate::policy::{Limits, Policy, Severity};
use crate::text;

pub use self::compose::Parts;
pub use self::credit::{Credit, credit_line};
pub use self::cve::CveId;
pub use self::kept::{Beside, Kept, Other, RecordFields};
pub use self::revision::{Correction, Revision};
pub use self::timeline::{Milestone, Reached};
pub use self::withdrawal::Withdrawal;

/// References, aliases or people in one advisory.
pub const MOST: usize = 100;
/// A link, at most.
pub const LINK_BYTES: usize = 2048;
/// A summary, at most.
pub const SUMMARY_BYTES: usize = 4096;

/// The final form of an advisory: everything that is published of a case but the time.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Advisory {
    pub id: AdvisoryId,
    #[serde(flatten)]
    pub draft: Draft,
    #[serde(flatten)]
    pub score: Score,
    pub affected: Vec<Affected>,
    /// Every line of the packages named, and what it gets.
    pub lines: Vec<LineNote>,
    pub credits: Vec<Credit>,
    /// What is known beyond the problem itself, since when: that it can be exploited, that it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// The days on which it was told of and mended, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Milestone>,
    /// Why it takes the place of the form that is public; `None` of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// A fact that whoever runs a package should know, and when it became known.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub fact: FactName,
    pub at: Timestamp,
}

/// An advisory that is public.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    pub advisory: Advisory,
    /// `None` for one that was known before there was a desk.
    pub case: Option<CaseId>,
    pub published_at: Timestamp,
    pub modified_at: Timestamp,
    /// The id that its entry in the feed has for ever (RFC 4287, 4.2.6), given as it is put; `None` of one that was put before there
    /// were such: its entry is known by its page's address until `desk migrate` has written that down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_id: Option<String>,
    /// That it holds no more. It stays where it was, and every document says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
    /// The forms that took the place of the first, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Revision>,
    /// What the record that it was imported from says beyond it.
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub kept: Kept,
    /// Of the others that are published, those that name it as related. It is kept beside it, and is no part of any form.
    #[serde(skip)]
    pub linked: Vec<AdvisoryId>,
}

impl Published {
    /// What the entry of an advisory in the feed is called from the day on which it is published.
    pub fn entry_id(policy: &Policy, id: &AdvisoryId) -> Option<String> {
        Some(policy.project.tagged(&format!("advisories/{id}")))
    }

    /// The order in which advisories are shown: the newest first.
    pub fn newest_first(all: &mut [Published]) {
        all.sort_by(|a, b| b.published_at.cmp(&a.published_at).then_with(|| a.advisory.id.cmp(&b.advisory.id)));
    }
}

/// What is written for an advisory: the body of `draft-advisory`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// One line: page, feed and mail are headed with it.
    pub title: String,
    /// What it is in a sentence or two.
    pub summary: String,
    /// Markdown.
    pub details: String,
    /// Markdown.
    pub workarounds: Option<String>,
    pub references: Vec<Reference>,
    /// Other names of the same problem.
    pub aliases: Vec<AdvisoryId>,
    pub cve: Option<CveId>,
    /// Names of other problems that it has to do with: the one whose fix was not whole, for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<AdvisoryId>,
}

/// How severe it is.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub severity: Option<Severity>,
    /// CVSS vectors.
    pub cvss: Vec<String>,
    /// `CWE-79`.
    pub cwe: Vec<String>,
}

/// A reference of one of OSV's kinds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    #[serde(rename = "type")]
    pub kind: ReferenceKind,
    pub url: String,
    /// The line whose fix it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineName>,
}

impl Reference {
    pub fn new(kind: ReferenceKind, url: impl Into<String>) -> Reference {
        Reference { kind, url: url.into(), line: None }
    }
}

/// A line of an affected package, and what it gets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct LineNote {
    pub line: LineName,
    pub status: LineStatus,
    /// Its last day, where one is set.
    pub end_of_life: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineStatus {
    /// A fix is released, or will be before anything is published.
    Fixed,
    /// Affected, and it gets no fix (waived by name).
    Unfixed,
    /// Affected, past its end of life, and nobody released a fix all the same.
    EndOfLife,
    NotAffected,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every word, as it is written.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                match text.to_ascii_uppercase().replace('-', "_").as_str() {
                    $($text => Ok($name::$variant),)+
                    _ => Err(Malformed(concat!("must be one of:" $(, " ", $text)+))),
                }
            }
        }
    };
}

words!(
    /// OSV's kinds of references (schema 1.7.5).
    ReferenceKind {
        Advisory = "ADVISORY", Article = "ARTICLE", Detection = "DETECTION", Discussion = "DISCUSSION", Report = "REPORT",
        Fix = "FIX", Introduced = "INTRODUCED", Git = "GIT", Package = "PACKAGE", Evidence = "EVIDENCE", Web = "WEB",
    }
);

words!(
    /// OSV's types of credit (schema 1.7.5), which are GitHub's and CVE's too.
    CreditKind {
        Finder = "FINDER", Reporter = "REPORTER", Analyst = "ANALYST", Coordinator = "COORDINATOR",
        RemediationDeveloper = "REMEDIATION_DEVELOPER", RemediationReviewer = "REMEDIATION_REVIEWER",
        RemediationVerifier = "REMEDIATION_VERIFIER", Tool = "TOOL", Sponsor = "SPONSOR", Other = "OTHER",
    }
);

impl Draft {
    /// Reads the fields of `draft-advisory`.
    pub fn read(fields: &Fields<'_>, limits: &Limits) -> Draft {
        let title = fields.required_text("title", limits.line_bytes);
        if title.contains(char::is_control) {
            fields.wrong("title", "must be one line");
        }
        let draft = Draft {
            title,
            summary: fields.required_text("summary", SUMMARY_BYTES.min(limits.text_bytes)),
            details: fields.required_text("details", limits.text_bytes),
            workarounds: fields.text("workarounds", limits.text_bytes),
            references: references(fields),
            aliases: at_most(fields, "aliases", fields.parsed_list("aliases")),
            cve: fields.parsed("cve"),
            related: at_most(fields, "related", fields.parsed_list("related")),
        };
        if let Some(same) = draft.related.iter().find(|id| draft.all_aliases().contains(&id.as_str())) {
            fields.wrong("related", format!("has {same}, which is another name of this very problem"));
        }
        let workarounds = draft.workarounds.as_deref().unwrap_or_default();
        let texts = [("title", &draft.title), ("summary", &draft.summary), ("details", &draft.details)];
        texts.into_iter().for_each(|(name, text)| all_seen(fields, name, text));
        all_seen(fields, "workarounds", workarounds);
        draft
    }

    /// All other names of the problem, the CVE id first, each once.
    pub fn all_aliases(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for alias in self.cve.iter().map(CveId::as_str).chain(self.aliases.iter().map(AdvisoryId::as_str)) {
            if !all.contains(&alias) {
                all.push(alias);
            }
        }
        all
    }
}

/// References: `{type, url}`, or a bare URL, whose kind is then WEB.
fn references(fields: &Fields<'_>) -> Vec<Reference> {
    let bare = |fields: &Fields<'_>, at: &str, url: &str| {
        if !is_web_link(url) {
            fields.wrong_at(at, "must be an http or https link");
        }
        Reference::new(ReferenceKind::Web, url)
    };
    let read = |(at, value): (String, &Value)| match value {
        Value::String(url) => Some(bare(fields, &at, url)),
        _ => {
            let row = fields.inner(value, &at);
            let kind = row.parsed("type").unwrap_or(ReferenceKind::Web);
            let url = row.required_text("url", LINK_BYTES);
            if !url.is_empty() && !is_web_link(&url) {
                row.wrong("url", "must be an http or https link");
            }
            row.finish();
            Some(Reference::new(kind, url))
        }
    };
    let all = fields.list("references").into_iter().filter_map(read).collect();
    at_most(fields, "references", all)
}

fn at_most<T>(fields: &Fields<'_>, name: &str, all: Vec<T>) -> Vec<T> {
    if all.len() > MOST {
        fields.wrong(name, format!("has {} members; at most {MOST} are taken", all.len()));
    }
    all
}

/// Whether it is a page that a reference may lead to.
pub fn is_web_link(text: &str) -> bool {
    text.len() <= LINK_BYTES
        && is_one_word(text)
        && url::Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
}

/// Whether it may stand beside a name: a page of theirs, which the advisory's page makes a link of, or an address, which stays text.
pub fn is_contact(text: &str) -> bool {
    is_web_link(text)
        || is_one_word(text) && email_address::EmailAddress::is_valid(text.strip_prefix("mailto:").unwrap_or(text))
}

/// A URL parser drops or encodes what an output would show as it is.
fn is_one_word(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || c.is_control()) && !text::hides(text)
}

/// Texts that go out in mails, feeds, records and pages hold nothing that a reader would not see.
fn all_seen(fields: &Fields<'_>, name: &str, text: &str) {
    if let Some((at, letter)) = text::unseen(text).next() {
        let code = u32::from(letter);
        fields.wrong(name, format!("has a character that cannot be shown: U+{code:04X}, after {at} bytes"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fields;

    fn wrong(value: Value) -> Vec<String> {
        let read = fields::read(&value, |fields| Draft::read(fields, &Limits::default()));
        read.err().unwrap_or_default().into_iter().map(|e| e.pointer).collect()
    }

    #[test]
    fn a_draft_is_read_with_every_wrong_field_named() {
        assert_eq!(wrong(json!({})), ["/title", "/summary", "/details"]);
        let text = json!({
            "title": "a\nb", "summary": "s", "details": "d", "cve": "CVE-24-1", "aliases": ["x y"],
            "related": ["CVE-2026-1111", "a b"],
            "references": ["ftp://x", {"type": "NOTE", "url": "https://example.org"}, {"type": "FIX"}, 7],
        });
        let found = [
            "/title",
            "/references/0",
            "/references/1/type",
            "/references/2/url",
            "/references/3",
            "/aliases/0",
            "/cve",
            "/related/1",
        ];
        assert_eq!(wrong(text), found);
        let same =
            json!({"title": "t", "summary": "s", "details": "d", "cve": "CVE-2026-1111", "related": ["CVE-2026-1111"]});
        assert_eq!(wrong(same), ["/related"], "a problem has nothing to do with itself");
    }

    #[test]
    fn nothing_unseen_is_published() {
        let draft = |title: &str, details: &str| {
            wrong(json!({"title": title, "summary": "s", "details": details, "references": [], "aliases": []}))
        };
        assert_eq!(draft("a\u{202e}b", "c\u{200b}d"), ["/title", "/details"]);
        assert!(draft("نمی\u{200c}خواهم", "c\r\nd").is_empty());
        let credit = json!({"as": "Rita\u{2066}R"});
        let named = fields::read(&credit, |fields| Credit::read(fields, 200));
        assert_eq!(named.err().unwrap()[0].pointer, "/as");
    }

    #[test]
    fn aliases_are_told_once_with_the_cve_first() {
        let value = json!({
            "title": "t", "summary": "s", "details": "d", "cve": "CVE-2024-29041",
            "aliases": ["GHSA-rv95-896h-c2vc", "CVE-2024-29041"], "references": ["https://example.org/a"],
        });
        let draft =
            fields::read(&value, |fields| Draft::read(fields, &Limits::default())).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(draft.all_aliases(), ["CVE-2024-29041", "GHSA-rv95-896h-c2vc"]);
        assert!(draft.references[0].kind == ReferenceKind::Web);
    }
}
