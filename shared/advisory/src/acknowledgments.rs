//! The page that thanks everybody whom an advisory names, as long as it stands (RFC 9116, 2.5.1): whom the newest names first.

use askama::Template;
use desk_domain::advisory::{Credit, Published};

use crate::frame::{Frame, rendered};
use crate::thanks::Contact;
use crate::{Site, advisory_page, text};

/// Its key in the site's bucket.
pub const KEY: &str = "acknowledgments.html";

#[derive(Template)]
#[template(path = "acknowledgments.html")]
struct Page {
    frame: Frame,
    people: Vec<Person>,
}

struct Person {
    name: String,
    contacts: Vec<Contact>,
    advisories: Vec<Entry>,
}

struct Entry {
    title: String,
    href: String,
    day: String,
}

/// The page as HTML.
pub fn render(site: &Site<'_>, all: &[Published]) -> String {
    let mut all: Vec<Published> = all.iter().filter(|published| published.stands()).cloned().collect();
    Published::newest_first(&mut all);
    rendered(&Page { frame: Frame::new(site, ""), people: people(&all) })
}

/// Two who are called the same and can be found elsewhere are two.
fn people(all: &[Published]) -> Vec<Person> {
    let mut people: Vec<(&Credit, Vec<&Published>)> = Vec::new();
    for (published, credit) in all.iter().flat_map(|p| p.advisory.credits.iter().map(move |credit| (p, credit))) {
        let is_same = |known: &Credit| known.name == credit.name && known.contact == credit.contact;
        match people.iter_mut().find(|(known, _)| is_same(known)) {
            // Who found it and who mended it may be one.
            Some((_, of)) if of.last().is_some_and(|last| last.advisory.id == published.advisory.id) => {}
            Some((_, of)) => of.push(published),
            None => people.push((credit, vec![published])),
        }
    }
    people.into_iter().map(person).collect()
}

fn person((credit, of): (&Credit, Vec<&Published>)) -> Person {
    let entry = |published: &&Published| Entry {
        title: published.advisory.draft.title.clone(),
        href: advisory_page::key(published),
        day: text::day(published.published_at),
    };
    Person { name: credit.name.clone(), contacts: Contact::of(credit), advisories: of.iter().map(entry).collect() }
}

#[cfg(test)]
mod tests {
    use desk_domain::advisory::CreditKind;
    use desk_domain::policy::Policy;

    use super::*;
    use crate::told::tests::{changed, withdrawn};

    fn by(id: &str, day: &str, credits: &[(&str, Option<&str>, CreditKind)]) -> Published {
        let mut published = changed();
        published.advisory.id = id.parse().unwrap();
        published.published_at = format!("{day}T12:00:00Z").parse().unwrap();
        published.advisory.draft.title = format!("Of {day}");
        let credit = |(name, contact, kind): &(&str, Option<&str>, CreditKind)| Credit {
            name: (*name).to_owned(),
            contact: contact.iter().map(|contact| (*contact).to_owned()).collect(),
            kind: Some(*kind),
        };
        published.advisory.credits = credits.iter().map(credit).collect();
        published
    }

    fn page(all: &[Published]) -> String {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        render(&Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" }, all)
    }

    #[test]
    fn everybody_is_thanked_once_beside_what_they_did_the_newest_first() {
        use CreditKind::{Finder, RemediationDeveloper};
        let rita = |kind| ("Rita <R>", Some("https://rita.example"), kind);
        let all = [
            by("MIN-2026-AAAAA", "2026-01-01", &[("Ada", None, Finder), rita(Finder)]),
            by("MIN-2026-BBBBB", "2026-02-02", &[rita(Finder), rita(RemediationDeveloper), ("Rita <R>", None, Finder)]),
        ];
        let page = page(&all);
        let entries: Vec<&str> = page.split("<li class=\"person\">").skip(1).collect();
        let names: Vec<&str> = entries.iter().filter_map(|e| e.split("</h2>").next()?.split("<h2>").nth(1)).collect();
        assert_eq!(names, ["Rita &#60;R&#62;", "Rita &#60;R&#62;", "Ada"], "{page}");
        let days = |entry: &str| -> Vec<String> {
            entry.split("<time>").skip(1).filter_map(|rest| Some(rest.split("</time>").next()?.to_owned())).collect()
        };
        assert_eq!(days(entries[0]), ["2026-02-02", "2026-01-01"]);
        assert!(entries[0].contains("<a href=\"https://rita.example\""), "{page}");
        assert!(entries[0].contains("<a href=\"advisories/MIN-2026-BBBBB.html\">Of 2026-02-02</a>"), "{page}");
        assert_eq!((days(entries[1]).len(), days(entries[2]).len()), (1, 1));
    }

    #[test]
    fn nobody_is_thanked_for_what_holds_no_more() {
        let mut gone = withdrawn();
        gone.advisory.credits = vec![Credit { name: "Ada".to_owned(), contact: Vec::new(), kind: None }];
        let page = page(&[gone]);
        assert!(!page.contains("Ada") && page.contains("Nobody has been named yet."), "{page}");
    }
}
