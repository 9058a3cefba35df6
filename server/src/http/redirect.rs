//! Where a plain form is sent on to. The framework sends it back to where its `Referer` says it
//! came from; whoever can make a browser send another one could send people anywhere. So only
//! this site's own paths leave here, whoever set them.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{Site, refusal, site::Web};

pub(super) async fn layer(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    keep_own_referer(request.headers_mut(), &web.site);
    let is_page = request.method().is_safe() && !request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if let Some(target) = response.headers().get(header::LOCATION) {
        let path = own_path(target, &web.site).unwrap_or(HeaderValue::from_static("/"));
        response.headers_mut().insert(header::LOCATION, path);
        // The framework sends on only those who ask for HTML by its name: to `*/*` it shows the page that leads on.
        if is_page && !response.status().is_redirection() {
            *response.status_mut() = StatusCode::FOUND;
        }
    }
    response
}

/// A foreign page is none to go back to, and a page whose address carries a refusal says why somebody else's form
/// was refused.
fn keep_own_referer(headers: &mut HeaderMap, site: &Site) {
    let mut referers = headers.get_all(header::REFERER).into_iter();
    let own = match (referers.next(), referers.next()) {
        (Some(referer), None) if own_path(referer, site).is_some() => without_refusal(referer),
        _ => None,
    };
    match own {
        Some(own) => headers.insert(header::REFERER, own),
        None => headers.remove(header::REFERER),
    };
}

fn without_refusal(referer: &HeaderValue) -> Option<HeaderValue> {
    let address = referer.to_str().ok()?;
    let Some((page, query)) = address.split_once('?') else { return Some(referer.clone()) };
    let clean = refusal::without_refusal(query).unwrap_or_else(|| query.to_owned());
    HeaderValue::from_str(&refusal::address(page, &clean)).ok()
}

/// The path, with its query, that an address of this site names.
fn own_path(address: &HeaderValue, site: &Site) -> Option<HeaderValue> {
    let address = address.to_str().ok()?;
    // Browsers leave tabs and line breaks out, and spaces at either end, before they look at the rest.
    if !address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let path = site.origins.iter().find_map(|origin| address.strip_prefix(origin.as_str()));
    let path = path.unwrap_or(address);
    // Browsers take a backslash for a slash, and two slashes for the beginning of a host.
    let own = path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && !path.contains('\\');
    if path.is_empty() && !address.is_empty() {
        return Some(HeaderValue::from_static("/"));
    }
    own.then(|| HeaderValue::from_str(path).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use backend::sessions::Cookies;

    use super::*;
    use crate::config::{Figures, Proxies};

    fn path(address: &str) -> Option<String> {
        let site = Site {
            origins: ["https://chat.example.org".to_owned()].into(),
            cookies: Cookies::Secure,
            development: false,
            figures: Figures::Local,
            proxies: Proxies::default(),
        };
        let path = own_path(&HeaderValue::from_str(address).unwrap(), &site)?;
        Some(path.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_paths_of_this_site_are_gone_to() {
        assert_eq!(path("https://chat.example.org/a?b=c").as_deref(), Some("/a?b=c"));
        assert_eq!(path("https://chat.example.org").as_deref(), Some("/"));
        assert_eq!(path("/chats").as_deref(), Some("/chats"));
        let foreign = [
            "",
            "https://evil.example/",
            "https://chat.example.org.evil.example/",
            "https://chat.example.org@evil.example/",
            "https://chat.example.org:444/",
            "https://chat.example.org//evil.example/",
            "https://chat.example.org/\\evil.example/",
            "//evil.example/",
            "/\t/evil.example/",
            "\t//evil.example/",
            " //evil.example/",
            "/ /evil.example/",
            "https://chat.example.org\t//evil.example/",
            "/a\t",
            "/\\evil.example",
            "/a\\..\\..\\evil.example",
            "javascript:alert(1)",
            "http://chat.example.org/",
        ];
        for address in foreign {
            assert_eq!(path(address), None, "{address}");
        }
    }
}
