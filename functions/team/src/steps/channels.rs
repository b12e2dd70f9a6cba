//! What becomes of a channel: tried now, given up, settled by somebody who has looked, or given the advisory once more.

use desk_domain::case::publication::Announcement;
use desk_domain::id::ChannelId;
use desk_pages::InputChoice;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command};
use super::typed::Typed;

pub(super) fn shows(at: &At<'_>) -> String {
    let published = at.case().publication.published.as_ref();
    published.map(|published| format!("{:?} {:?}", published.channels, published.given_up)).unwrap_or_default()
}

/// Each channel with how far the case knows it to be.
fn all(at: &At<'_>) -> Vec<InputChoice> {
    let published = at.case().publication.published.iter();
    let channels = published.flat_map(|published| published.channels.iter().map(move |channel| (published, channel)));
    let state = |given_up: bool, seen: Option<jiff::Timestamp>| match (seen, given_up) {
        (Some(seen), _) => format!("seen there, {}", at.instant(seen)),
        (None, true) => "given up".to_owned(),
        (None, false) => "not seen there yet".to_owned(),
    };
    channels
        .map(|(published, (channel, seen))| {
            let is = state(published.given_up.contains(channel), *seen);
            choice(channel.as_str(), at.policy.channel_name(channel), &is)
        })
        .collect()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let settled = at.case().publication.published.as_ref().is_some_and(Announcement::is_everywhere);
    let open = [
        choice("retry", "Try it now", "It is looked at at once; what is on its way is not sent twice for that."),
        choice("sent", "It is there", "Somebody has seen it there, though the desk cannot."),
        choice("not-sent", "It did not arrive", "It is given the advisory once more."),
        choice("give-up", "It will not have it", "The attempts end, and it is shown as given up. Say why."),
    ];
    let again = choice("again", "It had it, and lost it", "It is given the advisory once more.");
    let what = open.into_iter().filter(|_| !settled).chain([again]).collect();
    let inputs = vec![
        f.radios("channel", "Which channel", all(at)),
        f.radios("what", "What is to be done", what),
        f.area("reason", "Why", "Of one that is given up; a note for the team.", 2),
    ];
    Filled::new(Form::new(inputs, "Record"))
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let channel: Option<ChannelId> = typed.get("channel").parse().ok();
    let Some(channel) = channel else { return Err(vec![Wrong::new("channel", "say which channel")]) };
    let of = |name: &str, more: &[(&str, serde_json::Value)]| {
        let fields: Vec<_> = [("channel", json!(channel))].into_iter().chain(more.iter().cloned()).collect();
        Ok(vec![Given::new(command(name, &fields))])
    };
    match typed.get("what") {
        "retry" => of("retry-channel", &[]),
        "sent" => of("settle-channel", &[("outcome", json!("sent"))]),
        "not-sent" => of("settle-channel", &[("outcome", json!("not-sent"))]),
        "again" => of("re-announce", &[]),
        "give-up" => of("give-up-channel", &[("reason", json!(typed.text("reason")))]),
        _ => Err(vec![Wrong::new("what", "say what is to be done")]),
    }
}
