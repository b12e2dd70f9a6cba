//! Others who are invited to one case, and what they say.

use super::Next;
use crate::case::event::{ContentRef, EventBody};
use crate::case::party::{NewParty, Party, PartySaid, PartyState};
use crate::case::share::SharedWith;
use crate::case::{Actor, Shared};
use crate::id::PartyId;
use crate::moment::Moment;
use crate::refusal::Refusal;

impl Next<'_> {
    /// Its number is the next; another means that somebody else was invited since it was drawn.
    pub(super) fn invite_party(&mut self, new: &NewParty) -> Result<(), Refusal> {
        if self.case.next_party().as_ref() != Some(&new.party) {
            return Err(Refusal::field("", format!("{} is somebody else by now; invite them again", new.party)));
        }
        self.push(EventBody::PartyInvited(new.clone()));
        Ok(())
    }

    /// Before it has accepted the terms too: it reads it when it has.
    pub(super) fn write_party(&mut self, party: &PartyId, content: &ContentRef) -> Result<(), Refusal> {
        self.present_for("/party", party)?;
        self.push(EventBody::PartyTold { party: party.clone(), content: content.clone() });
        Ok(())
    }

    pub(super) fn end_party(&mut self, party: &PartyId, reason: &ContentRef) -> Result<(), Refusal> {
        self.present_for("/party", party)?;
        self.push(EventBody::PartyEnded { party: party.clone(), reason: reason.clone() });
        Ok(())
    }

    /// Told once: nothing reaches it from then on, and who handles the case finds another way.
    pub(super) fn party_bounced(&mut self, party: &PartyId) {
        if self.case.party(party).is_some_and(|party| party.bounced_at.is_none()) {
            self.push(EventBody::PartyBounced { party: party.clone() });
        }
    }

    /// A party, named in the field `at`, whose invitation has not ended.
    fn present_for(&self, at: &str, party: &PartyId) -> Result<&Party, Refusal> {
        match self.case.party(party) {
            None => Err(Refusal::field(at, "names nobody who was invited to this case")),
            Some(party) if party.state() == PartyState::Ended => {
                Err(Refusal::field(at, "names a party whose invitation has ended"))
            }
            Some(party) => Ok(party),
        }
    }

    /// The same, and it has accepted the terms: who has not is shown nothing.
    pub(super) fn joined_for(&self, at: &str, party: &PartyId) -> Result<&Party, Refusal> {
        let party = self.present_for(at, party)?;
        match party.joined {
            Some(_) => Ok(party),
            None => Err(Refusal::field(at, "names a party that has not accepted the terms yet")),
        }
    }

    /// What it says of itself, of the date and of what it was shown may be said otherwise as long as the case is open and nothing of
    /// it is published. What is said again without a new word is nothing new.
    pub(super) fn party_says(&mut self, id: &PartyId, said: &PartySaid) -> Result<(), Refusal> {
        let themselves = self.actor == Actor::Party(id.clone());
        let party = self.case.party(id).filter(|party| themselves && party.state() != PartyState::Ended);
        let Some(party) = party.cloned() else { return Err(Refusal::NotFound) };
        let open = !self.case.is_over_for_parties();
        let is_new = match said {
            PartySaid::Joins { .. } if party.joined.is_some() => false,
            PartySaid::Joins { .. } | PartySaid::Status { .. } | PartySaid::Date { .. } | PartySaid::Share { .. }
                if !open =>
            {
                return Err(self.not_now(format!("{} is closed or published; write a message to go on", self.case.id)));
            }
            PartySaid::Joins { .. } => true,
            _ if party.joined.is_none() => return Err(self.not_now("the terms are accepted first".to_owned())),
            PartySaid::Writes { .. } => true,
            PartySaid::Status { is, words } => {
                words.is_some() || party.status.as_ref().is_none_or(|before| before.is != *is)
            }
            PartySaid::Date { agrees, on, words } => self.is_new_of_date(&party, *agrees, on, words.is_some())?,
            PartySaid::Share { shared, agrees, words } => {
                let of = self.shown_to(id, *shared)?;
                words.is_some() || of.answer.as_ref().is_none_or(|before| before.agrees != *agrees)
            }
        };
        if is_new {
            self.push(EventBody::PartySaid { party: id.clone(), said: said.clone() });
        }
        Ok(())
    }

    /// An answer is to the date that was read: to one that has moved since it is none.
    fn is_new_of_date(&self, party: &Party, agrees: bool, on: &Moment, words: bool) -> Result<bool, Refusal> {
        match &self.case.release_planned {
            None => Err(self.not_now("no date is planned".to_owned())),
            Some(planned) if planned != on => {
                Err(self.not_now(format!("the date has moved meanwhile: {} is planned now", planned.said(None))))
            }
            Some(_) => {
                Ok(words || party.date.as_ref().is_none_or(|before| before.agrees != agrees || before.on != *on))
            }
        }
    }

    fn shown_to(&self, party: &PartyId, shared: u64) -> Result<&Shared, Refusal> {
        let of = self.case.shared(shared).filter(|of| of.with == SharedWith::Party(party.clone()));
        of.ok_or_else(|| Refusal::field("/shared", "names nothing that was shown to you"))
    }
}
