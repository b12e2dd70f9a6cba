//! The announcement to a mailing list: plain text (T56), the versions first.

use desk_domain::advisory::{Published, credit_line};
use desk_domain::weakness;

use crate::{Site, advisory_page, markdown, text, updates_page};

/// Prose is folded at this width.
const WIDTH: usize = 76;

/// A mail's subject and text.
pub struct ListMail {
    pub subject: String,
    pub text: String,
}

/// Writes it; `updates_url` is where the project's people know the updates page.
pub fn write(site: &Site<'_>, published: &Published, updates_url: Option<&str>) -> ListMail {
    let advisory = &published.advisory;
    let project = &site.policy.project.name;
    let draft = &advisory.draft;
    let names = draft.all_aliases().join(", ");
    let withdrawn = published.withdrawn.as_ref();
    let mut blocks: Vec<String> =
        withdrawn.map(|withdrawal| folded(&text::withdrawn(withdrawal))).into_iter().collect();
    blocks.extend([folded(&draft.title), folded(&draft.summary), facts(published, &names)]);
    if published.stands() {
        blocks.push(versions(published));
    }
    blocks.push(folded(&draft.details));
    if let Some(workarounds) = &draft.workarounds {
        blocks.push(format!("Workarounds\n\n{}", folded(workarounds)));
    }
    if !draft.references.is_empty() {
        let urls: Vec<String> = draft.references.iter().map(|r| format!("  {}", r.url)).collect();
        blocks.push(format!("References\n\n{}", urls.join("\n")));
    }
    if let Some(credit) = credit_line(&advisory.credits) {
        blocks.push(format!("Credit: {credit}"));
    }
    let updates = updates_url.map_or_else(|| site.at(updates_page::KEY), str::to_owned);
    blocks.push(format!(
        "The advisory:          {}\nAll security updates:  {updates}\nReport a problem:      {}",
        site.at(&advisory_page::key(published)),
        site.report_url()
    ));
    blocks.push(format!("-- \n{project} security team"));
    let severity = advisory.score.severity.filter(|_| published.stands());
    let severity = severity.map(|s| format!(" ({})", text::severity(s))).unwrap_or_default();
    let title = text::titled(draft.title.clone(), withdrawn);
    // A draft in which title and summary are the same says it once.
    blocks.dedup();
    // Archives make pages of mails: a link that leads to no page is none there either.
    let words = markdown::without_traps(&(blocks.join("\n\n") + "\n"));
    ListMail { subject: format!("[{project} security] {}: {title}{severity}", text::name(advisory)), text: words }
}

/// Markdown as it is read in a mail: its prose folded, what is code or a table left alone.
fn folded(text: &str) -> String {
    let mut fenced = false;
    let line = |line: &str| {
        let trimmed = line.trim_start();
        let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        fenced ^= fence;
        if fenced || fence || trimmed.starts_with('|') || line.starts_with("    ") {
            return line.to_owned();
        }
        // What follows a list's mark is indented to it.
        let mark = trimmed.find(' ').filter(|end| trimmed[..*end].chars().all(|c| "*-+.0123456789>".contains(c)));
        let indent = " ".repeat(line.len() - trimmed.len() + mark.map_or(0, |end| end + 1));
        let options = textwrap::Options::new(WIDTH)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .subsequent_indent(&indent);
        textwrap::fill(line, options)
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn facts(published: &Published, names: &str) -> String {
    let advisory = &published.advisory;
    let mut facts = vec![("Advisory", advisory.id.to_string())];
    if !names.is_empty() {
        facts.push(("Known as", names.to_owned()));
    }
    if let Some(severity) = advisory.score.severity.filter(|_| published.stands()) {
        facts.push(("Severity", text::severity(severity).to_owned()));
    }
    facts.extend(advisory.score.cvss.iter().map(|vector| ("CVSS", vector.clone())));
    facts.extend(advisory.score.cwe.iter().map(|cwe| ("Weakness", weakness::named(cwe))));
    facts.push(("Published", desk_domain::time::instant(published.published_at)));
    let lines: Vec<String> = facts.iter().map(|(label, value)| format!("  {label:<10}  {value}")).collect();
    lines.join("\n")
}

fn versions(published: &Published) -> String {
    let advisory = &published.advisory;
    let range = |a: &desk_domain::affected::Affected| {
        format!("  {}: affected {}, patched {}", a.line, a.npm_range(), text::patched(advisory, a))
    };
    let notes = text::line_notes(advisory).into_iter().map(|note| format!("  {note}"));
    let lines: Vec<String> = advisory.affected.iter().map(range).chain(notes).collect();
    format!("Versions\n\n{}", lines.join("\n"))
}
