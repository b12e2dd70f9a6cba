//! What a message is in OpenPGP: encrypted to its receiver's key where they have one, signed where it goes to a list that anybody
//! reads.

use desk_domain::case::Recipient;
use desk_domain::id::ContentId;
use desk_domain::notice::Letter;
use desk_mail::compose::{Body, entity};
use desk_mail::openpgp::{PublicKey, encrypt_and_sign, signed_body};
use desk_store::Fault;
use desk_store::deliveries::DeliveryRecord;
use desk_store::opening::REPORTER_KEY;

use crate::Deliver;

impl Deliver {
    /// Whether its receiver asked that mail to them is encrypted: the reporter by a key, or by writing so; a party by a key.
    pub(crate) async fn asked_for_encryption(&self, record: &DeliveryRecord) -> Result<bool, Fault> {
        match (&record.delivery.recipient, &record.delivery.case) {
            (Recipient::Reporter, Some(case)) => {
                let stored = self.cases.case(case).await?;
                Ok(stored.is_some_and(|stored| stored.case.asked_for_encryption()))
            }
            (Recipient::Party(party), Some(case)) => {
                Ok(self.party(case, party).await?.is_some_and(|party| party.openpgp_key.is_some()))
            }
            _ => Ok(false),
        }
    }

    /// The receiver's OpenPGP key, as it may be used now; nothing where there is none, or the desk has none to sign with.
    pub(crate) async fn key(&self, record: &DeliveryRecord) -> Result<Option<Result<PublicKey, String>>, Fault> {
        if self.openpgp.is_none() {
            return Ok(None);
        }
        let delivery = &record.delivery;
        let armoured = match (&delivery.recipient, &delivery.case) {
            (Recipient::Member(id), _) => self.policy.member(id).and_then(|member| member.openpgp_key.clone()),
            (Recipient::Reporter, Some(case)) => {
                let key: ContentId = REPORTER_KEY.parse().expect("a constant that is a content id");
                self.content(case, &key).await?
            }
            (Recipient::Party(party), Some(case)) => {
                match self.party(case, party).await?.and_then(|party| party.openpgp_key) {
                    Some(key) => self.content(case, &key).await?,
                    None => None,
                }
            }
            (Recipient::Reporter | Recipient::Party(_), None)
            | (
                Recipient::Pager(_)
                | Recipient::Outside
                | Recipient::Operator
                | Recipient::List(_)
                | Recipient::Maintainer(_)
                | Recipient::Canary,
                _,
            ) => None,
        };
        let now = self.clock.now();
        Ok(armoured.map(|armoured| PublicKey::read(&armoured, now).map_err(|problem| problem.to_string())))
    }

    /// The letter encrypted to its receiver's OpenPGP key and signed by the desk, where the key may be used. A key that may not is
    /// no reason to say nothing: what a machine writes holds no details, and no code.
    pub(crate) fn encrypted(
        &self,
        record: &DeliveryRecord,
        letter: &Letter,
        receipt: Option<&str>,
        key: Result<PublicKey, String>,
    ) -> Option<Vec<u8>> {
        let (signer, delivery) = (self.openpgp.as_ref()?, &record.delivery);
        let now = self.clock.now();
        let sealed = key
            .and_then(|key| encrypt_and_sign(&entity(letter, receipt), &key, signer, now).map_err(|e| e.to_string()));
        let to = &delivery.recipient;
        let told = |why: &String| {
            tracing::warn!(delivery = delivery.id, recipient = ?to, why, "its key cannot be used: the notice goes in clear");
        };
        sealed.inspect_err(told).ok()
    }

    /// The letter's text alone, signed by the desk; nothing where the desk has no key: then it goes as it is.
    pub(crate) fn signed(&self, record: &DeliveryRecord, letter: &Letter) -> Option<Body<'static>> {
        let signed = signed_body(&letter.text(), self.openpgp.as_ref()?, self.clock.now());
        let told = |error: &desk_mail::openpgp::Fault| {
            tracing::error!(delivery = record.delivery.id, error = %error, "it could not be signed: it goes as it is");
        };
        signed.inspect_err(told).ok().map(Body::Signed)
    }
}
