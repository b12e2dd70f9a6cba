use desk_domain::advisory::{Advisory, Credit, Draft, Kept, Score, Withdrawal};
use desk_domain::policy::Severity;
use desk_domain::policy::{Form, KindRow, Takes};

use serde_json::json;

use super::*;
use crate::STYLESHEET_KEY;
use crate::markdown::{TRAPS, traps};

fn of_details(details: &str) -> Published {
    let (published_at, text) = ("2026-11-22T12:00:00Z".parse().unwrap(), |text: &str| text.to_owned());
    let draft = Draft {
        title: text("[t](javascript:x)"),
        summary: text("[s](javascript:x)\n\n[s]: javascript:x"),
        details: text(details),
        workarounds: Some(text(details)),
        references: Vec::new(),
        aliases: Vec::new(),
        cve: None,
        related: Vec::new(),
    };
    let credits = vec![Credit { name: text("[c](javascript:x)"), contact: Vec::new(), kind: None }];
    let (id, score) = ("EXP-2026-7K3QF".parse().unwrap(), Score::default());
    let (affected, lines, known, timeline, correction) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), None);
    let advisory = Advisory { id, draft, score, affected, lines, credits, known, timeline, correction };
    Published {
        advisory,
        case: None,
        published_at,
        modified_at: published_at,
        entry_id: None,
        withdrawn: None,
        revisions: Vec::new(),
        kept: Kept::default(),
        linked: Vec::new(),
    }
}

/// Whatever stands in it: pages, the feed, the blog's entry and the list's mail, which its archive may make a page of.
#[test]
fn no_document_of_an_advisory_has_a_link_that_leads_to_no_page() {
    let policy = one_of_each_kind();
    let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    for trap in TRAPS {
        let published = of_details(trap);
        let at = published.published_at;
        let objects = rehearsed(&site, &published, std::slice::from_ref(&published), at);
        for object in objects.into_iter().flat_map(|(_, objects)| objects) {
            let text = String::from_utf8_lossy(&object.bytes).to_lowercase();
            for scheme in ["javascript", "java\t", "data:text", "data:,", "vbscript", "view-source"] {
                let links = ["<a href=\"", "&lt;a href=\"", "&lt;a href=&quot;"].map(|link| format!("{link}{scheme}"));
                for page in links {
                    assert!(!text.contains(&page), "{trap} in {}: {text}", object.key);
                }
            }
            let read_as_markdown = object.content_type.starts_with("text/markdown") || object.key.starts_with("mail/");
            if read_as_markdown {
                let words = String::from_utf8(object.bytes).unwrap();
                // Below the head of a blog's entry, and the subject of a mail.
                let words = words.split_once("---\n\n").or(words.split_once('\n')).map_or("", |(_, words)| words);
                assert_eq!(traps(words), [""; 0], "{trap} in {}: {words}", object.key);
            }
        }
    }
}

/// What objects end in that are the same whatever an advisory says, or only name its file.
const SAYS_NOTHING_OF_ONE: [&str; 10] = [
    "SECURITY.md",
    "policy.html",
    acknowledgments::KEY,
    ".well-known/security.txt",
    STYLESHEET_KEY,
    ".sha256",
    ".sha512",
    "provider-metadata.json",
    "service.json",
    "white/index.txt",
];

/// Whoever took it back, and whether or not they said why: no document, mail or call is silent of it, and none names a fix.
#[test]
fn what_is_withdrawn_is_withdrawn_everywhere() {
    let policy = one_of_each_kind();
    let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    let range = |introduced: &str, fixed: &str| json!({"package": "minnow", "line": "minnow@1", "introduced": introduced, "fixed": fixed});
    let at = "2026-11-30T15:00:00Z".parse().unwrap();
    let reasons = [Some("It is no vulnerability"), None];
    for (case, reason) in [Some("EXP-2026-7K3QF"), None].into_iter().flat_map(|case| reasons.map(|why| (case, why))) {
        let mut published = of_details("Details.");
        published.case = case.map(|case| case.parse().unwrap());
        published.advisory.affected =
            serde_json::from_value(json!([range("0", "0.9.8"), range("1.0.0", "1.2.3")])).unwrap();
        published.advisory.score.severity = Some(Severity::Critical);
        let documents = |published: &Published| {
            let of_it = |object: &Object| !SAYS_NOTHING_OF_ONE.iter().any(|end| object.key.ends_with(end));
            let all = rehearsed(&site, published, std::slice::from_ref(published), at);
            let text = |object: Object| (object.key, String::from_utf8(object.bytes).unwrap());
            let objects = all.into_iter().flat_map(|(_, objects)| objects).filter(of_it);
            objects.map(text).collect::<Vec<_>>()
        };
        for (key, text) in documents(&published) {
            assert!(!text.to_lowercase().contains("withdrawn"), "{key}: {text}");
        }
        let reason = reason.map(str::to_owned);
        published.withdrawn = Some(Withdrawal { at, reason: reason.clone() });
        let all = documents(&published);
        assert!(all.len() >= 10, "{:?}", all.iter().map(|(key, _)| key).collect::<Vec<_>>());
        for (key, text) in all {
            let day_alone =
                ["index.html", crate::updates_page::KEY, crate::csaf::lists::CHANGES].contains(&key.as_str());
            let when = if key.starts_with("osv/") { "\"withdrawn\": \"2026-11-30T15:00:00Z\"" } else { "2026-11-30" };
            let named = key == crate::csaf::lists::CHANGES || text.to_lowercase().contains("withdrawn");
            assert!(text.contains(when) && named, "{key}: {text}");
            assert!(day_alone || reason.as_ref().is_none_or(|reason| text.contains(reason)), "{key}: {text}");
            for advice in ["critical", "What to do", "npm install", "atched", "1.2.3</h3>", "No fixed"] {
                assert!(!text.contains(advice), "{advice}: {key}: {text}");
            }
        }
    }
}

#[test]
fn t54_a_webhook_is_called_at_the_address_that_its_channel_keeps_which_no_rehearsal_shows() {
    let (policy, published) = (one_of_each_kind(), of_details("Details."));
    let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    let (number, _) = ChannelKind::ALL.iter().enumerate().find(|(_, kind)| **kind == ChannelKind::Webhook).unwrap();
    let id: ChannelId = format!("channel-{number}").parse().unwrap();
    let Some(Serving::Call(call, channel)) = serving(&policy, &id) else { panic!("it is called") };
    let call = call(&site, &published, channel);
    assert_eq!((call.to, call.proof), (value(number, "url", Form::Called), Proof::Webhook));
    let all = rehearsed(&site, &published, std::slice::from_ref(&published), published.published_at);
    let (_, objects) = all.into_iter().find(|(channel, _)| *channel == id).unwrap();
    let [Object { key, content_type, bytes }] = <[Object; 1]>::try_from(objects).unwrap();
    assert_eq!((key, content_type, bytes), (format!("call/{id}"), "application/json", call.body));
}

#[test]
fn t54_t55_every_channel_of_a_policy_is_served() {
    let text = include_str!("../../../../infra/policies/express.toml").replace("enabled = false\n", "");
    let policy = Policy::from_toml(&text).unwrap();
    let ids = policy.announcement_channels();
    assert_eq!(ids.len(), OwnChannel::ALL.len() + 2);
    assert!(ids.iter().all(|id| serving(&policy, id).is_some()));
    assert!(serving(&policy, &"gone".parse().unwrap()).is_none());
}

/// A field of the channel of this number, unlike every other.
fn value(number: usize, name: &str, form: Form) -> String {
    match form {
        Form::Https | Form::Called => format!("https://channel-{number}-{name}.example.org"),
        Form::Mailbox => format!("channel-{number}-{name}@example.org"),
    }
}

/// What each kind of channel takes, filled in.
fn one_of_each_kind() -> Policy {
    let row = |(number, kind): (usize, &ChannelKind)| {
        let KindRow { url, address, .. } = kind.row();
        let kind = serde_json::to_value(kind).unwrap();
        let fields = [("url", url), ("address", address)]
            .into_iter()
            .filter_map(|(name, takes)| Some(format!("{name} = \"{}\"\n", value(number, name, takes.form()?))));
        format!("[[channels]]\nkind = {kind}\nname = \"Channel {number}\"\n{}\n", fields.collect::<String>())
    };
    let rows: String = ChannelKind::ALL.iter().enumerate().map(row).collect();
    let minimal = include_str!("../../../../infra/policies/minimal.toml");
    Policy::from_toml(&format!("{minimal}\n{rows}")).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn a_channel_shows_what_its_kind_says_and_keeps_the_rest_out_of_every_document() {
    let policy = one_of_each_kind();
    let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    let objects = shared(&site, &[], "2026-11-22T12:00:00Z".parse().unwrap());
    let text = |object: &Object| String::from_utf8(object.bytes.clone()).unwrap();
    for (number, kind) in ChannelKind::ALL.iter().enumerate() {
        for (name, takes) in [("url", kind.row().url), ("address", kind.row().address)] {
            let Some(form) = takes.form() else { continue };
            let value = value(number, name, form);
            let holds: Vec<&str> =
                objects.iter().filter(|o| text(o).contains(&value)).map(|o| o.key.as_str()).collect();
            match takes {
                Takes::Shown(_) => {
                    assert_eq!(holds, ["SECURITY.md", "policy.html", "index.html"], "{kind:?} {name}")
                }
                Takes::Kept(_) | Takes::Nothing => assert_eq!(holds, [""; 0], "{kind:?} {name} is kept"),
            }
        }
    }
}
