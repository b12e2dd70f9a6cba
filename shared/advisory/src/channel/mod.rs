//! Where an announcement goes: one file for each channel, and the one place that knows them all.
//!
//! A new kind of channel is a row in the policy's table ([`desk_domain::policy::ChannelKind`]), which says when it is served
//! and which of its fields anybody may see; a file here, which makes what it is served with; and its arm in [`of_kind`], which
//! the compiler asks for.

mod advisory_page;
mod blog;
mod csaf;
mod feed;
mod mailing_list;
mod osv;
mod updates_page;

use desk_domain::advisory::Published;
use desk_domain::id::ChannelId;
use desk_domain::policy::{Channel, ChannelKind, OwnChannel, Policy};
use jiff::Timestamp;

use crate::list_mail::ListMail;
use crate::{Site, acknowledgments, index_page, policy_page, security_md, security_txt};

/// Something for the site's bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub key: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl Object {
    pub(crate) fn new(key: impl Into<String>, content_type: &'static str, text: String) -> Object {
        Object { key: key.into(), content_type, bytes: text.into_bytes() }
    }

    pub(crate) fn page(key: impl Into<String>, html: String) -> Object {
        Object::new(key, "text/html; charset=utf-8", html)
    }
}

/// An HTTPS call (`POST`) that hands an announcement over to another system. No `Debug`: its address may be a secret.
pub struct Call {
    /// An `https:` URL, or plain HTTP to this very machine.
    pub to: String,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// Where the announcement can be seen once it was taken; `None` where nothing but the answer tells.
    pub seen_at: Option<SeenAt>,
}

/// Where a call's effect can be read.
pub struct SeenAt {
    pub url: String,
    /// What stands there once the announcement does: its id, say.
    pub words: String,
}

/// What a channel is served with.
pub enum Serving<'a> {
    /// Objects of this advisory alone, in this order.
    Objects(fn(&Site<'_>, &Published) -> Vec<Object>),
    /// Objects made of everything that is published (newest first), in this order. They are written once everything that
    /// they lead to is there.
    Rebuilt(fn(&Site<'_>, &[Published], Timestamp) -> Vec<Object>),
    /// A mail to the channel's mailbox; the flag says whether it was told of the advisory before.
    Mail(fn(&Site<'_>, &Published, bool) -> ListMail, &'a Channel),
    /// A call to an address that the channel keeps.
    Call(fn(&Site<'_>, &Published, &Channel) -> Call, &'a Channel),
}

/// Says how the channel of an id is served; `None` when the policy names it no longer.
pub type Registry = for<'a> fn(&'a Policy, &ChannelId) -> Option<Serving<'a>>;

/// The registry of every channel that there is.
pub fn serving<'a>(policy: &'a Policy, id: &ChannelId) -> Option<Serving<'a>> {
    match OwnChannel::of(id) {
        Some(own) => Some(of_own(own)),
        None => policy.channel(id).filter(|c| c.enabled).map(of_kind),
    }
}

/// How a channel of the desk's own is served.
pub fn of_own(own: OwnChannel) -> Serving<'static> {
    match own {
        OwnChannel::AdvisoryPage => Serving::Objects(advisory_page::objects),
        OwnChannel::Osv => Serving::Objects(osv::objects),
        OwnChannel::Csaf => Serving::Objects(csaf::objects),
        OwnChannel::Feed => Serving::Rebuilt(feed::objects),
        OwnChannel::CsafProvider => Serving::Rebuilt(csaf::provider),
        OwnChannel::UpdatesPage => Serving::Rebuilt(updates_page::objects),
    }
}

/// The announcement as every mailing list gets it, whether or not the policy has one: of a later form, as one that heard of the first.
pub fn as_mail(site: &Site<'_>, published: &Published) -> ListMail {
    mailing_list::mail(site, published, is_told_again(published))
}

fn is_told_again(published: &Published) -> bool {
    !published.revisions.is_empty()
}

/// What publishing at `now` writes and sends, channel by channel: the very bytes of each object, and each mail and call as an
/// object of its own, none of which goes anywhere. `all` is everything that is public then, newest first, with `published` in it.
pub fn rehearsed(
    site: &Site<'_>,
    published: &Published,
    all: &[Published],
    now: Timestamp,
) -> Vec<(ChannelId, Vec<Object>)> {
    let objects = |id: &ChannelId| match serving(site.policy, id)? {
        Serving::Objects(objects) => Some(objects(site, published)),
        Serving::Rebuilt(objects) => Some(objects(site, all, now)),
        Serving::Mail(mail, _) => {
            let ListMail { subject, text } = mail(site, published, is_told_again(published));
            let text = format!("Subject: {subject}\n\n{text}");
            Some(vec![Object::new(format!("mail/{id}.txt"), "text/plain; charset=utf-8", text)])
        }
        // Its address stays where it is kept.
        Serving::Call(call, channel) => {
            let Call { content_type, body, .. } = call(site, published, channel);
            Some(vec![Object { key: format!("call/{id}"), content_type, bytes: body }])
        }
    };
    let channels = site.policy.announcement_channels().into_iter();
    channels.filter_map(|id| objects(&id).map(|objects| (id, objects))).collect()
}

fn of_kind(channel: &Channel) -> Serving<'_> {
    match channel.kind {
        ChannelKind::MailingList => Serving::Mail(mailing_list::mail, channel),
        ChannelKind::Blog => Serving::Objects(blog::objects),
        ChannelKind::UpdatesPage => of_own(OwnChannel::UpdatesPage),
    }
}

/// Everything that is made of all advisories: what a process that starts writes, so that it follows the policy that it starts
/// with, and so that nothing leads nowhere while nothing has been published.
pub fn shared(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    let rebuilt = OwnChannel::ALL.iter().filter_map(|own| match of_own(*own) {
        Serving::Rebuilt(objects) => Some(objects),
        Serving::Objects(_) | Serving::Mail(..) | Serving::Call(..) => None,
    });
    rebuilt.flat_map(|objects| objects(site, all, now)).collect()
}

/// What follows from the policy alone, whom everything that is published thanks, and the front page last.
fn standing(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    vec![
        advisory_page::stylesheet(),
        Object::new("SECURITY.md", "text/markdown; charset=utf-8", security_md::render(site.policy)),
        Object::page(policy_page::KEY, policy_page::render(site)),
        Object::new(security_txt::KEY, "text/plain; charset=utf-8", security_txt::render(site.policy, now)),
        Object::page(acknowledgments::KEY, acknowledgments::render(site, all)),
        Object::page(index_page::KEY, index_page::render(site, all)),
    ]
}

#[cfg(test)]
mod tests {
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
        let policy = one_of_each_kind(|number, name, form| match form {
            Form::Https => format!("https://channel-{number}-{name}.example.org"),
            Form::Mailbox => format!("channel-{number}-{name}@example.org"),
        });
        let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
        for trap in TRAPS {
            let published = of_details(trap);
            let at = published.published_at;
            let objects = rehearsed(&site, &published, std::slice::from_ref(&published), at);
            for object in objects.into_iter().flat_map(|(_, objects)| objects) {
                let text = String::from_utf8_lossy(&object.bytes).to_lowercase();
                for scheme in ["javascript", "java\t", "data:text", "data:,", "vbscript", "view-source"] {
                    let links =
                        ["<a href=\"", "&lt;a href=\"", "&lt;a href=&quot;"].map(|link| format!("{link}{scheme}"));
                    for page in links {
                        assert!(!text.contains(&page), "{trap} in {}: {text}", object.key);
                    }
                }
                let read_as_markdown =
                    object.content_type.starts_with("text/markdown") || object.key.starts_with("mail/");
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
        let policy = one_of_each_kind(|number, name, form| match form {
            Form::Https => format!("https://channel-{number}-{name}.example.org"),
            Form::Mailbox => format!("channel-{number}-{name}@example.org"),
        });
        let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
        let range = |introduced: &str, fixed: &str| json!({"package": "minnow", "line": "minnow@1", "introduced": introduced, "fixed": fixed});
        let at = "2026-11-30T15:00:00Z".parse().unwrap();
        let reasons = [Some("It is no vulnerability"), None];
        for (case, reason) in [Some("EXP-2026-7K3QF"), None].into_iter().flat_map(|case| reasons.map(|why| (case, why)))
        {
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
                let when =
                    if key.starts_with("osv/") { "\"withdrawn\": \"2026-11-30T15:00:00Z\"" } else { "2026-11-30" };
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
    fn t54_t55_every_channel_of_a_policy_is_served() {
        let text = include_str!("../../../../infra/policies/express.toml").replace("enabled = false\n", "");
        let policy = Policy::from_toml(&text).unwrap();
        let ids = policy.announcement_channels();
        assert_eq!(ids.len(), OwnChannel::ALL.len() + 2);
        assert!(ids.iter().all(|id| serving(&policy, id).is_some()));
        assert!(serving(&policy, &"gone".parse().unwrap()).is_none());
    }

    /// What each kind of channel takes, filled in; `of` gives the value of a field.
    fn one_of_each_kind(of: impl Fn(usize, &str, Form) -> String) -> Policy {
        let row = |(number, kind): (usize, &ChannelKind)| {
            let KindRow { url, address, .. } = kind.row();
            let kind = serde_json::to_value(kind).unwrap();
            let fields = [("url", url), ("address", address)]
                .into_iter()
                .filter_map(|(name, takes)| Some(format!("{name} = \"{}\"\n", of(number, name, takes.form()?))));
            format!("[[channels]]\nkind = {kind}\nname = \"Channel {number}\"\n{}\n", fields.collect::<String>())
        };
        let rows: String = ChannelKind::ALL.iter().enumerate().map(row).collect();
        let minimal = include_str!("../../../../infra/policies/minimal.toml");
        Policy::from_toml(&format!("{minimal}\n{rows}")).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn a_channel_shows_what_its_kind_says_and_keeps_the_rest_out_of_every_document() {
        let value = |number: usize, name: &str, form: Form| match form {
            Form::Https => format!("https://channel-{number}-{name}.example.org"),
            Form::Mailbox => format!("channel-{number}-{name}@example.org"),
        };
        let policy = one_of_each_kind(value);
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
}
