//! An advisory as one text in Markdown: what a blog gets of it, and what is shown of a draft before it is public.

use desk_domain::advisory::{Advisory, Correction, credit_line};
use desk_domain::weakness;

use crate::security_md::escaped;
use crate::{markdown, text, told};

/// What it says, each part a block: what is `said` above everything else, summary, versions, details, workarounds, whom it thanks. Where
/// it does not stand any more, no versions do.
pub(crate) fn blocks(advisory: &Advisory, said: &[String], stands: bool) -> Vec<String> {
    let draft = &advisory.draft;
    let mut blocks: Vec<String> = said.iter().map(|said| format!("**{}**", escaped(said))).collect();
    blocks.push(escaped(&draft.summary));
    if stands {
        blocks.extend(versions(advisory));
    }
    blocks.push(markdown::without_html(&draft.details));
    if let Some(workarounds) = &draft.workarounds {
        blocks.push(format!("### Workarounds\n\n{}", markdown::without_html(workarounds)));
    }
    if let Some(credit) = credit_line(&advisory.credits) {
        blocks.push(format!("Credit: {}", escaped(&credit)));
    }
    blocks
}

/// What else it has to do with.
pub(crate) fn related<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let ids: Vec<String> = ids.into_iter().map(escaped).collect();
    (!ids.is_empty()).then(|| format!("Related: {}", ids.join(", ")))
}

/// A table of the ranges, and what becomes of lines beside it.
fn versions(advisory: &Advisory) -> Vec<String> {
    let row = |a: &desk_domain::affected::Affected| {
        format!(
            "| `{}` | `{}` | `{}` | {} |",
            a.line,
            a.package,
            a.npm_range().replace('|', "\\|"),
            text::patched(advisory, a)
        )
    };
    let rows: Vec<String> = advisory.affected.iter().map(row).collect();
    let versions = match rows.is_empty() {
        true => "Which versions are affected is not determined yet.".to_owned(),
        false => format!("| Line | Package | Affected | Patched |\n|--|--|--|--|\n{}", rows.join("\n")),
    };
    let mut blocks = vec![versions];
    let notes: Vec<String> = text::line_notes(advisory).iter().map(|note| format!("* {}", escaped(note))).collect();
    if !notes.is_empty() {
        blocks.push(notes.join("\n"));
    }
    blocks
}

/// What will stand above it once it is public.
fn correction(Correction { why, withdraws }: &Correction) -> String {
    let is = if *withdraws { "Withdrawn" } else { "Corrected" };
    format!("{is}: {why}")
}

/// The whole of a form that is not public, under its title, with its severity and where more is said.
pub fn of(advisory: &Advisory) -> String {
    let (draft, score) = (&advisory.draft, &advisory.score);
    let mut all = vec![format!("## {}", escaped(&draft.title))];
    let severity = score.severity.map(|band| format!("Severity: {}", text::severity(band)));
    let vectors = score.cvss.iter().map(|vector| format!("`{vector}`"));
    let weaknesses = score.cwe.iter().map(|cwe| escaped(&weakness::named(cwe)));
    let scored: Vec<String> = severity.into_iter().chain(vectors).chain(weaknesses).collect();
    if !scored.is_empty() {
        all.push(scored.join(", "));
    }
    let correction = advisory.correction.as_ref().map(correction);
    let said: Vec<String> = correction.into_iter().chain(told::known_of(advisory)).collect();
    all.extend(blocks(advisory, &said, true));
    if !draft.references.is_empty() {
        let urls: Vec<String> =
            draft.references.iter().map(|r| format!("* {}", text::referred(r, &format!("<{}>", r.url)))).collect();
        all.push(format!("### References\n\n{}", urls.join("\n")));
    }
    let names: Vec<String> = draft.all_aliases().into_iter().map(escaped).collect();
    if !names.is_empty() {
        all.push(format!("Known as: {}", names.join(", ")));
    }
    all.extend(related(draft.related.iter().map(|id| id.as_str())));
    all.join("\n\n") + "\n"
}
