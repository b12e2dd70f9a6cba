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
use desk_domain::advisory::{Advisory, Published};
use desk_domain::case::Case;
use desk_domain::id::{AdvisoryId, ChannelId};
use desk_http::Problem;
use desk_store::Fault;
use desk_view::form_sha256;
use jiff::Timestamp;

use crate::Team;
use crate::as_of_now::AsOfNow;

/// What people wrote is shown as the site will show it, with less allowed than there: nothing runs, nothing is sent.
const ALLOWED: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                       frame-ancestors 'none'";

/// `key`: of an object, with every folder that it lies in.
pub(crate) async fn file(
    AsOfNow(team): AsOfNow,
    Path((id, form, key)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    match team.preview(&id, &form, &key, &headers).await {
        Ok(object) => shown(object),
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => team.not_found(&id, &headers).await,
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
        let (public, mut all) = self.public(&opened.case).await?;
        let published = self.as_published(&opened.case, present, public, now);
        all.push(published.clone());
        Published::newest_first(&mut all);
        let mut objects = self.rehearsed(&published, &all, now).into_iter().flat_map(|(_, objects)| objects);
        objects.find(|object| object.key == key).ok_or_else(Problem::not_found)
    }

    /// What of a case is public, nothing while its page is still to be written; and what else is.
    pub(crate) async fn public(&self, case: &Case) -> Result<(Option<Published>, Vec<Published>), Fault> {
        let id = AdvisoryId::from(&case.id);
        let mut others = self.published.all_shown().await?;
        let own = others.iter().position(|public| public.advisory.id == id);
        Ok((own.map(|place| others.remove(place)), others))
    }

    /// The form as it would be public, in the place of what is.
    pub(crate) fn as_published(
        &self,
        case: &Case,
        advisory: Advisory,
        public: Option<Published>,
        now: Timestamp,
    ) -> Published {
        match public {
            Some(public) if case.publication.revising.is_some() => public.revised(advisory, now),
            Some(public) => Published { advisory, ..public },
            None => Published::first(&self.policy, &case.id, advisory, now),
        }
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
