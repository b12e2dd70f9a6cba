//! Where a mail comes from, under the name of a day: what comes from one place is told of together where it is much.

use desk_domain::id::SourceId;
use desk_domain::policy::Network;
use desk_mail::read::organisation;
use jiff::tz::TimeZone;

use crate::Inbox;
use crate::judge::Arrived;

impl Inbox {
    /// The source of its case: the organisation whose domain its sender is proven to be of; of what is not proven,
    /// the network that handed it to SES. Whoever has a domain has all names below it, so these are one.
    pub(crate) fn source(&self, arrived: &Arrived) -> Option<SourceId> {
        let day = self.clock.now().to_zoned(TimeZone::UTC).date();
        let named = |what: String| {
            let named = self.reply_tokens.name_of_day(day, &what);
            named.inspect_err(|unknown| tracing::warn!(%unknown, "a sender could not be named")).ok()
        };
        match arrived.author.as_ref().filter(|_| arrived.sender.is_authenticated()) {
            Some(author) => SourceId::mail_domain(&named(format!("{}\ndomain", organisation(author.domain())))?),
            None => {
                let sent_from = arrived.head().and_then(|head| head.receipt.as_ref()?.sent_from);
                let network = sent_from.map_or_else(|| "unknown".to_owned(), |from| Network::of(from).to_string());
                SourceId::network(&named(format!("{network}\nsource"))?)
            }
        }
    }
}
