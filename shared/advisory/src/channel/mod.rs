//! Where an announcement goes: one file for each kind of channel, and the one place that knows them all.

mod advisory_page;
mod blog;
mod feed;
mod mailing_list;
mod osv;
mod updates_page;

use desk_domain::advisory::Published;
use desk_domain::id::ChannelId;
use desk_domain::policy::{self, ChannelKind, Policy};
use jiff::Timestamp;

use crate::list_mail::Mail;
use crate::{Site, index_page, policy_page, security_md, security_txt};

/// Something for the site's bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub key: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl Object {
    fn new(key: impl Into<String>, content_type: &'static str, text: String) -> Object {
        Object { key: key.into(), content_type, bytes: text.into_bytes() }
    }

    fn page(key: impl Into<String>, html: String) -> Object {
        Object::new(key, "text/html; charset=utf-8", html)
    }
}

/// How a channel is served.
pub enum Channel<'a> {
    /// Objects of this advisory alone, in this order.
    Own(fn(&Site<'_>, &Published) -> Vec<Object>),
    /// Objects made of everything that is published (newest first), in this order. They are written once everything that
    /// they lead to is there.
    Shared(fn(&Site<'_>, &[Published], Timestamp) -> Vec<Object>),
    /// A mail to a list.
    List(fn(&Site<'_>, &Published) -> Mail, &'a policy::Channel),
}

/// The channel of this id; `None` when the policy names it no longer.
pub fn channel<'a>(policy: &'a Policy, id: &ChannelId) -> Option<Channel<'a>> {
    match id.as_str() {
        "advisory-page" => return Some(Channel::Own(advisory_page::objects)),
        "osv" => return Some(Channel::Own(osv::objects)),
        "feed" => return Some(Channel::Shared(feed::objects)),
        "updates-page" => return Some(Channel::Shared(updates_page::objects)),
        _ => {}
    }
    let channel = policy.channel(id).filter(|c| c.enabled)?;
    Some(match channel.kind {
        ChannelKind::MailingList => Channel::List(mailing_list::mail, channel),
        ChannelKind::Blog => Channel::Own(blog::objects),
        ChannelKind::UpdatesPage => Channel::Shared(updates_page::objects),
    })
}

/// Everything that is made of all advisories: what a process that starts writes, so that it follows the policy that it starts
/// with, and so that nothing leads nowhere while nothing has been published.
pub fn shared(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    feed::objects(site, all, now).into_iter().chain(updates_page::objects(site, all, now)).collect()
}

/// What follows from the policy alone, and the front page last.
fn standing(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    vec![
        advisory_page::stylesheet(),
        Object::new("SECURITY.md", "text/markdown; charset=utf-8", security_md::render(site.policy)),
        Object::page(policy_page::KEY, policy_page::render(site)),
        Object::new(".well-known/security.txt", "text/plain; charset=utf-8", security_txt::render(site.policy, now)),
        Object::page(index_page::KEY, index_page::render(site, all)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t54_t55_every_channel_of_a_policy_is_served() {
        let text = include_str!("../../../../infra/policies/express.toml").replace("enabled = false\n", "");
        let policy = Policy::from_toml(&text).unwrap();
        let ids = policy.announcement_channels();
        let names: Vec<&str> = ids.iter().map(ChannelId::as_str).collect();
        let own = ["advisory-page", "osv", "feed", "updates-page"];
        assert_eq!(names, [&own[..], &["strongloop-blog", "express-mailing-list"]].concat());
        assert!(ids.iter().all(|id| channel(&policy, id).is_some()));
        assert!(channel(&policy, &"gone".parse().unwrap()).is_none());
    }
}
