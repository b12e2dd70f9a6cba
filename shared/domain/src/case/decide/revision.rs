//! What is published is put anew: a revision is begun, dropped, published; a name is taken out.

use super::Next;
use crate::case::event::{ContentRef, EventBody, FactName};
use crate::case::publication::RevisionCause;
use crate::id::ChannelId;
use crate::policy::{MetBy, Starts};
use crate::refusal::Refusal;

impl Next<'_> {
    /// `stands`: what was withdrawn holds again; else that stays as it is.
    pub(super) fn revise(&mut self, why: &ContentRef, stands: bool) {
        let publication = &self.case.publication;
        let withdrawn = publication.revising.as_ref().map_or(publication.is_withdrawn(), |revising| revising.withdraws);
        self.open_revision(RevisionCause::Words(why.clone()), withdrawn && !stands);
    }

    pub(super) fn withdraw_advisory(&mut self, reason: &ContentRef) {
        self.open_revision(RevisionCause::Words(reason.clone()), true);
    }

    pub(super) fn drop_revision(&mut self) {
        let since = self.case.publication.revising.as_ref().map(|revising| revising.since);
        since.into_iter().for_each(|since| self.push(EventBody::RevisionDropped { since }));
    }

    /// What everybody should know is said of what is published already.
    pub(super) fn revise_for(&mut self, cause: RevisionCause) {
        let publication = &self.case.publication;
        if !publication.is_published() || matches!(cause, RevisionCause::Fact(FactName::Public)) {
            return;
        }
        let withdraws =
            publication.revising.as_ref().map_or_else(|| publication.is_withdrawn(), |revising| revising.withdraws);
        self.open_revision(cause, withdraws);
    }

    fn open_revision(&mut self, cause: RevisionCause, withdraws: bool) {
        self.push(EventBody::RevisionOpened { cause, withdraws });
    }

    /// The draft with a CVE id, before it is published or after.
    pub(super) fn record_cve(&mut self, content: &ContentRef) {
        self.revise_for(RevisionCause::Cve);
        self.push(EventBody::AdvisoryDrafted { content: content.clone() });
    }

    /// A revision that is approved goes where an announcement goes.
    pub(super) fn publish_revision(&mut self, content: ContentRef, channels: Vec<ChannelId>, signed: String) {
        let revision = self.case.publication.revision() + 1;
        self.push(EventBody::Revised { revision, content, channels, signed });
        self.announce_anew();
    }

    /// The reporter's to say at any time: it goes out at once, to every place that the desk writes and to none that it would tell,
    /// because a mail about it would name them once more.
    pub(super) fn answer_credit_of_published(&mut self, granted: Option<ContentRef>) -> Result<(), Refusal> {
        let takes_back = granted.is_none();
        if takes_back && self.case.publication.credit.is_refused() {
            return Err(self.not_now("nobody is named as it is".to_owned()));
        }
        self.push(EventBody::CreditRecorded { granted, waits: false });
        if !takes_back {
            self.revise_for(RevisionCause::Credit);
            return Ok(());
        }
        let revision = self.case.publication.revision() + 1;
        let channels = self.policy.written_channels();
        self.push(EventBody::NameTakenOut { revision, channels });
        self.announce_anew();
        Ok(())
    }

    /// What is to be seen everywhere in time is to be so of what stands in its place; what else began with the publication has begun.
    pub(super) fn announce_anew(&mut self) {
        let policy = self.policy;
        let again =
            |row: &&crate::policy::ClockRow| row.starts == Starts::AdvisoryPublished && row.met_by == MetBy::Announced;
        policy.clocks.iter().filter(again).for_each(|row| self.start_clock(row));
    }
}
