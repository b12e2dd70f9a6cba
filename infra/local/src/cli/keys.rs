//! `desk keys`: the keys of a deployed stack. The stack's own outputs say where they are; the operator's credentials make them. And what
//! the receiver of a webhook is to know, of a stack or of the data folder's desk.

use clap::Subcommand;
use desk_keys::cloud::{Keys, LINKS, OpenPgpSecret, RINGS};
use desk_keys::link::Purpose;
use desk_mail::openpgp;
use desk_store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use zeroize::Zeroizing;

use super::stack::{Stack, Where};
use super::{Global, Output, webhook};
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Make the keys that a new stack needs; what is there already stays
    Init(Where),
    /// Replace keys; what was sealed or signed with the ones before still opens and verifies
    Rotate {
        #[command(flatten)]
        stack: Where,
        /// Which: all but webhooks when left out
        #[arg(value_enum)]
        which: Vec<Which>,
    },
    /// Print the secret of a webhook, for its receiver
    Webhook {
        /// The channel's name, or its id
        channel: String,
        /// The deployed stack's name; left out: the desk of the data folder
        #[arg(long, value_name = "STACK")]
        stack: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Which {
    /// What addresses and words that wait to be sent are sealed to
    Mail,
    /// What approved advisories are sealed to
    Release,
    /// What links in mails, and the canary, are signed with
    Links,
    /// The material of the KMS keys that wrap
    Kms,
    /// What webhooks are signed with; each receiver is to be told its new secret
    Webhooks,
    /// The end of the desk's OpenPGP key, two years from now; the key itself stays
    Openpgp,
}

/// How long the OpenPGP key is good: an end that is far enough to be published, and near enough to be noticed.
const OPENPGP_LASTS: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// What is rotated where nothing is named. Links last: whoever repeats a command that failed must not rotate them twice.
const UNNAMED: [Which; 5] = [Which::Kms, Which::Mail, Which::Release, Which::Openpgp, Which::Links];

impl KeysCommand {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        match self {
            KeysCommand::Webhook { channel, stack } => webhook::told(global, &channel, stack.as_deref()).await,
            KeysCommand::Init(stack) => StackKeys::of(&stack.name).await?.init().await,
            KeysCommand::Rotate { stack, which } => StackKeys::of(&stack.name).await?.rotate(&which).await,
        }
    }
}

/// A stack's keys, with what it takes to change them.
struct StackKeys {
    stack: Stack,
    store: Store,
    keys: Keys,
}

impl StackKeys {
    async fn of(name: &str) -> Result<StackKeys, Failure> {
        let stack = Stack::find(name).await?;
        let store = stack.store()?;
        let keys = Keys::of_stack(&stack.account, stack.outputs.clone());
        Ok(StackKeys { stack, store, keys })
    }

    /// Every ring's first generation, and the public half of the key that signs receipts now.
    async fn init(&self) -> Result<Output, Failure> {
        let mut made = Vec::new();
        for purpose in RINGS {
            if self.store.desk.newest_ring_key(purpose).await?.is_none() {
                self.grow(purpose, 1).await?;
                made.push(format!("{purpose} 1"));
            }
        }
        let signer = self.keys.receipt_signer().await.map_err(Failure)?;
        if self.store.desk.keep_receipt_key(signer.jwk()).await? {
            made.push(format!("receipt {}", signer.jwk()["kid"].as_str().unwrap_or_default()));
        }
        if self.store.desk.openpgp_certificate().await?.is_none() {
            self.make_openpgp().await?;
            made.push("OpenPGP key".to_owned());
        }
        let text = match made.as_slice() {
            [] => format!("{}: every key was there already.", self.stack.name),
            made => format!("{}: made {}.", self.stack.name, made.join(", ")),
        };
        Ok(Output::done(json!({"stack": self.stack.name, "made": made}), text))
    }

    async fn rotate(&self, which: &[Which]) -> Result<Output, Failure> {
        let named = UNNAMED.into_iter().chain([Which::Webhooks]).filter(|one| which.contains(one));
        let which: Vec<Which> = if which.is_empty() { UNNAMED.into() } else { named.collect() };
        let mut made = Vec::new();
        for which in &which {
            match which {
                Which::Mail => made.push(self.next("mail").await?),
                Which::Release => made.push(self.next("release").await?),
                Which::Links => {
                    for purpose in LINKS {
                        self.keys.rotate_links(purpose).await.map_err(Failure)?;
                        made.push(link_name(purpose).to_owned());
                    }
                }
                Which::Webhooks => {
                    self.keys.rotate_links(Purpose::Webhooks).await.map_err(Failure)?;
                    made.push(link_name(Purpose::Webhooks).to_owned());
                }
                Which::Openpgp => {
                    self.renew_openpgp().await?;
                    made.push("the end of the OpenPGP key".to_owned());
                }
                Which::Kms => {
                    self.keys.rotate_kms().await.map_err(Failure)?;
                    made.push("KMS material".to_owned());
                }
            }
        }
        let mut text = format!("{}: rotated {}.", self.stack.name, made.join(", "));
        if which.contains(&Which::Links) {
            text += "\nLinks that are out keep working until the next rotation. Functions that run learn of the new key within a \
                     minute of the first link that they cannot verify.";
        }
        if which.contains(&Which::Webhooks) {
            text += "\nCalls have both signatures until the next rotation: give each receiver its new secret before that (desk \
                     keys webhook).";
        }
        text += "\nThe key that signs receipts is rotated by a deployment: raise the parameter ReceiptKeyGeneration, then run \
                 desk keys init again.";
        Ok(Output::done(json!({"stack": self.stack.name, "rotated": made}), text))
    }

    /// The secrets first: what is published can be used.
    async fn make_openpgp(&self) -> Result<(), Failure> {
        let (now, address) = (Timestamp::now(), self.stack.output("SecurityAddress")?);
        let cannot = |e: openpgp::Fault| Failure::of("the OpenPGP key", e);
        let made = openpgp::desk::generate("Security team", address, now, after(now)).map_err(cannot)?;
        let secrets = made.secrets;
        let team =
            Zeroizing::new(json!({"decryption": *secrets.decryption, "signing": *secrets.team_signing}).to_string());
        let all = [
            (OpenPgpSecret::Primary, &secrets.primary),
            (OpenPgpSecret::Team, &team),
            (OpenPgpSecret::Notices, &secrets.deliver_signing),
        ];
        for (which, secret) in all {
            self.keys.put_openpgp(which, secret).await.map_err(Failure)?;
        }
        Ok(self.store.desk.put_openpgp_certificate(&made.certificate).await?)
    }

    async fn renew_openpgp(&self) -> Result<(), Failure> {
        let certificate = self.store.desk.openpgp_certificate().await?;
        let certificate =
            certificate.ok_or_else(|| Failure("there is no OpenPGP key yet: run desk keys init".to_owned()))?;
        let primary = self.keys.openpgp(OpenPgpSecret::Primary).await.map_err(Failure)?;
        let now = Timestamp::now();
        let renewed = openpgp::desk::renew(&primary, &certificate, now, after(now));
        Ok(self.store.desk.put_openpgp_certificate(&renewed.map_err(|e| Failure::of("the OpenPGP key", e))?).await?)
    }

    async fn next(&self, purpose: &'static str) -> Result<String, Failure> {
        let newest = self.store.desk.newest_ring_key(purpose).await?.map(|(generation, _)| generation);
        let newest = newest.ok_or_else(|| Failure(format!("there is no {purpose} key yet: run desk keys init")))?;
        self.grow(purpose, newest + 1).await?;
        Ok(format!("{purpose} {}", newest + 1))
    }

    async fn grow(&self, purpose: &'static str, generation: usize) -> Result<(), Failure> {
        let root = self.keys.ring(purpose).map_err(Failure)?;
        let new = root.public().new_key(purpose).await?;
        let put = self.store.desk.put_ring_key(purpose, generation, &new).await?;
        if put { Ok(()) } else { Err(Failure(format!("somebody else is rotating the {purpose} key at this moment"))) }
    }
}

fn after(now: Timestamp) -> Timestamp {
    now.saturating_add(OPENPGP_LASTS).unwrap_or(now)
}

fn link_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::TeamLinks => "team links",
        Purpose::Sessions => "sessions",
        Purpose::ReporterLinks => "reporter links",
        Purpose::Canary => "canary",
        Purpose::ReplyTokens => "reply tokens",
        Purpose::IntakeWords => "words of intake",
        Purpose::InboxWords => "words of inbox",
        Purpose::TeamWords => "words of team",
        Purpose::Announcements => "announcements",
        Purpose::Webhooks => "webhooks",
    }
}
