//! `desk keys webhook`: what the receiver of a webhook is to know, to tell the desk's calls from anybody else's.

use desk_domain::id::ChannelId;
use desk_domain::policy::{Channel, ChannelKind, Policy};
use desk_keys::LinkKey;
use desk_keys::cloud::Keys;
use desk_keys::link::Purpose;
use serde_json::json;

use super::stack::Stack;
use super::{Global, Output, secret};
use crate::{Failure, policy_file};

/// The secret of a channel of the policy, by its name or its id: of a stack, or of the data folder's desk.
pub(super) async fn told(global: &Global, channel: &str, stack: Option<&str>) -> Result<Output, Failure> {
    let policy = policy_file::read(global.policy.as_deref())?;
    let channel = &webhook(&policy, channel)?.id;
    let key = match stack {
        Some(stack) => of_stack(&Stack::find(stack).await?).await?,
        None => {
            let keys = secret::keys(&global.data())?;
            keys.link_key(Purpose::Webhooks).map_err(|e| Failure::of("the key file", e))?
        }
    };
    Ok(said(&key, channel))
}

async fn of_stack(stack: &Stack) -> Result<LinkKey, Failure> {
    let keys = Keys::of_stack(&stack.account, stack.outputs.clone());
    keys.link_key(Purpose::Webhooks).await.map_err(Failure)
}

/// The secret as it is now. It alone is printed, so that it can be piped to where it belongs.
fn said(key: &LinkKey, channel: &ChannelId) -> Output {
    let secret = key.webhook(channel).into_iter().next().map(|secret| secret.text()).unwrap_or_default();
    Output::done(json!({ "channel": channel, "secret": *secret }), secret.as_str())
}

/// A secret follows from any name: one of no channel would verify nothing, and say so to nobody.
fn webhook<'a>(policy: &'a Policy, wanted: &str) -> Result<&'a Channel, Failure> {
    let mut all = policy.channels.iter().filter(|channel| channel.kind == ChannelKind::Webhook);
    let found = all.clone().find(|channel| channel.id.as_str() == wanted || channel.name == wanted);
    found.ok_or_else(|| {
        let known = all.by_ref().map(|channel| channel.id.as_str()).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {known}") };
        Failure(format!("the policy has no webhook {wanted}: {known}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let express = include_str!("../../../policies/express.toml");
        let row = |name: &str| {
            let url = format!("https://hook.example/{}", name.len());
            format!("\n[[channels]]\nkind = \"webhook\"\nname = \"{name}\"\nurl = \"{url}\"\n")
        };
        Policy::from_toml(&format!("{express}{}{}", row("Build farm"), row("Mirror"))).unwrap()
    }

    #[test]
    fn a_webhook_is_found_by_name_or_id_and_nothing_else_is_one() {
        let policy = policy();
        for known in ["Build farm", "build-farm"] {
            assert_eq!(webhook(&policy, known).unwrap().id.as_str(), "build-farm");
        }
        for unknown in ["express-mailing-list", "osv", "builder"] {
            let why = webhook(&policy, unknown).unwrap_err().0;
            assert_eq!(why, format!("the policy has no webhook {unknown}: it has build-farm, mirror"));
        }
    }

    #[test]
    fn only_the_secret_is_printed() {
        let Output { text, json, .. } = said(&LinkKey::ephemeral(), &"build-farm".parse().unwrap());
        assert!(text.starts_with("whsec_") && !text.contains(char::is_whitespace), "{text}");
        assert_eq!(json, json!({"channel": "build-farm", "secret": text}));
    }
}
