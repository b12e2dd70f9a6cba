//! Who hears of an advisory: that it waits for a second person, that it is public, that it is put anew.

use super::{Plan, Planned, planned};
use crate::case::publication::{Anew, PutAnew, RevisionCause};
use crate::case::{Actor, Recipient};
use crate::notice::{
    ApprovalAsked, Begun, Corrected, CorrectionBegun, Notice, PartyCorrected, PartyPublished, Published,
};

impl Plan<'_> {
    /// The reporter, and who else was told of it; of a name that was taken out, nobody but whose it is.
    pub(super) fn published(&self) -> Vec<Planned> {
        if let Some(PutAnew { what, .. }) = self.case.publication.put_anew_last() {
            let reporter = self.to_reporter(Notice::Corrected(Corrected { what: *what }), None);
            let parties = match what {
                Anew::NameTakenOut => Vec::new(),
                Anew::Corrected => self.to_parties(&Notice::PartyCorrected(PartyCorrected { withdrawn: false })),
                Anew::Withdrawn => self.to_parties(&Notice::PartyCorrected(PartyCorrected { withdrawn: true })),
            };
            return reporter.into_iter().chain(parties).collect();
        }
        let reporter = self.to_reporter(Notice::Published(Published {}), None);
        reporter.into_iter().chain(self.to_parties(&Notice::PartyPublished(PartyPublished {}))).collect()
    }

    /// A team of one approves alone, and needs no mail for it.
    pub(super) fn drafted(&self) -> Vec<Planned> {
        let Actor::Member(by) = &self.event.actor else { return Vec::new() };
        let corrects = self.case.publication.is_published();
        self.releasers(&Notice::ApprovalAsked(ApprovalAsked { by: by.clone(), corrects }))
    }

    /// Those who may approve it; where the desk began it, who caused that too, because they asked for nothing.
    pub(super) fn correction_begun(&self, cause: &RevisionCause, withdraws: bool) -> Vec<Planned> {
        let Some(why) = Begun::of(cause, self.giver()) else { return Vec::new() };
        let notice = Notice::CorrectionBegun(CorrectionBegun { why, withdraws });
        let mut all = self.releasers(&notice);
        if !matches!(cause, RevisionCause::Words(_)) {
            let caused_by = self.giver().map(|by| planned(Recipient::Member(by), notice.clone()));
            for one in self.to_handler(notice).into_iter().chain(caused_by) {
                if !all.iter().any(|other| other.recipient == one.recipient) {
                    all.push(one);
                }
            }
        }
        all
    }
}
