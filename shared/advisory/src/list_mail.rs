//! The announcement to a mailing list: plain text (T56), the versions first. A list that heard of the advisory before is told what
//! has changed, and when it heard of it.

use desk_domain::advisory::{Published, credit_line};
use desk_domain::affected::Affected;
use desk_domain::weakness;

use crate::plain::{self, Notes, folded, underlined};
use crate::{Site, advisory_page, markdown, text, told, updates_page};

/// A mail's subject and text.
pub struct ListMail {
    pub subject: String,
    pub text: String,
}

/// Writes it; `updates_url` is where the project's people know the updates page, and `heard` whether the list was told of it before.
pub fn write(site: &Site<'_>, published: &Published, updates_url: Option<&str>, heard: bool) -> ListMail {
    let advisory = &published.advisory;
    let (draft, mut notes) = (&advisory.draft, Notes::default());
    let mut blocks: Vec<String> = news(published, heard).into_iter().collect();
    blocks.extend([folded(&draft.title), folded(&draft.summary), facts(published, heard)]);
    blocks.extend(told::known(published).iter().map(|fact| folded(fact)));
    if published.stands() {
        blocks.push(part("Versions", versions(published)));
    }
    blocks.push(plain::text(&draft.details, &mut notes));
    blocks.extend(draft.workarounds.as_ref().map(|text| part("Workarounds", plain::text(text, &mut notes))));
    if !draft.references.is_empty() {
        let urls: Vec<String> = draft.references.iter().map(|r| format!("  {}", text::referred(r, &r.url))).collect();
        blocks.push(part("References", urls.join("\n")));
    }
    blocks.extend(credit_line(&advisory.credits).map(|credit| folded(&format!("Credit: {credit}"))));
    blocks.push(foot(site, published, updates_url));
    blocks.push(format!("-- \n{} security team", site.policy.project.name));
    blocks.retain(|block| !block.is_empty());
    // A draft in which title and summary are the same says it once.
    blocks.dedup();
    // Archives make pages of mails: a link that leads to no page is none there either.
    let text = markdown::without_traps(&(blocks.join("\n\n") + "\n"));
    ListMail { subject: subject(site, published, heard), text }
}

/// `[Express security] Correction: CVE-2024-29041: Open redirect (medium)`.
fn subject(site: &Site<'_>, published: &Published, heard: bool) -> String {
    let advisory = &published.advisory;
    let kind = match (published.stands(), published.newest_correction()) {
        (false, _) => "Withdrawn: ",
        (true, Some(_)) if heard => "Correction: ",
        (true, Some(_) | None) => "",
    };
    let severity = advisory.score.severity.filter(|_| published.stands());
    let severity = severity.map(|severity| format!(" ({})", text::severity(severity))).unwrap_or_default();
    let (project, name, title) = (&site.policy.project.name, text::name(advisory), &advisory.draft.title);
    format!("[{project} security] {kind}{name}: {title}{severity}")
}

/// What has changed since the list heard of it; to a list that did not, only that it holds no more.
fn news(published: &Published, heard: bool) -> Option<String> {
    let withdrawn = published.withdrawn.as_ref().map(text::withdrawn);
    if !heard {
        return withdrawn.map(|withdrawn| folded(&withdrawn));
    }
    let changed = told::first(published).or_else(|| told::changes(published).into_iter().next())?;
    let before = desk_domain::time::instant(published.published_at);
    Some(folded(&format!("{changed} It was first announced on {before}.")))
}

fn part(title: &str, text: String) -> String {
    format!("{}\n\n{text}", underlined(title, '='))
}

fn facts(published: &Published, heard: bool) -> String {
    let advisory = &published.advisory;
    let names = advisory.draft.all_aliases().join(", ");
    let mut facts = vec![("Advisory", advisory.id.to_string())];
    if !names.is_empty() {
        facts.push(("Known as", names));
    }
    let related = published.related();
    if !related.is_empty() {
        facts.push(("Related", related.join(", ")));
    }
    if let Some(severity) = advisory.score.severity.filter(|_| published.stands()) {
        facts.push(("Severity", text::severity(severity).to_owned()));
    }
    facts.extend(advisory.score.cvss.iter().map(|vector| ("CVSS", vector.clone())));
    facts.extend(advisory.score.cwe.iter().map(|cwe| ("Weakness", weakness::named(cwe))));
    facts.push(("Published", desk_domain::time::instant(published.published_at)));
    let lines = facts.iter().map(|(label, value)| format!("  {label:<10}  {value}"));
    // What is news stands above: of what came before, and to a list that hears of it for the first time, a line each is enough.
    let is_news = usize::from(heard || !published.stands());
    let before = told::changes(published).into_iter().skip(is_news).map(|change| format!("  {change}"));
    lines.chain(before).collect::<Vec<_>>().join("\n")
}

fn versions(published: &Published) -> String {
    let advisory = &published.advisory;
    let range =
        |a: &Affected| format!("  {}: affected {}, patched {}", a.line, a.npm_range(), text::patched(advisory, a));
    let notes = text::line_notes(advisory).into_iter().map(|note| format!("  {note}"));
    let lines: Vec<String> = advisory.affected.iter().map(range).chain(notes).collect();
    lines.join("\n")
}

fn foot(site: &Site<'_>, published: &Published, updates_url: Option<&str>) -> String {
    let updates = updates_url.map_or_else(|| site.at(updates_page::KEY), str::to_owned);
    format!(
        "The advisory:          {}\nAll security updates:  {updates}\nReport a problem:      {}",
        site.at(&advisory_page::key(published)),
        site.report_url()
    )
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;

    use super::*;
    use crate::told::tests::{changed, withdrawn};

    fn mail(published: &Published, heard: bool) -> ListMail {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
        write(&site, published, None, heard)
    }

    fn first_block(text: &str) -> String {
        text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
    }

    #[test]
    fn a_list_that_heard_of_it_is_told_what_has_changed_and_when_it_heard_of_it() {
        let ListMail { subject, text } = mail(&changed(), true);
        assert_eq!(subject, "[Minnow security] Correction: CVE-2026-12345: Open redirect (high)");
        let news = "Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too. It was first announced on Tue 2026-12-01 12:00 UTC.";
        assert_eq!(first_block(&text), news);
        assert!(text.contains("\n  Credit changed on Thu 2026-12-03 09:30 UTC.\n"), "{text}");
        assert_eq!(text.matches("Corrected on").count(), 1, "{text}");

        let ListMail { subject, text } = mail(&withdrawn(), true);
        assert_eq!(subject, "[Minnow security] Withdrawn: CVE-2026-12345: Open redirect");
        let news = "Withdrawn on Sat 2026-12-05 11:00 UTC: It is no vulnerability. It asks nobody to update any more. It was first \
                    announced on Tue 2026-12-01 12:00 UTC.";
        assert_eq!(first_block(&text), news);
        assert!(!text.contains("Versions") && !text.contains("Attacks"), "{text}");
    }

    #[test]
    fn another_list_hears_of_it_as_of_something_new() {
        let ListMail { subject, text } = mail(&changed(), false);
        assert_eq!(subject, "[Minnow security] CVE-2026-12345: Open redirect (high)");
        assert!(text.starts_with("Open redirect\n\nIt leads elsewhere.\n\n  Advisory    EXP-2026-7K3QF\n"), "{text}");
        let facts = "\n  Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.\n  Credit changed on Thu 2026-12-03 09:30 UTC.\n\n\
                     An exploit has been public since 2026-12-02.\n\nAttacks have been observed since 2026-12-03.\n\n\
                     Versions\n========\n\n  minnow@1: affected <1.2.3, patched 1.2.3\n\nDetails.\n";
        assert!(text.contains(facts), "{text}");
        let gone = mail(&withdrawn(), false);
        assert_eq!(gone.subject, "[Minnow security] Withdrawn: CVE-2026-12345: Open redirect");
        let gone_on =
            "Withdrawn on Sat 2026-12-05 11:00 UTC: It is no vulnerability. It asks nobody to update any more.";
        assert_eq!(first_block(&gone.text), gone_on);
        assert!(!gone.text.contains("announced on"), "{}", gone.text);
    }

    #[test]
    fn addresses_of_every_part_stand_at_its_end() {
        let mut published = changed();
        published.advisory.draft.details = "See [a](https://a.example).\n\n### Impact\n\nMuch.".to_owned();
        published.advisory.draft.workarounds = Some("Use [b](https://b.example).".to_owned());
        let text = mail(&published, false).text;
        let parts = "See a [1].\n\nImpact\n------\n\nMuch.\n\n[1] https://a.example\n\nWorkarounds\n===========\n\nUse b [2].\n\n\
                     [2] https://b.example\n\nReferences\n==========\n\n  https://example.org/fix\n\nThe advisory:          https://site.example.org/";
        assert!(text.contains(parts), "{text}");
    }
}
