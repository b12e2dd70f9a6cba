//! Texts to start from: the policy's templates, filled in by a link, edited before they are sent.

use desk_domain::policy::Template;

use super::typed::Typed;
use super::{At, decide};

/// Links to a page of a case that fill a template in.
pub(super) fn links(at: &At<'_>, path: &str) -> Vec<(String, String)> {
    let link = |template: &Template| {
        let name: String = url::form_urlencoded::byte_serialize(template.name.as_bytes()).collect();
        (template.name.clone(), format!("/desk/cases/{}/{path}?answer={name}", at.case().id))
    };
    at.policy.templates.iter().map(link).collect()
}

/// Fills in the template that the address asks for: what stays unknown of it changes nothing.
pub(super) fn fill(at: &At<'_>, typed: &mut Typed) {
    let Some(template) = at.policy.templates.iter().find(|template| template.name == typed.get("answer")) else {
        return;
    };
    let outcome = template.outcome.map(|outcome| outcome.as_str()).filter(|word| decide::takes(at, word));
    let outcome = outcome.map(|word| ("outcome", word));
    let resolution = outcome.and(template.resolution).and_then(decide::word_of);
    let resolution = resolution.map(|word| ("resolution", word));
    let steps = template.next_steps.as_deref().map(|steps| ("next_steps", steps));
    let texts = [("message", template.text.as_str()), ("reason", &template.text)];
    typed.set(texts.into_iter().chain(outcome).chain(resolution).chain(steps));
}
