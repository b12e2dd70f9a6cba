//! Writes what is published of some advisories into a folder: the whole site with its blog entries, and what has to be read of each
//! entry, for programs that are not ours. One of them is hostile, one corrected, one withdrawn.
//!
//! ```sh
//! cargo run -p desk-advisory --example published -- FOLDER
//! ```
#![expect(clippy::disallowed_methods, reason = "it is no output: it writes outputs to where they can be looked at")]

use std::error::Error;
use std::path::Path;

use desk_advisory::{Site, blog_entry, channel, list_mail};
use desk_domain::advisory::Published;
use desk_domain::policy::{OwnChannel, Policy};
use serde_json::{Value, json};

/// Each with the words of it that have to be read, whoever builds a page of it.
fn all() -> Vec<(Value, Vec<&'static str>)> {
    vec![
        (ordinary(), ORDINARY_READ.to_vec()),
        (hostile(), HOSTILE_READ.to_vec()),
        (withdrawn(), vec!["It is no vulnerability"]),
    ]
}

const ORDINARY: &str = "### Impact\n\nWhoever calls `res.redirect()` with a URL of a user's is affected. See [the fix](https://github.com/expressjs/express/commit/0b74) \
    and [OWASP](https://owasp.org/www-community/attacks/open_redirect).\n\n| Version | State |\n|--|--|\n| `4.x` | fixed in **4.19.2** |\n| `5.x` | fixed in 5.0.0-beta.3 |\n\n\
    1. Start a server:\n\n   ```js\n   app.get('/', (req, res) => res.redirect(req.query.to));\n   ```\n2. Ask it for `/?to=http:\\\\evil.example`.\n\n> Reported first \
    as a *question*.\n\n![How it goes wrong](https://example.org/diagram.png)";
const ORDINARY_READ: [&str; 5] = [
    "Whoever calls res.redirect()",
    "fixed in 4.19.2",
    "app.get(",
    "Reported first",
    "Corrected on Fri 2026-12-04 10:00 UTC: 4.19.1 is affected too.",
];

const HOSTILE: &str = "---\ntitle: other\n---\n\nOne {{ site.secret }} two {% include secret.html %} three {{< secret >}} four {{% secret %}} five {{{ site.secret }}} six.\n\n\
    Escaped \\{{ site.secret }} and \\{% include secret.html %}.\n\n\
    Code `{{ site.secret }}`, `{% include secret.html %}`, `{{< secret >}}` and `{{% secret %}}`.\n\n\
    ```liquid\n{% endraw %}{{ site.secret }}{%- endraw -%}{% include secret.html %}\n{{< secret >}} {{</* secret */>}}\n```\n\n\
    * [seven {{ site.secret }}](https://example.org/{{ site.secret }})\n* eight {%raw%} {{ unclosed\n\n\
    {: .nine}\n{::comment}\nten\n{:/comment}\n\n*[HTML]: eleven\n\n$$twelve$$\n\n<script>document.title = 'ran'</script>\n\n<!-- thirteen -->\n\n\
    +++\n\n---\nfourteen: {{ site.secret\n\n```\nfifteen {{ site.secret }}";
const HOSTILE_READ: [&str; 21] = [
    "One {{ site.secret }} two {% include secret.html %} three {{< secret >}} four {{% secret %}} five {{{ site.secret }}} six.",
    "Escaped {{ site.secret }} and {% include secret.html %}.",
    "Code {{ site.secret }}, {% include secret.html %}, { {< secret >}} and { {% secret %}}.",
    "{ % endraw %}{{ site.secret }}{ %- endraw -%}{% include secret.html %}",
    "{ {< secret >}} { {</* secret */>}}",
    "seven {{ site.secret }}",
    "eight {%raw%} {{ unclosed",
    "title: other",
    "{: .nine}",
    "{::comment}",
    "ten",
    "{:/comment}",
    "*[HTML]: eleven",
    "$$twelve$$",
    "<script>document.title",
    "<!-- thirteen -->",
    "+++",
    "fourteen: {{ site.secret",
    "fifteen {{ site.secret }}",
    "Thanked {{ site.secret }}",
    "Summary {{ site.secret }} {% include secret.html %} {{< secret >}}",
];

fn of(id: &str, title: &str, summary: &str, details: &str) -> Value {
    json!({
        "id": id, "title": title, "summary": summary, "details": details, "workarounds": "Check the address with `new URL()` first.",
        "aliases": ["GHSA-rv95-896h-c2vc"], "cve": "CVE-2024-29041", "severity": "high", "cwe": ["CWE-601", "CWE-1286"],
        "cvss": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N"],
        "references": [{"type": "FIX", "url": "https://github.com/expressjs/express/commit/0b746953c4bd8e377123527db11f9cd866e39f94"}],
        "affected": [{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"},
            {"package": "express", "line": "express@5", "introduced": "5.0.0-alpha.1", "fixed": "5.0.0-beta.3"}],
        "lines": [], "credits": [
            {"name": "Rita Reporter", "contact": ["https://rita.example.org"], "type": "REPORTER"},
            {"name": "Fred Fixer", "contact": [], "type": "REMEDIATION_DEVELOPER"}, {"name": "fuzz", "contact": [], "type": "TOOL"}],
        "timeline": [{"on": "2026-11-20", "reached": "reported"}, {"on": "2026-11-21", "reached": "confirmed"},
            {"on": "2026-11-29", "reached": "fix-ready", "line": "express@4"},
            {"on": "2026-12-01", "reached": "released", "line": "express@4"},
            {"on": "2026-12-01", "reached": "released", "line": "express@5"}],
    })
}

fn published(advisory: &Value, day: &str) -> Value {
    let at = format!("{day}T12:00:00Z");
    json!({"advisory": advisory, "case": advisory["id"], "published_at": at, "modified_at": at, "entry_id": null,
        "kept": {"related": ["EXP-2026-BBBBB", "CVE-2024-43796", "SNYK-JS-EXPRESS-1"]}})
}

fn ordinary() -> Value {
    let mut advisory =
        of("EXP-2026-AAAAA", "Open redirect in malformed URLs", "A redirect can be made to lead elsewhere.", ORDINARY);
    advisory["known"] = json!([{"fact": "exploit-public", "at": "2026-12-02T08:00:00Z"},
        {"fact": "attacks-observed", "at": "2026-12-03T08:00:00Z"}]);
    let mut all = published(&advisory, "2026-12-01");
    all["revisions"] =
        json!([{"at": "2026-12-03T09:30:00Z"}, {"at": "2026-12-04T10:00:00Z", "why": "4.19.1 is affected too"}]);
    all["modified_at"] = json!("2026-12-04T10:00:00Z");
    all
}

fn hostile() -> Value {
    let title = "\"Title\": {{ site.secret }} {% include secret.html %} {{< secret >}} --- #x <b>";
    let summary = "Summary {{ site.secret }} {% include secret.html %} {{< secret >}}\n---\n";
    let mut advisory = of("EXP-2026-BBBBB", title, summary, HOSTILE);
    advisory["credits"] = json!([{"name": "Thanked {{ site.secret }}", "contact": []}]);
    published(&advisory, "2026-12-02")
}

fn withdrawn() -> Value {
    let advisory = of(
        "EXP-2026-CCCCC",
        "Denial of service by long queries",
        "A long query takes long.",
        "It was thought that it does.",
    );
    let (mut all, at, why) = (published(&advisory, "2026-11-30"), "2026-12-05T11:00:00Z", "It is no vulnerability");
    all["revisions"] = json!([{"at": at, "why": why, "withdraws": true}]);
    all["withdrawn"] = json!({"at": at, "reason": why});
    all["modified_at"] = json!(at);
    all
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: published FOLDER")?;
    let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml"))?;
    let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    let put = |key: &str, bytes: &[u8]| {
        let path = Path::new(&folder).join(key);
        std::fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| std::fs::write(path, bytes))
    };
    let (mut shown, mut read) = (Vec::new(), Vec::new());
    for (value, words) in all() {
        let published: Published = serde_json::from_value(value)?;
        let (advisory, key) = (&published.advisory, blog_entry::key(&published));
        put(&key, blog_entry::render(&site, &published).as_bytes())?;
        let mail = list_mail::write(&site, &published, None, !published.revisions.is_empty());
        put(&format!("mail/{}.txt", advisory.id), format!("Subject: {}\n\n{}", mail.subject, mail.text).as_bytes())?;
        let ranges: Vec<String> =
            advisory.affected.iter().filter(|_| published.stands()).map(|a| a.npm_range()).collect();
        let prefix = if published.stands() { "" } else { "Withdrawn: " };
        read.push(
            json!({"key": key, "title": format!("{prefix}{}", advisory.draft.title), "words": words, "ranges": ranges,
            "lastmod": published.changed_at().strftime("%Y-%m-%d").to_string()}),
        );
        shown.push(published);
    }
    Published::newest_first(&mut shown);
    let own = [OwnChannel::AdvisoryPage, OwnChannel::Osv];
    let of_one = own.iter().filter_map(|own| match channel::of_own(*own) {
        channel::Serving::Objects(objects) => Some(objects),
        channel::Serving::Rebuilt(_) | channel::Serving::Mail(..) | channel::Serving::Call(..) => None,
    });
    let of_one = of_one.flat_map(|objects| shown.iter().flat_map(move |published| objects(&site, published)));
    let objects: Vec<channel::Object> = of_one.chain(channel::shared(&site, &shown, shown[0].published_at)).collect();
    objects.iter().try_for_each(|object| put(&object.key, &object.bytes))?;
    put("read.json", serde_json::to_string_pretty(&read)?.as_bytes())?;
    Ok(())
}
