//! The keys in the cloud: KMS wraps and signs, Secrets Manager keeps the link keys. A function finds their ARNs in its
//! environment, an operator's command in the stack's outputs; which of them may be used is said by a role, not here.
//!
//! | variable | output | what |
//! |--|--|--|
//! | `DESK_CASE_KEY` | `CaseKey` | KMS key that wraps the cases' keys |
//! | `DESK_MAIL_KEY`, `DESK_RELEASE_KEY` | `MailKey`, `ReleaseKey` | KMS keys that wrap the two rings |
//! | `DESK_PUBLISH_KEY` | `PublishKey` | KMS key (P-256) that signs what is published |
//! | `DESK_HEADS_KEY` | `HeadsKey` | KMS key (P-256) that signs where the logs stand |
//! | `DESK_RECEIPT_KEY` | `ReceiptKey` | KMS key (P-256) that signs receipts |
//! | `DESK_TEAM_LINKS`, `DESK_SESSIONS`, `DESK_REPORTER_LINKS`, `DESK_CANARY_LINKS`, `DESK_REPLY_TOKENS` | `TeamLinks`, `Sessions`, `ReporterLinks`, `CanaryLinks`, `ReplyTokens` | secrets of the link keys |
//! | `DESK_INTAKE_WORDS`, `DESK_INBOX_WORDS`, `DESK_TEAM_WORDS`, `DESK_ANNOUNCEMENTS` | `IntakeWords`, `InboxWords`, `TeamWords`, `Announcements` | secrets of the keys by which words that wait to be mailed are proven |
//! | `DESK_WEBHOOKS` | `Webhooks` | secret that those of webhooks are derived from |
//! | `DESK_ORIGIN_SECRET` | `OriginSecret` | what CloudFront says to be known by |
//! | `DESK_OPENPGP_TEAM`, `DESK_OPENPGP_SIGNING` | `OpenPgpTeam`, `OpenPgpNotices`, `OpenPgpPrimary` | secrets of the desk's OpenPGP key, each for its one reader; the primary's has none |

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use desk_aws::{Account, client_config};
use desk_runtime::var;
use zeroize::Zeroizing;

use crate::heads::{HeadsSigner, HeadsVerifier};
use crate::kms::{KmsKey, impatient, unavailable};
use crate::link::{LinkKey, Purpose, link_bytes};
use crate::publish::{PublishSigner, PublishVerifier};
use crate::receipt::ReceiptSigner;
use crate::seal::{Root, RootPublic};
use crate::{KeyError, random};

/// The rings of key pairs, each wrapped by a KMS key of its own.
pub const RINGS: [&str; 2] = ["mail", "release"];

/// Every secret that a link key is made of, but for [`Purpose::Webhooks`]: whoever was told what follows from that is to be told again.
pub const LINKS: [Purpose; 9] = [
    Purpose::TeamLinks,
    Purpose::Sessions,
    Purpose::ReporterLinks,
    Purpose::Canary,
    Purpose::ReplyTokens,
    Purpose::IntakeWords,
    Purpose::InboxWords,
    Purpose::TeamWords,
    Purpose::Announcements,
];

/// The doors to KMS and Secrets Manager. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    kms: aws_sdk_kms::Client,
    secrets: Client,
    /// A stack's outputs; `None` where the environment says it.
    outputs: Option<BTreeMap<String, String>>,
}

impl Keys {
    /// A function's: its environment names the keys.
    pub fn connect(account: &Account) -> Keys {
        let secrets = Client::from_conf(
            client_config!(aws_sdk_secretsmanager, account, "SECRETS_MANAGER").timeout_config(impatient()).build(),
        );
        Keys { kms: KmsKey::client(account), secrets, outputs: None }
    }

    /// An operator's: the stack's outputs name the keys.
    pub fn of_stack(account: &Account, outputs: BTreeMap<String, String>) -> Keys {
        Keys { outputs: Some(outputs), ..Keys::connect(account) }
    }

    fn arn(&self, name: &Name) -> Result<String, String> {
        match &self.outputs {
            None => var(name.variable),
            Some(outputs) => {
                outputs.get(name.output).cloned().ok_or_else(|| format!("the stack gives out no {}", name.output))
            }
        }
    }

    /// The half of the root key that opens cases' keys: `team`'s alone.
    ///
    /// # Errors
    /// Names the variable that is missing; so for those below.
    pub fn cases(&self) -> Result<Root, String> {
        Ok(Root::kms(KmsKey::new(&self.kms, self.arn(&CASE_KEY)?, "case")))
    }

    /// The half of the root key that wraps cases' keys and opens none.
    pub fn cases_public(&self) -> Result<RootPublic, String> {
        Ok(self.cases()?.public())
    }

    /// The half that opens a ring: the mail ring is `deliver`'s alone, the release ring `fan-out`'s.
    pub fn ring(&self, purpose: &str) -> Result<Root, String> {
        let name = if purpose == "release" { &RELEASE_KEY } else { &MAIL_KEY };
        Ok(Root::kms(KmsKey::new(&self.kms, self.arn(name)?, "ring")))
    }

    /// Signs receipts; asks KMS once for the public half.
    ///
    /// # Errors
    /// Also when KMS does not answer.
    pub async fn receipt_signer(&self) -> Result<ReceiptSigner, String> {
        let key = KmsKey::new(&self.kms, self.arn(&RECEIPT_KEY)?, "receipt");
        ReceiptSigner::kms(key).await.map_err(|e| format!("the receipt key: {e}"))
    }

    /// Signs what is published: `team`'s alone.
    pub fn publish_signer(&self) -> Result<PublishSigner, String> {
        Ok(PublishSigner::kms(self.publish_key()?))
    }

    /// Hears whether it is signed: `fan-out`'s.
    pub fn publish_verifier(&self) -> Result<PublishVerifier, String> {
        Ok(PublishVerifier::kms(self.publish_key()?))
    }

    /// Signs where the logs stand: `sla-check`'s alone.
    pub fn heads_signer(&self) -> Result<HeadsSigner, String> {
        Ok(HeadsSigner::kms(self.heads_key()?))
    }

    /// Hears whether that is signed: an operator's.
    pub fn heads_verifier(&self) -> Result<HeadsVerifier, String> {
        Ok(HeadsVerifier::kms(self.heads_key()?))
    }

    fn heads_key(&self) -> Result<KmsKey, String> {
        Ok(KmsKey::new(&self.kms, self.arn(&HEADS_KEY)?, "heads"))
    }

    fn publish_key(&self) -> Result<KmsKey, String> {
        Ok(KmsKey::new(&self.kms, self.arn(&PUBLISH_KEY)?, "publish"))
    }

    /// A purpose's key as it is now, and as it was before the last rotation.
    ///
    /// # Errors
    /// Also when Secrets Manager does not answer.
    pub async fn link_key(&self, purpose: Purpose) -> Result<LinkKey, String> {
        let name = links(purpose);
        let arn = self.arn(&name)?;
        let (current, previous) =
            futures_util::future::join(self.secret(&arn, "AWSCURRENT"), self.secret(&arn, "AWSPREVIOUS")).await;
        let current = current.and_then(|key| key.ok_or(KeyError::Wrong("the secret has no value")));
        let failed = |e| format!("{}: {e}", name.output);
        Ok(LinkKey::new(current.map_err(failed)?, previous.map_err(failed)?))
    }

    async fn secret(&self, arn: &str, stage: &str) -> Result<Option<[u8; 32]>, KeyError> {
        let text = self.text(arn, stage).await?;
        Ok(text.map(|text| link_bytes(text.as_bytes(), "disclosure-desk link key")))
    }

    async fn text(&self, arn: &str, stage: &str) -> Result<Option<Zeroizing<String>>, KeyError> {
        match self.secrets.get_secret_value().secret_id(arn).version_stage(stage).send().await {
            Ok(output) => Ok(output.secret_string.map(Zeroizing::new)),
            // A secret that was never rotated has no version of before.
            Err(e) if e.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(e) => Err(unavailable(&e)),
        }
    }

    /// The hashes of what CloudFront says with each request, now and before the last rotation. It is no key: whoever has it can
    /// say from which network they ask, and no more.
    ///
    /// # Errors
    /// Also when Secrets Manager does not answer.
    pub async fn origin_hashes(&self) -> Result<Vec<String>, String> {
        let arn = self.arn(&ORIGIN_SECRET)?;
        let (current, previous) =
            futures_util::future::join(self.text(&arn, "AWSCURRENT"), self.text(&arn, "AWSPREVIOUS")).await;
        let failed = |e| format!("{}: {e}", ORIGIN_SECRET.output);
        let current =
            current.and_then(|text| text.ok_or(KeyError::Wrong("the secret has no value"))).map_err(failed)?;
        let known = std::iter::once(current).chain(previous.map_err(failed)?);
        Ok(known.map(|text| crate::sha256_hex(text.as_bytes())).collect())
    }

    /// A secret of the desk's OpenPGP key, as it was put; before `desk keys init` it is none of OpenPGP's.
    ///
    /// # Errors
    /// Names the variable that is missing, or Secrets Manager's answer.
    pub async fn openpgp(&self, which: OpenPgpSecret) -> Result<Zeroizing<String>, String> {
        let name = openpgp(which);
        let arn = self.arn(&name)?;
        let got = self.secrets.get_secret_value().secret_id(arn).send().await;
        let got = got.map_err(|e| format!("{}: {}", name.output, unavailable(&e)))?;
        Ok(Zeroizing::new(got.secret_string.unwrap_or_default()))
    }

    /// Puts a secret of the desk's OpenPGP key.
    ///
    /// # Errors
    /// Names the variable that is missing, or Secrets Manager's answer.
    pub async fn put_openpgp(&self, which: OpenPgpSecret, secret: &str) -> Result<(), String> {
        let name = openpgp(which);
        let put = self.secrets.put_secret_value().secret_id(self.arn(&name)?).secret_string(secret).send().await;
        put.map(drop).map_err(|e| format!("{}: {}", name.output, unavailable(&e)))
    }

    /// Gives a link key a new value. Links signed with the one before still verify, until it is rotated once more.
    ///
    /// # Errors
    /// Names the variable that is missing, or Secrets Manager's answer.
    pub async fn rotate_links(&self, purpose: Purpose) -> Result<(), String> {
        let name = links(purpose);
        let value = crate::hex(&random::<32>());
        let put = self.secrets.put_secret_value().secret_id(self.arn(&name)?).secret_string(value).send().await;
        put.map(drop).map_err(|e| format!("{}: {}", name.output, unavailable(&e)))
    }

    /// Gives the KMS keys that wrap new material.
    ///
    /// # Errors
    /// Names the variable that is missing, or KMS's answer.
    pub async fn rotate_kms(&self) -> Result<(), String> {
        for name in [CASE_KEY, MAIL_KEY, RELEASE_KEY] {
            let rotated = KmsKey::new(&self.kms, self.arn(&name)?, "ring").rotate().await;
            rotated.map_err(|e| format!("{}: {e}", name.output))?;
        }
        Ok(())
    }
}

/// The secrets of the desk's OpenPGP key: no function can read another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenPgpSecret {
    /// Certifies the others; read by no function.
    Primary,
    /// Opens mail that is encrypted to the desk, and signs members' messages: `team`. Two secrets, one line each.
    Team,
    /// Signs notices: `deliver`.
    Notices,
}

fn openpgp(which: OpenPgpSecret) -> Name {
    match which {
        OpenPgpSecret::Primary => Name { variable: "DESK_OPENPGP_PRIMARY", output: "OpenPgpPrimary" },
        OpenPgpSecret::Team => Name { variable: "DESK_OPENPGP_TEAM", output: "OpenPgpTeam" },
        OpenPgpSecret::Notices => Name { variable: "DESK_OPENPGP_SIGNING", output: "OpenPgpNotices" },
    }
}

/// The names of a key: of its variable, and of the stack's output.
struct Name {
    variable: &'static str,
    output: &'static str,
}

const CASE_KEY: Name = Name { variable: "DESK_CASE_KEY", output: "CaseKey" };
const MAIL_KEY: Name = Name { variable: "DESK_MAIL_KEY", output: "MailKey" };
const RELEASE_KEY: Name = Name { variable: "DESK_RELEASE_KEY", output: "ReleaseKey" };
const PUBLISH_KEY: Name = Name { variable: "DESK_PUBLISH_KEY", output: "PublishKey" };
const HEADS_KEY: Name = Name { variable: "DESK_HEADS_KEY", output: "HeadsKey" };
const ORIGIN_SECRET: Name = Name { variable: "DESK_ORIGIN_SECRET", output: "OriginSecret" };
const RECEIPT_KEY: Name = Name { variable: "DESK_RECEIPT_KEY", output: "ReceiptKey" };

fn links(purpose: Purpose) -> Name {
    match purpose {
        Purpose::TeamLinks => Name { variable: "DESK_TEAM_LINKS", output: "TeamLinks" },
        Purpose::Sessions => Name { variable: "DESK_SESSIONS", output: "Sessions" },
        Purpose::ReporterLinks => Name { variable: "DESK_REPORTER_LINKS", output: "ReporterLinks" },
        Purpose::Canary => Name { variable: "DESK_CANARY_LINKS", output: "CanaryLinks" },
        Purpose::ReplyTokens => Name { variable: "DESK_REPLY_TOKENS", output: "ReplyTokens" },
        Purpose::IntakeWords => Name { variable: "DESK_INTAKE_WORDS", output: "IntakeWords" },
        Purpose::InboxWords => Name { variable: "DESK_INBOX_WORDS", output: "InboxWords" },
        Purpose::TeamWords => Name { variable: "DESK_TEAM_WORDS", output: "TeamWords" },
        Purpose::Announcements => Name { variable: "DESK_ANNOUNCEMENTS", output: "Announcements" },
        Purpose::Webhooks => Name { variable: "DESK_WEBHOOKS", output: "Webhooks" },
    }
}
