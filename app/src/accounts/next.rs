//! Where signing in leads to: the page somebody asked for while signed out.

use leptos::prelude::WithUntracked;
use leptos_router::{hooks::use_query_map, location::Url};

/// The name in the query of the sign-in page.
pub const QUERY: &str = "next";

/// Where one is without having asked for anything else.
pub const HOME: &str = "/chats";

/// The sign-in page that leads back to a page of ours.
pub fn sign_in_address(path: &str, search: &str) -> String {
    let search = search.trim_start_matches('?');
    let page = if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") };
    leading_to("/sign-in", &page)
}

/// The address of a page for signed-out people that takes them to `page` in the end.
pub fn leading_to(gate: &str, page: &str) -> String {
    match own_page(page) {
        HOME => gate.to_owned(),
        page => format!("{gate}?{QUERY}={}", Url::escape(page)),
    }
}

/// Where this page for signed-out people leads in the end.
pub fn next_page() -> String {
    let next = use_query_map().with_untracked(|query| query.get(QUERY)).unwrap_or_default();
    own_page(&next).to_owned()
}

/// `page` if it is the address of one of our pages, else the list of chats: whoever makes a link to the sign-in
/// page must not send people to another site.
pub fn own_page(page: &str) -> &str {
    let path = page.split(['?', '#']).next().unwrap_or_default();
    let ours = ["/chats", "/people", "/settings"]
        .iter()
        .any(|view| path.strip_prefix(view).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let plain = page.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours && plain && !path.contains("//") && !path.contains("/.") { page } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_gone_to() {
        for page in
            ["/chats", "/chats/0190?at=1&details", "/people/new-group", "/people?q=a//b", "/settings#blocked"]
        {
            assert_eq!(own_page(page), page);
        }
        for page in [
            "",
            "/",
            "/api/accounts/sign_out",
            "/sign-in",
            "/chatsx",
            "//evil.example/chats",
            "/\t/evil.example",
            "/chats\\..\\..\\evil.example",
            "/chats//evil.example",
            "/chats/..//evil.example",
            "/chats/\r\nSet-Cookie:a=b",
            "https://evil.example/chats",
            "javascript:alert(1)",
            "/chats/é",
        ] {
            assert_eq!(own_page(page), HOME, "{page}");
        }
    }

    #[test]
    fn the_list_of_chats_needs_no_mention() {
        assert_eq!(sign_in_address("/chats", ""), "/sign-in");
        assert!(sign_in_address("/chats/0190", "?at=1").starts_with("/sign-in?next="));
        assert_eq!(sign_in_address("//evil.example", ""), "/sign-in");
    }
}
