//! `GET /desk/cases/{id}/preview/{form}/…`: what publishing would write and send, before anybody does: the very bytes, under the
//! keys that they would have on the site, so that the links between them hold. They are made by what the publisher makes them with
//! ([`channel::rehearsed`]); only the time of publication is this moment's.
//!
//! `form` is the hash that an approval names. A preview of a form that has changed since is not shown: what is read is what is
//! approved. Nothing of it is public, so it is opened and answered as the case is, and never cached.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_advisory::channel::{self, Object};
use desk_advisory::{STYLESHEET_KEY, Site};
use desk_domain::advisory::{Advisory, Kept, Published};
use desk_domain::case::Case;
use desk_domain::id::ChannelId;
use desk_http::Problem;
use desk_view::form_sha256;
use jiff::Timestamp;

use crate::Team;
use crate::as_of_now::AsOfNow;

/// What people wrote is shown as the site will show it, with less allowed than there: nothing runs, nothing is sent.
const ALLOWED: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                       frame-ancestors 'none'";

pub(crate) async fn file(
    AsOfNow(team): AsOfNow,
    Path((id, form, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    answered(&team, &id, &form, &name, &headers).await
}

pub(crate) async fn file_in_folder(
    AsOfNow(team): AsOfNow,
    Path((id, form, folder, name)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    answered(&team, &id, &form, &format!("{folder}/{name}"), &headers).await
}

async fn answered(team: &Team, id: &str, form: &str, key: &str, headers: &HeaderMap) -> Response {
    match team.preview(id, form, key, headers).await {
        Ok(object) => shown(object),
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => team.not_found(id, headers).await,
        Err(problem) => team.answered(Err(problem)),
    }
}

impl Team {
    async fn preview(&self, id: &str, form: &str, key: &str, headers: &HeaderMap) -> Result<Object, Problem> {
        let member = self.member(headers, true).await?;
        let opened = self.opened(id, member).await?;
        let now = self.clock.now();
        let present = opened.final_form(&self.policy, now).ok_or_else(Problem::not_found)?;
        if form_sha256(&present) != form {
            let detail = "The advisory has changed since this page was asked for: look at its present form again.";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        let published = self.as_published(&opened.case, present, now);
        let mut all = self.published.all_shown().await?;
        all.retain(|other| other.advisory.id != published.advisory.id);
        all.push(published.clone());
        Published::newest_first(&mut all);
        let mut objects = self.rehearsed(&published, &all, now).into_iter().flat_map(|(_, objects)| objects);
        objects.find(|object| object.key == key).ok_or_else(Problem::not_found)
    }

    /// The form as it would be public.
    pub(crate) fn as_published(&self, case: &Case, advisory: Advisory, now: Timestamp) -> Published {
        let published_at = case.publication.published.as_ref().map_or(now, |published| published.advisory.at);
        let entry_id = Published::entry_id(&self.policy, &advisory.id);
        let (case, modified_at) = (Some(case.id.clone()), published_at);
        let (withdrawn, revisions, kept) = (None, Vec::new(), Kept::default());
        Published { advisory, case, published_at, modified_at, entry_id, withdrawn, revisions, kept }
    }

    /// Each channel that it would go to: its name, and where what goes there is seen.
    pub(crate) fn previews(&self, published: &Published, form: &str) -> Vec<(String, String)> {
        let case = published.case.as_ref().map(|case| case.as_str()).unwrap_or_default();
        // What else is public changes no key.
        let all = std::slice::from_ref(published);
        let link = |(channel, objects): (ChannelId, Vec<Object>)| {
            let own = objects.into_iter().find(|object| object.key != STYLESHEET_KEY)?;
            Some((self.policy.channel_name(&channel), format!("/desk/cases/{case}/preview/{form}/{}", own.key)))
        };
        self.rehearsed(published, all, published.published_at).into_iter().filter_map(link).collect()
    }

    fn rehearsed(&self, published: &Published, all: &[Published], now: Timestamp) -> Vec<(ChannelId, Vec<Object>)> {
        channel::rehearsed(&self.site(), published, all, now)
    }

    /// What is published is made of this.
    pub(crate) fn site(&self) -> Site<'_> {
        Site { policy: &self.policy, url: &self.site_url, desk_url: &self.public_url }
    }
}

/// As it is, under a name that says what it is not yet, wherever it is saved.
fn shown(Object { key, content_type, bytes }: Object) -> Response {
    let name = key.rsplit('/').next().unwrap_or_default();
    let disposition = HeaderValue::from_str(&format!("inline; filename=\"NOT-PUBLIC-{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ALLOWED)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("inline"))),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_the_bytes_alone_and_says_only_beside_them_that_it_is_not_public() {
        let object =
            Object { key: "osv/EXP-1.json".to_owned(), content_type: "application/json", bytes: b"{}".to_vec() };
        let response = shown(object);
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("content-disposition"), "inline; filename=\"NOT-PUBLIC-EXP-1.json\"");
        assert!(header("content-security-policy").contains("form-action 'none'"));
    }
}
