//! Who hears of others that are invited: they themselves, and whoever handles the case.

use super::*;
use crate::case::Party;
use crate::case::party::PartySaid;
use crate::id::PartyId;

impl Plan<'_> {
    /// Everybody who has joined; who has not accepted the terms hears of nothing.
    pub(super) fn to_parties(&self, notice: &Notice) -> Vec<Planned> {
        self.case.joined_parties().map(|party| to(party, notice.clone(), None)).collect()
    }

    pub(super) fn party_invited(&self, id: &PartyId, code: &ContentId) -> Vec<Planned> {
        let notice = |by| Notice::PartyInvited(PartyInvited { by });
        self.by_member(id, |_, by| notice(by), Some(code.clone()))
    }

    pub(super) fn party_told(&self, id: &PartyId) -> Vec<Planned> {
        self.by_member(id, |_, by| Notice::PartyTold(PartyTold { by }), None)
    }

    pub(super) fn party_ended(&self, id: &PartyId) -> Vec<Planned> {
        let notice = |party: &Party, by| Notice::PartyEnded(PartyEnded { by, joined: party.joined.is_some() });
        self.by_member(id, notice, None)
    }

    /// What a member does to a party is told to that one alone.
    fn by_member(
        &self,
        id: &PartyId,
        notice: impl Fn(&Party, MemberId) -> Notice,
        sealed: Option<ContentId>,
    ) -> Vec<Planned> {
        let told = self.case.party(id).zip(self.giver());
        told.map(|(party, by)| to(party, notice(party, by), sealed)).into_iter().collect()
    }

    /// To whoever handles it.
    pub(super) fn party_said(&self, id: &PartyId, said: &PartySaid) -> Vec<Planned> {
        let what = match said {
            PartySaid::Joins { terms: _ } => PartyWord::Joined,
            PartySaid::Writes { content: _ } => PartyWord::Wrote,
            PartySaid::Status { is, words: _ } => PartyWord::Status(*is),
            PartySaid::Date { agrees, on, words: _ } => PartyWord::Date { agrees: *agrees, on: on.clone() },
            PartySaid::Share { shared, agrees, words: _ } => match self.case.shared(*shared) {
                Some(of) => PartyWord::Share { what: of.what, agrees: *agrees },
                None => return Vec::new(),
            },
        };
        let words = said.words().is_some();
        self.to_handler(Notice::PartySpoke(PartySpoke { party: id.clone(), what, words }))
    }

    pub(super) fn party_bounced(&self, id: &PartyId) -> Vec<Planned> {
        let spoke = PartySpoke { party: id.clone(), what: PartyWord::Unreached, words: false };
        self.to_handler(Notice::PartySpoke(spoke))
    }

    /// Of a case whose advisory is out they have heard what there is to hear.
    pub(super) fn parties_hear_of_end(&self, reopened: bool) -> Vec<Planned> {
        match self.case.publication.is_published() {
            true => Vec::new(),
            false => self.to_parties(&Notice::PartyClosed(PartyClosed { reopened })),
        }
    }
}

fn to(party: &Party, notice: Notice, sealed: Option<ContentId>) -> Planned {
    Planned { sealed, ..planned(Recipient::Party(party.id.clone()), notice) }
}
