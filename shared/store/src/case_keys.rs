//! The keys of a case: who is meant to read a text, and who can.
//!
//! | key | sealed to it | private half |
//! |--|--|--|
//! | the team's | everything of the case | `KEY#<case>` `KEY`, wrapped by the root, which only `team` unwraps |
//! | a party's | what that party may see | [`crate::party_keys`] |
//! | the reporter's | what the reporter may see | `CODE#…`, wrapped to the receipt code; `KEY#<case>` `REPORTER`, wrapped to the team's key |
//!
//! Whoever seals takes the public halves from the *log* ([`CaseStore::sealer`]): a snapshot that somebody has changed leads no word
//! astray. `team`, which can, holds them against what the root unwraps ([`CaseStore::open_keys`]) and seals to nothing else; `verify`
//! holds the stored private halves against the log. A case from before there were two keys has one, which stands for both: its
//! snapshot names it, and the same is checked where it is unwrapped.

use desk_domain::case::ContentRef;
use desk_domain::case::event::EventBody;
use desk_domain::case::keys::{CaseKeys, KeyOfCase};
use desk_domain::id::{CaseId, ContentId, PartyId};
use desk_keys::{KeyError, NewKey, PublicKey, Root, RootPublic, SecretKey};
use futures_util::future::try_join;

use crate::act::ActError;
use crate::cases::parse_event;
use crate::fault::Fault;
use crate::item::{Item, Read, key};
use crate::views::CaseStore;

/// Who is meant to read a text, beside the team, which reads all of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody.
    Team,
    /// Also what the reporter wrote and what may still become theirs, such as an answer in quarantine: what is let in is
    /// theirs from then on, and nothing is sealed anew.
    Reporter,
    /// One of those who were invited from outside, with the sealer that has their key ([`CaseStore::sealer_for`]).
    Party(PartyId),
}

/// The public halves of a case's keys. Can seal and open nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealer {
    case: CaseId,
    team: PublicKey,
    reporter: PublicKey,
    /// That of the one party for whom words are sealed.
    party: Option<(PartyId, PublicKey)>,
}

/// The keys of a new case; of the team's, only what seals is kept.
pub struct NewKeys {
    pub sealer: Sealer,
    /// As the first event names them.
    pub named: CaseKeys,
    pub(crate) reporter: SecretKey,
    pub(crate) wrapped: Wrapped,
}

/// A case's private halves as they lie.
#[derive(Clone)]
pub(crate) struct Wrapped {
    /// By the root.
    pub team: Vec<u8>,
    /// To the team's key; `None` of a case that has one key for both.
    pub reporter: Option<Vec<u8>>,
}

/// A case's keys, unwrapped and held against its log. No `Debug`.
pub struct OpenedKeys {
    /// Opens everything of the case.
    pub team: SecretKey,
    reporter: Option<SecretKey>,
    pub sealer: Sealer,
}

impl Sealer {
    fn of(case: &CaseId, keys: &CaseKeys) -> Sealer {
        let public = |key: &KeyOfCase| PublicKey::from(key.public.as_str().to_owned());
        Sealer { case: case.clone(), team: public(&keys.team), reporter: public(&keys.reporter), party: None }
    }

    /// Of a case that has one key for both.
    pub fn of_one(case: &CaseId, key: PublicKey) -> Sealer {
        Sealer { case: case.clone(), team: key.clone(), reporter: key, party: None }
    }

    /// Seals for the team and `audience`; for what lies in the bucket. Else [`Commit::seal`](crate::Commit::seal) does it.
    ///
    /// # Errors
    /// When a key is none.
    pub fn seal(&self, audience: &Audience, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        match audience {
            Audience::Reporter if self.reporter != self.team => {
                PublicKey::seal_to(&[&self.team, &self.reporter], plain)
            }
            Audience::Party(party) => match &self.party {
                Some((of, key)) if of == party => PublicKey::seal_to(&[&self.team, key], plain),
                // Nobody of that name was invited; the domain refuses what is said to them.
                Some(_) | None => self.team.seal(plain),
            },
            Audience::Reporter | Audience::Team => self.team.seal(plain),
        }
    }

    /// The same, which seals for `party` too.
    pub(crate) fn with_party(self, party: &PartyId, key: PublicKey) -> Sealer {
        Sealer { party: Some((party.clone(), key)), ..self }
    }

    /// What everything of the case is sealed to.
    pub(crate) fn team(&self) -> &PublicKey {
        &self.team
    }

    /// Whether what the party may see is sealed to `key`.
    pub fn is_partys(&self, party: &PartyId, key: &PublicKey) -> bool {
        self.party.as_ref().is_some_and(|(of, named)| of == party && named == key)
    }

    /// The same, with the name under which an event has it.
    ///
    /// # Errors
    /// The same.
    pub fn seal_named(
        &self,
        audience: &Audience,
        id: ContentId,
        plain: &[u8],
    ) -> Result<(ContentRef, Vec<u8>), KeyError> {
        let sealed = self.seal(audience, plain)?;
        Ok((ContentRef { sha256: desk_keys::sha256_hex(&sealed), id }, sealed))
    }

    /// Whether what the reporter may see is sealed to `key`.
    pub fn is_reporters(&self, key: &PublicKey) -> bool {
        self.reporter == *key
    }

    /// Whose words it seals.
    pub fn case(&self) -> &CaseId {
        &self.case
    }
}

pub(crate) fn named(public: &PublicKey, wrapped: &[u8]) -> KeyOfCase {
    KeyOfCase { public: public.as_str().to_owned().into(), wrapped: desk_keys::sha256_hex(wrapped) }
}

/// To what the reporter's private half is bound where it is wrapped to the team's key.
fn of_reporter(case: &CaseId) -> String {
    format!("{case} reporter")
}

impl NewKeys {
    /// Makes both, and wraps them.
    ///
    /// # Errors
    /// When whoever wraps keys cannot be reached.
    pub async fn make(root: &RootPublic, case: &CaseId) -> Result<NewKeys, KeyError> {
        let NewKey { key, wrapped } = root.new_key(case.as_str()).await?;
        let (team, reporter) = (key.public(), SecretKey::generate());
        let to_team = reporter.wrapped(&team, &of_reporter(case))?;
        let keys = CaseKeys { team: named(&team, &wrapped), reporter: named(&reporter.public(), &to_team) };
        let sealer = Sealer { case: case.clone(), team, reporter: reporter.public(), party: None };
        Ok(NewKeys { sealer, named: keys, reporter, wrapped: Wrapped { team: wrapped, reporter: Some(to_team) } })
    }
}

impl OpenedKeys {
    /// Unwraps the keys of a case; `log` is what its first event names, `one` what a snapshot from before that does.
    async fn open(
        root: &Root,
        case: &CaseId,
        wrapped: &Wrapped,
        log: Option<&CaseKeys>,
        one: Option<&PublicKey>,
    ) -> Result<OpenedKeys, ActError> {
        let changed = || Fault::damaged(format!("the keys of {case} are not those that its log names"));
        let team = root.unwrap(&wrapped.team, case.as_str()).await?;
        let Some(log) = log else {
            return match one {
                Some(one) if *one == team.public() => {
                    let sealer = Sealer::of_one(case, team.public());
                    Ok(OpenedKeys { team, reporter: None, sealer })
                }
                Some(_) | None => Err(changed().into()),
            };
        };
        let Some(to_team) = &wrapped.reporter else { return Err(changed().into()) };
        let reporter = team.unwrap(to_team, &of_reporter(case)).map_err(|_| changed())?;
        if named(&team.public(), &wrapped.team) != log.team || named(&reporter.public(), to_team) != log.reporter {
            return Err(changed().into());
        }
        Ok(OpenedKeys { team, reporter: Some(reporter), sealer: Sealer::of(case, log) })
    }

    /// What a receipt code is to open.
    pub fn reporter(&self) -> &SecretKey {
        self.reporter.as_ref().unwrap_or(&self.team)
    }
}

impl Wrapped {
    /// What is wrong with them by what the log names; nothing where they hold.
    pub(crate) fn differ(&self, log: &CaseKeys) -> bool {
        let reporter = self.reporter.as_deref().map(desk_keys::sha256_hex);
        desk_keys::sha256_hex(&self.team) != log.team.wrapped || reporter.as_ref() != Some(&log.reporter.wrapped)
    }
}

impl CaseStore {
    /// To whom the words of a case are sealed, as its log says it.
    pub async fn sealer(&self, case: &CaseId) -> Result<Sealer, Fault> {
        match self.named_keys(case).await? {
            Some(keys) => Ok(Sealer::of(case, &keys)),
            None => {
                let one = self.case(case).await?.and_then(|stored| stored.one_key);
                let one = one.ok_or_else(|| Fault::damaged(format!("{case} names no key")))?;
                Ok(Sealer::of_one(case, one))
            }
        }
    }

    /// Unwraps a case's keys, and holds them against its log: `team`'s alone.
    pub async fn open_keys(&self, root: &Root, case: &CaseId) -> Result<OpenedKeys, ActError> {
        let (wrapped, named) = try_join(self.wrapped_keys(case), self.named_keys(case)).await?;
        let wrapped = wrapped.ok_or_else(|| Fault::damaged(format!("{case} has no key")))?;
        let one = match &named {
            Some(_) => None,
            None => self.case(case).await?.and_then(|stored| stored.one_key),
        };
        OpenedKeys::open(root, case, &wrapped, named.as_ref(), one.as_ref()).await
    }

    /// A case's private halves as they lie; `None` when there are none.
    pub(crate) async fn wrapped_keys(&self, case: &CaseId) -> Result<Option<Wrapped>, Fault> {
        let of = |sk: &str| self.table.get(key(format!("KEY#{case}"), sk));
        let (team, reporter) = try_join(of(KEY), of(REPORTER)).await?;
        let wrapped = |item: &Item| Read(item).bytes("wrapped").map(<[u8]>::to_vec);
        let Some(team) = team.as_ref().map(wrapped).transpose()? else { return Ok(None) };
        Ok(Some(Wrapped { team, reporter: reporter.as_ref().map(wrapped).transpose()? }))
    }

    /// The keys that the first event of a case names.
    async fn named_keys(&self, case: &CaseId) -> Result<Option<CaseKeys>, Fault> {
        let first = self.first_event(case).await?.ok_or_else(|| Fault::damaged(format!("{case} has no log")))?;
        match parse_event(case, &first)?.body {
            EventBody::ReportReceived(reported) => Ok(reported.keys.map(|keys| *keys)),
            _ => Err(Fault::damaged(format!("the first event of {case}"))),
        }
    }
}

/// The sort keys of private halves.
pub(crate) const KEY: &str = "KEY";
pub(crate) const REPORTER: &str = "REPORTER";
