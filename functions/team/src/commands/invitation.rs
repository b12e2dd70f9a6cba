//! Somebody from outside is invited: a key and a code of their own, made in the transaction that invites them.

use desk_domain::case::Command;
use desk_domain::case::party::NewParty;
use desk_domain::fields::FieldError;
use desk_domain::id::ContentId;
use desk_http::Problem;
use desk_keys::{KeyError, MailWords};
use desk_mail::openpgp;
use desk_store::{ActError, Audience, Commit, Hearer, Stored};

use crate::Team;
use crate::message::{Post, fresh};
use crate::request::Invitation;

impl Team {
    /// Whether what is mailed can be encrypted to the key that was given, where one was: no code goes out in clear instead.
    pub(super) fn takes_key(&self, invitation: &Invitation) -> Result<(), Problem> {
        let Some(key) = &invitation.key else { return Ok(()) };
        let why = match openpgp::PublicKey::read(key, self.clock.now()) {
            Ok(_) if self.openpgp.is_some() => return Ok(()),
            Ok(_) => "cannot be used: this desk has no key to sign with (desk keys init)".to_owned(),
            Err(problem) => format!("cannot be used: {problem}"),
        };
        Err(Problem::invalid(vec![FieldError { pointer: "/key".to_owned(), detail: why }]))
    }

    pub(super) fn invited(
        &self,
        invitation: &Invitation,
        post: &Post<'_>,
        before: &Stored,
        commit: &mut Commit,
    ) -> Result<Command, ActError> {
        let case = &before.case;
        let Some(party) = case.next_party() else { return Err(ActError::Moved) };
        let new = commit.party(post.sealer(), &party)?;
        let audience = Audience::Party(party.clone());
        let name = commit.seal(&new.sealer, &Audience::Team, fresh("party-name"), invitation.name.as_bytes())?;
        let text = commit.seal(&new.sealer, &audience, fresh("party"), invitation.text.as_bytes())?;
        let mut for_mail = |kind: &str, known: &str| -> Result<ContentId, KeyError> {
            let id = fresh(kind);
            commit.words(&case.id, &id, self.mail_key.fact(known.as_bytes())?);
            Ok(id)
        };
        let address = for_mail("party-address", &invitation.address)?;
        let openpgp_key = invitation.key.as_deref().map(|key| for_mail("party-key", key)).transpose()?;
        let code = MailWords::Code { code: new.code.words().to_string() };
        let mail = commit.mail_words(&case.id, &self.mail_key, &code, &Hearer::Party(party.clone()))?;
        let key = new.named;
        Ok(Command::InviteParty { new: NewParty { party, key, name, address, openpgp_key, text, mail } })
    }
}
