//! The keys of those who are invited to a case from outside: one each, so that what one of them may read no other can.
//!
//! The public half stands in the event that invited them, and is read there by whoever seals. The private half lies wrapped twice: to
//! the code that they were mailed (`CODE#…`, which says too whose it is), and to the team's key (`KEY#<case>` `PARTY#…`), so that it
//! is not lost with the code.

use desk_domain::case::keys::KeyOfCase;
use desk_domain::case::{Case, EventBody};
use desk_domain::id::{CaseId, PartyId};
use desk_keys::{KeyError, PublicKey, ReceiptCode, SecretKey};

use crate::case_keys::{OpenedKeys, Sealer, named};
use crate::cases::{log_pk, log_sk, parse_event};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::item::{Build, Read, b, key, s};
use crate::views::CaseStore;

/// The key of somebody who is being invited. No `Debug`.
pub struct NewPartyKey {
    /// As the event names it.
    pub named: KeyOfCase,
    /// What opens their page.
    pub code: ReceiptCode,
    /// Seals for them too.
    pub sealer: Sealer,
}

/// To what a party's private half is bound where it is wrapped.
pub fn bound_to_party(case: &CaseId, party: &PartyId) -> String {
    format!("{case} {party}")
}

fn sort_key(party: &PartyId) -> String {
    format!("PARTY#{party}")
}

impl Commit {
    /// Makes the key of a new party, and the code that opens it. `sealer` is the case's.
    ///
    /// # Errors
    /// When the team's key is none.
    pub fn party(&mut self, sealer: &Sealer, party: &PartyId) -> Result<NewPartyKey, KeyError> {
        let (key, code, case) = (SecretKey::generate(), ReceiptCode::generate(), sealer.case());
        let bound = bound_to_party(case, party);
        let to_team = key.wrapped(sealer.team(), &bound)?;
        let named = named(&key.public(), &to_team);
        self.put_new(Build::new(format!("KEY#{case}"), sort_key(party)).set("wrapped", b(to_team)).item());
        let item = Build::new(format!("CODE#{}", code.lookup()), "CODE")
            .set("case", s(case.as_str()))
            .set("party", s(party.as_str()))
            .set("wrapped", b(key.wrapped(&code.key().public(), &bound)?));
        self.put_new(item.item());
        Ok(NewPartyKey { named, code, sealer: sealer.clone().with_party(party, key.public()) })
    }
}

impl CaseStore {
    /// The case's sealer, which seals for a party too; for the team alone where nobody of that name was invited.
    ///
    /// # Errors
    /// Damage when the event that is said to have invited them did not.
    pub async fn sealer_for(&self, sealer: Sealer, case: &Case, party: &PartyId) -> Result<Sealer, Fault> {
        match self.party_key(case, party).await? {
            Some(named) => Ok(sealer.with_party(party, PublicKey::from(named.public.as_str().to_owned()))),
            None => Ok(sealer),
        }
    }

    /// The same for `team`, which holds what the log names against the private half that lies: it seals to nothing else.
    ///
    /// # Errors
    /// Damage where they differ.
    pub async fn sealer_held_for(&self, keys: &OpenedKeys, case: &Case, party: &PartyId) -> Result<Sealer, Fault> {
        let sealer = self.sealer_for(keys.sealer.clone(), case, party).await?;
        if case.party(party).is_none() {
            return Ok(sealer);
        }
        let item = self.table.get(key(format!("KEY#{}", case.id), sort_key(party))).await?;
        let wrapped = item.as_ref().map(|item| Read(item).bytes("wrapped").map(<[u8]>::to_vec)).transpose()?;
        let bound = bound_to_party(&case.id, party);
        let held = wrapped.and_then(|wrapped| keys.team.unwrap(&wrapped, &bound).ok());
        match held {
            Some(held) if sealer.is_partys(party, &held.public()) => Ok(sealer),
            _ => Err(Fault::damaged(format!("the key of {party} of {} is not the one that its log names", case.id))),
        }
    }

    /// The key of a party, as the event names it that invited them.
    pub async fn party_key(&self, case: &Case, party: &PartyId) -> Result<Option<KeyOfCase>, Fault> {
        let Some(invited) = case.party(party) else { return Ok(None) };
        let damaged =
            || Fault::damaged(format!("event {} of {}, which is to have invited {party}", invited.seq, case.id));
        let item = self.table.get(key(log_pk(&case.id), log_sk(invited.seq))).await?.ok_or_else(damaged)?;
        match parse_event(&case.id, Read(&item).bytes("event")?)?.body {
            EventBody::PartyInvited(new) if new.party == *party => Ok(Some(new.key)),
            _ => Err(damaged()),
        }
    }

    /// Whether a party's private half lies as its event names it.
    pub(crate) async fn party_key_lies(
        &self,
        case: &CaseId,
        party: &PartyId,
        named: &KeyOfCase,
    ) -> Result<bool, Fault> {
        let item = self.table.get(key(format!("KEY#{case}"), sort_key(party))).await?;
        let wrapped = item.as_ref().map(|item| Read(item).bytes("wrapped").map(desk_keys::sha256_hex)).transpose()?;
        Ok(wrapped.as_ref() == Some(&named.wrapped))
    }
}
