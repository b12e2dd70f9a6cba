//! What a browser session rests on: a cookie for this host alone, and forms that are sent from our own pages.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::SignedDuration;

use crate::Problem;

/// The value of a cookie that the request carries.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The header that sets a `__Host-` cookie: for HTTPS, this host and no script. Lax, so that a link in webmail finds it. One
/// that lasts no time is forgotten at once.
pub fn set_cookie(name: &str, value: &str, lasts: SignedDuration) -> [(HeaderName, String); 1] {
    let seconds = lasts.as_secs();
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    [(header::SET_COOKIE, cookie)]
}

/// That a form comes from a page of this host, which a browser says in `Sec-Fetch-Site`, or else in `Origin`. Whoever says
/// neither is no browser that could have been misled.
///
/// # Errors
/// 403 for a form of another site's, a neighbour's (`same-site`) too.
pub fn sent_from_here(headers: &HeaderMap) -> Result<(), Problem> {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = said(header::HOST);
    let here = match (said(HeaderName::from_static("sec-fetch-site")), said(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => host.is_some() && origin.split_once("://").map(|(_, at)| at) == host,
        (None, None) => true,
    };
    let detail = "This form came from another site's page. Please open ours and send it from there.";
    if here { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, detail)) }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let sent = headers(&[("cookie", "x__Host-case=no; other=1; __Host-case=yes")]);
        assert_eq!((cookie(&sent, "__Host-case"), cookie(&sent, "case")), (Some("yes"), None));
    }

    #[test]
    fn only_a_form_of_this_host_or_of_no_browser_is_taken() {
        let taken = |pairs: &[(&'static str, &str)]| sent_from_here(&headers(pairs)).is_ok();
        assert!(taken(&[]) && taken(&[("sec-fetch-site", "same-origin")]) && taken(&[("sec-fetch-site", "none")]));
        assert!(!taken(&[("sec-fetch-site", "cross-site")]) && !taken(&[("sec-fetch-site", "same-site")]));
        let host = ("host", "desk.example.org");
        assert!(taken(&[host, ("origin", "https://desk.example.org")]));
        assert!(!taken(&[host, ("origin", "https://evil.example")]) && !taken(&[host, ("origin", "null")]));
        assert!(taken(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]), "as under no-referrer");
    }
}
