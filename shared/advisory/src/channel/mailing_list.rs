//! A mailing list: one mail to its address.

use desk_domain::advisory::Published;
use desk_domain::policy::ChannelKind;

use crate::Site;
use crate::list_mail::{self, Mail};

pub(super) fn mail(site: &Site<'_>, published: &Published) -> Mail {
    let updates = site.policy.channels.iter().find(|c| c.enabled && c.kind == ChannelKind::UpdatesPage);
    list_mail::write(site, published, updates.map(|c| c.url.as_str()))
}
