//! A webhook of Standard Webhooks: one signed call to its address.

use desk_domain::advisory::Published;
use desk_domain::policy::{Channel, Form};

use super::{Call, Proof};
use crate::{Site, webhook};

pub(super) fn call(site: &Site<'_>, published: &Published, channel: &Channel) -> Call {
    Call {
        to: channel.kept(Form::Called).unwrap_or_default().to_owned(),
        content_type: "application/json",
        body: webhook::render(site, published).into_bytes(),
        proof: Proof::Webhook,
        seen_at: None,
    }
}
