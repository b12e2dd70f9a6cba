//! The whole policy, the project and its people.

use serde_json::Value;

use super::names::Names;
use super::{clock, mail, pager, parties, publication, registry, scope};
use crate::fields::{Fields, Problems};
use crate::id::MemberId;
use crate::policy::value::{
    BaseUrl, CalledUrl, ContactUri, Day, HttpsUrl, Instant, Length, MailAddress, TagName, Word,
};
use crate::policy::{
    Away, Contacts, Escalation, Level, Member, NAME_BYTES, Person, Policy, Project, Role, Rota, SignInRules, TAG_SINCE,
};

const SCHEMA: u64 = 1;
const LINE_BYTES: usize = 200;
const KEY_BYTES: usize = 64 * 1024;

/// Reads `root` to its end whatever is wrong in it; `None` only where a problem was noted.
pub(super) fn policy(root: &Value, problems: &Problems) -> Option<Policy> {
    let names = Names::of(root, problems);
    names.check(root);
    let root = Fields::new(root, "", problems);
    match root.value("schema").map(Value::as_u64) {
        None => root.wrong("schema", "is required"),
        Some(Some(SCHEMA)) => {}
        Some(_) => root.wrong("schema", format!("must be {SCHEMA}, the form that is read here")),
    }
    let version = required_line(&root, "version");
    let project = project(root.required_object("project"));
    let contacts = contacts(root.required_object("contacts"), &names);
    let members = rows(&root, "members", member);
    let sign_in = root.object("sign_in").map(sign_in).unwrap_or_default();
    let rota = rota(root.required_object("rota"), &names);
    let levels = rows(&root, "levels", level);
    let clocks = clock::table(&root, &names, &levels);
    let packages = rows(&root, "packages", scope::package);
    let third_party = rows(&root, "third_party", |fields| scope::third_party(fields, &names));
    let other_routes = rows(&root, "other_routes", scope::route);
    let channels = rows(&root, "channels", scope::channel);
    let templates = rows(&root, "templates", scope::template);
    let urgent_steps = rows(&root, "urgent_steps", scope::urgent_step);
    let limits = scope::limits(root.object("limits"));
    let mail = mail::rules(root.object("mail"), contacts.as_ref());
    let parties = parties::rules(root.object("parties"));
    let publication = publication::rules(root.object("publication"));
    let registry = registry::registry(root.object("registry"));
    root.finish();
    Some(Policy {
        schema: SCHEMA,
        version,
        project: project?,
        contacts: contacts?,
        members,
        sign_in,
        rota: rota?,
        levels,
        clocks,
        packages,
        third_party,
        other_routes,
        channels,
        templates,
        urgent_steps,
        limits,
        mail,
        parties,
        publication,
        registry,
    })
}

/// Every row of a list of tables; a row with a problem is left out after the problem was noted.
pub(super) fn rows<'v, T>(fields: &Fields<'v>, name: &str, row: impl Fn(Fields<'v>) -> Option<T>) -> Vec<T> {
    fields.objects(name).into_iter().filter_map(row).collect()
}

/// A short text without line breaks or other control characters.
pub(super) fn required_line(fields: &Fields<'_>, name: &str) -> String {
    let text = fields.required_text(name, LINE_BYTES);
    if text.contains(char::is_control) {
        fields.wrong(name, "must be one line");
    }
    text
}

fn project(fields: Fields<'_>) -> Option<Project> {
    let name = required_line(&fields, "name");
    let prefix = fields.required_parsed("prefix");
    let website = fields.required_parsed::<HttpsUrl>("website");
    let repository = fields.required_parsed::<HttpsUrl>("repository");
    let tracker = fields.parsed::<HttpsUrl>("tracker");
    let policy_url = fields.required_parsed::<HttpsUrl>("policy_url");
    let desk_url = fields.required_parsed::<BaseUrl>("desk_url");
    let site_url = fields.parsed::<BaseUrl>("site_url");
    let tag = fields.parsed::<TagName>("tag").map(|tag| tag.0);
    let host = website.as_ref().and_then(|website| url::Url::parse(&website.0).ok()?.domain().map(str::to_owned));
    let tag = tag.or_else(|| Some(format!("{},{TAG_SINCE}", host?)));
    if website.is_some() && tag.is_none() && fields.value("tag").is_none() {
        fields.wrong(
            "tag",
            "is required where website has no domain: a name of the project's and its day, such as example.org,2026",
        );
    }
    fields.finish();
    Some(Project {
        name,
        prefix: prefix?,
        website: website?.0,
        repository: repository?.0,
        tracker: tracker.map(|url| url.0),
        policy_url: policy_url?.0,
        site_url: site_url.map_or_else(|| desk_url.as_ref().map(|d| format!("{}/site", d.0)), |s| Some(s.0))?,
        desk_url: desk_url?.0,
        tag: tag?,
    })
}

fn contacts(fields: Fields<'_>, names: &Names<'_>) -> Option<Contacts> {
    let security = fields.required_parsed::<MailAddress>("security");
    if let Some(MailAddress(address)) = &security
        && address.rsplit_once('@').is_some_and(|(name, _)| name.len() > NAME_BYTES || name.contains('+'))
    {
        let why = "so that what an answer is known by fits behind it";
        fields.wrong("security", format!("must have a name of at most {NAME_BYTES} bytes and no '+', {why}"));
    }
    let policy_owner = fields.required_parsed::<MemberId>("policy_owner");
    if let Some(id) = &policy_owner {
        names.needs_member(fields.pointer("policy_owner"), id.as_str(), "policy-owner");
    }
    let operator = fields.required_parsed::<MailAddress>("operator");
    let outside = fields.object("outside").map(person);
    let escalation = fields.object("escalation").map(escalation);
    let heartbeat = fields.parsed::<CalledUrl>("heartbeat").map(|url| url.0);
    fields.finish();
    let escalation = match escalation {
        Some(escalation) => Some(escalation?),
        None => None,
    };
    let outside = match outside {
        Some(person) => Some(person?),
        None => None,
    };
    let (security, operator) = (security?.0, operator?.0);
    Some(Contacts { security, policy_owner: policy_owner?, operator, outside, escalation, heartbeat })
}

fn escalation(fields: Fields<'_>) -> Option<Escalation> {
    let name = required_line(&fields, "name");
    let contact = fields.required_parsed::<ContactUri>("contact");
    fields.finish();
    Some(Escalation { name, contact: contact?.0 })
}

fn person(fields: Fields<'_>) -> Option<Person> {
    let name = required_line(&fields, "name");
    let address = fields.required_parsed::<MailAddress>("address");
    fields.finish();
    Some(Person { name, address: address?.0 })
}

fn member(fields: Fields<'_>) -> Option<Member> {
    let id = fields.required_parsed("id");
    let name = required_line(&fields, "name");
    let address = fields.required_parsed::<MailAddress>("address");
    let roles = words(&fields, "roles");
    let openpgp_key = fields.text("openpgp_key", KEY_BYTES);
    if openpgp_key.as_ref().is_some_and(|key| !key.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----")) {
        fields.wrong("openpgp_key", "must be an ASCII-armoured OpenPGP public key");
    }
    let page = fields.object("page").map(pager::pager);
    let away = rows(&fields, "away", away);
    let time_zone = fields.parsed("time_zone");
    fields.finish();
    let page = match page {
        Some(page) => Some(page?),
        None => None,
    };
    Some(Member {
        id: id?,
        name,
        address: address?.0,
        roles,
        openpgp_key,
        page,
        away,
        unreachable_since: None,
        time_zone,
    })
}

fn away(fields: Fields<'_>) -> Option<Away> {
    let from = fields.required_parsed::<Day>("from");
    let until = fields.required_parsed::<Day>("until");
    let (Some(Day(from)), Some(Day(until))) = (from, until) else {
        fields.finish();
        return None;
    };
    if from > until {
        fields.wrong("until", format!("must not be before `from`, which is {from}"));
    }
    fields.finish();
    Some(Away { from, until })
}

fn sign_in(fields: Fields<'_>) -> SignInRules {
    let second_factor = words(&fields, "second_factor");
    if second_factor.contains(&Role::Operator) {
        fields.wrong("second_factor", "must not name `operator`: whoever is nothing else signs in nowhere");
    }
    fields.finish();
    SignInRules { second_factor }
}

fn rota(fields: Fields<'_>, names: &Names<'_>) -> Option<Rota> {
    let starts = fields.required_parsed::<Instant>("starts");
    let shift = fields.required_parsed::<Length>("shift");
    if required_list(&fields, "order") {
        for (at, value) in fields.list("order") {
            if let Some(id) = value.as_str() {
                names.needs_member(at, id, "triage");
            }
        }
    }
    let order = fields.parsed_list("order");
    fields.finish();
    Some(Rota { starts: starts?.0, shift: shift?.0, order, swapped: Vec::new() })
}

fn level(fields: Fields<'_>) -> Option<Level> {
    let name = fields.required_parsed("name");
    let notify = words(&fields, "notify");
    fields.finish();
    Some(Level { name: name?, notify })
}

/// A list that must have at least one of the words of an enum, none twice.
fn words<T: serde::de::DeserializeOwned + PartialEq>(fields: &Fields<'_>, name: &str) -> Vec<T> {
    required_list(fields, name);
    let words: Vec<T> = fields.parsed_list::<Word<T>>(name).into_iter().map(|w| w.0).collect();
    if words.iter().enumerate().any(|(i, word)| words[..i].contains(word)) {
        fields.wrong(name, "must not name anything twice");
    }
    words
}

/// Notes a list that is missing or empty; whether there is something to read in it.
pub(super) fn required_list(fields: &Fields<'_>, name: &str) -> bool {
    match fields.value(name) {
        Some(Value::Array(members)) if members.is_empty() => fields.wrong(name, "must not be empty"),
        Some(Value::Array(_)) => return true,
        Some(_) => {} // parsed as a list, it is noted
        None => fields.wrong(name, "is required"),
    }
    false
}
