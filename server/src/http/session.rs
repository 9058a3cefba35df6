//! The session layer: from cookies to [`SignedIn`], renewing the access token on the way.

use app::call::{SessionUnknown, cookie};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use backend::{
    SignedIn,
    accounts::Origin,
    sessions::{CLEAR_SITE_DATA, Cookies},
};
use model::{Code, Error};

use super::{origin::refuse, peer, site::Web};

/// Puts the caller's address, and who is signed in, into the request. An access token that has run
/// out is renewed here, so that no client needs to know how: the answer carries the new cookies.
pub(super) async fn layer(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let from = from(&request, &web);
    request.extensions_mut().insert(from);
    let (who, cookies) = match identify(&web, request.headers()).await {
        Ok(known) => known,
        // Nobody can tell whether the session stands, and told "signed out" a client would give it up.
        Err(error) if is_for_programs(request.uri().path()) => return refuse(&error),
        Err(error) => {
            request.extensions_mut().insert(SessionUnknown(error));
            (None, Vec::new())
        }
    };
    if let Some(who) = who {
        request.extensions_mut().insert(who);
    }
    let over = cookies == web.site.cookies.end();
    let mut response = next.run(request).await;
    if over {
        // Whoever uses this browser next is not to find what the session left.
        let (name, value) = CLEAR_SITE_DATA;
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Signing in or out sets cookies of its own, which stand.
    if !sets_session(response.headers(), web.site.cookies) {
        for cookie in cookies {
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
    }
    response
}

fn sets_session(headers: &HeaderMap, names: Cookies) -> bool {
    let set = headers.get_all(header::SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split_once('='))
        .any(|(name, _)| [names.access(), names.refresh()].contains(&name))
}

/// Whether a program reads the answer, and not a person.
pub(super) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path == "/socket"
}

/// Who asks, and the cookies to renew.
///
/// # Errors
/// The database is away: the browser keeps its cookies for a better moment.
async fn identify(web: &Web, headers: &HeaderMap) -> Result<(Option<SignedIn>, Vec<String>), Error> {
    let names = web.site.cookies;
    if let Some(access) = cookie(headers, names.access())
        && let Ok(who) = web.backend.authenticate(access)
    {
        return Ok((Some(who), Vec::new()));
    }
    let Some(refresh) = cookie(headers, names.refresh()) else { return Ok((None, Vec::new())) };
    match web.backend.refresh(refresh).await {
        Ok(renewed) => Ok((Some(renewed.who), renewed_cookies(names, &renewed))),
        Err(error) if error.code == Code::SignedOut => Ok((None, names.end())),
        Err(error) => Err(error),
    }
}

fn renewed_cookies(names: Cookies, renewed: &backend::sessions::Refreshed) -> Vec<String> {
    let access = names.set_access(&renewed.access);
    let refresh = renewed.refresh.as_deref().map(|token| names.set_refresh(token));
    std::iter::once(access).chain(refresh).collect()
}

fn from(request: &Request, web: &Web) -> Origin {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin {
        address: peer::client(request, &web.site.proxies),
        agent: agent.unwrap_or_default().chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_session_cookies_keep_a_renewal_back() {
        let sets = |cookie| {
            let headers = HeaderMap::from_iter([(header::SET_COOKIE, HeaderValue::from_static(cookie))]);
            sets_session(&headers, Cookies::Development)
        };
        assert!(sets("dev-rapport-access=x; Path=/"));
        assert!(!sets("theme=dark; Path=/"));
    }
}
