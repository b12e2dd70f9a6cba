//! A mailing list: one mail to its address.

use desk_domain::advisory::Published;
use desk_domain::policy::{Channel, OwnChannel};

use crate::Site;
use crate::list_mail::{self, ListMail};

pub(super) fn mail(site: &Site<'_>, published: &Published, heard: bool) -> ListMail {
    let updates = site.policy.named_own(OwnChannel::UpdatesPage).and_then(Channel::shown);
    list_mail::write(site, published, updates.map(|page| page.url), heard)
}
