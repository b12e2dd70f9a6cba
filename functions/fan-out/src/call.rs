//! A channel that is served by an HTTPS call: done once the call was taken and, where it shows, its effect was read back.
//!
//! An answer may be lost after the call was taken, so a call may come again. Each has an id that is the same for every attempt at handing
//! one form of an advisory over to a channel, and another for the next form, and for one that a person has the channel told again: the
//! `webhook-id` of a webhook, the `Idempotency-Key` of any other. Where the effect can be read it is looked for first: what stands there
//! is not called for again.

use desk_advisory::channel::{Call, Proof, SeenAt};
use desk_call::{Answer, Post};
use desk_domain::advisory::Published;
use desk_keys::KeyError;
use desk_store::published::ChannelRecord;

use crate::FanOut;
use crate::outcome::which_time;
use crate::publish::Served;

/// Headers: their names in small letters, and their values.
type Headers = Vec<(&'static str, String)>;

impl FanOut {
    /// Hands an announcement over.
    pub(crate) async fn call(&self, published: &Published, record: &ChannelRecord, call: Call) -> Served {
        let headers = match self.headers(published, record, &call).await {
            Ok(headers) => headers,
            Err(error) => {
                tracing::error!(error = %error, "what webhooks are signed with cannot be read");
                return Served::Failed("the key that signs the call could not be read");
            }
        };
        let call = self.led(call, record);
        let served = tokio::task::spawn_blocking(move || handed_over(call, headers)).await;
        served.unwrap_or(Served::Failed("the call was cut off"))
    }

    async fn headers(&self, published: &Published, record: &ChannelRecord, call: &Call) -> Result<Headers, KeyError> {
        let id = id(published, record);
        let mut headers = vec![("content-type", call.content_type.to_owned())];
        match call.proof {
            Proof::Address => headers.push(("idempotency-key", id)),
            Proof::Webhook => {
                headers.extend(self.webhooks.headers(&record.channel, &id, self.clock.now(), &call.body).await?);
            }
        }
        Ok(headers)
    }

    /// To who stands in, where somebody does: there nothing shows.
    fn led(&self, call: Call, record: &ChannelRecord) -> Call {
        match &self.called {
            Some(stand_in) => Call { to: format!("{stand_in}/{}", record.channel), seen_at: None, ..call },
            None => call,
        }
    }
}

/// `EXP-2026-7K3QF_build-farm_r1`: without a full stop, which is between it and what is signed beside it.
fn id(published: &Published, record: &ChannelRecord) -> String {
    format!("{}_{}{}", published.advisory.id, record.channel, which_time(record).replace(' ', "_"))
}

fn handed_over(call: Call, headers: Headers) -> Served {
    let Call { to, body, seen_at, .. } = call;
    if seen_at.as_ref().is_some_and(is_seen) {
        return Served::Done;
    }
    match desk_call::post(&Post { to, headers, body }) {
        Answer::Taken if seen_at.as_ref().is_none_or(is_seen) => Served::Done,
        Answer::Taken => Served::Failed("the call was taken, and what it hands over is not to be seen yet"),
        Answer::NotNow(why, None) => Served::Failed(why),
        Answer::NotNow(why, Some(later)) => Served::PutOff(why, later),
        Answer::Refused(why) => Served::Refused(why),
    }
}

fn is_seen(at: &SeenAt) -> bool {
    desk_call::page(&at.url).is_some_and(|text| text.contains(&at.words))
}
