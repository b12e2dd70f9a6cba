//! Channels: where an announcement goes. One table of the channels that the desk itself publishes, and one of the kinds that
//! a policy may name beside them; whoever plans, reads a policy, shows a channel or serves it asks these rows.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::Policy;
use crate::id::ChannelId;

macro_rules! own_channels {
    ($($(#[$doc:meta])* $own:ident = $id:literal, $name:literal;)+) => {
        /// A channel of the desk's own, in the order in which an announcement comes to them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum OwnChannel { $($(#[$doc])* $own),+ }

        impl OwnChannel {
            pub const ALL: &[OwnChannel] = &[$(OwnChannel::$own),+];

            /// Its id as text; no channel of a policy may have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(OwnChannel::$own => $id),+ }
            }

            /// What people call it, unless the policy has a name for it ([`Turn::Own`]).
            const fn name(self) -> &'static str {
                match self { $(OwnChannel::$own => $name),+ }
            }
        }
    };
}

own_channels! {
    /// The one that all others lead to.
    AdvisoryPage = "advisory-page", "Advisory page";
    Osv = "osv", "OSV record";
    /// A document for machines.
    Csaf = "csaf", "CSAF document";
    Feed = "feed", "Atom feed";
    /// By which CSAF documents are found.
    CsafProvider = "csaf-provider", "CSAF provider";
    UpdatesPage = "updates-page", "Security updates page";
}

macro_rules! channel_kinds {
    ($($(#[$doc:meta])* $kind:ident $row:tt)+) => {
        /// A kind of channel that a policy may name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ChannelKind { $($(#[$doc])* $kind),+ }

        impl ChannelKind {
            pub const ALL: &[ChannelKind] = &[$(ChannelKind::$kind),+];

            /// What the desk knows of the kind.
            pub const fn row(self) -> KindRow {
                match self { $(ChannelKind::$kind => KindRow $row),+ }
            }
        }
    };
}

channel_kinds! {
    /// One mail to a list.
    MailingList {
        words: "a mailing list",
        turn: Turn::HandedOver,
        url: Takes::Shown(Form::Https),
        address: Takes::Kept(Form::Mailbox),
    }
    /// A file for a blog that is built of files.
    Blog { words: "a blog", turn: Turn::Written, url: Takes::Shown(Form::Https), address: Takes::Nothing }
    /// The desk's own updates page, with the policy's name and address for it.
    UpdatesPage {
        words: "an updates page",
        turn: Turn::Own(OwnChannel::UpdatesPage),
        url: Takes::Shown(Form::Https),
        address: Takes::Nothing,
    }
    /// A signed call (Standard Webhooks) to a program of somebody's.
    Webhook {
        words: "a webhook",
        turn: Turn::HandedOver,
        url: Takes::Kept(Form::Called),
        address: Takes::Nothing,
    }
}

/// What the desk knows of a kind of channel.
#[derive(Clone, Copy, Debug)]
pub struct KindRow {
    /// The kind as a sentence names it.
    pub words: &'static str,
    pub turn: Turn,
    /// What it takes in the field `url` of its row in the policy.
    pub url: Takes,
    /// The same, of the field `address`.
    pub address: Takes,
}

/// When an announcement comes to a channel of this kind, the soonest first: what leads to something comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is a channel of the desk's own, which is served as such whether or not the policy names it.
    Own(OwnChannel),
    /// Written, where whoever looks finds it.
    Written,
    /// Handed over to somebody (a mail, a call), who may look at once at what was written.
    HandedOver,
}

/// What a kind of channel takes in a field of the policy, and who gets to see it. A field that is taken is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// For everyone: it stands wherever the channel is named, in `SECURITY.md` and on the front page.
    Shown(Form),
    /// For the desk alone, printed nowhere: an address that whoever knows it can write to, or call.
    Kept(Form),
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An `https:` URL.
    Https,
    /// The same for the desk to call, or plain HTTP to this very machine.
    Called,
    /// A mail address.
    Mailbox,
}

impl Takes {
    /// What the field holds; `None` where it must be left out.
    pub fn form(self) -> Option<Form> {
        match self {
            Takes::Nothing => None,
            Takes::Shown(form) | Takes::Kept(form) => Some(form),
        }
    }
}

impl OwnChannel {
    /// The one of this id; `None` for a channel of a policy.
    pub fn of(id: &ChannelId) -> Option<OwnChannel> {
        OwnChannel::ALL.iter().copied().find(|own| own.as_str() == id.as_str())
    }

    pub fn id(self) -> ChannelId {
        self.as_str().parse().expect("a constant that is a channel's id")
    }
}

/// A channel of the policy. No `Debug` of its fields, and no way to them but by its kind's row: one may be a secret.
#[derive(Clone, PartialEq)]
pub struct Channel {
    /// Its name in small letters, with `-` between the words.
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    pub(super) url: Option<String>,
    pub(super) address: Option<String>,
    /// A dead channel stays listed and says so (T57).
    pub enabled: bool,
}

/// A channel as everyone may see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShownChannel<'a> {
    pub name: &'a str,
    /// Where people find it: an `https:` URL.
    pub url: &'a str,
    pub enabled: bool,
}

/// As whoever reads the policy may see it: without what its kind keeps for the desk.
impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.kind.row();
        let seen = |takes: Takes, value: &Option<String>| match takes {
            Takes::Shown(_) => value.clone(),
            Takes::Kept(_) | Takes::Nothing => None,
        };
        let mut channel = serializer.serialize_struct("Channel", 6)?;
        channel.serialize_field("id", &self.id)?;
        channel.serialize_field("kind", &self.kind)?;
        channel.serialize_field("name", &self.name)?;
        channel.serialize_field("url", &seen(row.url, &self.url))?;
        channel.serialize_field("address", &seen(row.address, &self.address))?;
        channel.serialize_field("enabled", &self.enabled)?;
        channel.end()
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Channel {
    /// As everyone may see it; `None` for one without a page for everyone.
    pub fn shown(&self) -> Option<ShownChannel<'_>> {
        let fields = self.fields().into_iter();
        let url = fields.filter_map(|(takes, value)| value.filter(|_| takes == Takes::Shown(Form::Https))).next()?;
        Some(ShownChannel { name: &self.name, url, enabled: self.enabled })
    }

    /// Where the desk hands an announcement over, of this form; `None` for a kind that keeps none such. Not to be shown.
    pub fn kept(&self, form: Form) -> Option<&str> {
        let fields = self.fields().into_iter();
        fields.filter_map(|(takes, value)| value.filter(|_| takes == Takes::Kept(form))).next()
    }

    fn fields(&self) -> [(Takes, Option<&str>); 2] {
        let row = self.kind.row();
        [(row.url, self.url.as_deref()), (row.address, self.address.as_deref())]
    }
}

impl Policy {
    /// The channel of this id.
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|c| c.id == *id)
    }

    /// The channels as everyone may see them, in the order of the file, those that are disabled too.
    pub fn shown_channels(&self) -> impl Iterator<Item = ShownChannel<'_>> {
        self.channels.iter().filter_map(Channel::shown)
    }

    /// The policy's row for a channel of the desk's own; `None` where it leaves name and address to the desk.
    pub fn named_own(&self, own: OwnChannel) -> Option<&Channel> {
        self.channels.iter().find(|c| c.enabled && c.kind.row().turn == Turn::Own(own))
    }

    /// What people call a channel: the policy's own name for it where it has one.
    pub fn channel_name(&self, id: &ChannelId) -> String {
        let name = match OwnChannel::of(id) {
            Some(own) => self.named_own(own).map_or(own.name(), |c| c.name.as_str()),
            None => self.channel(id).map_or(id.as_str(), |c| c.name.as_str()),
        };
        name.to_owned()
    }

    /// Where an announcement goes, in this order: what the desk publishes itself, then the policy's channels that are enabled
    /// (T54, T55).
    pub fn announcement_channels(&self) -> Vec<ChannelId> {
        let is_own = |c: &&Channel| matches!(c.kind.row().turn, Turn::Own(_));
        let mut named: Vec<&Channel> = self.channels.iter().filter(|c| c.enabled && !is_own(c)).collect();
        named.sort_by_key(|c| c.kind.row().turn);
        OwnChannel::ALL.iter().map(|own| own.id()).chain(named.into_iter().map(|c| c.id.clone())).collect()
    }

    /// Those of them that the desk writes, where whoever looks finds it; nobody is told.
    pub fn written_channels(&self) -> Vec<ChannelId> {
        let told = |id: &ChannelId| self.channel(id).is_some_and(|channel| channel.kind.row().turn == Turn::HandedOver);
        self.announcement_channels().into_iter().filter(|id| !told(id)).collect()
    }
}

#[cfg(test)]
mod tests;
