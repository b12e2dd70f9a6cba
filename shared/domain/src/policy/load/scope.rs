//! What the policy covers and where it speaks: packages, other people's modules, routes, channels, limits.

use jiff::SignedDuration;

use super::names::Names;
use super::read::{required_line, required_list, rows};
use crate::case::event::Resolution;
use crate::fields::Fields;
use crate::id::{ChannelId, LineName, PackageName};
use crate::policy::value::{CalledUrl, ContactUri, Day, HttpsUrl, Length, MailAddress, Word};
use crate::policy::{
    Channel, ChannelKind, DUTY, Form, KindRow, Limited, Limits, Line, NetworkLimits, Outcome, OwnChannel, Package,
    Rate, Route, Takes, Template, ThirdParty, UrgentKind, UrgentWords,
};

/// The registry that packages are looked up in; the one that the desk can ask.
const ECOSYSTEM: &str = "npm";
/// What a message starts from is shorter than the longest message.
const TEMPLATE_BYTES: usize = 8192;

pub(super) fn package(fields: Fields<'_>) -> Option<Package> {
    let name = fields.required_parsed::<PackageName>("name");
    let ecosystem = required_line(&fields, "ecosystem");
    if !ecosystem.is_empty() && ecosystem != ECOSYSTEM {
        fields.wrong("ecosystem", format!("must be {ECOSYSTEM}"));
    }
    let aliases = fields.parsed_list("aliases");
    required_list(&fields, "lines");
    let lines = rows(&fields, "lines", |fields| line(fields, name.as_ref()));
    fields.finish();
    Some(Package { name: name?, aliases, ecosystem, lines })
}

fn line(fields: Fields<'_>, package: Option<&PackageName>) -> Option<Line> {
    let name = fields.required_parsed::<LineName>("name");
    if let (Some(name), Some(package)) = (&name, package)
        && name.package() != package.as_str()
    {
        fields.wrong("name", format!("must be a line of its package, such as {package}@1"));
    } else if name.as_ref().is_some_and(|name| name.span().is_none()) {
        fields.wrong("name", "must end in the numbers that its versions begin with, such as @4 or @6.10");
    }
    let end_of_life = fields.parsed::<Day>("end_of_life").map(|day| day.0);
    fields.finish();
    Some(Line { name: name?, end_of_life })
}

pub(super) fn third_party(fields: Fields<'_>, names: &Names<'_>) -> Option<ThirdParty> {
    let package = fields.required_parsed::<PackageName>("package");
    if package.as_ref().is_some_and(|package| names.has_package(package.as_str())) {
        fields.wrong("package", "is one of the project's own packages");
    }
    let aliases = fields.parsed_list("aliases");
    let maintainer = required_line(&fields, "maintainer");
    let contact = fields.required_parsed::<ContactUri>("contact");
    fields.finish();
    Some(ThirdParty { package: package?, aliases, maintainer, contact: contact?.0 })
}

/// What a message can start from.
pub(super) fn template(fields: Fields<'_>) -> Option<Template> {
    let name = required_line(&fields, "name");
    let outcome = fields.parsed::<Word<Outcome>>("outcome").map(|word| word.0);
    let resolution = fields.parsed::<Word<Resolution>>("resolution").map(|word| word.0);
    if resolution.is_some() && outcome != Some(Outcome::Close) {
        fields.wrong("resolution", "is a reason of closing, and goes with outcome = \"close\"");
    }
    let text = fields.required_text("text", TEMPLATE_BYTES);
    let next_steps = fields.text("next_steps", TEMPLATE_BYTES);
    fields.finish();
    Some(Template { name, outcome, resolution, text, next_steps })
}

/// What the list of what to do now says of a step.
pub(super) fn urgent_step(fields: Fields<'_>) -> Option<UrgentWords> {
    let step = fields.required_parsed::<Word<UrgentKind>>("step").map(|word| word.0);
    let words = required_line(&fields, "words");
    let named = words.matches(DUTY).count();
    match step {
        Some(UrgentKind::Duty) if named != 1 && !words.is_empty() => {
            fields.wrong("words", format!("must have {DUTY} in it, once: there the name of the duty stands"));
        }
        Some(UrgentKind::Duty) | None => {}
        Some(_) if named > 0 => fields.wrong("words", format!("cannot have {DUTY} in it: that is for the step duty")),
        Some(_) => {}
    }
    fields.finish();
    Some(UrgentWords { step: step?, words })
}

pub(super) fn route(fields: Fields<'_>) -> Option<Route> {
    let name = required_line(&fields, "name");
    let url = fields.required_parsed::<HttpsUrl>("url");
    fields.finish();
    Some(Route { name, url: url?.0 })
}

pub(super) fn channel(fields: Fields<'_>) -> Option<Channel> {
    let kind = fields.required_parsed::<Word<ChannelKind>>("kind").map(|w| w.0);
    let name = required_line(&fields, "name");
    let url = taken(&fields, "url", kind, |row| row.url);
    let address = taken(&fields, "address", kind, |row| row.address);
    let enabled = fields.flag("enabled").unwrap_or(true);
    let id = ChannelId::of_name(&name).ok();
    match &id {
        None if !name.is_empty() => {
            fields.wrong("name", "must have a letter or a digit of ASCII: its id is made of them")
        }
        Some(id) if OwnChannel::of(id).is_some() => {
            fields.wrong("name", format!("would have the id {id}, which is the desk's own"));
        }
        _ => {}
    }
    fields.finish();
    Some(Channel { id: id?, kind: kind?, name, url, address, enabled })
}

/// A field that each kind of channel takes in its own way; of a kind that is not known, nothing can be said.
fn taken(fields: &Fields<'_>, name: &str, kind: Option<ChannelKind>, of: fn(&KindRow) -> Takes) -> Option<String> {
    let given = fields.value(name).is_some();
    let row = kind?.row();
    let takers = || ChannelKind::ALL.iter().map(|kind| kind.row()).filter(|row| of(row).form().is_some());
    match of(&row).form() {
        Some(_) if !given && takers().count() < ChannelKind::ALL.len() => {
            fields.wrong(name, format!("is required for {}", row.words));
            None
        }
        Some(Form::Https) => fields.required_parsed::<HttpsUrl>(name).map(|url| url.0),
        Some(Form::Called) => fields.required_parsed::<CalledUrl>(name).map(|url| url.0),
        Some(Form::Mailbox) => fields.required_parsed::<MailAddress>(name).map(|address| address.0),
        None if given => {
            let takers: Vec<&str> = takers().map(|row| row.words).collect();
            fields.wrong(name, format!("is for {} only", takers.join(" or ")));
            None
        }
        None => None,
    }
}

/// The limits, each left at its default where it is absent, and within what the store and the mails can carry: an
/// item of the store holds at most 400 KB, and a line of a mail at most 998 bytes.
pub(super) fn limits(fields: Option<Fields<'_>>) -> Limits {
    let mut limits = Limits::default();
    let Some(fields) = fields else { return limits };
    let within = |name: &str, least: u64, most: u64| {
        let count = fields.count(name)?;
        if !(least..=most).contains(&count) {
            fields.wrong(name, format!("must be from {least} to {most}"));
        }
        Some(count)
    };
    let bytes = |name: &str, least: u64, most: usize, limit: &mut usize| {
        if let Some(count) = within(name, least, most as u64) {
            *limit = count as usize;
        }
    };
    bytes("body_bytes", 4096, 256 * 1024, &mut limits.body_bytes);
    bytes("text_bytes", 1024, 64 * 1024, &mut limits.text_bytes);
    bytes("line_bytes", 100, 900, &mut limits.line_bytes);
    if limits.text_bytes > limits.body_bytes {
        fields.wrong("text_bytes", "must not be more than body_bytes");
    }
    limits.reporter_messages_per_day =
        within("reporter_messages_per_day", 1, 1000).unwrap_or(limits.reporter_messages_per_day);
    // What is binary travels to a function in base64, within 6 MB: 4 MiB of files, and the words beside them.
    bytes("files_bytes", 64 * 1024, 4 * 1024 * 1024, &mut limits.files_bytes);
    // At least what one page brings.
    limits.reporter_bytes_per_day =
        within("reporter_bytes_per_day", limits.files_bytes as u64, 1 << 30).unwrap_or(limits.reporter_bytes_per_day);
    limits.files_per_case = within("files_per_case", 1, 200).unwrap_or(limits.files_per_case);
    limits.files_bytes_per_case =
        within("files_bytes_per_case", 64 * 1024, 1 << 30).unwrap_or(limits.files_bytes_per_case);
    limits.sign_in_mails_per_link = within("sign_in_mails_per_link", 1, 20).unwrap_or(limits.sign_in_mails_per_link);
    if let Some(Length(after)) = fields.parsed("case_links_after_closing") {
        limits.case_links_after_closing = after;
    }
    if let Some(Length(most)) = fields.parsed("embargo_at_most") {
        limits.embargo_at_most = most;
    }
    if let Some(rates) = fields.object("from_one_network") {
        limits.from_one_network = NetworkLimits::new(|limited| rate(&rates, limited));
        rates.finish();
    }
    fields.finish();
    limits
}

/// A bucket that takes longer to fill than a day would outlive what it is counted under.
const LONGEST_REFILL: SignedDuration = SignedDuration::from_hours(24);

fn rate(fields: &Fields<'_>, limited: Limited) -> Rate {
    let usual = limited.rate();
    let Some(given) = fields.object(limited.name()) else { return usual };
    let at_once = given.count("at_once").unwrap_or(usual.at_once);
    let then_every = given.parsed::<Length>("then_every").map_or(usual.then_every, |length| length.0);
    let rate = Rate { at_once, then_every };
    if !(1..=10_000).contains(&at_once) {
        given.wrong("at_once", "must be from 1 to 10000");
    } else if rate.refills_in() > LONGEST_REFILL {
        given.wrong("then_every", format!("must be shorter: {at_once} of them are to be back within a day"));
    }
    given.finish();
    rate
}
