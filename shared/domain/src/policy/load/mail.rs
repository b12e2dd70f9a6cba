//! The section `[mail]`, each field left at its default where it is absent.

use jiff::SignedDuration;
use serde_json::Value;

use super::read::{required_line, rows};
use crate::fields::Fields;
use crate::policy::value::{Length, MailAddress, Sha256, TimeOfDay};
use crate::policy::{Contacts, Forwarder, MailRules};

const MIB: usize = 1024 * 1024;
/// What SES takes in at most, and so the most that any mail can be.
const LARGEST: usize = 40 * MIB;

/// `contacts` is `None` where it had problems of its own.
pub(super) fn rules(fields: Option<Fields<'_>>, contacts: Option<&Contacts>) -> MailRules {
    let mut rules = MailRules::default();
    let Some(fields) = fields else { return rules };
    let number = |name: &str, least: u64, most: u64, rule: &mut u64| {
        let Some(count) = fields.count(name) else { return };
        match (least..=most).contains(&count) {
            true => *rule = count,
            false => fields.wrong(name, format!("must be from {least} to {most}")),
        }
    };
    number("automatic_per_day_typed", 0, 100, &mut rules.automatic_per_day_typed);
    number("automatic_per_day_authenticated", 0, 1000, &mut rules.automatic_per_day_authenticated);
    number("automatic_per_day_all", 1, 1_000_000, &mut rules.automatic_per_day_all);
    number("team_mails_per_hour", 2, 1000, &mut rules.team_mails_per_hour);
    number("one_source_at_once", 1, 1000, &mut rules.one_source_at_once);
    let size = |name: &str, least: usize, most: usize, rule: &mut usize| {
        let mut wide = *rule as u64;
        number(name, least as u64, most as u64, &mut wide);
        *rule = wide as usize;
    };
    size("mail_bytes", 64 * 1024, LARGEST, &mut rules.mail_bytes);
    size("parts", 10, 10_000, &mut rules.parts);
    size("depth", 5, 100, &mut rules.depth);
    size("headers", 50, 10_000, &mut rules.headers);
    size("attachments", 0, 1000, &mut rules.attachments);
    size("attachment_bytes", 1024, LARGEST, &mut rules.attachment_bytes);
    size("attachments_bytes", 1024, LARGEST, &mut rules.attachments_bytes);
    if rules.attachment_bytes > rules.attachments_bytes {
        fields.wrong("attachment_bytes", "must not be more than attachments_bytes");
    }
    let length = |name: &str, most: i64, detail: &str, rule: &mut SignedDuration| match fields
        .parsed::<Length>(name)
        .map(|length| length.0)
    {
        Some(long) if !(1..=most).contains(&long.as_secs()) => fields.wrong(name, detail),
        Some(length) => *rule = length,
        None => {}
    };
    length("parse_seconds", 60, "must be from 1s to 60s", &mut rules.parse_seconds);
    length("bundle_after", 3600, "must be from 1s to 1h", &mut rules.bundle_after);
    length("bundle_every", 86_400, "must be from 1s to 24h", &mut rules.bundle_every);
    let bundles = rules.bundles_per_hour();
    if rules.team_mails_per_hour <= bundles {
        fields.wrong(
            "team_mails_per_hour",
            format!("must be more than {bundles}, which are an hour's bundles by bundle_every"),
        );
    }
    rules.digest_at = match fields.value("digest_at") {
        Some(Value::Bool(false)) => None,
        Some(_) => fields.parsed::<TimeOfDay>("digest_at").map(|time| time.0),
        None => rules.digest_at,
    };
    rules.comments = comments(&fields, contacts);
    rules.forwarders = forwarders(&fields);
    fields.finish();
    rules
}

/// Were it the address that takes the reports, every report would be read as a comment.
fn comments(fields: &Fields<'_>, contacts: Option<&Contacts>) -> Option<String> {
    let address = fields.parsed::<MailAddress>("comments")?.0;
    if contacts.is_some_and(|contacts| contacts.security.eq_ignore_ascii_case(&address)) {
        fields.wrong("comments", "must not be contacts.security, which takes the reports");
    }
    Some(address)
}

/// Two forwarders with one name could not be told apart by people, nor with one secret by the desk.
fn forwarders(fields: &Fields<'_>) -> Vec<Forwarder> {
    let all = rows(fields, "forwarders", forwarder);
    let twice =
        |of: fn(&Forwarder) -> String| (1..all.len()).any(|i| all[..i].iter().any(|before| of(before) == of(&all[i])));
    if twice(|f| f.name.to_lowercase()) {
        fields.wrong("forwarders", "must not have one name twice");
    }
    if twice(|f| f.secret_sha256.clone()) {
        fields.wrong("forwarders", "must not have one secret twice");
    }
    all
}

fn forwarder(fields: Fields<'_>) -> Option<Forwarder> {
    let name = required_line(&fields, "name");
    let secret = fields.required_parsed::<Sha256>("secret_sha256");
    // Both are compared with what a header says: one word, without the brackets that a List-Id stands in.
    let word = |name: &str| {
        let word = fields.text(name, 255)?;
        if !word.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)) {
            fields.wrong(name, "must be one word such as mail.example.org, of letters, digits, '.', '-' and '_'");
        }
        Some(word)
    };
    let (authserv_id, list_id) = (word("authserv_id"), word("list_id"));
    fields.finish();
    Some(Forwarder { name, secret_sha256: secret?.0, authserv_id, list_id })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{changed, one};
    use crate::policy::{MailRules, Policy};

    fn section(lines: &str) -> String {
        format!("[mail]\n{lines}\n\n[[packages]]")
    }

    fn read(lines: &str) -> MailRules {
        Policy::from_toml(&changed(&[("[[packages]]", &section(lines))])).unwrap_or_else(|e| panic!("{e}")).mail
    }

    fn wrong(line: &str, pointer: &str, detail: &str) {
        one("[[packages]]", &section(line), line, &format!("/mail{pointer}"), detail);
    }

    #[test]
    fn what_is_left_out_has_its_default_and_the_digest_can_be_switched_off() {
        assert_eq!(read("parts = 20"), MailRules { parts: 20, ..MailRules::default() });
        assert_eq!(read("digest_at = false").digest_at, None);
        for six in ["digest_at = \"06:30\"", "digest_at = 06:30:00"] {
            assert_eq!(read(six).digest_at.unwrap().to_string(), "06:30:00");
        }
        assert_eq!(read("parse_seconds = \"1m\"").parse_seconds.as_secs(), 60);
        assert_eq!(read("bundle_after = \"5m\"").bundle_after.as_secs(), 300);
    }

    #[test]
    fn t59_comments_have_an_address_of_their_own() {
        let plus = "security+policy@minnow.example.org";
        assert_eq!(read(&format!("comments = \"{plus}\"")).comments.as_deref(), Some(plus));
        wrong(
            "comments = \"Security@minnow.example.org\"",
            "/comments",
            "must not be contacts.security, which takes the reports",
        );
    }

    #[test]
    fn every_limit_is_held_to_its_bounds() {
        wrong("automatic_per_day_typed = 101", "/automatic_per_day_typed", "must be from 0 to 100");
        wrong("automatic_per_day_all = 0", "/automatic_per_day_all", "must be from 1 to 1000000");
        wrong("mail_bytes = 41943041", "/mail_bytes", "must be from 65536 to 41943040");
        wrong("parts = \"many\"", "/parts", "must be a whole number");
        wrong("depth = 101", "/depth", "must be from 5 to 100");
        wrong("attachment_bytes = 41943040", "/attachment_bytes", "must not be more than attachments_bytes");
        wrong("parse_seconds = \"2m\"", "/parse_seconds", "must be from 1s to 60s");
        wrong("team_mails_per_hour = 1", "/team_mails_per_hour", "must be from 2 to 1000");
        wrong("one_source_at_once = 0", "/one_source_at_once", "must be from 1 to 1000");
        wrong("bundle_after = \"2h\"", "/bundle_after", "must be from 1s to 1h");
        wrong("bundle_every = \"25h\"", "/bundle_every", "must be from 1s to 24h");
        let detail = "must be more than 12, which are an hour's bundles by bundle_every";
        let lines = section("team_mails_per_hour = 10\nbundle_every = \"5m\"");
        one("[[packages]]", &lines, "team_mails_per_hour = 10", "/mail/team_mails_per_hour", detail);
        wrong("digest_at = true", "/digest_at", "must be text");
        wrong("digest_at = \"8 o'clock\"", "/digest_at", "must be a time of day (UTC) such as 08:00");
        wrong("digest = false", "/digest", "is not a field that is known here");
    }

    #[test]
    fn a_forwarder_is_known_by_a_secret_that_the_policy_does_not_hold() {
        let hash = "ab".repeat(32);
        let row = |name: &str, hash: &str, more: &str| {
            format!("[[mail.forwarders]]\nname = \"{name}\"\nsecret_sha256 = \"{hash}\"\n{more}")
        };
        let more = "authserv_id = \"mx.example.net\"\nlist_id = \"security.example.net\"";
        let found = read(&format!("parts = 20\n{}", row("The old group", &hash.to_uppercase(), more))).forwarders;
        assert_eq!((found.len(), &found[0].secret_sha256), (1, &hash));
        assert_eq!(found[0].authserv_id.as_deref(), Some("mx.example.net"));
        assert_eq!(found[0].list_id.as_deref(), Some("security.example.net"));

        let place = |rows: &str, at: &str, pointer: &str, detail: &str| {
            let text = format!("{rows}\n\n[[packages]]");
            one("[[packages]]", &text, at, &format!("/mail/forwarders{pointer}"), detail);
        };
        let detail = "must be a SHA-256 in hex, 64 digits: printf %s SECRET | sha256sum";
        place(&row("Old", "secret", ""), "secret_sha256", "/0/secret_sha256", detail);
        let detail = "must be one word such as mail.example.org, of letters, digits, '.', '-' and '_'";
        place(&row("Old", &hash, "list_id = \"<old.example>\""), "list_id", "/0/list_id", detail);
        let twice = format!("{}\n{}", row("Old", &hash, ""), row("old", &"cd".repeat(32), ""));
        place(&twice, "[[mail.forwarders]]", "", "must not have one name twice");
        let twice = format!("{}\n{}", row("Old", &hash, ""), row("New", &hash, ""));
        place(&twice, "[[mail.forwarders]]", "", "must not have one secret twice");
    }
}
