//! Secrets of webhooks, as Standard Webhooks has them (<https://github.com/standard-webhooks/standard-webhooks>): what `fan-out` posts to a
//! channel is signed with the channel's own, so that its receiver knows who calls, and signs for no other channel.
//!
//! Each is derived (HKDF-SHA256 over the channel's id) from one key that `fan-out` alone has ([`Purpose::Webhooks`]). So a channel comes by
//! a row of the policy, without a secret more to deploy and a role more to read it, and an operator is told what its receiver is to know
//! by `desk keys webhook`. It is a key of its own: that of announcements `deliver` has too, and could sign with it. A channel of another
//! name has another secret.
//!
//! After a rotation a call has both signatures, that of the new secret first, until the next one: a receiver hears the old one until it was
//! given the new. The key is read for each call, and not when a process starts: a desk without webhooks never reads it, and no process
//! signs with one that is two rotations old.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::id::ChannelId;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::KeyError;
use crate::cloud::Keys;
use crate::link::{LinkKey, Purpose, link_bytes};

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// The secret of one channel. Has no `Debug`.
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    fn derive(key: &[u8; 32], channel: &ChannelId) -> WebhookSecret {
        WebhookSecret(Zeroizing::new(link_bytes(key, &format!("disclosure-desk webhook {channel}")).to_vec()))
    }

    /// As its receiver is given it: `whsec_` and base64.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", BASE64.encode(&*self.0)))
    }

    /// HMAC-SHA256 over id, second of the attempt and body, with a full stop between; no id may have one in it.
    fn signature(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{}.", at.as_second()).as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

impl LinkKey {
    /// The secrets of a channel: as it is now, and as it was before the last rotation.
    pub fn webhook(&self, channel: &ChannelId) -> Vec<WebhookSecret> {
        self.each().map(|key| WebhookSecret::derive(key, channel)).collect()
    }
}

/// Signs what is posted to webhooks: `fan-out`'s.
pub struct Webhooks(Source);

enum Source {
    Fixed(LinkKey),
    Kept(Keys),
}

impl Webhooks {
    /// With a key that does not change while this process runs.
    pub fn fixed(key: LinkKey) -> Webhooks {
        Webhooks(Source::Fixed(key))
    }

    /// With the key in Secrets Manager, read for each call.
    pub fn of(keys: &Keys) -> Webhooks {
        Webhooks(Source::Kept(keys.clone()))
    }

    /// The headers of an attempt at `at` to hand `body` over to a channel; `id` is the same for every attempt.
    ///
    /// # Errors
    /// When the key cannot be read: the same call may succeed later.
    pub async fn headers(
        &self,
        channel: &ChannelId,
        id: &str,
        at: Timestamp,
        body: &[u8],
    ) -> Result<[(&'static str, String); 3], KeyError> {
        let secrets = match &self.0 {
            Source::Fixed(key) => key.webhook(channel),
            Source::Kept(keys) => {
                keys.link_key(Purpose::Webhooks).await.map_err(KeyError::Unavailable)?.webhook(channel)
            }
        };
        Ok(signed(&secrets, id, at, body))
    }
}

fn signed(secrets: &[WebhookSecret], id: &str, at: Timestamp, body: &[u8]) -> [(&'static str, String); 3] {
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.signature(id, at, body)).collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.as_second().to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> WebhookSecret {
        WebhookSecret(Zeroizing::new(BASE64.decode(text.strip_prefix(PREFIX).unwrap()).unwrap()))
    }

    fn channel(name: &str) -> ChannelId {
        name.parse().unwrap()
    }

    /// The vector of the specification's own libraries (`libraries/go/webhook_test.go` there, and the others).
    #[test]
    fn a_signature_is_the_specifications() {
        let secret = given("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signature = secret.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(*secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn each_channel_has_a_secret_of_its_own_that_says_nothing_of_the_key() {
        let key = LinkKey::new([1; 32], None);
        let texts = ["farm", "mirror"].map(|name| key.webhook(&channel(name)).remove(0).text());
        assert_ne!(*texts[0], *texts[1]);
        assert_eq!(*texts[0], *key.webhook(&channel("farm")).remove(0).text(), "it is the same each time");
        assert_ne!(*texts[0], *LinkKey::new([2; 32], None).webhook(&channel("farm")).remove(0).text());
        for text in texts {
            // Between 24 and 64 bytes, says the specification.
            assert_eq!(BASE64.decode(text.strip_prefix(PREFIX).unwrap()).unwrap().len(), 32);
            assert!(!text.contains(&BASE64.encode([1; 32])));
        }
    }

    #[test]
    fn who_was_given_the_old_secret_hears_it_until_the_next_rotation() {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let signatures = |key: LinkKey| {
            let [id, when, signed] = signed(&key.webhook(&channel("farm")), "one", at, b"body");
            assert_eq!((id, when), (("webhook-id", "one".to_owned()), ("webhook-timestamp", "1800000000".to_owned())));
            assert_eq!(signed.0, "webhook-signature");
            signed.1.split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let of =
            |key: [u8; 32]| LinkKey::new(key, None).webhook(&channel("farm")).remove(0).signature("one", at, b"body");
        assert_eq!(signatures(LinkKey::new([1; 32], None)), [of([1; 32])]);
        assert_eq!(signatures(LinkKey::new([2; 32], Some([1; 32]))), [of([2; 32]), of([1; 32])]);
        assert_eq!(signatures(LinkKey::new([3; 32], Some([2; 32]))), [of([3; 32]), of([2; 32])]);
    }

    #[test]
    fn id_instant_and_body_are_signed_each() {
        let (secret, at) = (given("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Timestamp::from_second(7).unwrap());
        let signed = secret.signature("one", at, b"body");
        assert_ne!(signed, secret.signature("two", at, b"body"));
        assert_ne!(signed, secret.signature("one", Timestamp::from_second(8).unwrap(), b"body"));
        assert_ne!(signed, secret.signature("one", at, b"bodY"));
    }
}
