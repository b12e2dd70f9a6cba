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
mod webhook;

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
    pub proof: Proof,
    /// Where the announcement can be seen once it was taken; `None` where nothing but the answer tells.
    pub seen_at: Option<SeenAt>,
}

/// By what the other end knows that a call is the desk's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By its address alone, which is for the desk to know.
    Address,
    /// By headers of Standard Webhooks, signed with a secret of the channel's own.
    Webhook,
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
        ChannelKind::Webhook => Serving::Call(webhook::call, channel),
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
mod tests;
